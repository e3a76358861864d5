// Zoom and fit, the layers, the scale, and whose data the map is drawn from.
"use strict";

(function (K) {
  const NAMES = ["drivers", "orders", "heat", "areas", "routes", "labels", "base"];

  const button = (parent, label, title, act) => {
    const element = L.DomUtil.create("button", "map-button", parent);
    element.type = "button";
    element.textContent = label;
    element.title = title;
    element.setAttribute("aria-label", title);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      K.touched = true;
      act();
      K.map.getContainer().focus();
    });
    return element;
  };

  const Buttons = L.Control.extend({
    options: { position: "topright" },
    onAdd(map) {
      const box = L.DomUtil.create("div", "map-box");
      const texts = K.config.texts;
      button(box, "+", texts.zoom_in, () => map.zoomIn());
      button(box, "−", texts.zoom_out, () => map.zoomOut());
      button(box, "◻", texts.fit, () => K.emit("do:fit", {}));
      L.DomEvent.disableClickPropagation(box);
      return box;
    },
  });

  const Layers = L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const texts = K.config.texts;
      const box = L.DomUtil.create("div", "map-box map-layers");
      const head = button(box, texts.layers, texts.layers, () => this.toggle());
      head.classList.add("wide");
      head.setAttribute("aria-expanded", "false");
      this.head = head;
      this.list = L.DomUtil.create("div", "map-list", box);
      this.list.hidden = true;
      this.ticks = {};
      for (const name of NAMES) {
        const row = L.DomUtil.create("label", "", this.list);
        const tick = L.DomUtil.create("input", "", row);
        tick.type = "checkbox";
        tick.addEventListener("change", () => {
          K.config.layers[name] = tick.checked;
          K.emit("config", { before: K.config, now: K.config });
          K.tell("layers", { layers: K.config.layers });
        });
        row.appendChild(document.createTextNode(texts[name]));
        this.ticks[name] = tick;
      }
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      this.show();
      return box;
    },
    toggle(open = this.list.hidden) {
      this.list.hidden = !open;
      this.head.setAttribute("aria-expanded", String(open));
    },
    show() {
      for (const name of NAMES) this.ticks[name].checked = K.layerOn(name);
    },
  });

  K.Controls = class {
    constructor(map) {
      this.map = map;
    }

    update() {
      if (!this.buttons) {
        this.buttons = new Buttons().addTo(this.map);
        this.layers = new Layers().addTo(this.map);
        this.scale = L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(this.map);
        this.credit = L.control.attribution({ prefix: false, position: "bottomright" }).addTo(this.map);
        this.map.on("click dragstart", () => this.layers.toggle(false));
      }
      this.layers.show();
      const wanted = [...new Set([K.config.attribution, K.config.tiles_attribution].filter(Boolean))];
      // Text, not markup: it comes from a file or a setting.
      const escape = (s) => Object.assign(document.createElement("i"), { textContent: s }).innerHTML;
      const credit = wanted.map(escape).join(", ");
      if (credit === this.credited) return;
      if (this.credited) this.credit.removeAttribution(this.credited);
      this.credited = credit;
      if (credit) this.credit.addAttribution(credit);
    }
  };
})(Kerbside);
