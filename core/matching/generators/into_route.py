"""Orders that go between the stops of a route under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.domain.driver import StopKind
from core.matching.generators import Bundle, Into
from core.matching.generators.routes import apart, plane_km
from core.matching.legs import distinct

if TYPE_CHECKING:
    from core.matching.market import Ints, Market
    from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class IntoRoute:
    """For each order the ``drivers`` whose routes pass nearest to its merchant, ``near_km`` away at most, and for each of them
    the ``places`` in the route that make the least detour.

    A detour may be no longer than the order's own way from merchant to door by more than ``detour_km``. The load fits at every
    stop. Nothing is put before a stop at which the driver stands. All distances are as the crow flies. Coming after the whole
    route is left to the bundles that any driver may have.
    """

    name: ClassVar[str] = "into_route"
    drivers: int = 4
    near_km: float = 1.5
    places: int = 2
    detour_km: float = 0.3

    def propose(self, market: Market) -> list[Bundle]:
        rows = np.flatnonzero(market.drivers.busy & market.drivers.open)
        if not len(rows) or not len(market.orders):
            return []
        routes = _Routes(market, rows)
        route, order = self._near(routes)
        if not len(route):
            return []
        detour = routes.detours(route, order)
        longest = routes.alone[order] + self.detour_km
        detour = np.where(detour <= longest[:, None, None], detour, np.inf)
        flat = detour.reshape(len(route), -1)
        found = []
        width = detour.shape[2]
        for _ in range(min(self.places, flat.shape[1])):
            best = np.argmin(flat, axis=1)
            kept = np.flatnonzero(np.isfinite(flat[np.arange(len(flat)), best]))
            for k, at in zip(kept.tolist(), best[kept].tolist(), strict=True):
                i = int(order[k])
                into = Into(int(rows[route[k]]), (at // width, at % width))
                found.append(Bundle(((StopKind.PICKUP, i), (StopKind.DROPOFF, i)), self.name, into))
            flat[np.arange(len(flat)), best] = np.inf
        return found

    def _near(self, routes: _Routes) -> tuple[Ints, Ints]:
        """Pairs of a route and an order."""
        shops, shop_of = distinct(routes.shop)
        km = np.full((len(routes.lengths), len(shops)), np.inf)
        for k in range(routes.at.shape[1]):
            np.minimum(km, apart(routes.at[:, None, k], shops[None]), out=km)
        nth = min(self.drivers, len(km)) - 1
        edge = np.partition(km, nth, axis=0)[nth]
        route, order = np.nonzero((km <= np.minimum(edge, self.near_km)[None])[:, shop_of])
        return route.astype(np.int64), order.astype(np.int64)


class _Routes:
    """Routes under way in a plane: ``at`` (n, k + 1, 2) where the driver is, then the stops, the last one repeated."""

    def __init__(self, market: Market, rows: Ints) -> None:
        drivers, orders = market.drivers, market.orders
        middle = float(orders.pickup[:, 0].mean())
        self.shop, self.door = plane_km(orders.pickup, middle), plane_km(orders.dropoff, middle)
        self.alone = apart(self.shop, self.door)
        self.weight, self.volume = orders.weight, orders.volume
        views = [drivers.views[row] for row in rows.tolist()]
        self.lengths = np.array([len(view.stops) for view in views], dtype=np.int64)
        longest = int(self.lengths.max())
        places = np.repeat(drivers.place[rows][:, None], longest + 1, axis=1)
        self.load = np.zeros((len(rows), longest + 1, 2))
        self.standing = np.array([view.stops[0].arrived_at is not None for view in views], dtype=np.bool_)
        self.room = np.stack([drivers.weight_limit[rows], drivers.volume_limit[rows]], axis=1)
        for r, view in enumerate(views):
            picked = {s.order.id for s in view.stops if s.kind is StopKind.PICKUP}
            carried = [s.order for s in view.stops if s.kind is StopKind.DROPOFF and s.order.id not in picked]
            load = np.array([sum(o.weight_kg for o in carried), sum(o.volume_l for o in carried)])
            self.load[r, 0] = load
            for k, stop in enumerate(view.stops, start=1):
                places[r, k:] = stop.place
                own = np.array([stop.order.weight_kg, stop.order.volume_l])
                load = load + own if stop.kind is StopKind.PICKUP else load - own
                self.load[r, k:] = load
        self.at = plane_km(places, middle)

    def detours(self, route: Ints, order: Ints) -> Floats:
        """Kilometres by which each pair's route grows, shape (n, i, j): the pick-up before stop i, the drop-off before stop j;
        inf where that can't be."""
        at, lengths = self.at[route], self.lengths[route]
        steps = at.shape[1]
        shop, door = self.shop[order][:, None], self.door[order][:, None]
        here, onward = at, np.concatenate([at[:, 1:], at[:, -1:]], axis=1)
        last = np.arange(steps)[None] == lengths[:, None]
        straight = np.where(last, 0.0, apart(here, onward))
        to_shop, to_door = apart(here, shop), apart(here, door)
        by_shop = to_shop + np.where(last, 0.0, apart(shop, onward)) - straight
        by_door = to_door + np.where(last, 0.0, apart(door, onward)) - straight
        both = to_shop + self.alone[order][:, None] + np.where(last, 0.0, apart(door, onward)) - straight
        detour = by_shop[:, :, None] + by_door[:, None, :]
        step = np.arange(steps)
        detour[:, step, step] = both
        possible = (step[:, None] <= step[None, :])[None] & (step[None, None] <= lengths[:, None, None])
        possible = possible & (step[None, :, None] < lengths[:, None, None])
        possible[:, 0] &= ~self.standing[route][:, None]
        added = np.stack([self.weight[order], self.volume[order]], axis=1)
        full = np.any(self.load[route] + added[:, None] > self.room[route][:, None] + 1e-9, axis=2)
        blocked = np.cumsum(full, axis=1)
        before = np.concatenate([np.zeros((len(route), 1), dtype=np.int64), blocked[:, :-1]], axis=1)
        # Carried from stop i to stop j: the loads after stops i - 1 … j - 1 of the route, that is entries i … j.
        possible &= (blocked[:, None, :] - before[:, :, None]) == 0
        return np.where(possible, detour, np.inf)
