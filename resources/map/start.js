// Puts the parts together on the map that folium made.
"use strict";

Kerbside.start = (map) => {
  const K = Kerbside;
  const CLOSEST = 17; // no first view is nearer than this
  const SMALL = 0.15; // what takes less of the window than this is brought nearer
  const PANES = { areas: 300, heat: 290, routes: 410, labels: 420, marks: 430, stops: 440, past: 435 };
  K.map = map;
  for (const [name, level] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
  }
  const drivers = new K.Drivers();
  const orders = new K.Orders();
  const ground = new K.Ground(map);
  const marks = new K.Marks(drivers, orders);
  const shapes = new K.Shapes(map);
  const controls = new K.Controls(map);
  const past = new K.Past();
  const heat = new K.Heat(drivers, orders);
  Object.assign(K, { drivers, orders, ground, marks, shapes, past, heat });
  K.popup = new K.Popup(map, marks);
  let online = null;
  let city = null;
  let placed = false;

  const ready = () => K.config !== null;
  // The short way round, where they are on both sides of the date line.
  const boxOf = (points) => L.latLngBounds(points.map(([x, y]) => [K.latOf(y), K.lonOf(K.nearX(x, points[0][0]))]));

  // The first view, if nobody has chosen one: the city, or else whoever is there. It is taken again while the window is
  // still finding its size, until somebody moves the map.
  let first = null;
  function firstView(bounds) {
    if (!bounds || K.touched || (placed && !first)) return;
    first = bounds;
    placed = true;
    // One driver alone is a point, which no zoom fits.
    const spread = !bounds.getNorthWest().equals(bounds.getSouthEast());
    map.setView(bounds.getCenter(), spread ? Math.min(CLOSEST, map.getBoundsZoom(bounds)) : CLOSEST, { animate: false });
  }
  function chosen() {
    placed = true;
    first = null;
  }

  function fleetPoints() {
    const points = [];
    for (let i = 0; i < drivers.count; i++) if (drivers.placed(i)) points.push([drivers.x[i], drivers.y[i]]);
    for (const order of orders.list) for (const end of ["pickup", "dropoff"]) if (order[end]) points.push(order[end]);
    return points;
  }

  const cityBounds = () => city && L.latLngBounds([city.slice(0, 2), city.slice(2)]);

  function showGround() {
    if (online) online.remove();
    online = K.config.tiles ? L.tileLayer(K.config.tiles, { maxZoom: 19, className: "online" }).addTo(map) : null;
    const shown = Boolean(city && !online && K.layerOn("base"));
    map.getContainer().classList.toggle("has-base", shown);
    ground.restyle(shown);
  }

  K.on("config", ({ before, now }) => {
    const opening = !marks._map;
    if (opening) {
      past.addTo(map);
      marks.addTo(map);
      if (now.view) {
        chosen();
        map.setView(now.view.slice(0, 2), now.view[2], { animate: false });
      }
    }
    const looks = (c) => JSON.stringify([c.theme, c.tiles, c.font]);
    controls.update();
    if (opening || before === now || looks(before) !== looks(now) || JSON.stringify(before.layers) !== JSON.stringify(now.layers)) {
      showGround();
      shapes.restyle();
      if (K.layerOn("heat")) heat.addTo(map).place();
      else heat.remove();
      past.place();
      marks.restyle();
    } else marks.draw();
    marks.follow();
  });

  K.on("data:base", (bounds) => {
    city = bounds;
    if (!ready()) return;
    showGround();
    // Another city than the one that was looked at: begin anew.
    if (city && placed && !cityBounds().intersects(map.getBounds())) placed = K.touched = false;
    // A city's outskirts may lie outside: its streets should fill the window.
    firstView(city && cityBounds().pad(-0.15));
  });
  K.on("data:ids", (value) => drivers.setIds(value));
  K.on("data:names", (value) => (drivers.names = value));
  K.on("data:drivers", (buffer) => {
    if (!drivers.set(buffer)) return;
    const points = placed || city ? [] : fleetPoints();
    if (points.length) firstView(boxOf(points).pad(0.1));
    marks.refresh();
    heat.refresh();
  });
  K.on("data:orders", (list) => {
    orders.set(list);
    heat.refresh();
    if (!marks.inHand()) marks.draw();
  });
  for (const name of ["areas", "route", "shape", "fences"]) K.on("data:" + name, (value) => shapes.set(name, value));
  K.on("data:past", (value) => {
    past.set(value);
    // What is now steps back while one looks at what was.
    marks.steppedBack = Boolean(value);
    marks.draw();
  });
  K.on("data:found", (ids) => {
    marks.found = ids;
    marks.draw();
  });
  K.on("data:areas", (areas) => ground.setAreas(areas));

  K.on("do:view", ({ lat, lon, zoom }) => {
    chosen();
    map.setView([lat, lon], zoom, { animate: false });
  });
  K.on("do:fit", () => {
    const points = fleetPoints();
    const bounds = points.length ? boxOf(points) : cityBounds();
    chosen();
    if (bounds) map.fitBounds(bounds, { padding: [48, 48], maxZoom: CLOSEST, animate: false });
  });
  // All of a shape, or of a track, in the window.
  K.on("do:show", ({ what }) => {
    const points = what === "past" ? past.points() : what === "edit" ? K.edit.points() : shapes.data.shape.flatMap((rings) => rings[0].map(([a, b]) => [K.worldX(b), K.worldY(a)]));
    if (!points.length) return;
    chosen();
    const bounds = boxOf(points);
    const window_ = map.getBounds();
    const share = (bounds.getEast() - bounds.getWest()) / (window_.getEast() - window_.getWest());
    if (!window_.contains(bounds) || share < SMALL) map.fitBounds(bounds, { padding: [48, 48], maxZoom: CLOSEST, animate: false });
  });
  K.on("do:reveal", ({ kind, id }) => {
    const order = orders.byId.get(id);
    const points = kind === "driver" ? [drivers.place(id)] : order ? [order.pickup || order.from, order.dropoff] : [];
    const there = points.filter(Boolean);
    if (!there.length) return;
    chosen();
    const bounds = boxOf(there);
    if (map.getBounds().pad(-0.05).contains(bounds)) return;
    if (there.length === 1) map.panTo(bounds.getCenter(), { animate: K.moving() });
    else map.fitBounds(bounds, { padding: [80, 80], maxZoom: map.getZoom(), animate: false });
  });

  map.on("moveend", () => {
    if (!ready() || !placed) return;
    const centre = map.getCenter();
    K.tell("view", { lat: centre.lat, lon: centre.lng, zoom: map.getZoom() });
  });
  new ResizeObserver(() => {
    map.invalidateSize({ animate: false, pan: true });
    firstView(first);
  }).observe(map.getContainer());
  map.getContainer().addEventListener("wheel", () => (K.touched = true), { passive: true });
  // A window that goes to another screen may have other pixels.
  const watchPixels = () => {
    matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener("change", () => {
      if (ready()) {
        marks.restyle();
        showGround();
      }
      watchPixels();
    }, { once: true });
  };
  watchPixels();
  // Drawing comes first: what is pressed for it is pressed for nothing else.
  K.crosshair = new K.Crosshair(map, marks);
  K.draw = new K.Draw(map, marks);
  K.edit = new K.Edit(map, marks);
  K.hands = new K.Hands(map, marks);
  K.connect();
};
