// The base map: tiles drawn from the city's own shapes. For the painter: it knows no page.
"use strict";

(function (K) {
  const TILE = (K.TILE = 512);

  // From least to most important; `at` the least zoom, `w` the width in pixels at zoom 16.
  K.ROADS = {
    path: { at: 15, w: 1.2 },
    service: { at: 15, w: 3 },
    residential: { at: 12, w: 6 },
    tertiary: { at: 11, w: 8 },
    secondary: { at: 10, w: 9.5 },
    primary: { at: 8, w: 11 },
    trunk: { at: 0, w: 12 },
    motorway: { at: 0, w: 13 },
  };
  const ORDER = Object.keys(K.ROADS);

  K.roadWidth = (kind, zoom) => Math.max(0.6, K.ROADS[kind].w * Math.pow(2, (zoom - 16) * (zoom < 16 ? 0.72 : 0.85)));

  class Shapes {
    constructor(items) {
      this.items = items;
      this.grid = new K.Grid(items.map((item) => item.box));
    }
    within(box) {
      return this.grid.query(box).map((i) => this.items[i]);
    }
  }

  const polygons = (list) =>
    new Shapes(
      (list || []).map((rings) => {
        const lines = rings.map(K.decodeLine);
        return { lines, box: K.boxOf(lines.slice(0, 1)) };
      })
    );

  K.BaseMap = class {
    constructor(data) {
      const line = (flat, more) => {
        const lines = [K.decodeLine(flat)];
        return { lines, box: K.boxOf(lines), ...more };
      };
      this.bounds = data.bounds;
      const [south, west, north, east] = data.bounds;
      this.frame = [K.worldX(west), K.worldY(north), K.worldX(east), K.worldY(south)];
      this.water = polygons(data.water);
      this.parks = polygons(data.parks);
      this.buildings = polygons(data.buildings);
      this.rails = new Shapes((data.rails || []).map((flat) => line(flat)));
      this.waterways = new Shapes((data.waterways || []).map((w) => line(w.p, { metres: w.w })));
      this.roads = {};
      for (const kind of ORDER) {
        this.roads[kind] = new Shapes((data.roads || []).filter((r) => r.c === kind).map((r) => line(r.p)));
      }
      this.source = data;
      this.places = (data.places || []).map((p) => ({
        kind: p.k,
        name: p.n,
        x: K.worldX(p.p[1] * 1e-6),
        y: K.worldY(p.p[0] * 1e-6),
      }));
    }

    // Named streets, put together when they are first wanted.
    streets() {
      if (this._streets) return this._streets;
      const groups = new Map();
      for (const road of this.source.roads || []) {
        if (!road.n || road.c === "service" || road.c === "path") continue;
        const key = road.c + "\n" + road.n;
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(K.decodeLine(road.p));
      }
      const items = [];
      for (const [key, lines] of groups) {
        const [kind, name] = key.split("\n");
        for (const line of K.joinLines(lines)) items.push({ kind, name, line, box: K.boxOf([line]) });
      }
      items.sort((a, b) => ORDER.indexOf(b.kind) - ORDER.indexOf(a.kind));
      this.source = null;
      return (this._streets = new Shapes(items));
    }
  };

  // Points closer than this many pixels to the one before are skipped: nobody sees them.
  const NEAR = 0.6;

  function trace(context, line, scale, ox, oy, closed) {
    let px = line[0] * scale - ox;
    let py = line[1] * scale - oy;
    context.moveTo(px, py);
    const last = line.length - 2;
    for (let i = 2; i <= last; i += 2) {
      const x = line[i] * scale - ox;
      const y = line[i + 1] * scale - oy;
      if (i < last && Math.abs(x - px) < NEAR && Math.abs(y - py) < NEAR) continue;
      context.lineTo(x, y);
      px = x;
      py = y;
    }
    if (closed) context.closePath();
  }

  function drawShapes(context, base, x, y, zoom) {
    const scale = K.scaleAt(zoom);
    const ox = x * TILE;
    const oy = y * TILE;
    const margin = 16;
    const box = [(ox - margin) / scale, (oy - margin) / scale, (ox + TILE + margin) / scale, (oy + TILE + margin) / scale];

    const fill = (shapes, colour, least) => {
      context.beginPath();
      for (const shape of shapes.within(box)) {
        if ((shape.box[2] - shape.box[0]) * scale < least && (shape.box[3] - shape.box[1]) * scale < least) continue;
        for (const line of shape.lines) trace(context, line, scale, ox, oy, true);
      }
      context.fillStyle = colour;
      context.fill("evenodd");
    };
    const stroke = (shapes, colour, width) => {
      if (!shapes.length) return;
      context.beginPath();
      for (const shape of shapes) trace(context, shape.lines[0], scale, ox, oy, false);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    };

    context.lineJoin = context.lineCap = "round";
    fill(base.parks, K.colour("park"), 2);
    fill(base.water, K.colour("water"), 1);
    const metre = scale / 40075016.7 / Math.cos(K.latOf((box[1] + box[3]) / 2) * (Math.PI / 180));
    for (const way of base.waterways.within(box)) {
      const width = Math.max(zoom >= 14 ? 1 : 0.6, way.metres * metre);
      if (zoom >= 12 || width > 1) stroke([way], K.colour("water"), width);
    }
    if (zoom >= 16) fill(base.buildings, K.colour("building"), 1.5);

    const roads = ORDER.filter((kind) => zoom >= K.ROADS[kind].at).map((kind) => ({
      kind,
      width: K.roadWidth(kind, zoom),
      shapes: base.roads[kind].within(box),
    }));
    const ways = roads.filter((road) => road.kind !== "path");
    if (zoom >= 15) {
      context.setLineDash([3, 3]);
      for (const road of roads) if (road.kind === "path") stroke(road.shapes, K.colour("path"), road.width);
      context.setLineDash([]);
    }
    // Wide roads have an edge; a thin one is a single quiet line, or it would drown in its own edges.
    context.lineCap = "butt";
    const edged = (road) => road.width >= (K.ROADS[road.kind].w > 9 ? 1.8 : 3);
    for (const road of ways) if (edged(road)) stroke(road.shapes, K.colour("road-edge"), road.width + 2);
    context.lineCap = "round";
    for (const road of ways) stroke(road.shapes, K.colour(edged(road) ? "road" : "road-thin"), road.width);
    if (zoom >= 12) {
      const rails = base.rails.within(box);
      stroke(rails, K.colour("rail"), zoom >= 15 ? 2 : 1);
      if (zoom >= 15) {
        context.setLineDash([6, 6]);
        context.lineCap = "butt";
        stroke(rails, K.colour("land"), 1);
        context.setLineDash([]);
      }
    }
  }

  // Beyond the city's bounds nothing is known: the sheet ends there.
  function drawBeyond(context, base, x, y, zoom) {
    const scale = K.scaleAt(zoom);
    const [left, top, right, bottom] = base.frame.map((v, i) => Math.round(v * scale - (i % 2 ? y : x) * TILE));
    if (left <= 0 && top <= 0 && right >= TILE && bottom >= TILE) return;
    context.beginPath();
    context.rect(0, 0, TILE, TILE);
    context.rect(left, top, right - left, bottom - top);
    context.fillStyle = K.colour("beyond");
    context.fill("evenodd");
  }

  // One tile of the city, as a canvas. The zoom may be a fraction.
  K.drawTile = (base, x, y, zoom, ratio) => {
    const side = Math.round(TILE * ratio);
    const tile = new OffscreenCanvas(side, side);
    const context = tile.getContext("2d", { alpha: false });
    context.scale(side / TILE, side / TILE);
    context.fillStyle = K.colour("land");
    context.fillRect(0, 0, TILE, TILE);
    drawShapes(context, base, x, y, zoom);
    drawBeyond(context, base, x, y, zoom);
    return tile;
  };
})(Kerbside);
