// The ground and its names as the page shows them: pictures from the painter, carried along until the next one is there.
"use strict";

(function (K) {
  const PAD = 0.25; // of the window, beyond it on every side
  const AHEAD = 0.6; // of the pad may be used up before the next picture is asked for

  // A canvas that shows a picture where it belongs.
  const Sheet = K.Overlay.extend({
    options: { kind: "bitmaprenderer" },

    getEvents() {
      const { zoomanim, zoom } = K.Overlay.prototype.getEvents.call(this);
      return { zoomanim, zoom, viewreset: zoom };
    },

    place() {},

    show(view, bitmap) {
      this.canvas.hidden = !bitmap;
      if (!bitmap) return;
      const origin = this._map.getPixelOrigin();
      Object.assign(this, view, { corner: L.point(view.ox, view.oy).subtract(origin) });
      this.canvas.style.width = view.width + "px";
      this.canvas.style.height = view.height + "px";
      L.DomUtil.setPosition(this.canvas, this.corner);
      this.context.transferFromImageBitmap(bitmap);
    },
  });

  K.Ground = class {
    constructor(map) {
      this.map = map;
      this.asked = this.version = 0;
      this.waiting = false;
      this.on = { ground: false, names: false };
      this.painter = new Worker("kerbside://map/scripts/painter.js");
      this.painter.onmessage = ({ data }) => (data.of === "ground" ? this.told(data.bounds) : this.hear(data));
      this.painter.onerror = (error) => console.error(`the ground can't be drawn: ${error.message}`);
      this.sheets = { ground: new Sheet({ pane: "tilePane" }), names: new Sheet({ pane: "labels" }) };
      map.on("zoomanim", ({ center, zoom }) => this.want(K.windowOf(map, PAD, center, zoom)));
      map.on("moveend viewreset resize", () => this.ask());
      map.on("move", () => this.carried());
    }

    // Gives the bounds of the city in the buffer, or null; resolves when the painter has it.
    setCity(buffer) {
      return new Promise((told) => {
        this.told = told;
        this.painter.postMessage({ do: "ground", buffer }, [buffer]);
        this.anew();
      });
    }

    // An area's name stands in the middle of its largest part.
    setAreas(areas) {
      const extent = (box) => (box[2] - box[0]) * (box[3] - box[1]);
      const named = areas.map((area) => {
        const boxes = area.polygons.map((rings) => K.boxOf([rings[0].flatMap(([lat, lon]) => [K.worldX(lon), K.worldY(lat)])]));
        return { name: area.name, box: boxes.sort((a, b) => extent(b) - extent(a))[0] };
      });
      this.painter.postMessage({ do: "areas", areas: named });
      this.anew();
    }

    // `ground`: whether there is a city to be shown.
    restyle(ground) {
      const { colours, font, layers, theme, tiles } = K.config;
      const look = JSON.stringify([theme, font]);
      this.painter.postMessage(look === this.look ? { do: "layers", layers } : { do: "look", colours, font, layers });
      this.look = look;
      this.on = { ground, names: !ground || K.layerOn("labels") || K.layerOn("areas") };
      for (const sheet of Object.values(this.sheets)) if (!sheet._map) sheet.addTo(this.map);
      this.anew();
    }

    // What has been painted is not what it should be any more.
    anew() {
      this.version++;
      this.ask();
    }

    // Not all of the pad is left: the next picture should be there before an edge is seen.
    carried() {
      const { ground } = this.sheets;
      if (this.waiting || this.zooming() || !ground.corner) return;
      const size = this.map.getSize();
      const at = this.map.containerPointToLayerPoint([0, 0]).subtract(ground.corner);
      const pad = L.point(ground.width - size.x, ground.height - size.y).divideBy(2);
      if (Math.abs(at.x - pad.x) > AHEAD * pad.x || Math.abs(at.y - pad.y) > AHEAD * pad.y) this.ask();
    }

    zooming() {
      return this.map._animatingZoom;
    }

    // Events of one change ask once.
    ask() {
      if (this.due || !this.look) return;
      this.due = true;
      requestAnimationFrame(() => {
        this.due = false;
        this.want(K.windowOf(this.map, PAD));
      });
    }

    // A picture of where the map is, or is going to be.
    want(view) {
      if (!this.look) return;
      const said = JSON.stringify([view, this.version]);
      if (said === this.said) return this.held && this.show(this.held);
      this.said = said;
      this.held = null;
      this.waiting = true;
      this.painter.postMessage({ do: "picture", id: ++this.asked, view, ...this.on });
    }

    show(picture) {
      const { id, view, whole, ground, names } = picture;
      if (id === this.asked && whole) this.waiting = false;
      // The map is still on its way there, or somewhere else by now.
      if (this.zooming()) return (this.held = id === this.asked && whole ? picture : null);
      this.held = null;
      if (view.zoom !== this.map.getZoom()) return;
      this.sheets.ground.show(view, ground);
      if (whole) this.sheets.names.show(view, names);
    }

    hear(picture) {
      this.note(picture);
      this.show(picture);
    }

    note({ tiles, tile_ms, names_ms }) {
      K.stats.tiles += tiles;
      K.stats.tile_ms += tile_ms;
      if (names_ms !== undefined) K.stats.labels_ms = names_ms;
    }
  };
})(Kerbside);
