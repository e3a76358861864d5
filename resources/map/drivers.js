// Where the drivers are: columns as they came, and where each is shown while it glides from one fix to the next.
"use strict";

(function (K) {
  const LONGEST_GLIDE_MS = 2000;
  const LEAP = 5e-5; // in world units, some 2 km: beyond it a driver is set down, not slid across the city
  const NOWHERE = 0x7fffffff;

  K.Drivers = class {
    constructor() {
      this.count = 0;
      this.ids = [];
      this.index = new Map();
      this.names = {};
      this.revision = -1;
      this.shownRevision = -1;
      this.arrived = 0;
      this.glideMs = 0;
      this.allocate(0);
    }

    allocate(n) {
      for (const name of ["x", "y", "fromX", "fromY", "toX", "toY"]) this[name] = new Float64Array(n);
    }

    setIds({ revision, ids }) {
      this.pending = { revision, ids };
    }

    // The columns of encode.drivers_blob.
    set(buffer) {
      const [revision, n] = new Uint32Array(buffer, 0, 2);
      if (this.pending && this.pending.revision === revision) {
        this.adopt(this.pending);
        this.pending = null;
      }
      // Its list of ids is on its way; the next refresh brings both.
      if (revision !== this.revision || n !== this.ids.length) return false;
      const lat = new Int32Array(buffer, 8, n);
      const lon = new Int32Array(buffer, 8 + 4 * n, n);
      this.heading = new Uint16Array(buffer, 8 + 8 * n, n);
      this.activity = new Uint8Array(buffer, 8 + 10 * n, n);
      this.stale = new Uint8Array(buffer, 8 + 11 * n, n);
      const now = performance.now();
      const first = this.count === 0;
      this.settle(now);
      const gap = now - this.arrived;
      this.arrived = now;
      this.glideMs = first || !K.moving() ? 0 : Math.min(LONGEST_GLIDE_MS, gap);
      this.longest = 0;
      const rad = Math.PI / 180e6;
      const { x, y, fromX, fromY, toX, toY } = this;
      for (let i = 0; i < n; i++) {
        if (lat[i] === NOWHERE) {
          x[i] = toX[i] = fromX[i] = NaN;
          continue;
        }
        const s = Math.sin(lat[i] * rad);
        const tx = lon[i] / 360e6 + 0.5;
        const ty = 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
        const step = Math.max(Math.abs(tx - x[i]), Math.abs(ty - y[i]));
        if (step < LEAP) {
          fromX[i] = x[i];
          fromY[i] = y[i];
          if (step > this.longest) this.longest = step;
        } else {
          x[i] = fromX[i] = tx;
          y[i] = fromY[i] = ty;
        }
        toX[i] = tx;
        toY[i] = ty;
      }
      this.count = n;
      if (!this.glideMs) this.finish();
      return true;
    }

    // A new list of ids: those who were there before go on from where they are shown.
    adopt({ revision, ids }) {
      const old = { index: this.index, x: this.x, y: this.y, toX: this.toX, toY: this.toY };
      this.ids = ids;
      this.index = new Map(ids.map((id, i) => [id, i]));
      this.allocate(ids.length);
      ids.forEach((id, i) => {
        const j = old.index.get(id);
        this.x[i] = this.toX[i] = j === undefined ? NaN : old.x[j];
        this.y[i] = this.toY[i] = j === undefined ? NaN : old.y[j];
        this.fromX[i] = this.x[i];
        this.fromY[i] = this.y[i];
      });
      this.glideMs = 0;
      this.revision = revision;
    }

    get gliding() {
      return this.glideMs > 0;
    }

    // Bring the shown places to this moment.
    settle(now) {
      if (!this.glideMs) return;
      const t = (now - this.arrived) / this.glideMs;
      if (t >= 1) return this.finish();
      const { x, y, fromX, fromY, toX, toY } = this;
      for (let i = 0; i < this.count; i++) {
        x[i] = fromX[i] + (toX[i] - fromX[i]) * t;
        y[i] = fromY[i] + (toY[i] - fromY[i]) * t;
      }
    }

    finish() {
      this.glideMs = 0;
      this.x.set(this.toX);
      this.y.set(this.toY);
    }

    title(id) {
      const name = this.names[id];
      return name && name !== id ? `${id} ${name}` : id;
    }

    place(id) {
      const i = this.index.get(id);
      return i === undefined || !(this.x[i] >= 0) ? null : [this.x[i], this.y[i]];
    }

    // The driver nearest to a point of the world and within a distance of it.
    near(wx, wy, reach) {
      let best = -1;
      let least = reach * reach;
      const { x, y } = this;
      for (let i = 0; i < this.count; i++) {
        const dx = x[i] - wx;
        const dy = y[i] - wy;
        const d = dx * dx + dy * dy;
        if (d <= least) {
          least = d;
          best = i;
        }
      }
      return best < 0 ? null : { kind: "driver", id: this.ids[best], distance: Math.sqrt(least) };
    }
  };
})(Kerbside);
