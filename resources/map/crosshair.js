// Drawing without a mouse: a crosshair that the arrow keys move, and places that are typed.
"use strict";

(function (K) {
  const STEP = 10; // pixels by an arrow key
  const FINE = 1; // the same with Shift
  const FAR = 60; // the same with Ctrl
  const EDGE = 40; // pixels from the window's edge at which the map comes along

  K.Crosshair = class {
    constructor(map, marks) {
      this.map = map;
      this.marks = marks;
      this.on = false;
      K.on("do:corner", ({ lat, lon }) => this.typed(lat, lon));
      K.on("do:finish", () => K.draw.finish());
    }

    // What the keys mean while something is drawn; whether it meant anything.
    key(event) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way) this.go(way, event.shiftKey ? FINE : event.ctrlKey ? FAR : STEP);
      else if (event.key === " ") K.draw.put(this.at());
      else return false;
      event.preventDefault();
      return true;
    }

    // Where it is: where drawing last was, or in the middle of the window.
    at() {
      if (this.on && K.draw.at) return K.draw.at;
      const centre = this.map.getCenter();
      const last = K.draw.points[K.draw.points.length - 1];
      return last ? { ...last } : { x: K.worldX(centre.lng), y: K.worldY(centre.lat) };
    }

    go([dx, dy], pixels) {
      const { x, y } = this.at();
      K.draw.at = { x: x + (dx * pixels) / this.marks.scale, y: y + (dy * pixels) / this.marks.scale };
      this.on = true;
      this.keepInView(K.draw.at);
    }

    typed(lat, lon) {
      if (!K.draw.kind) return;
      const place = { x: K.nearX(K.worldX(lon), this.at().x), y: K.worldY(lat) };
      K.draw.put(place);
      K.draw.at = place;
      this.on = true;
      this.keepInView(place);
      this.marks.draw();
    }

    keepInView({ x, y }) {
      const at = L.latLng(K.latOf(y), K.lonOf(x));
      const point = this.map.latLngToContainerPoint(at);
      const size = this.map.getSize();
      const inside = point.x > EDGE && point.y > EDGE && point.x < size.x - EDGE && point.y < size.y - EDGE;
      if (!inside) this.map.panTo(at, { animate: false });
    }

    paint(marks) {
      if (!this.on || !K.draw.kind || !K.draw.at) return;
      const [x, y] = marks.screen([K.draw.at.x, K.draw.at.y]);
      const context = marks.context;
      for (const [colour, width] of [
        ["surface", 4],
        ["accent", 1.5],
      ]) {
        context.beginPath();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
          context.moveTo(x + 4 * dx, y + 4 * dy);
          context.lineTo(x + 14 * dx, y + 14 * dy);
        }
        context.strokeStyle = K.colour(colour);
        context.lineWidth = width;
        context.stroke();
      }
    }
  };
})(Kerbside);
