// Where orders wait and where drivers are free: cells of the ground with both numbers, deeper in colour where either outweighs.
"use strict";

(function (K) {
  const CELL = 96; // pixels, halved or doubled with the zoom so that cells keep to the ground
  const EVERY_MS = 1000;
  const DEEPEST = 0.5;
  const FULL = 5; // so many more of one than of the other are as deep as it gets
  const ROOM = 40; // pixels a cell needs for its numbers
  const WAITING = new Set(["waiting", "held", "offered"]);

  K.Heat = K.Overlay.extend({
    options: { pad: 0.25, pane: "heat" },

    initialize(drivers, orders) {
      L.setOptions(this, {});
      this.drivers = drivers;
      this.orders = orders;
    },

    // New places or orders: drawn anew once a second at most.
    refresh() {
      if (this.due || !this._map) return;
      this.due = setTimeout(() => {
        this.due = null;
        if (!this._map) return;
        this.draw();
        if (!K.marks.inHand()) K.marks.draw();
      }, EVERY_MS);
    },

    // By cell: orders without a driver, and drivers who are free.
    count() {
      const side = CELL / (256 * Math.pow(2, Math.round(this.zoom)));
      const cells = new Map();
      const add = (x, y, which) => {
        const key = Math.floor(x / side) + "," + Math.floor(y / side);
        if (!cells.has(key)) cells.set(key, { x: Math.floor(x / side), y: Math.floor(y / side), demand: 0, supply: 0 });
        cells.get(key)[which]++;
      };
      const { x, y, activity, count, stale } = this.drivers;
      const free = K.config.activities.indexOf("free");
      const [left, top] = [this.ox / this.scale - side, this.oy / this.scale - side];
      const [right, bottom] = [(this.ox + this.width) / this.scale, (this.oy + this.height) / this.scale];
      for (let i = 0; i < count; i++) {
        if (activity[i] === free && !stale[i] && x[i] >= left && x[i] <= right && y[i] >= top && y[i] <= bottom) add(x[i], y[i], "supply");
      }
      for (const order of this.orders.list) if (WAITING.has(order.status) && order.pickup) add(...order.pickup, "demand");
      return { side, cells: [...cells.values()] };
    },

    draw() {
      this.clear();
      if (!K.config) return;
      const { side, cells } = this.count();
      this.cells = cells;
      const context = this.context;
      const width = side * this.scale;
      for (const { x, y, demand, supply } of cells) {
        const left = x * side * this.scale - this.ox;
        const top = y * side * this.scale - this.oy;
        if (left > this.width || top > this.height || left + width < 0 || top + width < 0) continue;
        const over = demand - supply;
        context.globalAlpha = DEEPEST * Math.min(1, (Math.abs(over) + 1) / (FULL + 1));
        context.fillStyle = K.colour(over > 0 ? "offered" : "free");
        context.fillRect(left + 1, top + 1, width - 2, width - 2);
        context.globalAlpha = 1;
      }
      this.side = side;
    },

    // Over everything, at the top of each cell: a square and how many orders wait, an arrowhead and how many drivers are free,
    // as both look on the map.
    write(marks) {
      if (!this._map || !this.cells || this.side * marks.scale < ROOM) return;
      for (const { x, y, demand, supply } of this.cells) {
        const [left, top] = marks.screen([x * this.side, y * this.side]);
        const pill = K.pill(`■ ${demand}  ▲ ${supply}`, marks.ratio, false);
        const middle = left + (this.side * marks.scale - pill.width) / 2;
        marks.context.drawImage(pill.canvas, Math.round(middle), Math.round(top + 4), pill.width, pill.height);
      }
    },
  });
})(Kerbside);
