// Where the drivers are: columns as they came, and where each is shown between one fix and the next.
"use strict";

(function (K) {
  const BLEND_MS = 700; // within which a driver who turns out to be elsewhere is brought there
  const AHEAD_S = 8; // a driver is taken to go on as at the last fix, ever more slowly, for this long at full speed at most
  const LEAP = 5e-5; // in world units, some 2 km: beyond it a driver is set down, not slid across the city
  const NOWHERE = 0x7fffffff;
  const GIRTH_M = 2 * Math.PI * 6378137;
  const HEADER = 12;
  const COLUMNS = ["x", "y", "endX", "endY", "backX", "backY", "offX", "offY"];

  const OLD_TENTHS = 300; // a fix of half a minute is older than most

  K.AGE_UNKNOWN = 0xffff;
  K.FADED = [1, 0.72, 0.45]; // how much of the colour is left: fresh, old, from a silent phone

  K.Drivers = class {
    constructor() {
      this.count = 0;
      this.ids = [];
      this.index = new Map();
      this.names = {};
      this.revision = -1;
      this.arrived = 0;
      this.pace = 0;
      this.middle = 0.5;
      this.blending = false;
      this.fastest = this.farthest = 0;
      this.allocate(0);
    }

    allocate(n) {
      for (const name of COLUMNS) this[name] = new Float64Array(n);
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
      const now = performance.now();
      this.settle(now);
      const lat = new Int32Array(buffer, HEADER, n);
      const lon = new Int32Array(buffer, HEADER + 4 * n, n);
      this.heading = new Uint16Array(buffer, HEADER + 8 * n, n);
      this.age = new Uint16Array(buffer, HEADER + 10 * n, n);
      const speed = new Uint8Array(buffer, HEADER + 12 * n, n);
      this.activity = new Uint8Array(buffer, HEADER + 13 * n, n);
      this.stale = new Uint8Array(buffer, HEADER + 14 * n, n);
      const moving = K.moving();
      this.pace = moving ? new Float32Array(buffer, 8, 1)[0] : 0;
      this.arrived = now;
      this.aim(n, lat, lon, speed, moving);
      this.count = n;
      return true;
    }

    // For each driver where the way ends (`end`), how far back of it they are now, and how far off they are shown.
    aim(n, lat, lon, speed, moving) {
      const { x, y, endX, endY, backX, backY, offX, offY, heading, age } = this;
      const rad = Math.PI / 180e6;
      let fastest = 0;
      let farthest = 0;
      for (let i = 0; i < n; i++) {
        if (lat[i] === NOWHERE) {
          x[i] = endX[i] = NaN;
          continue;
        }
        const s = Math.sin(lat[i] * rad);
        let ex = K.nearX(lon[i] / 360e6 + 0.5, this.middle);
        let ey = 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
        let bx = 0;
        let by = 0;
        if (speed[i] && heading[i] !== K.STOPPED && this.pace) {
          const turn = (heading[i] * Math.PI) / 18000;
          const reach = (speed[i] / 4 / (GIRTH_M * Math.sqrt(1 - s * s))) * AHEAD_S;
          const left = Math.exp(-age[i] / 10 / AHEAD_S);
          const dx = Math.sin(turn) * reach;
          const dy = -Math.cos(turn) * reach;
          ex += dx;
          ey += dy;
          bx = dx * left;
          by = dy * left;
          fastest = Math.max(fastest, reach * left);
        }
        const ox = x[i] - (ex - bx);
        const oy = y[i] - (ey - by);
        const off = Math.max(Math.abs(ox), Math.abs(oy));
        const slide = moving && off < LEAP;
        offX[i] = slide ? ox : 0;
        offY[i] = slide ? oy : 0;
        if (slide && off > farthest) farthest = off;
        endX[i] = ex;
        endY[i] = ey;
        backX[i] = bx;
        backY[i] = by;
        x[i] = ex - bx + offX[i];
        y[i] = ey - by + offY[i];
      }
      this.fastest = fastest / AHEAD_S; // world units a second
      this.farthest = farthest;
      this.blending = farthest > 0;
    }

    // Everybody is in the copy of the world that is nearest to the middle of the window.
    turnTo(middle) {
      if (middle === this.middle) return;
      this.middle = middle;
      const { x, endX, count } = this;
      for (let i = 0; i < count; i++) {
        const turns = Math.round(x[i] - middle);
        if (!turns) continue;
        x[i] -= turns;
        endX[i] -= turns;
      }
    }

    // A new list of ids: those who were there before go on from where they are shown.
    adopt({ revision, ids }) {
      const old = { index: this.index, x: this.x, y: this.y };
      this.ids = ids;
      this.index = new Map(ids.map((id, i) => [id, i]));
      this.allocate(ids.length);
      this.count = 0; // nobody is shown until their columns are there
      ids.forEach((id, i) => {
        const j = old.index.get(id);
        this.x[i] = j === undefined ? NaN : old.x[j];
        this.y[i] = j === undefined ? NaN : old.y[j];
      });
      this.blending = false;
      this.revision = revision;
    }

    // Whether anybody is still on the move between two fixes.
    get gliding() {
      return this.blending || (this.pace > 0 && this.fastest > 0);
    }

    // How fast the fastest of them is shown to move now, in world units a second.
    rate(now) {
      const left = Math.exp((-(now - this.arrived) / 1000) * (this.pace / AHEAD_S));
      return this.fastest * this.pace * left + (this.blending ? (1.5 * this.farthest * 1000) / BLEND_MS : 0);
    }

    // Bring the shown places to this moment.
    settle(now) {
      if (!this.gliding) return;
      const since = now - this.arrived;
      const back = Math.exp((-since / 1000) * (this.pace / AHEAD_S));
      const left = Math.max(0, 1 - since / BLEND_MS);
      const off = left * left * (3 - 2 * left);
      const { x, y, endX, endY, backX, backY, offX, offY, count } = this;
      for (let i = 0; i < count; i++) {
        x[i] = endX[i] - backX[i] * back + offX[i] * off;
        y[i] = endY[i] - backY[i] * back + offY[i] * off;
      }
      if (!left) this.blending = false;
      if (back < 0.01) this.fastest = 0;
    }

    title(id) {
      const name = this.names[id];
      return name && name !== id ? `${id} ${name}` : id;
    }

    // A step of K.FADED.
    faded(i) {
      return this.stale[i] ? 2 : this.age[i] > OLD_TENTHS ? 1 : 0;
    }

    // How old the driver's last fix is, as words; empty where there is none.
    fixAge(i) {
      if (this.age[i] === K.AGE_UNKNOWN) return "";
      const since = ((performance.now() - this.arrived) / 1000) * this.pace;
      const seconds = Math.floor(this.age[i] / 10 + since);
      const words = seconds < 60 ? `${seconds} s` : seconds < 6000 ? `${Math.floor(seconds / 60)} min` : K.config.texts.long_ago;
      return K.config.texts.fix_ago.replace("{age}", words);
    }

    // Whether it is known where the driver is.
    placed(i) {
      return i < this.count && !Number.isNaN(this.x[i]);
    }

    place(id) {
      const i = this.index.get(id);
      return i !== undefined && this.placed(i) ? [this.x[i], this.y[i]] : null;
    }
  };
})(Kerbside);
