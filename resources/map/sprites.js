// Drivers' and orders' glyphs, drawn once for a theme, a size and a screen, and copied from there.
"use strict";

(function (K) {
  const HEADINGS = 48;
  const CELL = 32; // pixels of the screen for one driver's glyph, with room for its outline
  K.STOPPED = 0xffff;

  const TOKENS = {
    offline: "offline",
    break: "offline",
    free: "free",
    offered: "offered",
    to_pickup: "to-pickup",
    waiting: "waiting",
    carrying: "carrying",
  };
  K.activityColour = (name) => K.colour(TOKENS[name]);

  // Each activity has a mark of its own within the arrowhead or ring, so that colour is never the only sign.
  const MARKS = {
    offline(c) {
      c.moveTo(-2.4, -2.4), c.lineTo(2.4, 2.4), c.moveTo(2.4, -2.4), c.lineTo(-2.4, 2.4);
      return "stroke";
    },
    break(c) {
      c.moveTo(-3, 0), c.lineTo(3, 0);
      return "stroke";
    },
    free: () => null,
    offered(c) {
      c.moveTo(0, -3.4), c.lineTo(3.4, 0), c.lineTo(0, 3.4), c.lineTo(-3.4, 0), c.closePath();
      return "fill";
    },
    to_pickup(c) {
      c.rect(-2.5, -2.5, 5, 5);
      return "fill";
    },
    waiting(c) {
      c.rect(-2.8, -3, 2, 6), c.rect(0.8, -3, 2, 6);
      return "fill";
    },
    carrying(c) {
      c.arc(0, 0, 2.8, 0, 2 * Math.PI);
      return "fill";
    },
  };

  function drawMark(context, activity, colour) {
    context.beginPath();
    const how = MARKS[activity](context);
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 1.8;
    if (how) context[how]();
  }

  function drawGlyph(context, activity, heading) {
    const colour = K.activityColour(activity);
    const ground = K.colour("surface");
    const hollow = activity === "free";
    context.lineJoin = "round";
    context.beginPath();
    if (heading === null) context.arc(0, 0, 7, 0, 2 * Math.PI);
    else {
      context.save();
      context.rotate(heading);
      context.moveTo(0, -12), context.lineTo(8.5, 9), context.lineTo(0, 5.2), context.lineTo(-8.5, 9), context.closePath();
      context.restore();
    }
    context.strokeStyle = ground;
    context.lineWidth = heading === null ? 5.5 : 3.5;
    context.stroke();
    if (heading === null || hollow) {
      context.fillStyle = ground;
      context.fill();
      context.strokeStyle = colour;
      context.lineWidth = 2.4;
      context.stroke();
      drawMark(context, activity, colour);
    } else {
      context.fillStyle = colour;
      context.fill();
      drawMark(context, activity, ground);
    }
  }

  // One picture of all glyphs: a row per activity, a column per heading, the ring last.
  K.DriverAtlas = class {
    constructor(size, ratio) {
      const activities = K.config.activities;
      this.cell = Math.ceil(CELL * size * ratio);
      this.css = this.cell / ratio;
      this.canvas = document.createElement("canvas");
      this.canvas.width = this.cell * (HEADINGS + 1);
      this.canvas.height = this.cell * activities.length;
      const context = this.canvas.getContext("2d");
      activities.forEach((activity, row) => {
        for (let column = 0; column <= HEADINGS; column++) {
          const zoom = size * ratio;
          context.setTransform(zoom, 0, 0, zoom, (column + 0.5) * this.cell, (row + 0.5) * this.cell);
          drawGlyph(context, activity, column === HEADINGS ? null : (column / HEADINGS) * 2 * Math.PI);
        }
      });
    }

    draw(context, x, y, activity, heading) {
      const column = heading === K.STOPPED ? HEADINGS : Math.round((heading / 36000) * HEADINGS) % HEADINGS;
      const half = this.css / 2;
      const c = this.cell;
      context.drawImage(this.canvas, column * c, activity * c, c, c, x - half, y - half, this.css, this.css);
    }
  };

  // Far out a fleet is dots, set pixel by pixel. A mask is a list of offsets with the share of colour there.
  const DOTS = {
    offline: [1.6, 0],
    break: [1.6, 0],
    free: [2.9, 1.5],
    offered: [3.3, 0],
    to_pickup: [2.5, 0],
    waiting: [3.3, 1.5],
    carrying: [2.5, 0],
  };

  K.dotMask = (activity, ratio) => {
    const [outside, inside] = DOTS[activity].map((r) => r * ratio);
    const reach = Math.ceil(outside + 1);
    const mask = [];
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const r = Math.hypot(x, y);
        const cover = Math.min(1, Math.max(0, outside + 0.5 - r));
        const hole = inside ? Math.min(1, Math.max(0, inside + 0.5 - r)) : 0;
        if (cover > 0.25) mask.push([x, y, cover, hole > 0.5]);
      }
    }
    return mask;
  };

  const ORDER_SIZE = 24;
  const orderSprites = new Map();

  const line = (c, ...points) => {
    points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
    return "stroke";
  };
  const dot = (c, radius) => {
    c.arc(0, 0, radius, 0, 2 * Math.PI);
    return "fill";
  };
  const bars = (c) => {
    c.rect(-2.8, -3, 2, 6), c.rect(0.8, -3, 2, 6);
    return "fill";
  };
  const diamond = (c) => {
    line(c, [0, -3.8], [3.8, 0], [0, 3.8], [-3.8, 0]), c.closePath();
    return "fill";
  };
  const ring = (c) => {
    c.arc(0, 0, 2.6, 0, 2 * Math.PI);
    return "stroke";
  };
  const cross = (c) => {
    line(c, [-2.6, -2.6], [2.6, 2.6]);
    return line(c, [-2.6, 2.6], [2.6, -2.6]);
  };

  // What stands within an order's square or circle, so that its state can be told without its colour: nothing while nobody has
  // it, then a diamond for offered, a chevron for under way, a point for there, a tick for done.
  const ORDER_MARKS = {
    received: () => null,
    waiting: () => null,
    held: bars,
    offered: diamond,
    sending: diamond,
    outside: ring,
    assigned: (c) => line(c, [-1.6, -3], [1.6, 0], [-1.6, 3]),
    at_pickup: (c) => dot(c, 2.4),
    carrying: (c) => line(c, [-1.6, -3], [1.6, 0], [-1.6, 3]),
    at_dropoff: (c) => dot(c, 2.4),
    delivered: (c) => line(c, [-3, 0], [-0.8, 2.4], [3, -2.4]),
    cancelled: cross,
    failed: cross,
  };
  const COMING = new Set(["received", "waiting", "held", "offered", "sending", "outside", "assigned", "at_pickup"]);

  // A square for a pick-up, a circle for a drop-off, hollow until somebody brings the order there; a late one carries a mark at
  // its corner.
  K.orderSprite = (shape, { status, token, late }, ratio) => {
    const key = [K.config.theme, shape, status, token, late, ratio].join();
    if (orderSprites.has(key)) return orderSprites.get(key);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = ORDER_SIZE * ratio;
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, (ORDER_SIZE / 2) * ratio, (ORDER_SIZE / 2) * ratio);
    const hollow = shape === "dropoff" && COMING.has(status);
    c.beginPath();
    if (shape === "pickup") c.rect(-6, -6, 12, 12);
    else c.arc(0, 0, hollow ? 4.5 : 6.5, 0, 2 * Math.PI);
    c.strokeStyle = K.colour("surface");
    c.lineWidth = hollow ? 6 : 4;
    c.lineJoin = "round";
    c.stroke();
    c.fillStyle = K.colour(hollow ? "surface" : token);
    c.fill();
    if (hollow) {
      c.strokeStyle = K.colour(token);
      c.lineWidth = 3;
      c.stroke();
    } else {
      c.beginPath();
      const how = ORDER_MARKS[status](c);
      c.fillStyle = c.strokeStyle = K.colour("surface");
      c.lineWidth = 2;
      c.lineCap = "round";
      if (how) c[how]();
    }
    if (late) {
      c.beginPath();
      c.moveTo(6, -11), c.lineTo(11, -2.5), c.lineTo(1, -2.5), c.closePath();
      c.strokeStyle = K.colour("surface");
      c.lineWidth = 2.5;
      c.stroke();
      c.fillStyle = K.colour("late");
      c.fill();
      c.fillStyle = K.colour("surface");
      c.fillRect(5.4, -8.6, 1.2, 3.2);
      c.fillRect(5.4, -4.8, 1.2, 1.2);
    }
    const sprite = { canvas, css: ORDER_SIZE };
    orderSprites.set(key, sprite);
    return sprite;
  };

  const texts = new Map();

  // A number as a picture: there are hundreds of them, and few that differ.
  K.groupText = (text, ratio) => {
    const key = [K.config.theme, ratio, text].join();
    const kept = texts.get(key);
    if (kept) return kept;
    const canvas = document.createElement("canvas");
    const width = 9 * text.length + 4;
    canvas.width = width * ratio;
    canvas.height = 16 * ratio;
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.font = `600 12px ${K.font}`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillStyle = K.colour("text");
    c.fillText(text, width / 2, 8.5);
    const made = { canvas, width, height: 16 };
    if (texts.size > 2000) texts.clear();
    texts.set(key, made);
    return made;
  };

  const pills = new Map();

  // A short text on a small ground, as a picture of its own; the latest few hundred are kept.
  K.pill = (text, ratio, strong) => {
    const key = [K.config.theme, ratio, strong, text].join("\n");
    const kept = pills.get(key);
    if (kept) return kept;
    const canvas = document.createElement("canvas");
    const c = canvas.getContext("2d");
    const font = `${strong ? 600 : 400} 11px ${K.font}`;
    c.font = font;
    const width = Math.ceil(c.measureText(text).width) + 8;
    canvas.width = width * ratio;
    canvas.height = 16 * ratio;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.font = font;
    c.beginPath();
    c.roundRect(0.5, 0.5, width - 1, 15, 4);
    c.fillStyle = K.colour(strong ? "accent" : "surface");
    c.fill();
    c.strokeStyle = K.colour(strong ? "accent" : "line");
    c.stroke();
    c.fillStyle = K.colour(strong ? "on-accent" : "text");
    c.textBaseline = "middle";
    c.fillText(text, 4, 8.5);
    const made = { canvas, width, height: 16 };
    if (pills.size > 600) pills.delete(pills.keys().next().value);
    pills.set(key, made);
    return made;
  };
})(Kerbside);
