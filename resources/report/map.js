// What folium's map calls to draw its layers. Colours are the style sheet's, by class name.
"use strict";

const Report = (function () {
  const scale = 1e-5;

  function decode(line) {
    let lat = 0;
    let lon = 0;
    const points = [];
    for (let i = 0; i < line.length; i += 2) {
      lat += line[i];
      lon += line[i + 1];
      points.push([lat * scale, lon * scale]);
    }
    return points;
  }

  // Texts come from orders and merchants: they are never read as HTML.
  function hint(lines) {
    const box = document.createElement("div");
    for (const line of lines) {
      const row = box.appendChild(document.createElement("div"));
      row.textContent = line;
    }
    return box;
  }

  function badge(className, text, size) {
    const content = document.createElement("span");
    content.textContent = text;
    return L.divIcon({ className, html: content, iconSize: size });
  }

  function shape(make, points, className, pane) {
    return make(points, { className, pane, interactive: false, smoothFactor: 0.7 });
  }

  function ground(map, data) {
    for (const [name, z] of [["ground", 200], ["names", 620]]) {
      map.createPane(name).style.zIndex = z;
      map.getPane(name).style.pointerEvents = "none";
    }
    const renderer = L.svg({ pane: "ground", padding: 0.5 });
    const options = (className) => ({ className, renderer, pane: "ground", interactive: false, smoothFactor: 0.7 });
    L.rectangle(data.bounds, options("g-land")).addTo(map);
    L.polygon(data.parks.map((rings) => rings.map(decode)), options("g-park")).addTo(map);
    L.polygon(data.water.map((rings) => rings.map(decode)), options("g-water")).addTo(map);
    L.polyline(data.rivers.map(decode), options("g-river")).addTo(map);
    const order = ["path", "service", "residential", "tertiary", "secondary", "primary", "trunk", "motorway"];
    for (const kind of order.slice(3)) {
      if (data.roads[kind]) L.polyline(data.roads[kind].map(decode), options("g-edge g-" + kind)).addTo(map);
    }
    for (const kind of order) {
      if (data.roads[kind]) L.polyline(data.roads[kind].map(decode), options("g-road g-" + kind)).addTo(map);
    }
    for (const [lat, lon, name, kind] of data.places) {
      L.marker([lat, lon], { icon: badge("g-place g-" + kind, name, null), pane: "names", interactive: false }).addTo(map);
    }
    const fit = () => map.getContainer().style.setProperty("--road-width", Math.pow(1.5, map.getZoom() - 13) + "px");
    map.on("zoomend viewreset", fit);
    map.whenReady(fit);
  }

  function areas(group, data) {
    for (const [name, polygons] of data) {
      for (const rings of polygons) shape(L.polygon, rings, "m-area").addTo(group);
    }
  }

  function merchants(group, data) {
    for (const [lat, lon, name, orders, told] of data) {
      const size = orders ? 7 : 5;
      const icon = L.divIcon({ className: orders ? "m-merchant m-busy" : "m-merchant", iconSize: [size, size] });
      const marker = L.marker([lat, lon], { icon, keyboard: false });
      marker.bindTooltip(hint([name, told])).addTo(group);
    }
  }

  function deliveries(className, isLate) {
    return (group, data) => {
      for (const [fromLat, fromLon, toLat, toLon, title, told] of data) {
        const text = hint([title, told]);
        const line = L.polyline([[fromLat, fromLon], [toLat, toLon]], { className: "m-line " + className });
        const end = isLate
          ? L.marker([toLat, toLon], { icon: badge("m-late-mark", "!", [14, 14]), keyboard: false })
          : L.circleMarker([toLat, toLon], { radius: 3.5, className: "m-end " + className });
        line.bindTooltip(text, { sticky: true }).addTo(group);
        end.bindTooltip(text).addTo(group);
      }
    };
  }

  return {
    ground,
    areas,
    merchants,
    underWay: deliveries("m-under-way", false),
    inTime: deliveries("m-in-time", false),
    late: deliveries("m-late", true),
  };
})();
