"""Bundles that go between the stops of a route under way, priced as the change of the driver's whole route.

Both routes are timed from where the driver is, the one with the new stops and the one without; a cost term is what it is with
them less what it is without. The offer may wait until the driver leaves the stop before the first new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.matching.cost import minutes
from core.matching.market import Ints
from core.matching.sharing import latest_shared, margin_s
from core.matching.timing import Floats
from core.matching.underway import Ride, Stops, ride_along

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.generators import Bundle
    from core.ports import TravelTimes


@dataclass(frozen=True, slots=True)
class Inserted:
    """n routes with new stops: ``change`` (n, terms) in minutes, ``arrive`` (n, k) at the new stops, ``spent`` the seconds that
    the route takes longer; ``no_way`` where a leg can't be travelled, ``beyond`` as `_beyond` says. The
    rest as in `core.matching.pricing.Columns`."""

    change: Floats
    arrive: Floats
    finish: Floats
    last_pickup: Floats
    spent: Floats
    late: NDArray[np.bool_]
    leave: Floats
    no_way: NDArray[np.bool_]
    beyond: Floats


def insert(pairs: Pairs, bundles: Sequence[Bundle], driver: Ints, travel: TravelTimes) -> Inserted:
    """Time the routes of ``driver`` (n,) with the n ``bundles`` in them, all with the same number of stops."""
    drivers, underway = pairs.market.drivers, pairs.underway
    row = underway.row[driver]
    old = underway.ride
    before = np.array([b.into.before for b in bundles if b.into is not None], dtype=np.int64)
    place_of_new = before + np.arange(before.shape[1])
    stops, known, place_of_old = _merged(pairs, bundles, row, before, place_of_new)
    ride = ride_along(stops, drivers.place[driver], drivers.free_from[driver], drivers.vehicle[driver], travel, known)
    no_way: NDArray[np.bool_] = np.any(np.isinf(ride.arrive), axis=1) | np.any(np.isinf(old.arrive[row]), axis=1)
    was_late = np.zeros_like(ride.late)
    np.put_along_axis(was_late, place_of_old, old.late[row], axis=1)
    here = np.arange(len(row))
    leave = np.where(before[:, 0] == 0, -np.inf, old.depart[row, np.maximum(before[:, 0] - 1, 0)])
    pending = np.where(stops.here & stops.pickup & np.isnan(stops.arrived), stops.ready, 0.0)
    begun = np.where(stops.here & stops.pickup, np.maximum(ride.arrive, stops.ready), -np.inf)
    with np.errstate(invalid="ignore"):  # where there is no way, inf less inf
        change = np.where(no_way[:, None], 0.0, minutes(ride.timed) - minutes(_of(old, row).timed))
        spent = np.where(no_way, 0.0, ride.finish - old.finish[row])
    return Inserted(
        change,
        ride.arrive[here[:, None], place_of_new],
        ride.finish,
        begun.max(axis=1),
        spent,
        np.any(ride.late & ~was_late, axis=1),
        leave,
        no_way,
        _beyond(
            old,
            row,
            np.where(no_way[:, None], 0.0, np.take_along_axis(ride.arrive + ride.service, place_of_old, axis=1)),
            margin_s(pending.max(axis=1), pairs.params.share_margin_min or 0.0),
        ),
    )


def _beyond(old: Ride, row: Ints, done: Floats, margin: Floats) -> Floats:
    """Seconds by which those on board who are delayed, by a minute or more or past their promise, come later than they may
    (`latest_shared`), the worst of each route: inf where one was to be late anyhow, -inf where nobody is delayed."""
    stops, was = old.stops.take(row), (old.arrive + old.service)[row]
    delayed = stops.here & np.isfinite(stops.due) & ((done > was + 60.0) | ((was <= stops.due) & (stops.due < done)))
    latest = np.where(was > stops.due, -np.inf, latest_shared(stops.due, was, margin[:, None]))
    worst: Floats = np.where(delayed, done - latest, -np.inf).max(axis=1)
    return worst


def _merged(pairs: Pairs, bundles: Sequence[Bundle], row: Ints, before: Ints, new: Ints) -> tuple[Stops, Floats, Ints]:
    """The stops of both, the legs that stay as they were, and where the old stops are now."""
    orders, old = pairs.market.orders, pairs.underway.ride
    count, longest = len(row), old.leg.shape[1]
    stops = Stops.nowhere(count, longest + before.shape[1])
    index = np.arange(longest)
    place_of_old = index[None] + (before[:, :, None] <= index[None, None]).sum(axis=1)
    mine = old.stops.take(row)
    for name in ("here", "pickup", "arrived", "ready", "service", "due_from", "due", "latest"):
        np.put_along_axis(getattr(stops, name), place_of_old, getattr(mine, name), axis=1)
    np.put_along_axis(stops.place, place_of_old[:, :, None], mine.place, axis=1)
    order = np.array([[o for _, o in b.stops] for b in bundles], dtype=np.int64)
    pickup = np.array([[kind is StopKind.PICKUP for kind, _ in b.stops] for b in bundles], dtype=np.bool_)
    here = np.arange(count)[:, None]
    stops.here[here, new] = True
    stops.pickup[here, new] = pickup
    stops.place[here, new] = np.where(pickup[..., None], orders.pickup[order], orders.dropoff[order])
    stops.ready[here, new] = np.where(pickup, orders.ready[order], -np.inf)
    stops.service[here, new] = np.where(pickup, orders.pickup_service[order], orders.dropoff_service[order])
    stops.due_from[here, new] = np.where(pickup, -np.inf, orders.due_from[order])
    stops.due[here, new] = np.where(pickup, np.inf, orders.due[order])
    stops.latest[here, new] = np.where(pickup, np.inf, orders.latest[order])
    # A leg is as it was where the stop before it is the one that was before it.
    known = np.full(stops.here.shape, np.nan)
    np.put_along_axis(known, place_of_old, old.leg[row], axis=1)
    after_new = np.zeros(stops.here.shape, np.bool_)
    after_new[here, np.minimum(new + 1, stops.here.shape[1] - 1)] = True
    after_new[here, new] = True
    return stops, np.where(after_new, np.nan, known), place_of_old


def _of(ride: Ride, row: Ints) -> Ride:
    return Ride(ride.stops.take(row), ride.leg[row], ride.arrive[row], ride.service[row], ride.depart[row])
