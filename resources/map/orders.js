// The orders on the map: a square where one is picked up, a circle where it goes.
"use strict";

(function (K) {
  const GONE_FROM_PICKUP = new Set(["carrying", "at_dropoff", "delivered", "failed"]);

  K.Orders = class {
    constructor() {
      this.list = [];
      this.middle = 0.5;
      this.byId = new Map();
    }

    set(list) {
      const world = (place) => place && [K.nearX(K.worldX(place[1]), this.middle), K.worldY(place[0])];
      this.list = list.map((order) => ({
        ...order,
        pickup: GONE_FROM_PICKUP.has(order.status) ? null : world(order.pickup),
        from: world(order.pickup),
        dropoff: world(order.dropoff),
      }));
      this.byId = new Map(this.list.map((order) => [order.id, order]));
    }

    // Each end is in the copy of the world that is nearest to the middle of the window.
    turnTo(middle) {
      if (middle === this.middle) return;
      this.middle = middle;
      for (const { pickup, from, dropoff } of this.list) {
        for (const end of [pickup, from, dropoff]) if (end) end[0] = K.nearX(end[0], middle);
      }
    }

    near(wx, wy, reach) {
      let found = null;
      let least = reach;
      for (const order of this.list) {
        for (const end of ["pickup", "dropoff"]) {
          if (!order[end]) continue;
          const d = Math.hypot(order[end][0] - wx, order[end][1] - wy);
          if (d <= least) {
            least = d;
            found = { kind: "order", id: order.id, end, distance: d };
          }
        }
      }
      return found;
    }
  };
})(Kerbside);
