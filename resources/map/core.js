// The page's one name, the wire to the program, and the state it fetches.
"use strict";

const Kerbside = {
  map: null,
  config: null,
  listeners: {},
  stats: { refreshes: 0, fetch_ms: 0, apply_ms: 0, draw_ms: 0, draws: 0, labels_ms: 0, tile_ms: 0, tiles: 0 },
};

(function (K) {
  let wire = null;
  const fetching = new Set();
  const wanted = new Map();

  // Modules hear each other by name; several may hear the same.
  K.on = (name, listener) => (K.listeners[name] = K.listeners[name] || []).push(listener);
  K.emit = (name, value) => (K.listeners[name] || []).forEach((listener) => listener(value));

  K.tell = (kind, fields) => wire && wire.tell(JSON.stringify({ ev: kind, ...fields }));

  const decoders = { drivers: (answer) => answer.arrayBuffer() };

  async function fetchOnce(name, revision) {
    const started = performance.now();
    const answer = await fetch(`kerbside://map/data/${name}?r=${revision}`);
    const value = await (decoders[name] ? decoders[name](answer) : answer.json());
    const arrived = performance.now();
    K.emit("data:" + name, value);
    if (name === "drivers") {
      K.stats.refreshes++;
      K.stats.fetch_ms = arrived - started;
      K.stats.apply_ms = performance.now() - arrived;
    }
  }

  // One request per name at a time; what changes meanwhile is fetched after it, once.
  async function refresh(name, revision) {
    wanted.set(name, revision);
    if (fetching.has(name)) return;
    fetching.add(name);
    try {
      while (wanted.has(name)) {
        const next = wanted.get(name);
        wanted.delete(name);
        await fetchOnce(name, next);
      }
    } catch (error) {
      console.error(`${name} can't be shown: ${error}`);
    } finally {
      fetching.delete(name);
    }
  }

  async function hear(text) {
    const message = JSON.parse(text);
    if (message.do !== "refresh") return K.emit("do:" + message.do, message);
    const names = Object.keys(message.names);
    // The rest is drawn by the configuration, and drivers by the list of their ids.
    for (const first of ["config", "ids"]) {
      if (names.includes(first)) await refresh(first, message.names[first]);
    }
    names.filter((name) => name !== "config" && name !== "ids").forEach((name) => refresh(name, message.names[name]));
  }

  K.connect = () => {
    new QWebChannel(qt.webChannelTransport, (channel) => {
      wire = channel.objects.wire;
      wire.to_page.connect(hear);
      K.tell("ready");
    });
  };

  K.colour = (name) => K.config.colours[name];
  K.layerOn = (name) => K.config.layers[name] !== false;
  K.moving = () => K.config.motion && !matchMedia("(prefers-reduced-motion: reduce)").matches;

  K.on("data:config", (config) => {
    const before = K.config;
    K.config = config;
    const style = document.documentElement.style;
    for (const [name, value] of Object.entries(config.colours)) style.setProperty("--" + name, value);
    style.setProperty("color-scheme", config.theme);
    style.setProperty("--font", `"${config.font}", system-ui, sans-serif`);
    K.font = `"${config.font}", system-ui, sans-serif`;
    K.emit("config", { before, now: config });
  });
})(Kerbside);
