// Plays a stretch: everyone on a canvas over folium's map, orders as squares and circles while they are open.
"use strict";

Report.rerun = function (group, data) {
  const $ = (id) => document.getElementById(id);
  const scale = 1e-5;
  const sum = (steps) => {
    let at = 0;
    return steps.map((step) => (at += step));
  };
  const drivers = data.drivers.map(([id, name, t, lat, lon, doing]) => ({
    id, name, t: sum(t), lat: sum(lat), lon: sum(lon), doing, at: 0, step: 0,
  }));
  const GAP_S = 300;
  let time = 0;
  let playing = false;
  let speed = 10;
  let followed = "";
  let last = 0;
  let map = null;

  // The place at a time: between two fixes on the straight line, beyond a gap where the last was. Seeks both ways.
  function place(driver) {
    const { t } = driver;
    if (!t.length || time < t[0]) return null;
    let i = driver.at;
    while (i + 1 < t.length && t[i + 1] <= time) i++;
    while (i > 0 && t[i] > time) i--;
    driver.at = i;
    let lat = driver.lat[i];
    let lon = driver.lon[i];
    let heading = null;
    if (i + 1 < t.length && t[i + 1] - t[i] <= GAP_S) {
      const share = (time - t[i]) / (t[i + 1] - t[i]);
      const north = driver.lat[i + 1] - lat;
      const east = driver.lon[i + 1] - lon;
      if (north || east) heading = Math.atan2(east * Math.cos(lat * scale * Math.PI / 180), north);
      lat += north * share;
      lon += east * share;
    }
    return { lat: lat * scale, lon: lon * scale, heading, old: time - t[i] > GAP_S };
  }

  function doing(driver) {
    let now = driver.doing[0];
    for (const one of driver.doing) if (one[0] <= time) now = one;
    return now ? data.doing[now[1]] : data.doing[0];
  }

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return (token) => style.getPropertyValue("--" + token).trim();
  };

  const Canvas = L.Layer.extend({
    onAdd(onto) {
      map = onto;
      this._canvas = L.DomUtil.create("canvas", "r-fleet", map.getPane("overlayPane"));
      this._canvas.style.pointerEvents = "none";
      map.on("move zoom viewreset resize", draw);
      map.on("dragstart", () => follow(""));
      draw();
    },
    onRemove() {
      map.off("move zoom viewreset resize", draw);
      this._canvas.remove();
    },
  });
  const layer = new Canvas();

  function draw() {
    if (!map || !layer._canvas) return;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const canvas = layer._canvas;
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
    }
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const pen = canvas.getContext("2d");
    const colour = colours();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.x, size.y);
    let open = 0, done = 0, late = 0;
    for (const [, , pLat, pLon, dLat, dLon, placed, picked, ended, due, delivered] of data.orders) {
      if (placed > time) continue;
      if (ended !== null && ended <= time) {
        if (delivered) {
          done++;
          if (ended > due) late++;
        }
        continue;
      }
      open++;
      const isLate = time > due;
      const end = map.latLngToContainerPoint([dLat * scale, dLon * scale]);
      pen.fillStyle = colour(isLate ? "late" : picked !== null && picked <= time ? "carrying" : "muted");
      pen.beginPath();
      pen.arc(end.x, end.y, isLate ? 4.5 : 3, 0, 7);
      pen.fill();
      if (isLate) {
        pen.fillStyle = colour("surface");
        pen.fillRect(end.x - 0.75, end.y - 3, 1.5, 3.5);
        pen.fillRect(end.x - 0.75, end.y + 1.5, 1.5, 1.5);
      }
      if (picked === null || picked > time) {
        const from = map.latLngToContainerPoint([pLat * scale, pLon * scale]);
        pen.fillStyle = colour("muted");
        pen.fillRect(from.x - 3, from.y - 3, 6, 6);
      }
    }
    for (const driver of drivers) {
      const here = place(driver);
      if (!here) continue;
      const at = map.latLngToContainerPoint([here.lat, here.lon]);
      const chosen = driver.id === followed;
      if (at.x < -20 || at.y < -20 || at.x > size.x + 20 || at.y > size.y + 20) continue;
      pen.save();
      pen.translate(at.x, at.y);
      pen.fillStyle = colour(here.old ? "offline" : doing(driver)[0]);
      pen.strokeStyle = colour(chosen ? "text" : "surface");
      pen.lineWidth = chosen ? 2.5 : 1.2;
      pen.beginPath();
      if (here.heading === null) {
        pen.arc(0, 0, 5, 0, 7);
      } else {
        pen.rotate(here.heading);
        pen.moveTo(0, -8);
        pen.lineTo(6, 6);
        pen.lineTo(0, 3);
        pen.lineTo(-6, 6);
        pen.closePath();
      }
      pen.fill();
      pen.stroke();
      pen.restore();
      if (chosen) {
        pen.font = "600 12px system-ui, sans-serif";
        pen.lineWidth = 4;
        pen.strokeStyle = colour("surface");
        pen.fillStyle = colour("text");
        const text = driver.id + " " + driver.name + ", " + doing(driver)[1];
        pen.strokeText(text, at.x + 11, at.y + 4);
        pen.fillText(text, at.x + 11, at.y + 4);
      }
    }
    $("r-totals").textContent = data.words.totals.replace("{open}", open).replace("{done}", done).replace("{late}", late);
  }

  function clock(at) {
    const s = (((data.clock + Math.round(at)) % 86400) + 86400) % 86400;
    return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, "0")).join(":");
  }

  function go(to) {
    time = Math.min(data.seconds, Math.max(0, to));
    $("r-time").textContent = clock(time);
    $("r-slider").value = String(Math.round(time));
    $("r-slider").setAttribute("aria-valuetext", clock(time));
    const one = drivers.find((driver) => driver.id === followed);
    const here = one && place(one);
    if (here) map.panTo([here.lat, here.lon], { animate: false });
    draw();
  }

  function play(on) {
    playing = on && time < data.seconds;
    $("r-play").textContent = playing ? data.words.pause : data.words.play;
    last = performance.now();
    if (playing) requestAnimationFrame(frame);
  }

  function frame(now) {
    if (!playing) return;
    go(time + Math.min(0.5, (now - last) / 1000) * speed);
    last = now;
    if (time >= data.seconds) play(false);
    else requestAnimationFrame(frame);
  }

  function follow(id) {
    followed = id;
    $("r-follow").value = id;
    for (const row of document.querySelectorAll("#r-drivers tbody tr")) row.classList.toggle("chosen", row.dataset.id === id);
    if (map) go(time);
  }

  layer.addTo(group);
  $("r-slider").max = String(data.seconds);
  $("r-slider").addEventListener("input", (event) => go(Number(event.target.value)));
  $("r-play").addEventListener("click", () => play(!playing));
  $("r-speed").addEventListener("change", (event) => (speed = Number(event.target.value)));
  speed = Number($("r-speed").value);
  for (const driver of drivers) {
    const option = document.createElement("option");
    option.value = driver.id;
    option.textContent = driver.id + " " + driver.name;
    $("r-follow").append(option);
  }
  $("r-follow").addEventListener("change", (event) => follow(event.target.value));
  $("r-drivers").addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (row) follow(row.dataset.id === followed ? "" : row.dataset.id);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && !["SELECT", "BUTTON", "INPUT"].includes(event.target.tagName)) {
      event.preventDefault();
      play(!playing);
    }
  });
  Report.rerun.state = () => ({ time, playing, speed, followed });
  Report.rerun.go = go;
  Report.rerun.where = (id) => place(drivers.find((driver) => driver.id === id));
  queueMicrotask(() => go(0));
};
