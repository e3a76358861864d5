// Draws the ground and its names in a thread of its own: neither holds up a hand that moves the map.
"use strict";

const Kerbside = { config: null };
Kerbside.colour = (name) => Kerbside.config.colours[name];
Kerbside.layerOn = (name) => Kerbside.config.layers[name] !== false;

importScripts("geo.js", "ground.js", "names.js");

(function (K) {
  const KEPT_PIXELS = 24e6; // of tiles, 96 MB: some four windows full
  const PARTLY_MS = 80; // after which what there is of a picture is shown

  const names = new K.Names();
  const sheets = { ground: new OffscreenCanvas(1, 1), names: new OffscreenCanvas(1, 1) };
  const contexts = {
    ground: sheets.ground.getContext("2d", { alpha: false }),
    names: sheets.names.getContext("2d"),
  };
  const tiles = new Map(); // the least lately used first
  let base = null;
  let wanted = null;
  let working = false;

  const hear = {
    look(message) {
      K.config = message;
      K.font = `"${message.font}", system-ui, sans-serif`;
      tiles.clear();
      names.widths.clear();
    },
    layers({ layers }) {
      K.config.layers = layers;
    },
    areas({ areas }) {
      names.areas = areas;
    },
    ground({ buffer }) {
      const data = JSON.parse(new TextDecoder().decode(buffer));
      base = data && new K.BaseMap(data);
      tiles.clear();
      postMessage({ of: "ground", bounds: base && base.bounds });
    },
    picture(message) {
      wanted = message;
      if (!working) work();
    },
  };
  onmessage = ({ data }) => hear[data.do](data);

  const turn = () => new Promise((go) => setTimeout(go, 0));

  async function work() {
    working = true;
    while (wanted) {
      const job = wanted;
      wanted = null;
      await paint(job);
    }
    working = false;
  }

  // Which tiles a view needs, those in its middle first.
  function needed({ zoom, ox, oy, width, height, ratio }) {
    const [left, top, right, bottom] = [ox, oy, ox + width - 1, oy + height - 1].map((v) => Math.floor(v / K.TILE));
    const found = [];
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) found.push({ key: [zoom, x, y, ratio].join(), x, y, zoom });
    const far = ({ x, y }) => Math.hypot((x + 0.5) * K.TILE - ox - width / 2, (y + 0.5) * K.TILE - oy - height / 2);
    return found.sort((a, b) => far(a) - far(b));
  }

  // A view in the copy of the world where the ground is: beyond the date line the map goes on.
  function onGround(view) {
    if (!base) return view;
    const turns = Math.round((view.ox + view.width / 2) / view.scale - (base.frame[0] + base.frame[2]) / 2);
    return { ...view, ox: view.ox - turns * view.scale };
  }

  async function paint(job) {
    const view = onGround(job.view);
    if (!job.ground || !base) return tell(job, view, true, { tiles: 0, tile_ms: 0 });
    const cost = { tiles: 0, tile_ms: 0 };
    const all = needed(view);
    let shown = performance.now();
    for (const one of all) {
      const kept = tiles.get(one.key);
      if (kept) {
        tiles.delete(one.key);
        tiles.set(one.key, kept);
        continue;
      }
      const began = performance.now();
      tiles.set(one.key, { ...one, canvas: K.drawTile(base, one.x, one.y, one.zoom, view.ratio) });
      cost.tiles++;
      cost.tile_ms += performance.now() - began;
      await turn();
      if (wanted && wanted.view.zoom !== view.zoom) return;
      if (wanted) break; // the map is on the move: what there is will do
      if (performance.now() - shown < PARTLY_MS) continue;
      tell(job, view, false, cost);
      shown = performance.now();
    }
    tell(job, view, !wanted, cost);
    const most = Math.max(2 * all.length, KEPT_PIXELS / (K.TILE * view.ratio) ** 2);
    for (const key of tiles.keys()) {
      if (tiles.size <= most) break;
      tiles.delete(key);
    }
  }

  function tell(job, view, whole, cost) {
    const answer = { of: "picture", id: job.id, view: job.view, whole, ...cost };
    cost.tiles = cost.tile_ms = 0;
    if (job.ground && base) answer.ground = compose(view);
    if (whole && job.names) {
      const began = performance.now();
      fit("names", view);
      names.draw(contexts.names, base && job.ground ? base : null, view);
      answer.names = sheets.names.transferToImageBitmap();
      answer.names_ms = performance.now() - began;
    }
    postMessage(answer, [answer.ground, answer.names].filter(Boolean));
  }

  function fit(name, { width, height, ratio }) {
    const sheet = sheets[name];
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (sheet.width !== w || sheet.height !== h) [sheet.width, sheet.height] = [w, h];
  }

  // Where a tile is still missing, those of other zooms stand in for it.
  function compose(view) {
    fit("ground", view);
    const context = contexts.ground;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = K.colour("land");
    context.fillRect(0, 0, sheets.ground.width, sheets.ground.height);
    const own = needed(view);
    if (own.some(({ key }) => !tiles.has(key))) {
      const apart = ({ zoom }) => Math.abs(zoom - view.zoom);
      const others = [...tiles.values()].filter(({ zoom }) => zoom !== view.zoom).sort((a, b) => apart(b) - apart(a));
      others.forEach((tile) => put(context, tile, view));
    }
    own.forEach(({ key }) => tiles.has(key) && put(context, tiles.get(key), view));
    return sheets.ground.transferToImageBitmap();
  }

  function put(context, { canvas, x, y, zoom }, { ox, oy, ratio, width, height, zoom: at }) {
    const side = K.TILE * Math.pow(2, at - zoom);
    const [left, top, right, bottom] = [x * side - ox, y * side - oy, (x + 1) * side - ox, (y + 1) * side - oy];
    if (right < 0 || bottom < 0 || left > width || top > height) return;
    // Edges on whole pixels of the screen, so that no seam is seen.
    const [l, t, r, b] = [left, top, right, bottom].map((v) => Math.round(v * ratio));
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, l, t, r - l, b - t);
  }
})(Kerbside);
