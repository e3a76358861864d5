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

  // Modules hear each other by name; several may hear the same.
  K.on = (name, listener) => (K.listeners[name] = K.listeners[name] || []).push(listener);
  K.emit = (name, value) => (K.listeners[name] || []).forEach((listener) => listener(value));

  K.tell = (kind, fields) => wire && wire.tell(JSON.stringify({ ev: kind, ...fields }));

  const decoders = {
    drivers: (answer) => answer.arrayBuffer(),
    base: async (answer) => K.ground.setCity(await answer.arrayBuffer()),
  };

  async function fetchOnce(name, revision) {
    const started = performance.now();
    const answer = await fetch(`kerbside://map/data/${name}?r=${revision}`);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const value = await (decoders[name] ? decoders[name](answer) : answer.json());
    const arrived = performance.now();
    K.emit("data:" + name, value);
    if (name === "drivers") {
      K.stats.refreshes++;
      K.stats.fetch_ms = arrived - started;
      K.stats.apply_ms = performance.now() - arrived;
    }
  }

  const refresh = (name, names) =>
    fetchOnce(name, names[name]).catch((error) => console.error(`${name} can't be shown: ${error.stack || error}`));

  // Everything is drawn by the configuration, and drivers by the list of their ids: those two come first.
  async function refreshAll(names) {
    const first = ["config", "ids"].filter((name) => name in names);
    for (const name of first) await refresh(name, names);
    await Promise.all(Object.keys(names).filter((name) => !first.includes(name)).map((name) => refresh(name, names)));
    K.tell("done");
  }

  // One after the other: what is to be done is done upon the state that was there when it was said.
  let turn = Promise.resolve();
  const AT_ONCE = new Set(["drag", "drag_end", "drop"]);

  function hear(text) {
    const message = JSON.parse(text);
    const act = () => (message.do === "refresh" ? refreshAll(message.names) : K.emit("do:" + message.do, message));
    if (AT_ONCE.has(message.do)) return act();
    turn = turn.then(act).catch((error) => console.error(`${message.do} failed: ${error.stack || error}`));
  }

  K.connect = () => {
    new QWebChannel(qt.webChannelTransport, (channel) => {
      wire = channel.objects.wire;
      wire.to_page.connect(hear);
      K.tell("ready");
    });
  };

  K.colour = (name) => K.config.colours[name];
  K.number = (value, digits = 0) =>
    value.toLocaleString(K.config.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
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
