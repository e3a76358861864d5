// What was clicked says in a few lines what it is, and what can be done about it.
"use strict";

(function (K) {
  K.Popup = class {
    constructor(map, marks) {
      this.map = map;
      this.marks = marks;
      this.wanted = null; // what was clicked here: its popup opens once the program has said what stands in it
      this.said = null;
      this.popup = L.popup({ autoPanPadding: [12, 12], closeButton: false, offset: [0, -10], className: "acts", maxWidth: 280 });
      K.on("data:popup", (said) => this.set(said));
      map.on("popupclose", () => (this.open = false));
      map.getContainer().addEventListener("keydown", (event) => this.key(event), true);
    }

    want(kind, id, focus = false) {
      this.wanted = { kind, id, focus };
      if (this.fits()) this.show();
    }

    fits() {
      return this.said && this.wanted && this.said.kind === this.wanted.kind && this.said.id === this.wanted.id;
    }

    set(said) {
      const before = this.said;
      this.said = said;
      if (!this.fits()) {
        if (this.open) this.close();
      } else if (!this.open || JSON.stringify(before) !== JSON.stringify(said)) this.show();
    }

    place() {
      const { kind, id } = this.said;
      const order = kind === "order" && this.marks.orders.byId.get(id);
      return kind === "driver" ? this.marks.drivers.place(id) : order && (order.pickup || order.dropoff);
    }

    show() {
      const at = this.place();
      if (!at) return this.close();
      const focused = this.open ? document.activeElement && document.activeElement.dataset.act : this.wanted.focus;
      this.popup.setLatLng([K.latOf(at[1]), K.lonOf(at[0])]).setContent(this.content());
      // Into view when it opens, and then the map stays where it is.
      this.popup.options.autoPan = !this.open;
      if (!this.open) this.popup.openOn(this.map);
      this.popup.options.autoPan = false;
      this.open = true;
      const buttons = [...this.popup.getElement().querySelectorAll("button")];
      if (focused) (buttons.find((one) => one.dataset.act === focused) || buttons[0] || this.map.getContainer()).focus();
    }

    content() {
      const box = L.DomUtil.create("div", "popup");
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", this.said.title);
      L.DomUtil.create("b", "", box).textContent = this.said.title;
      for (const line of this.said.lines) L.DomUtil.create("div", line.token || "", box).textContent = line.text;
      const row = L.DomUtil.create("div", "acts", box);
      for (const { id, text, keys } of this.said.actions) {
        const button = L.DomUtil.create("button", "", row);
        button.type = "button";
        button.dataset.act = id;
        button.textContent = text;
        if (keys) button.title = keys;
        button.addEventListener("click", () => K.tell("act", { id }));
      }
      return box;
    }

    // The driver has moved on, and the popup with them.
    follow() {
      if (!this.open) return;
      const at = this.place();
      if (at) this.popup.setLatLng([K.latOf(at[1]), K.lonOf(at[0])]);
      else this.close();
    }

    close() {
      this.wanted = null;
      this.open = false;
      this.map.closePopup(this.popup);
      if (document.activeElement === document.body) this.map.getContainer().focus();
    }

    key(event) {
      if (K.draw.kind) return;
      const inside = event.target.closest && event.target.closest(".acts");
      if (event.key === "Escape" && this.open) {
        this.close();
        this.map.getContainer().focus();
      } else if (event.key === "Enter" && !inside && K.config.select) this.want(...K.config.select, true);
      else return;
      event.stopPropagation();
      event.preventDefault();
    }
  };
})(Kerbside);
