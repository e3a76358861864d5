// The canvas over everything: orders, then drivers, what is selected, and what is being dragged.
"use strict";

(function (K) {
  const DOTS_FROM = 1200; // drivers in the window from which they are dots
  const LABELS_UP_TO = 150;
  const LABEL_ZOOM = 14;
  const FRAME_MS = 33;
  const REACH = 14; // pixels within which a pointer means a mark

  K.Marks = K.Overlay.extend({
    options: { pad: 0, pane: "marks" },

    initialize(drivers, orders) {
      L.setOptions(this, {});
      this.drivers = drivers;
      this.orders = orders;
      this.hover = null;
      this.drag = null;
      this.atlases = new Map();
    },

    restyle() {
      this.atlases.clear();
      this.dots = null;
      if (this._map) this.place();
    },

    // Drivers have new places: draw until they are there.
    refresh() {
      this.follow();
      if (this.running) return;
      this.running = true;
      this.tick();
    },

    // Frames come no faster than the eye needs or than a third of the processor allows.
    tick() {
      const started = performance.now();
      this.drivers.settle(started);
      if (this._map && !this.zooming) this.draw();
      if (!this.drivers.gliding) {
        this.running = false;
        return;
      }
      const cost = performance.now() - started;
      const crossing = this.drivers.longest * (this.scale || 1);
      const useful = crossing > 0.5 ? this.drivers.glideMs / Math.min(crossing * 2, 1e4) : this.drivers.glideMs;
      const left = this.drivers.arrived + this.drivers.glideMs - performance.now();
      const wait = Math.max(FRAME_MS, 3 * cost, Math.min(useful, left + 1));
      setTimeout(() => requestAnimationFrame(() => this.tick()), Math.max(0, wait - cost - 8));
    },

    // A followed driver is kept in the middle half of the window.
    follow() {
      const id = K.config && K.config.follow;
      const place = id && this.drivers.place(id);
      if (!place || !this._map || this.zooming || this.drag) return;
      const size = this._map.getSize();
      const at = this.screen(place);
      if (at[0] > size.x * 0.25 && at[0] < size.x * 0.75 && at[1] > size.y * 0.25 && at[1] < size.y * 0.75) return;
      this._map.panTo([K.latOf(place[1]), K.lonOf(place[0])], { animate: K.moving(), duration: 0.4 });
    },

    screen([x, y]) {
      return [x * this.scale - this.ox, y * this.scale - this.oy];
    },

    // What the pointer means: a driver before an order, the nearest of each.
    at(point, only) {
      if (!this.scale) return null;
      const wx = (point.x + this.ox) / this.scale;
      const wy = (point.y + this.oy) / this.scale;
      const reach = REACH / this.scale;
      const driver = only !== "order" && K.layerOn("drivers") ? this.drivers.near(wx, wy, reach) : null;
      const order = only !== "driver" && K.layerOn("orders") ? this.orders.near(wx, wy, reach) : null;
      if (driver && order) return order.distance < driver.distance * 0.7 ? order : driver;
      return driver || order;
    },

    draw() {
      if (!K.config || !this.scale) return;
      const started = performance.now();
      const shown = K.layerOn("drivers") ? this.inWindow() : [];
      const dotted = shown.length >= DOTS_FROM;
      this.clear();
      this.selected = K.config.select;
      if (dotted) this.drawDots(shown);
      if (K.layerOn("orders")) this.drawOrders();
      if (!dotted) this.drawArrows(shown);
      this.drawPointed(dotted);
      K.stats.draws++;
      K.stats.draw_ms = performance.now() - started;
      K.stats.shown = shown.length;
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

    drawArrows(shown) {
      const { x, y, heading, activity, stale, ids } = this.drivers;
      const atlas = this.atlas(shown.length > 300 ? 0.7 : this.zoom >= 14 ? 1 : 0.85);
      const context = this.context;
      for (const dim of [1, 0]) {
        context.globalAlpha = dim ? 0.45 : 1;
        for (const i of shown) {
          if (stale[i] === dim) atlas.draw(context, x[i] * this.scale - this.ox, y[i] * this.scale - this.oy, activity[i], heading[i]);
        }
      }
      context.globalAlpha = 1;
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
      this.context.drawImage(pill.canvas, Math.round(x + 13), Math.round(y - 8), pill.width, pill.height);
    },

    // Fifty thousand dots are set into the picture's own pixels: drawing as many circles would take ten times as long.
    drawDots(shown) {
      const { width, height } = this.canvas;
      if (!this.dots || this.dots.image.width !== width || this.dots.image.height !== height) {
        const image = new ImageData(width, height);
        this.dots = { image, pixels: new Uint32Array(image.data.buffer), masks: this.masks(width) };
      } else this.dots.pixels.fill(0);
      const { pixels, masks, image } = this.dots;
      const { x, y, activity, stale } = this.drivers;
      const r = this.ratio;
      const margin = 6 * r;
      for (const i of shown) {
        const px = Math.round((x[i] * this.scale - this.ox) * r);
        const py = Math.round((y[i] * this.scale - this.oy) * r);
        if (px < margin || py < margin || px >= width - margin || py >= height - margin) continue;
        const mask = masks[activity[i] * 2 + stale[i]];
        const at = py * width + px;
        for (let k = 0; k < mask.offsets.length; k++) {
          const p = at + mask.offsets[k];
          const colour = mask.colours[k];
          // A soft edge gives way to what is there already; a body covers it.
          if (mask.solid[k] || pixels[p] === 0) pixels[p] = colour;
        }
      }
      this.context.putImageData(image, 0, 0);
    },

    masks(width) {
      const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
      const ground = rgb(K.colour("surface"));
      return K.config.activities.flatMap((activity) => {
        const [ownRgb, mask] = [rgb(K.activityColour(activity)), K.dotMask(activity, this.ratio)];
        return [1, 0.45].map((share) => ({
          offsets: Int32Array.from(mask, ([dx, dy]) => dy * width + dx),
          colours: Uint32Array.from(mask, ([, , cover, hole]) => {
            const [red, green, blue] = hole ? ground : ownRgb;
            return (Math.round(cover * share * 255) << 24) | (blue << 16) | (green << 8) | red;
          }),
          solid: Uint8Array.from(mask, ([, , cover]) => (cover > 0.9 ? 1 : 0)),
        }));
      });
    },

    drawOrders() {
      const context = this.context;
      for (const end of ["dropoff", "pickup"]) {
        for (const order of this.orders.list) {
          if (!order[end]) continue;
          const [x, y] = this.screen(order[end]);
          if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
          const sprite = K.orderSprite(end, order.token, order.late, this.ratio);
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
          const sprite = K.orderSprite(end, order.token, order.late, this.ratio);
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
      this.label(this.drivers.title(id), x + (strong ? 4 : 0), y, strong);
    },

    drawPointed() {
      if (this.selected) this.drawOne(this.selected[0], this.selected[1], true);
      const same = this.selected && this.hover && this.selected[1] === this.hover.id;
      if (this.hover && !same && !this.drag) this.drawOne(this.hover.kind, this.hover.id, false);
      if (this.drag) this.drawDrag();
    },

    // The order in the hand, and the driver it would go to.
    drawDrag() {
      const { from, to, target, text } = this.drag;
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
        const label = target ? `${text} → ${this.drivers.title(target)}` : text;
        this.label(label, to.x, to.y - 18, false);
      }
    },
  });
})(Kerbside);
