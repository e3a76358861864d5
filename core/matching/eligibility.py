"""Who may be given what: one small function a rule, each over all pairs of a driver and a bundle at once.

A rule answers with the mask of the pairs it excludes, shape (drivers, bundles). A pair keeps the first rule, in the order
of `RULES`, that excluded it; what the later steps exclude (distance rank, travel times) is entered by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.domain.language import Message
from core.matching.legs import distinct
from core.matching.market import VEHICLES, Ints, Market
from core.matching.pruning import great_circle_km
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.generators import Bundle
    from core.matching.params import Params
    from core.matching.underway import Underway

Mask = NDArray[np.bool_]


class Reason(IntEnum):
    """Why a driver was not considered for an order; ``text`` is shown to the dispatcher."""

    NONE = 0
    CLOSED = 1
    FIXED_ELSEWHERE = 2
    BUSY = 3
    SHIFT_OVER = 4
    VEHICLE = 5
    WEIGHT = 6
    VOLUME = 7
    DECLINED = 8
    TOO_FAR = 9
    NOT_NEAREST = 10
    NO_WAY = 11
    SHIFT_END = 12
    NOT_PROPOSED = 13
    RESTRICTED_AREA = 14
    COLD_BOX = 15
    OWN_DRIVERS_ONLY = 16
    OTHER_FLEET = 17
    COLD = 18
    TOO_LATE = 19

    @property
    def text(self) -> Message:
        return _TEXTS[self]


_TEXTS = {
    Reason.NONE: Message("can take it"),
    Reason.CLOSED: Message("not available"),
    Reason.FIXED_ELSEWHERE: Message("the dispatcher chose another driver"),
    Reason.BUSY: Message("busy for too long"),
    Reason.SHIFT_OVER: Message("shift is over"),
    Reason.VEHICLE: Message("vehicle not allowed"),
    Reason.WEIGHT: Message("too heavy for the vehicle"),
    Reason.VOLUME: Message("too bulky for the vehicle"),
    Reason.DECLINED: Message("turned it down"),
    Reason.TOO_FAR: Message("too far away"),
    Reason.NOT_NEAREST: Message("not among the nearest"),
    Reason.NO_WAY: Message("no way there"),
    Reason.SHIFT_END: Message("would not finish before the shift ends or a break begins"),
    Reason.NOT_PROPOSED: Message("no route was proposed"),
    Reason.TOO_LATE: Message("would come too late to be of use"),
    Reason.RESTRICTED_AREA: Message("vehicle not admitted to the area"),
    Reason.COLD_BOX: Message("no cold box"),
    Reason.OWN_DRIVERS_ONLY: Message("the merchant uses its own drivers only"),
    Reason.OTHER_FLEET: Message("drives for another merchant"),
    Reason.COLD: Message("would be too long on the way from ready to door"),
}


@dataclass(frozen=True)
class Pairs:
    """All the rules look at. ``members`` are the orders of all bundles, ``member_of`` the bundle of each. ``bundle_*``
    have one entry a bundle: total load, vehicles as bits, whether it needs a cold box.

    ``fixed_driver`` is the driver to whom the dispatcher gave one of the bundle's orders, -1 for none, -2 where two orders
    were given to different ones; ``holder`` likewise the one who has one of them and may lose it.
    ``km`` (drivers, bundles) is from where the driver will be free to the first stop.
    """

    market: Market
    underway: Underway
    params: Params
    bundles: Sequence[Bundle]
    members: Ints
    member_of: Ints
    bundle_weight: Floats
    bundle_volume: Floats
    bundle_vehicles: NDArray[np.uint8]
    bundle_area_vehicles: NDArray[np.uint8]
    bundle_cold_box: Mask
    holder: Ints
    fixed_driver: Ints

    @cached_property
    def km(self) -> Floats:
        places, at = distinct(self.market.orders.pickup[self.stops[0][:, 0]])
        return great_circle_km(self.underway.free_place, places)[:, at]

    @cached_property
    def size(self) -> Ints:
        """How many orders each bundle has."""
        return np.bincount(self.member_of, minlength=len(self.bundles))

    @cached_property
    def own(self) -> Ints:
        """The driver into whose route a bundle goes, -1 where any driver may have it."""
        return np.array([-1 if b.into is None else b.into.driver for b in self.bundles], dtype=np.int64)

    @cached_property
    def alone(self) -> Ints:
        """The order of a bundle of one that any driver may have, -1 for the others."""
        order = np.full(len(self.bundles), -1, dtype=np.int64)
        order[self.member_of] = self.members
        order[(self.size != 1) | (self.own >= 0)] = -1
        return order

    @cached_property
    def stops(self) -> tuple[Ints, Mask]:
        """Order at each stop of each bundle, -1 beyond the last, and whether it is a drop-off; shape (bundles, longest)."""
        length = np.array([len(b.stops) for b in self.bundles], dtype=np.int64)
        order = np.full((len(length), int(length.max(initial=1))), -1, dtype=np.int64)
        dropoff = np.zeros(order.shape, dtype=np.bool_)
        here = np.arange(order.shape[1])[None] < length[:, None]
        order[here] = [index for b in self.bundles for _, index in b.stops]
        dropoff[here] = [kind is StopKind.DROPOFF for b in self.bundles for kind, _ in b.stops]
        return order, dropoff

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.market.drivers), len(self.bundles)

    @property
    def fixed_here(self) -> Mask:
        """Pairs that the dispatcher decided: only load, vehicle and shift bind there."""
        mask: Mask = np.arange(self.shape[0])[:, None] == self.fixed_driver[None, :]
        return mask

    def holding_any(self, wanted: Mask) -> Mask:
        """Which bundles hold any of the wanted orders."""
        mask = np.zeros(self.shape[1], dtype=np.bool_)
        np.logical_or.at(mask, self.member_of, wanted[self.members])
        return mask

    @property
    def kept_here(self) -> Mask:
        """Pairs that are not cut for being far away: decided by the dispatcher, or already the driver's."""
        mask: Mask = self.fixed_here | (np.arange(self.shape[0])[:, None] == self.holder[None, :])
        return mask


