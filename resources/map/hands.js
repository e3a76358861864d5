// What the dispatcher does with mouse and keys, told to the program.
"use strict";

(function (K) {
  const START_DRAG = 5; // pixels a pressed order has to move before it is being dragged

  K.Hands = class {
    constructor(map, marks) {
      this.map = map;
      this.marks = marks;
      this.pressed = null;
      this.swallow = false;
      this.target = "";
      const box = map.getContainer();

      map.on("click", (event) => this.click(event));
      map.on("contextmenu", (event) => this.context(event));
      map.on("dragstart", () => this.handMoved());
      // Before Leaflet hears of it: a pressed order is dragged, not the map.
      box.addEventListener("mousedown", (event) => this.press(event), true);
      window.addEventListener("mousemove", (event) => this.move(event));
      window.addEventListener("mouseup", (event) => this.release(event));
      box.addEventListener("mouseleave", () => this.point(null));
      box.addEventListener("keydown", (event) => this.key(event), true);

      K.on("do:drag", ({ x, y }) => this.hold({ x, y }, null, ""));
      K.on("do:drag_end", () => this.letGo());
      K.on("do:drop", ({ ids, x, y }) => this.drop(ids, { x, y }));
    }

    place(event) {
      return this.map.mouseEventToContainerPoint(event);
    }

    swallowClick() {
      this.swallow = true;
      setTimeout(() => (this.swallow = false), 300);
    }

    click(event) {
      if (this.swallow) return (this.swallow = false);
      const found = this.marks.at(event.containerPoint);
      if (found && found.kind === "group") return this.enter(found.group);
      if (found) {
        K.popup.want(found.kind, found.id);
        return K.tell(`${found.kind}_clicked`, { id: found.id });
      }
      K.tell("ground", { lat: event.latlng.lat, lon: event.latlng.lng });
      K.tell("cleared");
    }

    // Nearer, until those of the group are seen one by one.
    enter({ x, y }) {
      K.touched = true;
      const { ox, oy, scale } = this.marks;
      this.map.setView([K.latOf((y + oy) / scale), K.lonOf((x + ox) / scale)], this.map.getZoom() + 2, { animate: K.moving() });
    }

    context(event) {
      const under = this.marks.at(event.containerPoint);
      const found = under && under.kind !== "group" ? under : null;
      const at = { x: event.containerPoint.x, y: event.containerPoint.y };
      if (found) K.tell(`${found.kind}_context`, { id: found.id, ...at });
      else K.tell("context", { lat: event.latlng.lat, lon: event.latlng.lng, ...at });
    }

    handMoved() {
      K.touched = true;
      if (!K.config.follow) return;
      K.config.follow = null;
      K.tell("follow_ended");
    }

    press(event) {
      this.swallow = false;
      if (K.draw.kind || K.edit.held || event.button !== 0 || event.target.closest(".leaflet-control")) return;
      const found = this.marks.at(this.place(event));
      if (!found || found.kind !== "order") return;
      this.pressed = { ...found, at: this.place(event) };
      this.map.dragging.disable();
    }

    move(event) {
      const at = this.place(event);
      if (K.draw.kind) return;
      if (!this.pressed) return event.buttons === 0 && this.point(event.target.closest(".leaflet-container") ? at : null);
      if (!this.marks.drag && this.pressed.at.distanceTo(at) < START_DRAG) return;
      const order = this.marks.orders.byId.get(this.pressed.id);
      if (!order) return this.cancel();
      this.hold(at, order[this.pressed.end] || order.dropoff, order.label || order.id);
    }

    release(event) {
      if (!this.pressed) return;
      const dragged = this.marks.drag;
      const id = this.pressed.id;
      this.cancel();
      if (!dragged) return;
      this.swallowClick();
      this.drop([id], this.place(event));
    }

    cancel() {
      this.pressed = null;
      this.map.dragging.enable();
      this.letGo();
    }

    // An order is over the map, from a table of the program or from the map itself.
    hold(at, from, text) {
      const found = this.marks.at(at, "driver");
      this.aim(found && found.kind === "driver" ? found.id : "");
      this.marks.drag = { from, to: at, text, target: this.target };
      this.marks.draw();
    }

    aim(id) {
      if (id === this.target) return;
      this.target = id;
      K.tell("target", { id });
    }

    letGo() {
      if (!this.marks.drag) return;
      this.aim("");
      this.marks.drag = null;
      this.marks.draw();
    }

    drop(ids, at) {
      const found = this.marks.at(at, "driver");
      this.letGo();
      if (found && found.kind === "driver") K.tell("dropped", { ids, id: found.id });
    }

    // One look at the marks per frame, however fast the mouse is.
    point(at) {
      this.pointed = at;
      if (this.pointing) return;
      this.pointing = true;
      requestAnimationFrame(() => {
        this.pointing = false;
        const found = this.pointed && this.marks.at(this.pointed);
        const before = this.marks.hover;
        if ((found && found.id) === (before && before.id) && (found && found.kind) === (before && before.kind)) return;
        this.marks.hover = found;
        this.map.getContainer().classList.toggle("pointing", Boolean(found));
        this.marks.draw();
      });
    }

    key(event) {
      if (K.draw.kind) return;
      if (event.key === "Escape" && this.pressed) return this.cancel();
      if (event.key === "Escape" && K.draw.measured) return K.draw.forget();
      if (event.key === "Escape") return K.tell("cleared");
      if (event.key === "Home") return K.emit("do:fit", {});
      if (event.key.startsWith("Arrow")) this.handMoved();
    }
  };
})(Kerbside);
