// Names of places and streets, laid out over the whole window at once so that none is cut at a tile or drawn over another. For
// the painter: it knows no page.
"use strict";

(function (K) {
  const PLACES = {
    city: { from: 9, to: 13, size: 15, weight: 600, token: "label-place" },
    suburb: { from: 11, to: 15, size: 13, weight: 600, token: "label-place" },
    quarter: { from: 13, to: 17, size: 12, weight: 600, token: "label-place" },
    neighbourhood: { from: 14, to: 18, size: 12, weight: 400, token: "label-place" },
    water: { from: 11, to: 18, size: 12, weight: 400, token: "label-water", italic: true },
    park: { from: 14, to: 19, size: 11, weight: 400, token: "label-park" },
  };
  const STREETS = { motorway: 13, trunk: 13, primary: 14, secondary: 14, tertiary: 15, residential: 16 };
  const STREET_GAP = 420; // pixels between two namings of one street
  const STEEPEST_TURN = 0.35; // radians from one letter to the next

  // Boxes that are taken, in cells, so that asking is cheap.
  class Taken {
    constructor() {
      this.cells = new Map();
    }
    each(box, visit) {
      for (let y = box[1] >> 6; y <= box[3] >> 6; y++)
        for (let x = box[0] >> 6; x <= box[2] >> 6; x++) if (visit(x * 100003 + y)) return true;
      return false;
    }
    hits(box) {
      const overlaps = (b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1];
      return this.each(box, (key) => (this.cells.get(key) || []).some(overlaps));
    }
    add(box) {
      this.each(box, (key) => {
        if (!this.cells.has(key)) this.cells.set(key, []);
        this.cells.get(key).push(box);
        return false;
      });
    }
  }

  // Where letters of the given widths come to lie along a line of pixels, from a distance on; null where it bends too much.
  function lettersAlong(points, lengths, start, widths) {
    const letters = [];
    let segment = 0;
    let at = start;
    let before = null;
    for (const width of widths) {
      const middle = at + width / 2;
      while (segment < lengths.length - 2 && lengths[segment + 1] < middle) segment++;
      const from = lengths[segment];
      const span = lengths[segment + 1] - from || 1;
      const t = (middle - from) / span;
      const x0 = points[2 * segment];
      const y0 = points[2 * segment + 1];
      const x1 = points[2 * segment + 2];
      const y1 = points[2 * segment + 3];
      const angle = Math.atan2(y1 - y0, x1 - x0);
      if (before !== null) {
        const turn = Math.abs(((angle - before + 3 * Math.PI) % (2 * Math.PI)) - Math.PI);
        if (turn > STEEPEST_TURN) return null;
      }
      before = angle;
      letters.push([x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, angle]);
      at += width;
    }
    return letters;
  }

  // Lays out and writes all names of a view: `zoom`, `scale`, the world's pixel at its corner `ox`, `oy`, `width`, `height`,
  // `ratio`, and by how many pixels it reaches beyond the window, `pad`.
  K.Names = class {
    constructor() {
      this.areas = [];
      this.widths = new Map();
    }

    draw(context, base, view) {
      Object.assign(this, view, { context, base });
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      context.clearRect(0, 0, this.width, this.height);
      this.taken = new Taken();
      if (K.layerOn("areas")) this.areaNames();
      if (!this.base) this.graticule();
      else if (K.layerOn("labels")) {
        this.placeNames();
        this.streetNames();
      }
    }

    write(text, x, y) {
      if (this.context.lineWidth > 1) this.context.strokeText(text, x, y);
      this.context.fillText(text, x, y);
    }

    useFont(size, weight, token, italic, halo) {
      const context = this.context;
      context.font = `${italic ? "italic " : ""}${weight} ${size}px ${K.font}`;
      context.fillStyle = K.colour(token);
      // Without a halo where the ground is of one colour.
      if (halo) context.strokeStyle = K.colour(halo);
      context.lineWidth = halo ? 3 : 1;
      context.lineJoin = "round";
      context.textAlign = "center";
      context.textBaseline = "middle";
    }

    areaNames() {
      for (const { name, box } of this.areas) {
        if (!box || (box[2] - box[0]) * this.scale < 60) continue;
        const x = K.nearX((box[0] + box[2]) / 2, (this.ox + this.width / 2) / this.scale) * this.scale - this.ox;
        const y = ((box[1] + box[3]) / 2) * this.scale - this.oy;
        this.useFont(12, 600, "muted", false, "land");
        const half = this.context.measureText(name).width / 2 + 4;
        const taken = [x - half, y - 9, x + half, y + 9];
        if (this.taken.hits(taken)) continue;
        this.taken.add(taken);
        this.write(name, x, y);
      }
    }

    placeNames() {
      const zoom = this.zoom;
      const rank = Object.keys(PLACES);
      const shown = this.base.places
        .filter((p) => PLACES[p.kind] && zoom >= PLACES[p.kind].from && zoom <= PLACES[p.kind].to)
        .sort((a, b) => rank.indexOf(a.kind) - rank.indexOf(b.kind));
      for (const place of shown) {
        const style = PLACES[place.kind];
        const x = Math.round(place.x * this.scale - this.ox);
        const y = Math.round(place.y * this.scale - this.oy);
        if (x < -200 || y < -50 || x > this.width + 200 || y > this.height + 50) continue;
        const halo = place.kind === "water" || place.kind === "park" ? "" : "land";
        this.useFont(style.size, style.weight, style.token, style.italic, halo);
        const lines = this.broken(place.name);
        const half = Math.max(...lines.map((line) => this.context.measureText(line).width)) / 2;
        const rise = (lines.length * (style.size + 3)) / 2;
        const box = [x - half - 6, y - rise - 3, x + half + 6, y + rise + 3];
        if (this.taken.hits(box)) continue;
        this.taken.add(box);
        lines.forEach((line, i) => this.write(line, x, y + (i - (lines.length - 1) / 2) * (style.size + 3)));
      }
    }

    // Long names take two lines, broken at the space nearest the middle.
    broken(name) {
      if (name.length < 16) return [name];
      let best = -1;
      for (let i = name.indexOf(" "); i >= 0; i = name.indexOf(" ", i + 1)) {
        if (Math.abs(i - name.length / 2) < Math.abs(best - name.length / 2)) best = i;
      }
      return best > 0 ? [name.slice(0, best), name.slice(best + 1)] : [name];
    }

    streetNames() {
      const box = [this.ox, this.oy, this.ox + this.width, this.oy + this.height].map((v) => v / this.scale);
      for (const street of this.base.streets().within(box)) {
        if (this.zoom < STREETS[street.kind]) continue;
        const extent = Math.max(street.box[2] - street.box[0], street.box[3] - street.box[1]) * this.scale;
        if (extent > 40) this.streetName(street);
      }
    }

    streetName(street) {
      const size = this.zoom >= 17 ? 12 : 11;
      const wide = K.roadWidth(street.kind, this.zoom) >= 3;
      this.useFont(size, 400, "label", false, wide ? "road" : "land");
      const key = size + street.name;
      if (!this.widths.has(key)) this.widths.set(key, [...street.name].map((c) => this.context.measureText(c).width));
      const widths = this.widths.get(key);
      const text = widths.reduce((a, b) => a + b, 0);
      const count = street.line.length / 2;
      const points = new Float64Array(street.line.length);
      const lengths = new Float64Array(count);
      for (let i = 0; i < count; i++) {
        points[2 * i] = street.line[2 * i] * this.scale - this.ox;
        points[2 * i + 1] = street.line[2 * i + 1] * this.scale - this.oy;
        if (i) lengths[i] = lengths[i - 1] + Math.hypot(points[2 * i] - points[2 * i - 2], points[2 * i + 1] - points[2 * i - 1]);
      }
      const whole = lengths[count - 1];
      if (whole < text + 24) return;
      // Namings stand at distances fixed along the street itself: they stay where they are while the map is moved.
      const namings = Math.max(1, Math.floor(whole / STREET_GAP));
      for (let k = 0; k < namings; k++) {
        const middle = ((k + 0.5) * whole) / namings;
        for (const shift of [0, 50, -50, 100, -100]) {
          const start = middle + shift - text / 2;
          if (start >= 6 && start + text <= whole - 6 && this.nameAt(street, points, lengths, start, widths, size)) break;
        }
      }
    }

    nameAt(street, points, lengths, start, widths, size) {
      let letters = lettersAlong(points, lengths, start, widths);
      if (!letters) return false;
      const inside = ([x, y]) => x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20;
      if (!inside(letters[0]) && !inside(letters[letters.length - 1])) return true;
      const characters = [...street.name];
      if (Math.cos(letters[letters.length >> 1][2]) < 0) {
        // Upside down: read it the other way round, with the letters' own widths in their new order.
        const end = start + widths.reduce((a, b) => a + b, 0);
        const flipped = [];
        let at = end;
        for (const width of widths) {
          at -= width;
          flipped.push(lettersAlong(points, lengths, at, [width])[0]);
        }
        letters = flipped.map(([x, y, angle]) => [x, y, angle + Math.PI]);
      }
      const half = size * 0.6;
      const boxes = letters.map(([x, y]) => [x - half, y - half, x + half, y + half]);
      if (boxes.some((box) => this.taken.hits(box))) return false;
      boxes.forEach((box) => this.taken.add(box));
      const context = this.context;
      for (const paint of ["strokeText", "fillText"]) {
        letters.forEach(([x, y, angle], i) => {
          const c = Math.cos(angle) * this.ratio;
          const s = Math.sin(angle) * this.ratio;
          context.setTransform(c, s, -s, c, x * this.ratio, y * this.ratio);
          context[paint](characters[i], 0, 0);
        });
      }
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      return true;
    }

    // With no base map: faint lines of latitude and longitude, so that moving and zooming can be seen.
    graticule() {
      const degrees = 360 / Math.pow(2, this.zoom);
      const step = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005].find((s) => s <= degrees * 0.7) || 0.0005;
      const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      const context = this.context;
      this.useFont(11, 400, "muted", false, "land");
      context.textAlign = "left";
      const pad = this.pad;
      const lines = [];
      const west = K.lonOf(this.ox / this.scale);
      const east = K.lonOf((this.ox + this.width) / this.scale);
      const north = K.latOf(this.oy / this.scale);
      const south = K.latOf((this.oy + this.height) / this.scale);
      context.beginPath();
      for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
        const x = Math.round(K.worldX(lon) * this.scale - this.ox) + 0.5;
        context.moveTo(x, 0);
        context.lineTo(x, this.height);
        const told = K.lonOf(K.nearX(K.worldX(lon), 0.5)); // beyond the date line too
        lines.push([`${Math.abs(told).toFixed(digits)}° ${told < 0 ? "W" : "E"}`, x + 4, pad.y + 10]);
      }
      for (let lat = Math.ceil(Math.max(-85, south) / step) * step; lat <= Math.min(85, north); lat += step) {
        const y = Math.round(K.worldY(lat) * this.scale - this.oy) + 0.5;
        context.moveTo(0, y);
        context.lineTo(this.width, y);
        lines.push([`${Math.abs(lat).toFixed(digits)}° ${lat < 0 ? "S" : "N"}`, pad.x + 56, y - 8]);
      }
      context.save();
      context.strokeStyle = K.colour("road-thin");
      context.lineWidth = 1;
      context.stroke();
      context.restore();
      for (const [text, x, y] of lines) this.write(text, x, y);
    }
  };
})(Kerbside);
