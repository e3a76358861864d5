// Areas, a route, a passing shape: few and slow to change, so Leaflet's own vectors serve.
"use strict";

(function (K) {
  const text = (tag, className, content) => {
    const element = L.DomUtil.create(tag, className);
    element.textContent = content;
    return element;
  };

  // How many worlds away an outline would be seen that the window does not show where it is: beyond the date line the map
  // goes on.
  const turnsOf = ([[[, lon]]], window_) => {
    const [west, east] = [window_.getWest(), window_.getEast()];
    return west <= lon && lon <= east ? 0 : Math.round((lon - (west + east) / 2) / 360);
  };
  const turned = (rings, turns) => (turns ? rings.map((ring) => ring.map(([lat, lon]) => [lat, lon - 360 * turns])) : rings);

  K.Shapes = class {
    constructor(map) {
      this.map = map;
      map.on("moveend", () => K.config && this.turns().join() !== this.drawnAt && this.draw_areas());
      this.areas = L.layerGroup();
      this.route = L.layerGroup();
      this.shape = L.layerGroup().addTo(map);
      this.fences = L.layerGroup();
      this.data = { areas: [], route: null, shape: [], fences: [] };
      this.stops = [];
      this.tags = []; // where the labels of stops lie, in layer pixels
      map.on("zoomend moveend resize", () => this.layTags());
    }

    set(name, value) {
      this.data[name] = value;
      if (K.config) this["draw_" + name]();
    }

    restyle() {
      for (const [layer, on] of [
        [this.areas, K.layerOn("areas")],
        [this.route, K.layerOn("routes")],
        [this.fences, K.layerOn("routes")],
      ]) {
        if (on) layer.addTo(this.map);
        else layer.remove();
      }
      for (const name of Object.keys(this.data)) this["draw_" + name]();
    }

    turns() {
      const window_ = this.map.getBounds();
      return this.data.areas.map((area) => area.polygons.map((rings) => turnsOf(rings, window_)));
    }

    draw_areas() {
      const turns = this.turns();
      this.drawnAt = turns.join();
      this.areas.clearLayers();
      for (const [i, area] of this.data.areas.entries()) {
        const outline = L.polygon(area.polygons.map((rings, n) => turned(rings, turns[i][n])), {
          pane: "areas",
          interactive: false,
          color: K.colour("muted"),
          weight: 1.5,
          opacity: 0.55,
          fillColor: K.colour("muted"),
          fillOpacity: 0.05,
        });
        this.areas.addLayer(outline);
      }
    }

    // Within which a driver counts as there.
    draw_fences() {
      this.fences.clearLayers();
      for (const { place, radius_m } of this.data.fences) {
        this.fences.addLayer(
          L.circle(place, {
            radius: radius_m,
            pane: "areas",
            interactive: false,
            color: K.colour("accent"),
            weight: 1.5,
            dashArray: "4 4",
            fillOpacity: 0.06,
          })
        );
      }
    }

    draw_shape() {
      this.shape.clearLayers();
      for (const rings of this.data.shape) {
        this.shape.addLayer(
          L.polygon(rings, {
            pane: "areas",
            interactive: false,
            color: K.colour("accent"),
            weight: 2,
            fillColor: K.colour("accent"),
            fillOpacity: 0.08,
          })
        );
      }
    }

    // The leg under way is whole, those after it are thinner: what comes next is seen first.
    draw_route() {
      this.route.clearLayers();
      this.stops = [];
      this.tags = [];
      const route = this.data.route;
      if (!route) return;
      const colourOf = (i) => K.colour((route.stops[i] || {}).kind === "pickup" ? "to-pickup" : "carrying");
      const line = (points, options) =>
        this.route.addLayer(L.polyline(points, { pane: "routes", interactive: false, lineJoin: "round", ...options }));
      route.legs.forEach((leg) => line(leg, { color: K.colour("surface"), weight: 7, opacity: 0.9 }));
      for (let i = route.legs.length - 1; i >= 0; i--) {
        line(route.legs[i], { color: colourOf(i), weight: i ? 2.5 : 4, opacity: i ? 0.85 : 1 });
      }
      route.stops.forEach((stop, i) => {
        if (!stop.place) return;
        const badge = L.DomUtil.create("span", `stop ${stop.kind}`);
        badge.appendChild(text("b", "", String(i + 1)));
        const tag = stop.label ? badge.appendChild(text("span", "stop-label", stop.label)) : null;
        this.stops.push({ place: stop.place, tag });
        const icon = L.divIcon({ html: badge, className: "stop-mark", iconSize: [18, 18] });
        this.route.addLayer(L.marker(stop.place, { icon, pane: "stops", interactive: false, keyboard: false }));
      });
      this.layTags();
    }

    // A label lies beside its stop, where it is seen whole and upon nothing; where it can't, it is left to the inspector.
    layTags() {
      const { x: width, y: height } = this.map.getSize();
      const origin = this.map.containerPointToLayerPoint([0, 0]);
      const at = this.stops.map(({ place }) => this.map.latLngToContainerPoint(place));
      const marks = at.map(({ x, y }) => [x - 10, y - 10, x + 10, y + 10]);
      const taken = this.controls();
      const before = taken.length;
      this.stops.forEach(({ tag }, i) => {
        if (!tag) return;
        const { x, y } = at[i];
        const { offsetWidth: wide, offsetHeight: high } = tag;
        const others = [...taken, ...marks.filter((_, j) => j !== i)];
        const fits = (b) => b[0] >= 0 && b[2] <= width && !others.some((o) => K.meet(o, b));
        const places = [-9, -9 - high, 9].flatMap((up) =>
          [x + 13, x - 13 - wide].map((left) => ({ up, left, box: [left, y + up, left + wide, y + up + high] }))
        );
        const seen = x >= 0 && y >= 0 && x <= width && y <= height;
        const found = seen ? places.find(({ box }) => fits(box)) : places[0];
        tag.style.visibility = found ? "" : "hidden";
        if (!found) return;
        tag.classList.toggle("before", found.left < x);
        tag.style.top = found.up + 7 + "px"; // of its mark, which has a border and lies about its place
        if (seen) taken.push(found.box);
      });
      const laid = [...marks, ...taken.slice(before)];
      this.tags = laid.map(([l, t, r, b]) => [l + origin.x, t + origin.y, r + origin.x, b + origin.y]);
      if (K.marks) K.marks.refresh(); // what is selected keeps clear of them
    }

    // What lies over the map and hides what is under it, in pixels of the window.
    controls() {
      const { left: x, top: y } = this.map.getContainer().getBoundingClientRect();
      const boxes = [...this.map.getContainer().querySelectorAll(".leaflet-top .leaflet-control")];
      return boxes.map((box) => box.getBoundingClientRect()).map((b) => [b.left - x, b.top - y, b.right - x, b.bottom - y]);
    }
  };
})(Kerbside);
