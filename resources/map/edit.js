// The shape of an area, shown and taken hold of: its corners, and between them the places where further ones may come.
"use strict";

(function (K) {
  const REACH = 10; // pixels from a corner within which it is taken hold of
  const BETWEEN = 8; // the same for a place between two corners
  const ROOM = 26; // pixels an edge has to be long to offer one
  const STILL = 3; // pixels a hand may move in a click
  const STEP = 1; // pixels by an arrow key; with Shift ten times as far
  const FEWEST = 3;

  const world = ([lat, lon]) => ({ x: K.worldX(lon), y: K.worldY(lat) });
  const beside = (place, other) => Object.assign(place, { x: K.nearX(place.x, other.x) });

  K.Edit = class {
    constructor(map, marks) {
      this.map = map;
      this.marks = marks;
      this.clear();
      K.on("data:edit", (value) => this.set(value));
      const box = map.getContainer();
      box.addEventListener("mousedown", (event) => this.press(event), true);
      box.addEventListener("contextmenu", (event) => this.context(event), true);
      box.addEventListener("keydown", (event) => this.key(event), true);
      window.addEventListener("mousemove", (event) => this.move(event));
      window.addEventListener("mouseup", (event) => this.release(event));
      map.on("moveend", () => !this.held && this.follow());
    }

    clear() {
      this.parts = []; // polygons of rings of corners, the last not the first again
      this.live = false;
      this.problem = null;
      this.chosen = null; // [polygon, ring, corner]
      this.held = null;
    }

    set(value) {
      const before = this.chosen;
      this.clear();
      if (value) {
        this.parts = value.polygons.map((rings) => rings.map((ring) => ring.map(world)));
        this.live = value.live;
        // Across the date line an outline goes the short way: each corner beside the one before it, rings beside the first.
        const first = this.parts.flat(2)[0];
        for (const ring of this.parts.flat()) ring.reduce((before, corner) => beside(corner, before), first);
        this.problem = value.problem && beside(world(value.problem), first);
        this.follow();
        if (this.live && before && this.corner(before)) this.chosen = before;
      }
      this.marks.draw();
    }

    // Into the copy of the world that is looked at.
    follow() {
      const corners = this.parts.flat(2);
      const turns = corners.length && Math.round(corners[0].x - K.worldX(this.map.getCenter().lng));
      if (!turns) return;
      for (const place of this.problem ? [...corners, this.problem] : corners) place.x -= turns;
      this.marks.draw();
    }

    get busy() {
      return this.live && !K.draw.kind;
    }

    points() {
      return this.parts.flatMap((rings) => rings[0].map(({ x, y }) => [x, y]));
    }

    corner([p, r, c]) {
      const ring = (this.parts[p] || [])[r];
      return ring && ring[c];
    }

    ring([p, r]) {
      return this.parts[p][r];
    }

    // Every corner, or every place between two, with where it is on the screen.
    *places(between) {
      for (let p = 0; p < this.parts.length; p++)
        for (let r = 0; r < this.parts[p].length; r++) {
          const ring = this.parts[p][r];
          for (let c = 0; c < ring.length; c++) {
            const [a, b] = [ring[c], ring[(c + 1) % ring.length]];
            if (!between) yield { at: [p, r, c], place: a };
            else if (this.far(a, b) >= ROOM) yield { at: [p, r, c + 1], place: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
          }
        }
    }

    far(a, b) {
      return Math.hypot(a.x - b.x, a.y - b.y) * this.marks.scale;
    }

    nearest(place, between) {
      let best = null;
      let least = between ? BETWEEN : REACH;
      for (const one of this.places(between)) {
        const far = this.far(one.place, place);
        if (far <= least) [best, least] = [one, far];
      }
      return best;
    }

    where(event) {
      const at = this.map.mouseEventToLatLng(event);
      return { x: K.worldX(at.lng), y: K.worldY(at.lat) };
    }

    press(event) {
      if (!this.busy || event.button !== 0 || event.defaultPrevented || event.target.closest(".leaflet-control")) return;
      const place = this.where(event);
      const corner = this.nearest(place, false);
      const between = corner ? null : this.nearest(place, true);
      if (!corner && !between) return;
      event.stopPropagation();
      event.preventDefault();
      this.map.getContainer().focus();
      this.map.dragging.disable();
      this.held = { at: (corner || between).at, from: place, inserted: !corner, moved: false };
      if (between) this.ring(between.at).splice(between.at[2], 0, { ...between.place });
      this.chosen = this.held.at;
      this.marks.draw();
    }

    move(event) {
      if (!this.held) {
        if (this.busy && event.target.closest && event.target.closest(".leaflet-container")) this.point(event);
        return;
      }
      const place = this.where(event);
      if (!this.held.moved && this.far(place, this.held.from) < STILL) return;
      this.held.moved = true;
      this.ring(this.held.at)[this.held.at[2]] = place;
      this.marks.draw();
    }

    point(event) {
      const place = this.where(event);
      const over = Boolean(this.nearest(place, false) || this.nearest(place, true));
      this.map.getContainer().classList.toggle("grabbing-corner", over);
    }

    release() {
      const held = this.held;
      if (!held) return;
      this.held = null;
      this.map.dragging.enable();
      K.hands.swallowClick();
      if (held.inserted || held.moved) this.told(held.inserted ? "insert" : "move");
      this.marks.draw();
    }

    context(event) {
      if (!this.busy) return;
      const corner = this.nearest(this.where(event), false);
      if (!corner) return;
      event.stopPropagation();
      event.preventDefault();
      this.remove(corner.at);
    }

    // A hole with two corners is none, and neither is a part: it goes with its last corner but two.
    remove(at) {
      const ring = this.ring(at);
      if (ring.length > FEWEST) ring.splice(at[2], 1);
      else if (at[1] > 0) this.parts[at[0]].splice(at[1], 1);
      else if (this.parts.length > 1) this.parts.splice(at[0], 1);
      else return K.tell("edit_refused", {});
      this.chosen = this.corner(at) ? at : null;
      this.told("remove");
      this.marks.draw();
    }

    key(event) {
      if (!this.busy) return;
      const step = { PageDown: 1, PageUp: -1 }[event.key];
      if (step) this.next(step);
      else if (!this.chosen || !this.corner(this.chosen)) return;
      else if (event.key.startsWith("Arrow")) this.nudge(event.key, event.shiftKey ? 10 * STEP : STEP);
      else if (event.key === "Backspace" || event.key === "Delete") this.remove(this.chosen);
      else if (event.key === "Insert") this.insert();
      else if (event.key === "Escape") this.chosen = null;
      else return;
      event.stopPropagation();
      event.preventDefault();
      this.marks.draw();
    }

    next(step) {
      const all = [...this.places(false)].map((one) => one.at);
      if (!all.length) return;
      const now = this.chosen ? all.findIndex((at) => at.join() === this.chosen.join()) : step > 0 ? -1 : 0;
      this.chosen = all[(now + step + all.length) % all.length];
      const { x, y } = this.corner(this.chosen);
      const at = L.latLng(K.latOf(y), K.lonOf(x));
      if (!this.map.getBounds().pad(-0.05).contains(at)) this.map.panTo(at, { animate: K.moving() });
    }

    nudge(key, pixels) {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      const corner = this.corner(this.chosen);
      corner.x += (dx * pixels) / this.marks.scale;
      corner.y += (dy * pixels) / this.marks.scale;
      this.told("move");
    }

    insert() {
      const [p, r, c] = this.chosen;
      const ring = this.ring(this.chosen);
      const [a, b] = [ring[c], ring[(c + 1) % ring.length]];
      ring.splice(c + 1, 0, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
      this.chosen = [p, r, c + 1];
      this.told("insert");
    }

    told(what) {
      const polygons = this.parts.map((rings) => rings.map((ring) => ring.map(({ x, y }) => [K.latOf(y), K.lonOf(x)])));
      K.tell("edited", { what, polygons });
    }

    paint(marks) {
      if (!this.parts.length) return;
      const context = marks.context;
      const screen = (p) => marks.screen([p.x, p.y]);
      context.beginPath();
      for (const rings of this.parts)
        for (const ring of rings) {
          ring.forEach((p, i) => (i ? context.lineTo(...screen(p)) : context.moveTo(...screen(p))));
          context.closePath();
        }
      context.globalAlpha = this.live ? 0.12 : 0.08;
      context.fillStyle = K.colour("accent");
      context.fill("evenodd");
      context.globalAlpha = 1;
      context.strokeStyle = K.colour("accent");
      context.lineWidth = 2;
      context.stroke();
      if (!this.live) return;
      this.dots([...this.places(true)], 3, "surface", 1);
      this.dots([...this.places(false)], 5, "surface", 2);
      const chosen = this.chosen && this.corner(this.chosen);
      if (chosen) this.dots([{ place: chosen }], 6, "accent", 2);
      if (this.problem) this.warn(screen(this.problem));
    }

    dots(places, radius, fill, width) {
      const context = this.marks.context;
      context.lineWidth = width;
      context.strokeStyle = K.colour("accent");
      context.fillStyle = K.colour(fill);
      for (const { place } of places) {
        const [x, y] = this.marks.screen([place.x, place.y]);
        if (x < -9 || y < -9 || x > this.marks.width + 9 || y > this.marks.height + 9) continue;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    }

    warn([x, y]) {
      const context = this.marks.context;
      context.beginPath();
      context.arc(x, y, 13, 0, 2 * Math.PI);
      context.strokeStyle = K.colour("late");
      context.lineWidth = 2.5;
      context.stroke();
      this.marks.label("!", x, y - 22, true);
    }
  };
})(Kerbside);
