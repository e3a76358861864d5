// Many drivers as dots, set into the picture's own pixels: drawing as many circles would take ten times as long.
"use strict";

(function (K) {
  K.Dots = class {
    forget() {
      this.image = null;
    }

    // `crowd` has the drivers' pixels, in the order of `rows`.
    draw(context, rows, crowd, drivers, ratio) {
      const { width, height } = context.canvas;
      if (!this.image || this.image.width !== width || this.image.height !== height) {
        this.image = new ImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
        this.masks = masks(width, ratio);
      } else this.pixels.fill(0);
      const { pixels } = this;
      const { px, py } = crowd;
      const { activity } = drivers;
      const margin = 6 * ratio;
      for (let k = 0; k < rows.length; k++) {
        const x = Math.round(px[k] * ratio);
        const y = Math.round(py[k] * ratio);
        if (x < margin || y < margin || x >= width - margin || y >= height - margin) continue;
        const i = rows[k];
        const { offsets, colours, solid } = this.masks[activity[i] * K.FADED.length + drivers.faded(i)];
        const at = y * width + x;
        for (let m = 0; m < offsets.length; m++) {
          const p = at + offsets[m];
          // A soft edge gives way to what is there already; a body covers it.
          if (solid[m] || pixels[p] === 0) pixels[p] = colours[m];
        }
      }
      context.putImageData(this.image, 0, 0);
    }
  };

  function masks(width, ratio) {
    const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const ground = rgb(K.colour("surface"));
    return K.config.activities.flatMap((activity) => {
      const [ownRgb, mask] = [rgb(K.activityColour(activity)), K.dotMask(activity, ratio)];
      return K.FADED.map((share) => ({
        offsets: Int32Array.from(mask, ([dx, dy]) => dy * width + dx),
        colours: Uint32Array.from(mask, ([, , cover, hole]) => {
          const [red, green, blue] = hole ? ground : ownRgb;
          return (Math.round(cover * share * 255) << 24) | (blue << 16) | (green << 8) | red;
        }),
        solid: Uint8Array.from(mask, ([, , cover]) => (cover > 0.9 ? 1 : 0)),
      }));
    });
  }
})(Kerbside);
