"""A market that is too large for one run of the matcher is taken apart into clusters of near pick-ups, and put together again.

Pick-ups that share a driver who could be sent, or that are near enough to be fetched in one round, belong together; what is not
connected by any of these is taken apart without loss. What is still too large is halved across its longer side, between
pick-ups and not through one as long as that is possible. Each driver then goes to the cluster of the pick-up among whose
drivers they stand first, and an order whose drivers have all gone elsewhere follows the best of them. The cuts are made
elsewhere from one cycle to the next (``turn``): who stands at a border now is in the middle then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import LatLon
from core.matching.decisions import Counts, Decisions, Why
from core.matching.eligibility import Reason
from core.matching.generators.alone import Alone

if TYPE_CHECKING:
    from core.matching.snapshot import DriverView, OrderView, Snapshot

SPARE = 4
"""So many times the drivers that the matcher prices for an order are looked at: rules will leave out some of the nearest."""
TOGETHER_KM = 1.0
"""Pick-ups no farther apart may be fetched in one round."""
_CUTS = (0.5, 0.38, 0.62)
_KM_PER_DEGREE = 111.195
AT_ONCE = 200
"""So many pick-ups are looked at between two breaths."""

V = TypeVar("V")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def split(snapshot: Snapshot, most: int, turn: int = 0, breathe: Callable[[], object] = lambda: None) -> tuple[Snapshot, ...]:
    """Clusters of at most ``most`` orders, a quarter more where orders followed their drivers. Each order and each driver is in
    exactly one; drivers whom no order can reach are spread evenly. A market that is small enough comes back as it is.

    The same snapshot and turn give the same clusters. ``breathe`` is called every now and then.
    """
    if len(snapshot.orders) <= most:
        return (snapshot,)
    market = _Market(snapshot, breathe)
    pieces = [
        piece for component in market.components() for piece in _cut(market, component, most, turn % len(_CUTS), turn % 2)
    ]
    of_order = _packed(pieces, most, len(snapshot.orders))
    count = int(of_order.max()) + 1
    breathe()
    of_driver = market.drivers_of(of_order, count, most)
    parts = []
    for n in range(count):
        breathe()
        parts.append(_part(snapshot, np.flatnonzero(of_order == n), np.flatnonzero(of_driver == n)))
    return tuple(parts)


class _Market:
    """``place_of`` is the row of each order's pick-up among the different ``places``; ``ranked`` lists for each place the
    drivers who could be sent, the nearest first."""

    def __init__(self, snapshot: Snapshot, breathe: Callable[[], object]) -> None:
        from scipy.spatial import cKDTree  # a small market never needs it

        self._breathe = breathe
        self.orders, self.drivers, self.params = snapshot.orders, snapshot.drivers, snapshot.params
        rows: dict[LatLon, int] = {}
        self.place_of = np.array([rows.setdefault(order.pickup, len(rows)) for order in self.orders], np.int64)
        middle = float(np.mean([place.lat for place in rows]))
        self.places = _plane_km(list(rows), middle)
        self.row_of_driver = {driver.id: row for row, driver in enumerate(self.drivers)}
        points, owners = [], []
        for row, driver in enumerate(self.drivers):
            if driver.open:
                for place in (driver.place, *(stop.place for stop in driver.stops)):
                    points.append(place)
                    owners.append(row)
        self.ranked: list[list[int]] = [[] for _ in rows]
        self.tied = self._tied(snapshot)
        if points:
            breathe()
            at, owner = _plane_km(points, middle), np.array(owners, np.int64)
            breathe()
            many = min(len(points), SPARE * self.params.nearest_drivers)
            found = cKDTree(at).query(self.places, many, distance_upper_bound=self.params.max_pickup_km)
            km, near = (np.asarray(part).reshape(len(rows), -1) for part in found)
            for row in range(len(rows)):
                if row % AT_ONCE == 0:
                    breathe()
                known = near[row][np.isfinite(km[row])]
                self.ranked[row] = list(dict.fromkeys(owner[known].tolist()))
        breathe()
        self._add_fleets(middle)
        self._rounds = cKDTree(self.places).query_pairs(TOGETHER_KM, output_type="ndarray")

    def _tied(self, snapshot: Snapshot) -> dict[int, int]:
        """Driver → an order that must be with them: one that they hold, or that a dispatcher has given them."""
        order_row = {order.id: row for row, order in enumerate(self.orders)}
        held = {order.held_by: row for row, order in enumerate(self.orders) if order.held_by}
        held |= {one.driver_id: order_row[one.order_id] for one in snapshot.fixed if one.order_id in order_row}
        return {self.row_of_driver[i]: row for i, row in held.items() if i in self.row_of_driver}

    def _add_fleets(self, middle: float) -> None:
        """A merchant's own drivers may be farther away than many others, and are the ones who count."""
        groups: dict[str, list[int]] = defaultdict(list)
        for row, driver in enumerate(self.drivers):
            if driver.group and driver.open:
                groups[driver.group].append(row)
        seen = {(place, self.orders[row].fleet) for row, place in enumerate(self.place_of.tolist()) if self.orders[row].fleet}
        for place, fleet in sorted(seen):
            if theirs := groups.get(fleet):
                km = np.linalg.norm(_plane_km([self.drivers[r].place for r in theirs], middle) - self.places[place], axis=1)
                near = [theirs[i] for i in np.argsort(km, kind="stable") if km[i] <= self.params.max_pickup_km]
                self.ranked[place] = list(dict.fromkeys([*near, *self.ranked[place]]))

    def components(self) -> list[Ints]:
        """Rows of orders that are connected, each in its order; the components by their first order."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        size, width = len(self.places), len(self.places) + len(self.drivers)
        ends = [(place, size + driver) for place, drivers in enumerate(self.ranked) for driver in drivers]
        ends += [(int(self.place_of[order]), size + driver) for driver, order in self.tied.items()]
        edges = np.concatenate([np.array(ends, np.int64).reshape(-1, 2), self._rounds])
        graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (width, width))
        _, label = connected_components(graph, directed=False)
        found: dict[int, list[int]] = {}
        for order, one in enumerate(label[self.place_of].tolist()):
            found.setdefault(one, []).append(order)
        return [np.array(rows, np.int64) for rows in found.values()]

    def drivers_of(self, of_order: Ints, count: int, most: int) -> Ints:
        """Each driver's cluster. ``of_order`` is changed where an order has to follow its drivers."""
        here: dict[int, list[int]] = defaultdict(list)
        for order, place in enumerate(self.place_of.tolist()):
            here[place].append(order)
        best: dict[int, tuple[int, int]] = {}
        for place, drivers in enumerate(self.ranked):
            if place % AT_ONCE == 0:
                self._breathe()
            for rank, driver in enumerate(drivers):
                if driver not in best or rank < best[driver][0]:
                    best[driver] = rank, place
        # Where one pick-up's orders had to be cut, its drivers are dealt out among the cuts.
        self._breathe()
        dealt: dict[int, int] = defaultdict(int)
        of_driver = np.full(len(self.drivers), -1, np.int64)
        for driver, (_, place) in sorted(best.items(), key=lambda item: (item[1], item[0])):
            clusters = list(dict.fromkeys(of_order[here[place]].tolist()))
            of_driver[driver] = clusters[dealt[place] % len(clusters)]
            dealt[place] += 1
        for driver, order in self.tied.items():
            of_driver[driver] = of_order[order]
        held, sizes, room = set(self.tied.values()), np.bincount(of_order, minlength=count), most + most // 4
        for place, drivers in enumerate(self.ranked):
            if not drivers:
                continue
            served = {int(of_driver[driver]) for driver in drivers}
            for order in here[place]:
                theirs = int(of_driver[drivers[0]])
                if int(of_order[order]) not in served and order not in held and sizes[theirs] < room:
                    sizes[int(of_order[order])] -= 1
                    sizes[theirs] += 1
                    of_order[order] = theirs
        idle = np.flatnonzero(of_driver < 0)
        of_driver[idle] = np.arange(len(idle)) % count
        return of_driver


