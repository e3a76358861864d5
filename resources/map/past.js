// Where drivers were: a track with its stops, and places of one moment. It lies above what is there now, which steps back.
"use strict";

(function (K) {
  K.Past = K.Overlay.extend({
    options: { pad: 0.25, pane: "past" },

    set(past) {
      // Flat lists of latitude and longitude.
      const world = (list) => {
        const out = new Float64Array(list.length);
        for (let i = 0; i < list.length; i += 2) {
          out[i] = K.worldX(list[i + 1]);
          out[i + 1] = K.worldY(list[i]);
        }
        return out;
      };
      this.past = past && { lines: past.lines.map(world), dots: world(past.dots), stops: past.stops };
      if (this._map) this.place();
    },

    points() {
      if (!this.past) return [];
      const found = [];
      for (const line of [...this.past.lines, this.past.dots]) {
        for (let i = 0; i < line.length; i += 2) found.push([line[i], line[i + 1]]);
      }
      return found;
    },

    draw() {
      this.clear();
      if (!K.config || !this.past) return;
      this.drawLines();
      this.drawDots();
      this.drawStops();
    },

    drawLines() {
      const { context, scale, ox, oy } = this;
      context.lineJoin = context.lineCap = "round";
      for (const [token, width] of [["surface", 7], ["accent", 3]]) {
        context.strokeStyle = K.colour(token);
        context.lineWidth = width;
        for (const line of this.past.lines) {
          context.beginPath();
          for (let i = 0; i < line.length; i += 2) context.lineTo(line[i] * scale - ox, line[i + 1] * scale - oy);
          context.stroke();
        }
      }
      for (const line of this.past.lines) this.drawArrows(line);
    },

    // Which way it went: an arrow every hundred pixels.
    drawArrows(line) {
      const { context, scale, ox, oy } = this;
      let gone = 60;
      context.fillStyle = K.colour("accent");
      for (let i = 2; i < line.length; i += 2) {
        const [x0, y0] = [line[i - 2] * scale - ox, line[i - 1] * scale - oy];
        const [x1, y1] = [line[i] * scale - ox, line[i + 1] * scale - oy];
        const step = Math.hypot(x1 - x0, y1 - y0);
        gone += step;
        if (gone < 100 || step < 4 || x1 < 0 || y1 < 0 || x1 > this.width || y1 > this.height) continue;
        gone = 0;
        context.save();
        context.translate((x0 + x1) / 2, (y0 + y1) / 2);
        context.rotate(Math.atan2(y1 - y0, x1 - x0));
        context.beginPath();
        context.moveTo(7, 0), context.lineTo(-5, -5), context.lineTo(-5, 5), context.closePath();
        context.fill();
        context.restore();
      }
    },

    drawDots() {
      const { context, scale, ox, oy } = this;
      const { dots } = this.past;
      context.fillStyle = K.colour("accent");
      context.strokeStyle = K.colour("surface");
      context.lineWidth = 1;
      const many = dots.length > 4000;
      for (let i = 0; i < dots.length; i += 2) {
        const x = dots[i] * scale - ox;
        const y = dots[i + 1] * scale - oy;
        if (x < -5 || y < -5 || x > this.width + 5 || y > this.height + 5) continue;
        if (many) {
          context.fillRect(x - 1.5, y - 1.5, 3, 3);
          continue;
        }
        context.beginPath();
        context.arc(x, y, 4, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    },

    // Stops are numbered in their order; a label that would lie on another is left to the table.
    drawStops() {
      const { context, scale, ox, oy } = this;
      const placed = [];
      this.past.stops.forEach(({ place, label }, n) => {
        const x = K.worldX(place[1]) * scale - ox;
        const y = K.worldY(place[0]) * scale - oy;
        if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) return;
        context.beginPath();
        context.arc(x, y, 9, 0, 2 * Math.PI);
        context.fillStyle = K.colour("accent");
        context.fill();
        context.strokeStyle = K.colour("surface");
        context.lineWidth = 2;
        context.stroke();
        context.font = `600 11px ${K.font}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillStyle = K.colour("on-accent");
        context.fillText(String(n + 1), x, y + 0.5);
        const pill = K.pill(label, this.ratio, false);
        const left = this.beside(x, pill.width);
        const box = [left, y - 8, left + pill.width, y + 8];
        if (placed.some((b) => K.meet(b, box))) return;
        placed.push(box);
        context.drawImage(pill.canvas, Math.round(box[0]), Math.round(box[1]), pill.width, pill.height);
      });
    },
  });
})(Kerbside);
