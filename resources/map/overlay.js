// A canvas over the map, drawn in the pixels of the screen and carried along by the map's own movements.
"use strict";

(function (K) {
  // What the window shows now, or will once the map has come to another place, and `pad` more of it on every side: the world's
  // pixel at the corner, the size in pixels, and the zoom.
  K.windowOf = (map, pad, center = map.getCenter(), zoom = map.getZoom()) => {
    const size = map.getSize();
    const more = size.multiplyBy(pad).round();
    const origin = zoom === map.getZoom() && !map._animatingZoom ? map.getPixelOrigin() : map._getNewPixelOrigin(center, zoom);
    const corner = map.containerPointToLayerPoint(more.multiplyBy(-1)).add(origin);
    const ratio = window.devicePixelRatio || 1;
    const scale = K.scaleAt(zoom);
    return {
      zoom, scale, ratio,
      ox: corner.x,
      oy: corner.y,
      width: size.x + 2 * more.x,
      height: size.y + 2 * more.y,
      pad: { x: more.x, y: more.y },
    };
  };

  // Whether two boxes have something in common, each left, top, right, bottom.
  K.meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

  K.Overlay = L.Layer.extend({
    // `pad` is how far beyond the window the canvas reaches, as a share of it: what is drawn there comes in when the map
    // is dragged, before anything is drawn anew.
    options: { pad: 0, pane: "overlayPane", kind: "2d" },

    initialize(options) {
      L.setOptions(this, options);
    },

    onAdd() {
      this.canvas = L.DomUtil.create("canvas", "kerbside-overlay leaflet-zoom-animated");
      this.context = this.canvas.getContext(this.options.kind);
      this.getPane().appendChild(this.canvas);
      this.place();
    },

    onRemove() {
      this.canvas.remove();
      this.canvas = null;
    },

    getEvents() {
      return {
        zoomanim: (event) => this.scaleTo(event.center, event.zoom),
        zoom: () => this.scaleTo(this._map.getCenter(), this._map.getZoom()),
        zoomstart: () => (this.zooming = true),
        // What follows in the same breath draws.
        zoomend: () => (this.zooming = false),
        moveend: () => this.place(),
        viewreset: () => this.place(),
        resize: () => this.place(),
        move: () => !this.zooming && this.carried(),
      };
    },

    // The map is being dragged, and the canvas with it.
    carried() {},

    // Whether part of the window is beyond the canvas by now.
    uncovered() {
      const corner = this._map.containerPointToLayerPoint([0, 0]).subtract(this.corner);
      const size = this._map.getSize();
      return corner.x < 0 || corner.y < 0 || corner.x + size.x > this.width || corner.y + size.y > this.height;
    },

    // Put the canvas where the window is now, and draw.
    place() {
      const map = this._map;
      if (!map || !this.canvas || this.zooming) return;
      const { ratio } = Object.assign(this, K.windowOf(map, this.options.pad));
      const width = Math.round(this.width * ratio);
      const height = Math.round(this.height * ratio);
      if (this.canvas.width !== width || this.canvas.height !== height) {
        this.canvas.width = width;
        this.canvas.height = height;
        this.canvas.style.width = this.width + "px";
        this.canvas.style.height = this.height + "px";
      }
      this.corner = L.point(this.ox, this.oy).subtract(map.getPixelOrigin());
      L.DomUtil.setPosition(this.canvas, this.corner);
      this.draw();
    },

    scaleTo(center, zoom) {
      if (!this.corner) return;
      const map = this._map;
      const factor = map.getZoomScale(zoom, this.zoom);
      const corner = L.point(this.ox, this.oy).multiplyBy(factor).subtract(map._getNewPixelOrigin(center, zoom));
      L.DomUtil.setTransform(this.canvas, corner, factor);
    },

    // Where a label of a mark at `x` begins: to its right, to its left where it would run past the window's edge.
    beside(x, width) {
      const right = x + 13;
      const left = x - 13 - width;
      return right + width > this.width - this.pad.x && left >= this.pad.x ? left : right;
    },

    clear() {
      this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      this.context.clearRect(0, 0, this.width, this.height);
    },

    draw() {},
  });
})(Kerbside);
