// The canvas over everything: orders, then drivers, what is selected, and what is being dragged.
"use strict";

(function (K) {
  const DOTS_FROM = 1200; // drivers in the window from which they are dots
  const GROUPS_FROM = 70; // so many in a cell, as most of them find it, and dots would cover one another
  const GROUPS_TO = 50; // once grouped, they stay so down to this
  const LABELS_UP_TO = 150;
  const LABEL_ZOOM = 14;
  const FRAME_MS = 33;
  const CHEAP_MS = 4; // what is drawn faster than this is drawn anew while the map is dragged
  const REACH = 14; // pixels within which a pointer means a mark
  const STEPPED_BACK = 0.35; // how much is left of what is now while one looks at what was
  const AGE_MS = 1000; // how often an age that is shown is written anew

  K.Marks = K.Overlay.extend({
    options: { pad: 0.1, pane: "marks" },

    initialize(drivers, orders) {
      L.setOptions(this, {});
      this.drivers = drivers;
      this.orders = orders;
      this.crowd = new K.Crowd();
      this.level = "arrows";
      this.shown = new Uint32Array(0);
      this.groups = [];
      this.found = [];
      this.hover = null;
      this.drag = null;
      this.atlases = new Map();
      this.dots = new K.Dots();
    },

    restyle() {
      this.atlases.clear();
      this.dots.forget();
      if (this._map) this.place();
      this.refresh();
    },

    carried() {
      if (K.stats.draw_ms < CHEAP_MS || this.uncovered()) this.place();
    },

    // Whether a hand is moving the map, and a drawing would make it jerk: what there is goes along.
    inHand() {
      return K.stats.draw_ms >= CHEAP_MS && Boolean(this._map) && this._map.dragging.moving();
    },

    // Drivers have new places: draw until they are there. Where they are not shown, nothing is done for them.
    refresh() {
      if (!K.config || !K.layerOn("drivers")) return;
      this.follow();
      if (this.running) return;
      this.running = true;
      this.tick();
    },

    // Frames come no faster than the eye needs or than a third of the processor allows.
    tick() {
      const started = performance.now();
      if (!K.layerOn("drivers")) return (this.running = false);
      this.drivers.settle(started);
      if (this._map && !this.zooming && !this.inHand()) this.draw();
      if (!this.drivers.gliding) return (this.running = false);
      const now = performance.now();
      const cost = now - started;
      const rate = this.drivers.rate(now) * (this.scale || 1); // pixels a second
      const useful = Math.min(AGE_MS, 500 / Math.max(rate, 0.1));
      const wait = Math.max(FRAME_MS, 3 * cost, useful);
      setTimeout(() => requestAnimationFrame(() => this.tick()), Math.max(0, wait - cost - 8));
    },

    // A followed driver is kept in the middle half of the window.
    follow() {
      const id = K.config && K.config.follow;
      const place = id && this.drivers.place(id);
      if (!place || !this._map || this.zooming || this.drag) return;
      const size = this._map.getSize();
      const at = this._map.latLngToContainerPoint([K.latOf(place[1]), K.lonOf(place[0])]);
      if (at.x > size.x * 0.25 && at.x < size.x * 0.75 && at.y > size.y * 0.25 && at.y < size.y * 0.75) return;
      this._map.panTo([K.latOf(place[1]), K.lonOf(place[0])], { animate: K.moving(), duration: 0.4 });
    },

    // A point of the window as a point of the canvas, which reaches beyond it.
    onCanvas(point) {
      return this._map.containerPointToLayerPoint(point).subtract(this.corner);
    },

    screen([x, y]) {
      return [x * this.scale - this.ox, y * this.scale - this.oy];
    },

    // What the pointer means: a driver before an order, the nearest of each; far out, a group of drivers.
    at(point, only) {
      if (!this.scale) return null;
      const { x: px, y: py } = this.onCanvas(point);
      const order = only !== "driver" && K.layerOn("orders") ? this.orderAt(px, py) : null;
      const driver = only !== "order" && K.layerOn("drivers") ? this.driverAt(px, py) : null;
      if (driver && order) return order.distance < driver.distance * 0.7 ? order : driver;
      return driver || order;
    },

    orderAt(px, py) {
      const found = this.orders.near((px + this.ox) / this.scale, (py + this.oy) / this.scale, REACH / this.scale);
      return found && { ...found, distance: found.distance * this.scale };
    },

    driverAt(px, py) {
      const chosen = this.selected && this.selected[0] === "driver" && this.drivers.place(this.selected[1]);
      if (chosen) {
        const [x, y] = this.screen(chosen);
        if (Math.hypot(x - px, y - py) < REACH) return { kind: "driver", id: this.selected[1], distance: Math.hypot(x - px, y - py) };
      }
      const group = this.groups.find((g) => Math.hypot(g.x - px, g.y - py) <= g.radius);
      if (group) return { kind: "group", id: `${Math.round(group.x)},${Math.round(group.y)}`, group, distance: 0 };
      const k = this.crowd.near(px, py, REACH, this.level === "groups");
      if (k < 0) return null;
      const distance = Math.hypot(this.crowd.px[k] - px, this.crowd.py[k] - py);
      return { kind: "driver", id: this.drivers.ids[this.shown[k]], distance };
    },

    draw() {
      if (!K.config || !this.scale) return;
      const started = performance.now();
      const { drivers, crowd } = this;
      const middle = (this.ox + this.width / 2) / this.scale;
      drivers.turnTo(middle);
      this.orders.turnTo(middle);
      this.shown = K.layerOn("drivers") ? this.inWindow() : new Uint32Array(0);
      crowd.sort(this.shown, drivers, this.scale, this.ox, this.oy, this.width, this.height);
      this.level = this.levelOf(this.shown.length);
      this.clear();
      this.selected = K.config.select;
      this.groups = [];
      if (this.level === "dots") this.dots.draw(this.context, this.shown, crowd, drivers, this.ratio);
      if (K.layerOn("orders")) this.drawOrders();
      if (this.level === "groups") this.drawGroups();
      if (this.level === "arrows") this.drawArrows(this.shown);
      K.heat.write(this);
      if (this.steppedBack) this.stepBack();
      this.drawPointed();
      K.popup.follow();
      K.stats.draws++;
      K.stats.draw_ms = performance.now() - started;
      K.stats.shown = this.shown.length;
    },

    // What is drawn so far becomes pale; what is selected or pointed at stays readable.
    stepBack() {
      const { context } = this;
      context.save();
      context.globalCompositeOperation = "destination-in";
      context.globalAlpha = STEPPED_BACK;
      context.fillRect(0, 0, this.width, this.height);
      context.restore();
    },

    // From far away to near: groups with their numbers, dots, arrowheads.
    levelOf(count) {
      if (count < DOTS_FROM) return "arrows";
      return this.crowd.density > (this.level === "groups" ? GROUPS_TO : GROUPS_FROM) ? "groups" : "dots";
    },

    drawGroups() {
      const { activity } = this.drivers;
      const { groups, alone } = this.crowd.groups(activity, K.config.activities.length);
      this.drawGlyphs(alone.map((k) => this.shown[k]), 0.7);
      for (const group of groups) K.drawGroup(this.context, group, this.ratio);
      this.groups = groups;
    },

    inWindow() {
      const { x, y, count } = this.drivers;
      const left = (this.ox - 16) / this.scale;
      const right = (this.ox + this.width + 16) / this.scale;
      const top = (this.oy - 16) / this.scale;
      const bottom = (this.oy + this.height + 16) / this.scale;
      if (!this.visible || this.visible.length < count) this.visible = new Uint32Array(count);
      let n = 0;
      for (let i = 0; i < count; i++) {
        if (x[i] >= left && x[i] <= right && y[i] >= top && y[i] <= bottom) this.visible[n++] = i;
      }
      return this.visible.subarray(0, n);
    },

    atlas(size) {
      const key = size + "/" + this.ratio;
      if (!this.atlases.has(key)) this.atlases.set(key, new K.DriverAtlas(size, this.ratio));
      return this.atlases.get(key);
    },

    // Whose last fix is old is paler, whose phone is silent palest.
    drawGlyphs(rows, size) {
      const { x, y, heading, activity } = this.drivers;
      const atlas = this.atlas(size);
      const context = this.context;
      for (const step of [2, 1, 0]) {
        context.globalAlpha = K.FADED[step];
        for (const i of rows) {
          if (this.drivers.faded(i) !== step) continue;
          atlas.draw(context, x[i] * this.scale - this.ox, y[i] * this.scale - this.oy, activity[i], heading[i]);
        }
      }
      context.globalAlpha = 1;
    },

    drawArrows(shown) {
      const { x, y, ids } = this.drivers;
      this.drawGlyphs(shown, shown.length > 300 ? 0.7 : this.zoom >= 14 ? 1 : 0.85);
      if (this.zoom < LABEL_ZOOM || shown.length > LABELS_UP_TO || !K.layerOn("labels")) return;
      // A label that would lie on another is left out; pointing at the driver shows it.
      const placed = [];
      for (const i of shown) {
        const lx = x[i] * this.scale - this.ox;
        const ly = y[i] * this.scale - this.oy;
        const width = 8 * ids[i].length + 10;
        if (placed.some(([px, py, pw]) => lx < px + pw && px < lx + width && Math.abs(ly - py) < 17)) continue;
        placed.push([lx, ly, width]);
        this.label(ids[i], lx, ly, false);
      }
    },

    label(text, x, y, strong) {
      const pill = K.pill(text, this.ratio, strong);
      const left = this.beside(x, pill.width);
      const at = strong ? this.clearOf(left, y, pill.width) : y;
      this.context.drawImage(pill.canvas, Math.round(left), Math.round(at - 8), pill.width, pill.height);
    },

    // The height, as near to `y` as can be, at which a tag lies under no stop of the route shown: those lie above all marks.
    clearOf(x, y, width) {
      const { x: cx, y: cy } = this.corner;
      const clear = (at) => !K.shapes.tags.some((tag) => K.meet(tag, [x + cx, at - 9 + cy, x + width + cx, at + 9 + cy]));
      const heights = [0, -20, 20, -40, 40].map((shift) => y + shift);
      const found = heights.find(clear);
      return found === undefined ? y : found;
    },

    drawOrders() {
      const context = this.context;
      for (const end of ["dropoff", "pickup"]) {
        for (const order of this.orders.list) {
          if (!order[end]) continue;
          const [x, y] = this.screen(order[end]);
          if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
          const sprite = K.orderSprite(end, order, this.ratio);
          const css = this.zoom >= 13 ? sprite.css : sprite.css * 0.8;
          context.drawImage(sprite.canvas, x - css / 2, y - css / 2, css, css);
        }
      }
    },

    ring(x, y, radius) {
      const context = this.context;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = K.colour("surface");
      context.lineWidth = 5;
      context.stroke();
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 2.5;
      context.stroke();
    },

    path(points) {
      const context = this.context;
      context.beginPath();
      points.forEach((point) => context.lineTo(...this.screen(point)));
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 2;
      context.stroke();
    },

    // A thin line from where an order is picked up to where it goes.
    connect(order) {
      if (!order.from || !order.dropoff) return;
      const context = this.context;
      context.beginPath();
      context.moveTo(...this.screen(order.from));
      context.lineTo(...this.screen(order.dropoff));
      context.setLineDash([5, 4]);
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 1.5;
      context.stroke();
      context.setLineDash([]);
    },

    drawOne(kind, id, strong) {
      if (kind === "order") {
        const order = this.orders.byId.get(id);
        if (!order || !K.layerOn("orders")) return;
        if (strong) this.connect(order);
        for (const end of ["dropoff", "pickup"]) {
          if (!order[end]) continue;
          const [x, y] = this.screen(order[end]);
          if (strong) this.ring(x, y, 11);
          const sprite = K.orderSprite(end, order, this.ratio);
          this.context.drawImage(sprite.canvas, x - sprite.css / 2, y - sprite.css / 2, sprite.css, sprite.css);
          this.label(order.label || order.id, x + 2, y, strong);
        }
        return;
      }
      const i = this.drivers.index.get(id);
      const place = this.drivers.place(id);
      if (i === undefined || !place || !K.layerOn("drivers")) return;
      const [x, y] = this.screen(place);
      if (strong) this.ring(x, y, 15);
      this.atlas(1).draw(this.context, x, y, this.drivers.activity[i], this.drivers.heading[i]);
      this.label([this.titleOf(id), this.drivers.fixAge(i)].filter(Boolean).join(", "), x + (strong ? 4 : 0), y, strong);
    },

    // Names are many and few are read, so each is asked for when it is wanted.
    titleOf(id) {
      if (!(id in this.drivers.names)) {
        this.drivers.names[id] = id;
        K.tell("name_wanted", { id });
      }
      return this.drivers.title(id);
    },

    drawGroupText({ x, y, radius, count, of }) {
      const parts = of.map((n, i) => [n, K.config.activity_names[i]]).filter(([n]) => n);
      const words = parts.map(([n, name]) => `${K.number(n)} ${name}`).join(", ");
      this.label(`${K.config.texts.drivers} ${K.number(count)}: ${words}`, x + radius - 10, y, false);
    },

    // What is selected together.
    drawChosen({ orders, drivers }) {
      const inside = ([x, y]) => x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20;
      const ringAt = (place, radius) => {
        const at = place && this.screen(place);
        if (at && inside(at)) this.ring(at[0], at[1], radius);
      };
      for (const order of K.layerOn("orders") ? orders.map((id) => this.orders.byId.get(id)).filter(Boolean) : []) {
        for (const end of ["pickup", "dropoff"]) ringAt(order[end], 11);
      }
      if (this.level === "groups" || !K.layerOn("drivers")) return;
      for (const id of drivers) ringAt(this.drivers.place(id), this.level === "arrows" ? 15 : 6);
    },

    // Who was searched for and found.
    drawFound() {
      const context = this.context;
      context.beginPath();
      for (const id of this.found) {
        const place = this.drivers.place(id);
        if (!place) continue;
        const [x, y] = this.screen(place);
        if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
        const radius = this.level === "arrows" ? 12 : 6;
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      }
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 1.5;
      context.stroke();
    },

    drawPointed() {
      if (this.found.length && this.level !== "groups" && K.layerOn("drivers")) this.drawFound();
      K.edit.paint(this);
      K.draw.paint(this);
      this.drawChosen(K.config.chosen);
      if (this.selected) this.drawOne(this.selected[0], this.selected[1], true);
      if (this.hover && this.hover.kind === "group") return this.groups.length ? this.drawGroupText(this.hover.group) : null;
      const same = this.selected && this.hover && this.selected[1] === this.hover.id;
      if (this.hover && !same && !this.drag) this.drawOne(this.hover.kind, this.hover.id, false);
      if (this.drag) this.drawDrag();
    },

    // The order in the hand, and the driver it would go to.
    drawDrag() {
      const { from, target, text } = this.drag;
      const to = this.onCanvas(this.drag.to);
      const context = this.context;
      if (from) {
        context.beginPath();
        context.moveTo(...this.screen(from));
        context.lineTo(to.x, to.y);
        context.strokeStyle = K.colour("accent");
        context.lineWidth = 2;
        context.stroke();
      }
      if (target) this.drawOne("driver", target, true);
      if (from) {
        const label = target ? `${text} → ${this.titleOf(target)}` : text;
        this.label(label, to.x, to.y - 18, false);
      }
    },
  });
})(Kerbside);