def read_pairs(market: Market, underway: Underway, params: Params, bundles: Sequence[Bundle]) -> Pairs:
    orders = market.orders
    sets = [bundle.orders for bundle in bundles]
    members = np.array([order for group in sets for order in group], dtype=np.int64)
    bundle = np.repeat(np.arange(len(sets)), [len(group) for group in sets])
    vehicles = np.full(len(sets), 0xFF, dtype=np.uint8)
    np.bitwise_and.at(vehicles, bundle, orders.vehicles[members])
    area_vehicles = np.full(len(sets), 0xFF, dtype=np.uint8)
    np.bitwise_and.at(area_vehicles, bundle, orders.area_vehicles[members])
    cold_box = np.zeros(len(sets), dtype=np.bool_)
    np.logical_or.at(cold_box, bundle, orders.cold_box[members])
    fixed = np.full(len(orders), -1, dtype=np.int64)
    fixed[list(market.fixed)] = list(market.fixed.values())
    return Pairs(
        market,
        underway,
        params,
        bundles,
        members,
        bundle,
        _totals(bundle, orders.weight[members], len(sets)),
        _totals(bundle, orders.volume[members], len(sets)),
        vehicles,
        area_vehicles,
        cold_box,
        _the_one(orders.holder[members], bundle, len(sets)),
        _the_one(fixed[members], bundle, len(sets)),
    )


def not_open(pairs: Pairs) -> Mask:
    """Offline, on a break, or asked already."""
    return _rows(~pairs.market.drivers.open, pairs) & ~pairs.fixed_here


def fixed_elsewhere(pairs: Pairs) -> Mask:
    return _columns(pairs.fixed_driver != -1, pairs) & ~pairs.fixed_here


def busy_too_long(pairs: Pairs) -> Mask:
    """Free later than a next order may be planned; 0 minutes means never for a driver who has a route."""
    within_s = 60.0 * pairs.params.chain_within_min
    late = (pairs.underway.free_at > within_s) | (pairs.market.drivers.busy & (within_s == 0.0))
    return _rows(late, pairs) & ~pairs.fixed_here


def shift_over(pairs: Pairs) -> Mask:
    """The shift ends before the driver is free: nothing could be finished, or picked up where that is what counts."""
    free, end = pairs.underway.free_at, pairs.market.drivers.shift_end
    return _rows(free >= end if pairs.params.finish_in_shift else free > end, pairs)


def vehicle_not_admitted(pairs: Pairs) -> Mask:
    bit = (1 << pairs.market.drivers.vehicle).astype(np.uint8)
    mask: Mask = (bit[:, None] & pairs.bundle_vehicles[None, :]) == 0
    return mask


def area_not_admitting(pairs: Pairs) -> Mask:
    """An area at one of the ends does not admit the vehicle."""
    bit = (1 << pairs.market.drivers.vehicle).astype(np.uint8)
    mask: Mask = (bit[:, None] & pairs.bundle_area_vehicles[None, :]) == 0
    return mask


def no_cold_box(pairs: Pairs) -> Mask:
    mask: Mask = pairs.bundle_cold_box[None, :] & ~pairs.market.drivers.cold_box[:, None]
    return mask


