// World coordinates: the Mercator square as 0 to 1, so that a point at zoom z is world × 256 × 2^z pixels.
"use strict";

(function (K) {
  const RAD = Math.PI / 180;

  K.worldX = (lon) => lon / 360 + 0.5;
  K.worldY = (lat) => {
    const s = Math.sin(Math.max(-85.0511, Math.min(85.0511, lat)) * RAD);
    return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  };
  // The same place in the copy of the world that is nearest to another: beyond the date line the map goes on.
  K.nearX = (x, to) => x - Math.round(x - to);
  K.latOf = (y) => Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) / RAD;
  K.lonOf = (x) => (x - 0.5) * 360;
  K.scaleAt = (zoom) => 256 * Math.pow(2, zoom);

  // Flat list of 1e-6 degrees, latitude and longitude, each pair the difference from the one before.
  K.decodeLine = (flat) => {
    const out = new Float64Array(flat.length);
    let lat = 0;
    let lon = 0;
    for (let i = 0; i + 1 < flat.length; i += 2) {
      lat += flat[i];
      lon += flat[i + 1];
      out[i] = K.worldX(lon * 1e-6);
      out[i + 1] = K.worldY(lat * 1e-6);
    }
    return out;
  };

  K.boxOf = (lines) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const line of lines) {
      for (let i = 0; i < line.length; i += 2) {
        if (line[i] < box[0]) box[0] = line[i];
        if (line[i] > box[2]) box[2] = line[i];
        if (line[i + 1] < box[1]) box[1] = line[i + 1];
        if (line[i + 1] > box[3]) box[3] = line[i + 1];
      }
    }
    return box;
  };

  // A uniform grid over boxed things: which of them can touch a box.
  K.Grid = class {
    constructor(boxes, side) {
      const all = boxes.reduce(
        (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])],
        [Infinity, Infinity, -Infinity, -Infinity]
      );
      this.boxes = boxes;
      this.side = side || Math.max(1, Math.min(128, Math.round(Math.sqrt(boxes.length / 4))));
      this.x0 = all[0];
      this.y0 = all[1];
      this.dx = (all[2] - all[0]) / this.side || 1;
      this.dy = (all[3] - all[1]) / this.side || 1;
      this.cells = Array.from({ length: this.side * this.side }, () => []);
      this.seen = new Uint32Array(boxes.length);
      this.round = 0;
      boxes.forEach((box, i) => this.eachCell(box, (cell) => cell.push(i)));
    }

    eachCell(box, visit) {
      const clamp = (v) => Math.max(0, Math.min(this.side - 1, Math.floor(v)));
      const left = clamp((box[0] - this.x0) / this.dx);
      const right = clamp((box[2] - this.x0) / this.dx);
      const low = clamp((box[1] - this.y0) / this.dy);
      const high = clamp((box[3] - this.y0) / this.dy);
      for (let y = low; y <= high; y++) for (let x = left; x <= right; x++) visit(this.cells[y * this.side + x]);
    }

    // Indices in their original order, so that drawing does not depend on the tile.
    query(box) {
      const found = [];
      const round = ++this.round;
      this.eachCell(box, (cell) => {
        for (const i of cell) {
          if (this.seen[i] === round) continue;
          this.seen[i] = round;
          const b = this.boxes[i];
          if (b[0] <= box[2] && b[2] >= box[0] && b[1] <= box[3] && b[3] >= box[1]) found.push(i);
        }
      });
      return found.sort((a, b) => a - b);
    }
  };

  // Lines of one name and class that share an end become one, so that a street is named as a street and not per crossing.
  K.joinLines = (lines) => {
    const keyOf = (line, i) => line[i] + "," + line[i + 1];
    const ends = new Map();
    const used = new Uint8Array(lines.length);
    lines.forEach((line, i) => {
      for (const key of [keyOf(line, 0), keyOf(line, line.length - 2)]) {
        if (!ends.has(key)) ends.set(key, []);
        ends.get(key).push(i);
      }
    });
    const next = (key) => {
      const open = (ends.get(key) || []).filter((i) => !used[i]);
      return open.length === 1 ? open[0] : -1;
    };
    const reversed = (line) => {
      const out = new Float64Array(line.length);
      for (let i = 0; i < line.length; i += 2) {
        out[i] = line[line.length - 2 - i];
        out[i + 1] = line[line.length - 1 - i];
      }
      return out;
    };
    const grow = (line) => {
      const parts = [line];
      let tail = keyOf(line, line.length - 2);
      for (let i = next(tail); i >= 0; i = next(tail)) {
        used[i] = 1;
        const part = keyOf(lines[i], 0) === tail ? lines[i] : reversed(lines[i]);
        parts.push(part.subarray(2));
        tail = keyOf(part, part.length - 2);
      }
      const whole = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    };
    const joined = [];
    lines.forEach((line, i) => {
      if (used[i]) return;
      used[i] = 1;
      joined.push(reversed(grow(reversed(grow(line)))));
    });
    return joined;
  };
})(Kerbside);