def _cut(market: _Market, rows: Ints, most: int, fraction: int, turn: int) -> list[Ints]:
    """Halve until no piece has more than ``most`` orders."""
    if len(rows) <= most:
        return [rows]
    at = market.places[market.place_of[rows]]
    extent = at.max(axis=0) - at.min(axis=0)
    axis = int(extent[1] > extent[0])
    # The other side at times, where it is hardly shorter: the border then lies across the one before.
    if turn and extent[1 - axis] > 0.6 * extent[axis]:
        axis = 1 - axis
    if extent[axis] > 0:
        rows = rows[np.lexsort((rows, at[:, 1 - axis], at[:, axis]))]
        edge = market.places[market.place_of[rows], axis]
        between = np.flatnonzero(edge[1:] > edge[:-1]) + 1
        middle = int(between[np.argmin(np.abs(between - _CUTS[fraction] * len(rows)))])
    else:
        middle = len(rows) // 2
    return [*_cut(market, rows[:middle], most, fraction, 0), *_cut(market, rows[middle:], most, fraction, 0)]


def _packed(pieces: Sequence[Ints], most: int, count: int) -> Ints:
    """The cluster of each order: small pieces go together, so that there are few runs."""
    of_order, cluster, filled = np.empty(count, np.int64), 0, 0
    for piece in pieces:
        if filled and filled + len(piece) > most:
            cluster, filled = cluster + 1, 0
        of_order[piece] = cluster
        filled += len(piece)
    return of_order


