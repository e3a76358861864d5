"""The market at one moment, as the matcher is told it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from core.domain.driver import Activity, Driver, Presence, Route
from core.domain.geo import LatLon, distance_m
from core.domain.merchant import Merchant, OwnDrivers
from core.domain.order import Order, Status
from core.domain.world import World
from core.engine.planning import Planner
from core.engine.tally import Tally
from core.matching.generators.registry import chosen
from core.matching.legs import distinct
from core.matching.params import Params, Weights
from core.matching.profiles import PROFILES
from core.matching.pruning import nearest_km, on_sphere
from core.matching.snapshot import DriverView, Fleet, OrderView, Snapshot, StopView
from core.orders.goods import GoodsRule, rule_for
from core.settings import Settings
from core.tracking.positions import PositionStore
from core.tracking.search import Among, Searcher

T = TypeVar("T")
MANY = 2000
SPARE = 3
AT_ONCE, PLACES_AT_ONCE = 250, 32

_WEIGHTS = (
    "pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop", "pickup_early", "pickup_late", "dropoff_early",
    "dropoff_late", "fairness", "rating", "cold",
)  # fmt: skip


SWAP_KMH = 25.0
"""How fast drivers come nearer, as the crow flies; only to tell which changes of hands are worth a look."""


def striven_for(settings: Settings) -> Callable[[str], float]:
    """The settings as the profile has them: what is not set itself is as the profile gives it."""
    profile = PROFILES[settings.text("matching.profile")]
    return lambda key: settings.number(key) if settings.given(key) else profile.get(key, settings.number(key))


def params_from(settings: Settings) -> Params:
    number = striven_for(settings)
    return Params(
        nearest_drivers=int(number("matching.nearest_drivers")),
        max_pickup_km=number("matching.max_pickup_km"),
        chain_within_min=number("matching.chain_within_min"),
        commit_before_ready_min=number("matching.commit_before_ready_min"),
        pickup_stop_min=number("orders.pickup_stop_min"),
        dropoff_stop_min=number("orders.dropoff_stop_min"),
        share_margin_min=number("matching.share_margin_min"),
        generators=chosen(settings.text("matching.generators")),
        weights=Weights(**{name: number(f"matching.weight_{name}") for name in _WEIGHTS}),
        spread_pay_min=number("matching.weight_spread_pay"),
        shortage_weight=number("matching.weight_shortage"),
    )


class Photographer:
    """Takes the snapshots."""

    def __init__(
        self,
        world: World,
        positions: PositionStore,
        search: Searcher,
        settings: Settings,
        planner: Planner,
        tally: Tally,
    ) -> None:
        self._world, self._positions, self._search, self._settings = world, positions, search, settings
        self._planner, self._tally = planner, tally
        self._views: _Views | None = None

    def over(self, world: World, positions: PositionStore, search: Searcher) -> Photographer:
        """One that takes another world, such as a recorded one, with what is known of kitchens and stops now."""
        return Photographer(world, positions, search, self._settings, self._planner, self._tally)

    def take(self, now: float, seed: int) -> Snapshot:
        """Drivers of whom no position is known are left out; those who are away, or are being asked, may be given nothing.

        A driver on the way to the pick-up of a single order may lose it to a better one: the order is among those to be given
        out then, and the driver among those who are free.

        Of more than `MANY` drivers only those are told of who are on a route, free and among the nearest to a pick-up, or of a
        merchant's own: `SPARE` times as many as the matcher would look at and one more an order, since some may be unfit and
        others go to the orders beside it.
        """
        return done_at_once(self.pieces(now, seed))

    def pieces(self, now: float, seed: int) -> Generator[None, None, Snapshot]:
        """The same a few milliseconds at a time: the world is as it was at the first of them, whatever happens in between."""
        world, views = self._world.copy(), _Views(self._settings, self._planner, now, self._views)
        params = params_from(self._settings)
        done = self._tally.done(now)
        orders = [views.order(o, world) for o in world.open_orders() if o.status is Status.WAITING]
        yield
        near = world.drivers.values() if len(world.drivers) <= MANY else (yield from self._near(world, orders, params))
        everyone, present = list(near), []
        for at in range(0, len(everyone), AT_ONCE):
            yield
            present += [(d, place, _is_open(d, world, now)) for d, place in self._seen(world, everyone[at : at + AT_ONCE])]
        loose = yield from self._loose(world, present, now)
        drivers = []
        for n, (driver, place, is_open) in enumerate(present):
            if n % AT_ONCE == 0:
                yield
            held = loose.get(driver.id)
            if held is not None:
                order, hold_min = held
                orders.append(views.order(order, world, held_by=driver.id, hold_min=hold_min))
            route = world.routes.get(driver.id) if held is None else None
            drivers.append(views.driver(driver, place, route, world, is_open, done[driver.id]))
        views.end()
        self._views = views
        return Snapshot(
            now=now,
            params=params,
            orders=tuple(orders),
            drivers=tuple(drivers),
            seed=seed,
            areas=tuple(area for area in world.areas.values() if area.vehicles),
            fleets=fleets_of(world.merchants.values()),
        )

    def sketch(self, routes: Iterable[Route], now: float) -> Snapshot:
        """Drivers as if they were on these routes, several of one driver among them, for `core.matching.outlook`. Who was never
        seen is left out."""
        world, views = self._world, _Views(self._settings, self._planner, now, self._views)
        drivers = []
        for route in routes:
            driver, row = world.driver(route.driver_id), self._positions.find(route.driver_id)
            if row is None or math.isnan(self._positions.lat[row]):
                continue
            place = LatLon(float(self._positions.lat[row]), float(self._positions.lon[row]))
            is_open = driver.presence is Presence.ONLINE and _has_begun(driver, now)
            drivers.append(views.driver(driver, place, route, world, is_open, 0))
        areas = tuple(area for area in world.areas.values() if area.vehicles)
        params = params_from(self._settings)
        return Snapshot(now, params, drivers=tuple(drivers), areas=areas, fleets=fleets_of(world.merchants.values()))

    def _seen(self, world: World, drivers: Sequence[Driver]) -> Iterator[tuple[Driver, LatLon]]:
        """Where those are of whom that is known, without those who are away and have no route."""
        find, routes = self._positions.find, world.routes
        known = [
            (driver, row)
            for driver in drivers
            if (row := find(driver.id)) is not None and (driver.presence is not Presence.OFFLINE or driver.id in routes)
        ]
        rows = np.array([row for _, row in known], dtype=np.int64)
        lats, lons = self._positions.lat[rows].tolist(), self._positions.lon[rows].tolist()
        for (driver, _), lat, lon in zip(known, lats, lons, strict=True):
            if lat == lat:  # not NaN
                yield driver, LatLon(lat, lon)

    def _near(self, world: World, orders: Sequence[OrderView], params: Params) -> Generator[None, None, list[Driver]]:
        found, drivers = [np.empty(0, np.int64)], world.drivers
        for (place, vehicles), waiting in Counter((order.pickup, order.vehicles) for order in orders).items():
            yield
            free = Among(frozenset({Activity.FREE}), vehicles or None)
            many = SPARE * params.nearest_drivers + waiting
            found.append(self._search.nearest(place, many, 1000 * params.max_pickup_km, free)[0])
        ids = dict.fromkeys([*world.routes, *self._positions.driver_ids(np.unique(np.concatenate(found)))])
        if fleets := {order.fleet for order in orders if order.fleet}:
            ids |= dict.fromkeys(driver.id for driver in drivers.values() if driver.group in fleets)
        return [drivers[driver_id] for driver_id in ids if driver_id in drivers]

    def _loose(
        self, world: World, present: list[tuple[Driver, LatLon, bool]], now: float
    ) -> Generator[None, None, dict[str, tuple[Order, float]]]:
        """Orders that may change hands, by the driver who has each, with the minutes another has to be better by.

        Only where somebody free is nearer by as much, as the crow flies, and would be sent now: until then the change can wait,
        and the driver is better left to be given more.
        """
        margin_min = self._settings.number("matching.swap_margin_min")
        free = [place for driver, place, is_open in present if is_open and driver.id not in world.routes]
        held = [
            (d.id, place, o)
            for d, place, is_open in present
            if is_open and (o := _alone(world.routes.get(d.id), world)) is not None
        ]
        if not margin_min or not free or not held:
            return {}
        commit_s = 60 * striven_for(self._settings)("matching.commit_before_ready_min")
        pickups, pickup_of = distinct(np.array([order.pickup for _, _, order in held]))
        others, near = on_sphere(np.array(free)), np.empty(len(pickups))
        for at in range(0, len(pickups), PLACES_AT_ONCE):
            yield
            near[at : at + PLACES_AT_ONCE] = nearest_km(pickups[at : at + PLACES_AT_ONCE], others)
        loose = {}
        for (driver_id, place, order), near_km in zip(held, near[pickup_of].tolist(), strict=True):
            # Each time it is offered the next change has to be worth more, so that none goes round for ever.
            hold_min = margin_min * max(1, order.offers)
            ahead_km, wait_s = (
                distance_m(place, order.pickup) / 1000 - near_km,
                order.ready_at - near_km / SWAP_KMH * 3600 - now,
            )
            if ahead_km >= hold_min / 60 * SWAP_KMH and wait_s <= commit_s:
                loose[driver_id] = (order, hold_min)
        return loose


def done_at_once(pieces: Generator[None, None, T]) -> T:
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            whole: T = end.value
            return whole


def _is_open(driver: Driver, world: World, now: float) -> bool:
    online = driver.presence is Presence.ONLINE and _has_begun(driver, now)
    return online and world.open_offer(driver.id) is None


def fleets_of(merchants: Iterable[Merchant]) -> tuple[Fleet, ...]:
    """Merchants' own drivers by group. Several merchants may have one group; it shares as far as the most generous of them."""
    homes: dict[str, list[Merchant]] = {}
    for merchant in merchants:
        if merchant.fleet:
            homes.setdefault(merchant.fleet, []).append(merchant)
    return tuple(
        Fleet(
            group,
            tuple(m.id for m in theirs),
            tuple(m.place for m in theirs),
            max(m.share_km if m.own_drivers is OwnDrivers.SHARED else -1.0 for m in theirs),
        )
        for group, theirs in sorted(homes.items())
    )


