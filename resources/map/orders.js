// The orders on the map: a square where one is picked up, a circle where it goes.
"use strict";

(function (K) {
  const GONE_FROM_PICKUP = new Set(["carrying", "at_dropoff", "delivered", "failed"]);

  K.Orders = class {
    constructor() {
      this.list = [];
      this.byId = new Map();
    }

    set(list) {
      const world = (place) => place && [K.worldX(place[1]), K.worldY(place[0])];
      this.list = list.map((order) => ({
        ...order,
        pickup: GONE_FROM_PICKUP.has(order.status) ? null : world(order.pickup),
        from: world(order.pickup),
        dropoff: world(order.dropoff),
      }));
      this.byId = new Map(this.list.map((order) => [order.id, order]));
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