def _part(snapshot: Snapshot, orders: Ints, drivers: Ints) -> Snapshot:
    mine: tuple[OrderView, ...] = tuple(snapshot.orders[row] for row in orders.tolist())
    theirs: tuple[DriverView, ...] = tuple(snapshot.drivers[row] for row in drivers.tolist())
    order_ids, driver_ids = {order.id for order in mine}, {driver.id for driver in theirs}
    params = snapshot.params
    if not any(driver.open for driver in theirs):
        params = replace(params, generators=(Alone(),))  # nothing to choose: only to say so, and when routes arrive
    return replace(
        snapshot,
        params=params,
        orders=mine,
        drivers=theirs,
        fixed=tuple(one for one in snapshot.fixed if one.order_id in order_ids),
        planned=tuple(one for one in snapshot.planned if one[0] in driver_ids and order_ids.issuperset(one[1])),
    )


def _plane_km(places: Sequence[LatLon], middle: float) -> Floats:
    """Places as kilometres on a plane that touches the globe at the latitude ``middle``."""
    degrees = np.array(places, np.float64).reshape(-1, 2)
    return np.column_stack((degrees[:, 1] * np.cos(np.radians(middle)), degrees[:, 0])) * _KM_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Parted(Decisions):
    """The decisions of a market that was taken apart. A driver of another cluster was not near enough to be looked at."""

    parts: tuple[Decisions, ...] = ()

    def why_not(self, order_id: str, driver_id: str) -> Reason:
        part = self._part(order_id)
        if part is None or driver_id not in self.driver_ids:
            raise KeyError(f"{driver_id} or {order_id} was not in this cycle")
        return part.why_not(order_id, driver_id) if driver_id in part.driver_ids else Reason.NOT_NEAREST

    def why(self, order_id: str) -> Why:
        part = self._part(order_id)
        if part is None:
            raise ValueError(f"{order_id} was not in this cycle")
        return part.why(order_id)

    def _part(self, order_id: str) -> Decisions | None:
        return next((part for part in self.parts if order_id in part.order_ids), None)


def join(parts: Sequence[Decisions]) -> Decisions:
    """The decisions of all clusters as those of one market. Seconds add up; the gap is that of the worst."""
    if len(parts) == 1:
        return parts[0]
    seconds: dict[str, float] = defaultdict(float)
    for part in parts:
        for name, value in part.seconds.items():
            seconds[name] += value
    names = Counts.__dataclass_fields__
    return Parted(
        now=parts[0].now,
        assignments=tuple(one for part in parts for one in part.assignments),
        postponed=tuple(one for part in parts for one in part.postponed),
        unassigned=tuple(one for part in parts for one in part.unassigned),
        etas=_joined([part.etas for part in parts]),
        candidates=_joined([part.candidates for part in parts]),
        counts=Counts(**{name: sum(getattr(part.counts, name) for part in parts) for name in names}),
        formulation=", ".join(dict.fromkeys(part.formulation for part in parts)),
        gap=max(part.gap for part in parts),
        driver_ids=tuple(i for part in parts for i in part.driver_ids),
        order_ids=tuple(i for part in parts for i in part.order_ids),
        reason_codes=b"",
        seconds=dict(seconds),
        parts=tuple(parts),
    )


def _joined(tables: Sequence[Mapping[str, V]]) -> dict[str, V]:
    return {key: value for table in tables for key, value in table.items()}