def _has_begun(driver: Driver, now: float) -> bool:
    """A shift that is over is the matcher's own rule, with a reason of its own."""
    return (driver.shift_start is None or driver.shift_start <= now) and driver.break_at(now) is None


def _alone(route: Route | None, world: World) -> Order | None:
    """The order of a driver who has this one alone and is still on the way to its pick-up, by the matcher's choice."""
    ids = () if route is None else route.orders()
    if len(ids) != 1:
        return None
    order = world.orders[ids[0]]
    return order if order.status is Status.ASSIGNED and not order.by_dispatcher else None


class _Kept(NamedTuple):
    """A view, and what it was made of that differs from order to order."""

    order: Order
    merchant: Merchant | None
    view: OrderView


class _Views:
    """``before`` are those of an earlier snapshot: most orders are as they were, and stand twice in a route besides."""

    def __init__(self, settings: Settings, planner: Planner, now: float, before: _Views | None) -> None:
        self._settings, self._planner, self._now = settings, planner, now
        self._rest_s = settings.number("offers.rest_after_no_s")
        self._quantile = striven_for(settings)("estimates.quantile")
        self._rules: dict[str, GoodsRule] = {} if before is None else {kind: rule_for(settings, kind) for kind in before._rules}
        self._terms = planner.version, self._quantile
        self._kept: dict[str, _Kept] = {}
        # What holds for all orders alike is compared once, not for each of them.
        same = before is not None and before._terms == self._terms and before._rules == self._rules
        self._before = before._kept if same and before is not None else {}

    def end(self) -> None:
        """Let go of the earlier snapshot."""
        self._before = {}

    def order(self, order: Order, world: World, held_by: str = "", hold_min: float = 0.0) -> OrderView:
        if held_by:
            return self._made(order, world, held_by, hold_min)
        known = self._kept.get(order.id)
        if known is not None:
            return known.view
        known, merchant = self._before.get(order.id), world.merchants.get(order.merchant_id)
        if (
            known is None
            or known.order is not order
            or known.merchant is not merchant
            or (order.declined_by and known.view.declined_by != self._resting(order))
        ):
            known = _Kept(order, merchant, self._made(order, world, "", 0.0))
        self._kept[order.id] = known
        return known.view

    def _resting(self, order: Order) -> frozenset[str]:
        """Who said no a little while ago."""
        return frozenset(driver for driver, at in order.declined_by.items() if self._now - at < self._rest_s)

    def _rule(self, order: Order) -> GoodsRule:
        rule = self._rules.get(order.goods)
        if rule is None:
            rule = self._rules[order.goods] = rule_for(self._settings, order.goods)
        return rule

    def _made(self, order: Order, world: World, held_by: str, hold_min: float) -> OrderView:
        planned, rule = self._planner.plan(order, self._quantile), self._rule(order)
        merchant = world.merchants.get(order.merchant_id)
        return OrderView(
            id=order.id,
            merchant_id=order.merchant_id,
            pickup=order.pickup,
            dropoff=order.dropoff,
            placed_at=order.placed_at,
            ready_at=planned.ready_at,
            due_at=order.due_at,
            weight_kg=order.weight_kg,
            volume_l=order.volume_l,
            vehicles=order.vehicles,
            declined_by=self._resting(order),
            pickup_stop_min=planned.pickup_stop_min,
            dropoff_stop_min=planned.dropoff_stop_min,
            door_min=rule.door_min,
            cold_box=rule.cold_box,
            fleet=merchant.fleet if merchant is not None else "",
            fleet_only=merchant is not None and bool(merchant.fleet) and merchant.own_drivers is OwnDrivers.ONLY,
            held_by=held_by,
            hold_min=hold_min,
        )

    def driver(self, driver: Driver, place: LatLon, route: Route | None, world: World, is_open: bool, done: int) -> DriverView:
        return DriverView(
            id=driver.id,
            vehicle=driver.vehicle,
            place=place,
            stops=()
            if route is None
            else tuple(
                StopView(stop.kind, self.order(world.orders[stop.order_id], world), stop.arrived_at) for stop in route.stops
            ),
            open=is_open,
            weight_kg=driver.weight_kg,
            volume_l=driver.volume_l,
            shift_end=driver.works_until(self._now),
            group=driver.group,
            cold_box=driver.cold_box,
            rating=driver.rating,
            done=done,
        )
