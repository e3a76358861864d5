// Shapes that the dispatcher draws: a circle, a rectangle, an outline, a line, a point; what is measured, and what a lasso is
// thrown round. One at a time, and then the map is a map again.
"use strict";

(function (K) {
  const CLOSE = 10; // pixels from its first corner within which an outline is closed
  const STILL = 5; // pixels a hand may move in a click
  const METRES = 6371008.8;
  const FEWEST = { outline: 3, line: 2, measure: 2, lasso: 3 }; // corners of what is drawn corner by corner

  const toLatLon = (point) => [K.latOf(point.y), K.lonOf(point.x)];

  function metres(a, b) {
    const rad = Math.PI / 180;
    const [p, q] = [toLatLon(a), toLatLon(b)];
    const north = Math.sin(((q[0] - p[0]) * rad) / 2);
    const east = Math.sin(((q[1] - p[1]) * rad) / 2);
    const h = north * north + Math.cos(p[0] * rad) * Math.cos(q[0] * rad) * east * east;
    return 2 * METRES * Math.asin(Math.min(1, Math.sqrt(h)));
  }

  const length = (points) => points.slice(1).reduce((sum, point, i) => sum + metres(points[i], point), 0);
  const words = (m) => (m < 1000 ? `${Math.round(m)} m` : `${K.number(m / 1000, 1)} km`);

  K.Draw = class {
    constructor(map, marks) {
      this.map = map;
      this.marks = marks;
      this.kind = null;
      this.hint = L.DomUtil.create("div", "map-hint", map.getContainer());
      this.hint.hidden = true;
      K.on("do:draw", ({ kind, hint }) => this.begin(kind, hint));
      const box = map.getContainer();
      box.addEventListener("mousedown", (event) => this.press(event), true);
      window.addEventListener("mousemove", (event) => this.move(event));
      window.addEventListener("mouseup", (event) => this.release(event));
      window.addEventListener("keydown", (event) => this.key(event), true);
    }

    begin(kind, hint) {
      this.end();
      if (!kind) return;
      this.kind = kind;
      this.points = [];
      this.measured = null;
      this.thrown = false;
      this.at = null;
      K.crosshair.on = false;
      this.hint.textContent = hint;
      this.hint.hidden = false;
      this.map.dragging.disable();
      this.map.doubleClickZoom.disable();
      this.map.getContainer().classList.add("drawing");
      this.map.getContainer().focus();
    }

    end() {
      if (!this.kind) return;
      this.kind = null;
      this.pressed = null;
      this.hint.hidden = true;
      this.map.dragging.enable();
      this.map.doubleClickZoom.enable();
      this.map.getContainer().classList.remove("drawing");
      this.marks.draw();
    }

    place(event) {
      const at = this.map.mouseEventToLatLng(event);
      return { x: K.worldX(at.lng), y: K.worldY(at.lat) };
    }

    far(a, b) {
      return Math.hypot(a.x - b.x, a.y - b.y) * this.marks.scale;
    }

    press(event) {
      if (!this.kind || event.button !== 0 || event.target.closest(".leaflet-control")) return;
      event.stopPropagation();
      event.preventDefault();
      this.map.getContainer().focus();
      this.pressed = this.at = this.place(event);
      if (FEWEST[this.kind]) this.corner(event.detail > 1);
      else this.points = [this.pressed];
      this.marks.draw();
    }

    corner(twice) {
      const { points, pressed } = this;
      const home = (this.kind === "outline" || this.kind === "lasso") && points.length && this.far(points[0], pressed) < CLOSE;
      const closes = points.length >= FEWEST[this.kind] && (twice || home);
      if (closes) return this.done(points);
      if (!points.length || this.far(points[points.length - 1], pressed) > 1) points.push(pressed);
    }

    // A corner by the keys; of what has only one place, the place.
    put(place) {
      if (FEWEST[this.kind]) this.points.push({ ...place });
      else if (this.kind === "point") this.done([place]);
    }

    // What is drawn corner by corner is whole.
    finish() {
      if (this.points && this.points.length >= FEWEST[this.kind]) this.done(this.points);
    }

    move(event) {
      if (!this.kind || !event.target.closest || !event.target.closest(".leaflet-container")) return;
      this.at = this.place(event);
      K.crosshair.on = false;
      // A lasso is thrown in one go, or laid corner by corner.
      if (this.kind === "lasso" && this.pressed && event.buttons & 1 && this.far(this.points[this.points.length - 1], this.at) > STILL) {
        this.points.push(this.at);
        this.thrown = true;
      }
      this.marks.draw();
    }

    release(event) {
      if (this.kind === "lasso" && this.thrown) return this.finish();
      if (!this.kind || !this.pressed || FEWEST[this.kind]) return;
      const to = this.place(event);
      const dragged = this.far(this.pressed, to) >= STILL;
      if (this.kind === "point") return this.done([this.pressed]);
      if (this.kind === "circle") return this.done([this.pressed], dragged ? metres(this.pressed, to) : 0);
      if (dragged) return this.done([this.pressed, to]);
      this.pressed = null; // a rectangle needs two corners
      this.points = [];
    }

    key(event) {
      if (!this.kind) return;
      if (event.key === "Escape") {
        this.end();
        K.tell("draw_ended", {});
      } else if (event.key === "Enter" && FEWEST[this.kind]) this.finish();
      else if (event.key === "Backspace" && FEWEST[this.kind]) this.points.pop();
      else if (!K.crosshair.key(event)) return;
      event.stopPropagation();
      this.marks.draw();
    }

    done(points, radius = 0) {
      const kind = this.kind;
      // The click that ends a drawing means nothing else.
      K.hands.swallowClick();
      this.end();
      if (kind === "lasso") return this.caught(points);
      if (kind === "measure") {
        this.measured = points;
        K.tell("measured", { points: points.map(toLatLon), metres: length(points) });
        return this.marks.draw();
      }
      K.tell("drawn", { kind, points: points.map(toLatLon), radius });
    }

    // Whoever lies within is found here, where everybody is drawn.
    caught(points) {
      const { drivers, orders } = this.marks;
      const within = ([x, y]) =>
        points.reduce((inside, a, i) => {
          const b = points[(i + 1) % points.length];
          const crosses = a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x;
          return crosses ? !inside : inside;
        }, false);
      const caught = { orders: [], drivers: [], points: points.map(toLatLon) };
      if (K.layerOn("orders")) {
        const ends = (order) => [order.pickup, order.pickup ? null : order.dropoff].filter(Boolean);
        caught.orders = orders.list.filter((order) => ends(order).some(within)).map(({ id }) => id);
      }
      if (K.layerOn("drivers")) {
        for (let i = 0; i < drivers.count; i++) if (drivers.placed(i) && within([drivers.x[i], drivers.y[i]])) caught.drivers.push(drivers.ids[i]);
      }
      K.tell("lassoed", caught);
    }

    forget() {
      this.measured = null;
      this.marks.draw();
    }

    // How far it is from the first place to each of the others, as the crow flies.
    paintMeasured(marks, points) {
      points.forEach((point, i) => {
        if (!i) return;
        const [x, y] = marks.screen([point.x, point.y]);
        marks.label(words(length(points.slice(0, i + 1))), x, y, i === points.length - 1);
      });
    }

    // What there is of it so far.
    paint(marks) {
      K.crosshair.paint(marks);
      if (this.measured) {
        marks.path(this.measured.map(({ x, y }) => [x, y]));
        this.paintMeasured(marks, this.measured);
      }
      if (!this.kind || !this.at || !this.points.length || this.kind === "point") return;
      const context = marks.context;
      const screen = (p) => marks.screen([p.x, p.y]);
      const [x0, y0] = screen(this.points[0]);
      const [x1, y1] = screen(this.at);
      context.beginPath();
      if (this.kind === "circle") context.arc(x0, y0, Math.hypot(x1 - x0, y1 - y0), 0, 2 * Math.PI);
      else if (this.kind === "rectangle") context.rect(x0, y0, x1 - x0, y1 - y0);
      else {
        context.moveTo(x0, y0);
        for (const point of this.points.slice(1)) context.lineTo(...screen(point));
        context.lineTo(x1, y1);
      }
      if (this.kind !== "line" && this.kind !== "measure") {
        context.globalAlpha = 0.1;
        context.fillStyle = K.colour("accent");
        context.fill();
        context.globalAlpha = 1;
      }
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 2;
      context.stroke();
      if (this.kind === "circle") marks.label(words(metres(this.points[0], this.at)), x1, y1, true);
      if (this.kind === "measure") this.paintMeasured(marks, [...this.points, this.at]);
      if (!FEWEST[this.kind] || this.thrown) return;
      for (const point of this.points) {
        const [x, y] = screen(point);
        context.beginPath();
        context.arc(x, y, 4, 0, 2 * Math.PI);
        context.fillStyle = K.colour("surface");
        context.fill();
        context.stroke();
      }
    }
  };
})(Kerbside);
