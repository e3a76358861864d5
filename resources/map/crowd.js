// Who is in the window, sorted into cells: it answers who is under the pointer, and how crowded it is where the drivers are.
"use strict";

(function (K) {
  const CELL = 64; // pixels
  const FEW = 4; // so many in one cell are still shown one by one

  K.Crowd = class {
    constructor() {
      this.head = this.counts = new Int32Array(0);
      this.next = this.px = this.py = new Float32Array(0);
      this.total = 0;
    }

    // Cells keep their place on the ground, so that nobody changes from one to another because the map is dragged.
    // `rows` are the drivers in the window, `ox`, `oy` the world's pixel at its corner.
    sort(rows, drivers, scale, ox, oy, width, height) {
      const n = rows.length;
      this.rows = rows;
      this.left = Math.floor((ox - 16) / CELL);
      this.top = Math.floor((oy - 16) / CELL);
      this.ox = ox;
      this.oy = oy;
      this.across = Math.floor((ox + width + 16) / CELL) - this.left + 1;
      this.down = Math.floor((oy + height + 16) / CELL) - this.top + 1;
      const cells = this.across * this.down;
      if (this.head.length !== cells) {
        this.head = new Int32Array(cells);
        this.counts = new Int32Array(cells);
      }
      if (this.px.length < n) {
        this.next = new Int32Array(2 * n);
        this.px = new Float32Array(2 * n);
        this.py = new Float32Array(2 * n);
      }
      const { head, counts, next, px, py, across } = this;
      const dx = this.left * CELL - ox;
      const dy = this.top * CELL - oy;
      head.fill(-1);
      counts.fill(0);
      const { x, y } = drivers;
      for (let k = 0; k < n; k++) {
        const i = rows[k];
        const a = x[i] * scale - ox;
        const b = y[i] * scale - oy;
        px[k] = a;
        py[k] = b;
        const cell = Math.floor((b - dy) / CELL) * across + Math.floor((a - dx) / CELL);
        next[k] = head[cell];
        head[cell] = k;
        counts[cell]++;
      }
      let squares = 0;
      for (let c = 0; c < cells; c++) squares += counts[c] * counts[c];
      // How many a driver has in the own cell, on average over the drivers.
      this.density = n ? squares / n : 0;
    }

    // The driver nearest to a point of the canvas within `reach` pixels: its place in `rows`, or -1. `alone` leaves out those
    // who are shown as a group.
    near(x, y, reach, alone) {
      if (!this.rows) return -1;
      const cellX = (v) => Math.floor((v + this.ox) / CELL) - this.left;
      const cellY = (v) => Math.floor((v + this.oy) / CELL) - this.top;
      const clamp = (v, most) => Math.max(0, Math.min(most - 1, v));
      let best = -1;
      let least = reach * reach;
      for (let r = clamp(cellY(y - reach), this.down); r <= clamp(cellY(y + reach), this.down); r++) {
        for (let c = clamp(cellX(x - reach), this.across); c <= clamp(cellX(x + reach), this.across); c++) {
          const cell = r * this.across + c;
          if (alone && this.counts[cell] > FEW) continue;
          for (let k = this.head[cell]; k >= 0; k = this.next[k]) {
            const a = this.px[k] - x;
            const b = this.py[k] - y;
            const d = a * a + b * b;
            if (d <= least) {
              least = d;
              best = k;
            }
          }
        }
      }
      return best;
    }

    // Cells as groups: how many, how many of each activity, and where among them a mark can stand. Those in cells of a few
    // come one by one, as places in `rows`.
    groups(activity, kinds) {
      const groups = [];
      const alone = [];
      for (let cell = 0; cell < this.counts.length; cell++) {
        const count = this.counts[cell];
        if (!count) continue;
        if (count <= FEW) {
          for (let k = this.head[cell]; k >= 0; k = this.next[k]) alone.push(k);
          continue;
        }
        const of = new Array(kinds).fill(0);
        let x = 0;
        let y = 0;
        for (let k = this.head[cell]; k >= 0; k = this.next[k]) {
          of[activity[this.rows[k]]]++;
          x += this.px[k];
          y += this.py[k];
        }
        // Halfway between the drivers and the middle of their cell: near them, and clear of the neighbours.
        const middleX = ((cell % this.across) + this.left + 0.5) * CELL - this.ox;
        const middleY = (Math.floor(cell / this.across) + this.top + 0.5) * CELL - this.oy;
        const radius = Math.min(24, 9 + 5 * Math.log10(count));
        groups.push({ x: (x / count + middleX) / 2, y: (y / count + middleY) / 2, radius, count, of });
      }
      return { groups, alone };
    }
  };

  // A group: how many, and round them the shares of what they are doing.
  K.drawGroup = (context, { x, y, radius, count, of }, ratio) => {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = K.colour("surface");
    context.fill();
    context.lineWidth = 4;
    let from = -Math.PI / 2;
    of.forEach((part, activity) => {
      if (!part) return;
      const to = from + (part / count) * 2 * Math.PI;
      context.beginPath();
      context.arc(x, y, radius - 2, from, to);
      context.strokeStyle = K.activityColour(K.config.activities[activity]);
      context.stroke();
      from = to;
    });
    const text = K.groupText(count < 10000 ? String(count) : `${Math.round(count / 1000)}k`, ratio);
    context.drawImage(text.canvas, Math.round(x - text.width / 2), Math.round(y - text.height / 2), text.width, text.height);
  };
})(Kerbside);