def own_drivers_only(pairs: Pairs) -> Mask:
    """One of the orders goes by its merchant's own drivers alone, and this is none of them."""
    orders, fleet = pairs.market.orders, pairs.market.drivers.fleet
    mask = np.zeros(pairs.shape, dtype=np.bool_)
    for own in np.unique(orders.fleet[orders.fleet_only]).tolist():
        mask |= (fleet != own)[:, None] & pairs.holding_any(orders.fleet_only & (orders.fleet == own))[None, :]
    return mask


def other_fleet(pairs: Pairs) -> Mask:
    """The driver is one of a merchant's own, and one of the orders is neither its nor shared with it."""
    mask = np.zeros(pairs.shape, dtype=np.bool_)
    for row, theirs in enumerate(pairs.market.shared):
        mask |= (pairs.market.drivers.fleet == row)[:, None] & pairs.holding_any(~theirs)[None, :]
    return mask & ~pairs.fixed_here


def too_heavy(pairs: Pairs) -> Mask:
    mask: Mask = pairs.bundle_weight[None, :] > pairs.market.drivers.weight_limit[:, None]
    return mask


def too_bulky(pairs: Pairs) -> Mask:
    mask: Mask = pairs.bundle_volume[None, :] > pairs.market.drivers.volume_limit[:, None]
    return mask


def declined_recently(pairs: Pairs) -> Mask:
    """The driver turned down one of the bundle's orders."""
    row_of = {view.id: i for i, view in enumerate(pairs.market.drivers.views)}
    views = pairs.market.orders.views
    mask = np.zeros(pairs.shape, dtype=np.bool_)
    for column, bundle in enumerate(pairs.bundles):
        for order in bundle.orders:
            rows = [row_of[driver] for driver in views[order].declined_by if driver in row_of]
            mask[rows, column] = True
    return mask & ~pairs.fixed_here


def too_far(pairs: Pairs) -> Mask:
    mask: Mask = (pairs.km > pairs.params.max_pickup_km) & ~pairs.kept_here
    return mask


Rule = Callable[[Pairs], Mask]

RULES: tuple[tuple[Reason, Rule], ...] = (
    (Reason.CLOSED, not_open),
    (Reason.FIXED_ELSEWHERE, fixed_elsewhere),
    (Reason.SHIFT_OVER, shift_over),
    (Reason.VEHICLE, vehicle_not_admitted),
    (Reason.RESTRICTED_AREA, area_not_admitting),
    (Reason.COLD_BOX, no_cold_box),
    (Reason.OWN_DRIVERS_ONLY, own_drivers_only),
    (Reason.OTHER_FLEET, other_fleet),
    (Reason.WEIGHT, too_heavy),
    (Reason.VOLUME, too_bulky),
    (Reason.DECLINED, declined_recently),
    (Reason.BUSY, busy_too_long),
    (Reason.TOO_FAR, too_far),
)

"""The last two speak against coming after all that the driver has to do; what speaks against the order itself stands before
them."""

WHEREABOUTS = (Reason.BUSY, Reason.TOO_FAR, Reason.NOT_NEAREST)
"""Reasons of where and when the driver will be free, and of nothing else."""


def judge(pairs: Pairs, rules: Sequence[tuple[Reason, Rule]] = RULES) -> NDArray[np.uint8]:
    """Reason per pair, shape (drivers, bundles), 0 where no rule excludes it."""
    codes = np.zeros(pairs.shape, dtype=np.uint8)
    for reason, rule in rules:
        codes[rule(pairs) & (codes == 0)] = reason
    return codes


def first_reason(pairs: Pairs, driver: int, bundle: int) -> Reason | None:
    """The rule that excludes one pair, or None."""
    return Reason(int(code)) if (code := judge(pairs)[driver, bundle]) else None


def _the_one(driver: Ints, of: Ints, n: int) -> Ints:
    """For each of n bundles the driver whom its orders name, -1 where none does, -2 where they name several."""
    last, first = np.full(n, -1, dtype=np.int64), np.full(n, np.iinfo(np.int64).max)
    np.maximum.at(last, of, driver)
    named = driver >= 0
    np.minimum.at(first, of[named], driver[named])
    return np.where(last < 0, -1, np.where(first == last, last, -2))


def _totals(of: Ints, values: Floats, n: int) -> Floats:
    totals = np.zeros(n)
    np.add.at(totals, of, values)
    return totals


def _rows(excluded: Mask, pairs: Pairs) -> Mask:
    return np.broadcast_to(excluded[:, None], pairs.shape)


def _columns(excluded: Mask, pairs: Pairs) -> Mask:
    return np.broadcast_to(excluded[None, :], pairs.shape)


assert len(VEHICLES) <= 8, "vehicles are kept as bits of one byte"
