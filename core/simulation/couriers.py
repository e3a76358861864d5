"""The fleet on the road: each driver follows the route on their phone, answers offers, waits, hands over, drifts about."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from core.domain import reasons
from core.domain.driver import Driver, Presence
from core.domain.geo import LatLon, distance_m
from core.messaging import topics
from core.messaging.codecs.kerbside import StopItem, ToDriver, Towards, encode_fixes
from core.ports import TravelTimes
from core.simulation.chance import Concern, lognormal, stream
from core.simulation.customers import offsets_m, popularity
from core.simulation.fixes import FixRecorder
from core.simulation.habits import Habits
from core.simulation.kitchens import Kitchens
from core.simulation.motion import Floats, Motion, scattered, way
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.phone import Phone
from core.simulation.roster import first_places, roster
from core.simulation.stats import SimulationStats

REASONS = (reasons.TOO_FAR, reasons.WRONG_WAY, reasons.TRAFFIC, reasons.NEED_REST)

_THERE_M = 12.0
"""Nearer than this a driver is there and need not set off."""

_DRIFT_SCALE_M, _DRIFT_MIN_M = 900.0, 250.0
_SWAY = 0.12
"""Standard deviation of a driver's pace about their own mean: lights, traffic."""
_SWAY_MEMORY = 0.95


class Phase(Enum):
    IDLE = auto()
    DRIFTING = auto()
    RIDING = auto()
    AT_STOP = auto()
    BREAK = auto()


@dataclass(slots=True)
class Courier:
    """``until`` is when the phase ends by itself (epoch seconds); ``answers`` are (at, offer id, event) still to be given.
    ``obeyed`` is where the driver was last told to wait, and went."""

    index: int
    driver: Driver
    phone: Phone
    rng: np.random.Generator
    phase: Phase = Phase.IDLE
    until: float = math.inf
    target: StopItem | None = None
    answers: list[tuple[float, str, str]] = field(default_factory=list)
    break_at: float = math.inf
    obeyed: Towards | None = None


class Fleet:
    """``publish`` takes topic and payload. Drivers whose index is in ``cut_off`` have no signal: what they send is lost."""

    def __init__(
        self,
        city: CityFacts,
        travel: TravelTimes,
        kitchens: Kitchens,
        params: SimulationParams,
        start: float,
        publish: Callable[[str, bytes], None],
        stats: SimulationStats,
    ) -> None:
        self.drivers = roster(params)
        self.motion = Motion(first_places(city, params))
        self.cut_off: set[int] = set()
        self.declining: set[int] = set()
        self.off_m: dict[int, tuple[float, float]] = {}
        """By driver, how far north and east of the truth the phone places them."""
        self._habits = Habits(params)
        self._city, self._travel, self._kitchens, self._params = city, travel, kitchens, params
        self._publish, self._stats = publish, stats
        n = len(self.drivers)
        rng = stream(params.seed, Concern.SWAY)
        self._own_pace: Floats = np.clip(rng.normal(1.0, 0.06, n), 0.85, 1.15)
        self._sway: Floats = np.zeros(n)
        self._sway_rng = rng
        self._recorder = FixRecorder(n, params.seed, params.gps_m, start)
        self._wake: Floats = np.full(n, np.inf)
        self._spots = np.array([m.place for m in city.merchants], np.float64)
        self._spot_share = popularity(city.merchants, params)
        run = format(int(start), "x")
        self.couriers = [self._hire(i, driver, run, start) for i, driver in enumerate(self.drivers)]
        self._look_at_the_map()
        self._by_id = {driver.id: courier for driver, courier in zip(self.drivers, self.couriers, strict=True)}

    def _hire(self, i: int, driver: Driver, run: str, start: float) -> Courier:
        rng = stream(self._params.seed, Concern.COURIER, i)
        courier = Courier(i, driver, Phone(driver.id, run, lambda topic, payload: self._send(i, topic, payload)), rng)
        courier.until = start + float(rng.uniform(20, 400))
        courier.break_at = start + self._break_in_s(courier)
        self._wake[i] = courier.until
        return courier

    def turn(self, params: SimulationParams) -> None:
        """Go on with other figures."""
        self._params = params

    def _look_at_the_map(self) -> None:
        """Ask for one address and one way per vehicle beforehand, so that no step has to wait while they are made ready."""
        self._city.address(self._city.merchants[0].place)
        for vehicle in dict.fromkeys(driver.vehicle for driver in self.drivers):
            self._travel.path(self.motion.place(0), LatLon(*self._spots[0].tolist()), vehicle)

    def _send(self, i: int, topic: str, payload: bytes) -> None:
        if i not in self.cut_off:
            self._publish(topic, payload)

    # --- the phone -------------------------------------------------------------------------------------------------

    def go_online(self, now: float, i: int | None = None) -> None:
        """Everybody's phone, or that of driver i, connects, and says again what may have been lost."""
        for courier in self.couriers if i is None else (self.couriers[i],):
            courier.phone.reconnected()
            courier.phone.present(Presence.BREAK if courier.phase is Phase.BREAK else Presence.ONLINE, now)
            courier.phone.repeat(now, early_s=math.inf)

    def hear(self, driver_id: str, message: ToDriver, now: float) -> None:
        """What the console tells a driver; one this fleet does not know is left alone."""
        courier = self._by_id.get(driver_id)
        if courier is None:
            return
        offer = courier.phone.hear(message, now)
        if offer is not None:
            self._make_up_mind(courier, offer.id, now)
        self._attend(courier, now)

    def hear_all(self, message: ToDriver, now: float) -> None:
        for courier in self.couriers:
            courier.phone.hear(message, now, to_all=True)
            self._attend(courier, now)

    def _make_up_mind(self, courier: Courier, offer_id: str, now: float) -> None:
        params, rng = self._params, courier.rng
        self._stats.offers_received += 1
        chance = float(rng.random())
        wait_s = min(40.0, max(1.0, params.answer_s * math.exp(float(rng.normal(0.0, 0.5)))))
        unwilling = courier.phase is Phase.BREAK or courier.index in self.declining
        if unwilling or chance >= params.accept_rate + params.ignore_rate:
            courier.answers.append((now + wait_s, offer_id, "reject"))
        elif chance < params.accept_rate:
            courier.answers.append((now + wait_s, offer_id, "accept"))
        else:
            self._stats.offers_ignored += 1

    def _give_answers(self, courier: Courier, now: float) -> None:
        due = [answer for answer in courier.answers if answer[0] <= now]
        courier.answers = [answer for answer in courier.answers if answer[0] > now and answer[1] in courier.phone.offers]
        for _, offer_id, event in due:
            offer = courier.phone.offers.get(offer_id)
            if offer is None or offer.expires_at <= now:
                continue  # withdrawn or run out: the button is gone
            if event == "accept":
                self._stats.offers_accepted += 1
                courier.phone.answer(offer_id, event, now)
            else:
                self._stats.offers_rejected += 1
                on_break = courier.phase is Phase.BREAK
                reason = reasons.ON_BREAK if on_break else REASONS[int(courier.rng.integers(len(REASONS)))]
                courier.phone.answer(offer_id, event, now, reason)

    # --- a second of everybody's life ------------------------------------------------------------------------------

    def step(self, now: float) -> None:
        """Live the second that ends at ``now`` (epoch seconds)."""
        self._sway *= _SWAY_MEMORY
        self._sway += self._sway_rng.normal(0.0, _SWAY * math.sqrt(1 - _SWAY_MEMORY**2), len(self._sway))
        pace = self._own_pace * np.clip(1 + self._sway, 0.6, 1.4)
        for i in self.motion.advance(1.0, pace):
            self._arrive(self.couriers[i], now)
        for i in np.flatnonzero(self._wake <= now).tolist():
            self._attend(self.couriers[i], now)
        self._recorder.capture(now, self.motion)
        for i in self._recorder.due(now):
            if i not in self.cut_off:
                self._send_fixes(i, now)

    def _send_fixes(self, i: int, now: float) -> None:
        phone = self.couriers[i].phone
        taken = self._recorder.take(i, now)
        lat, lon = taken.lat, taken.lon
        if i in self.off_m:
            n = len(lat)
            lat, lon = scattered(lat, lon, np.full(n, self.off_m[i][0]), np.full(n, self.off_m[i][1]))
        columns = (taken.t, lat, lon, taken.acc, taken.spd, taken.hdg)
        config, route = phone.config_to_say(), phone.route_to_say()
        payload = encode_fixes(*columns, mode=phone.mode, batt=taken.batt, config=config, route=route)
        self._publish(topics.fixes(phone.driver_id), payload)

    def _attend(self, courier: Courier, now: float) -> None:
        """Do all that a driver does now, and note when to look at them again."""
        self._give_answers(courier, now)
        while (stop := courier.phone.todo()) is not None:
            if courier.phase is Phase.BREAK:
                courier.phone.present(Presence.ONLINE, now)
            if not _same(courier.target, stop):
                self._set_off(courier, stop, now)
            if courier.phase is not Phase.AT_STOP or now < courier.until:
                break
            self._leave(courier, stop, now)
        if stop is None:
            self._rest(courier, now)
        courier.phone.repeat(now)
        self._recorder.set_rates(courier.index, courier.phone.rates, now)
        first_answer = min((at for at, _, _ in courier.answers), default=math.inf)
        self._wake[courier.index] = min(courier.until, first_answer, courier.phone.repeats_at)

    # --- stops -----------------------------------------------------------------------------------------------------

    def _set_off(self, courier: Courier, stop: StopItem, now: float) -> None:
        courier.target, courier.phase, courier.until = stop, Phase.RIDING, math.inf
        place = LatLon(stop.lat, stop.lon)
        if distance_m(self.motion.place(courier.index), place) <= _THERE_M:
            self._reach(courier, stop, now)
        else:
            self._ride(courier, place)

    def _ride(self, courier: Courier, place: LatLon) -> None:
        here = self.motion.place(courier.index)
        self.motion.start(courier.index, *way(self._travel, here, place, courier.driver.vehicle))

    def _arrive(self, courier: Courier, now: float) -> None:
        if courier.phase is Phase.RIDING and courier.target is not None:
            self._reach(courier, courier.target, now)
        else:
            courier.phase, courier.until = Phase.IDLE, now + float(courier.rng.uniform(300, 900))
        self._wake[courier.index] = min(self._wake[courier.index], courier.until)

    def _reach(self, courier: Courier, stop: StopItem, now: float) -> None:
        """Stand at the stop, and stay as long as it takes: for an order, until it is ready and handed over."""
        self.motion.halt(courier.index)
        courier.phase = Phase.AT_STOP
        courier.phone.arrive(stop, now)
        params = self._params
        if stop.kind == "pickup":
            told = stop.ready_at if isinstance(stop.ready_at, float) else None
            ready_at = self._kitchens.ready_at(stop.order, told, now)
            usual_min = params.pickup_stop_min * self._habits.pickup_stop(stop.name)
            courier.until = max(now, ready_at) + 60 * lognormal(courier.rng, usual_min, params.stop_spread)
        else:
            usual_min = params.dropoff_stop_min * self._habits.dropoff_stop(LatLon(stop.lat, stop.lon))
            courier.until = now + 60 * lognormal(courier.rng, usual_min, params.stop_spread)
        self._wake[courier.index] = min(self._wake[courier.index], courier.phone.repeats_at)

    def _leave(self, courier: Courier, stop: StopItem, now: float) -> None:
        courier.phone.leave(stop, now)
        courier.target = None
        if stop.kind == "pickup":
            self._stats.picked_up += 1
            self._kitchens.done_with(stop.order)
        else:
            self._stats.delivered += 1

    # --- between orders --------------------------------------------------------------------------------------------

    def _rest(self, courier: Courier, now: float) -> None:
        """Nothing to do: wait where they are told to, else stay for a while, then drift to where orders come from, or rest."""
        if courier.phase in (Phase.RIDING, Phase.AT_STOP):
            self.motion.halt(courier.index)
            courier.target, courier.phase = None, Phase.IDLE
            courier.until = now + float(courier.rng.uniform(15, 75))
        towards = courier.phone.towards
        if courier.phase is not Phase.BREAK and towards is not None and towards != courier.obeyed:
            courier.obeyed, courier.phase, courier.until = towards, Phase.DRIFTING, math.inf
            self._ride(courier, LatLon(towards.lat, towards.lon))
            return
        if now < courier.until:
            return
        if courier.phase is Phase.BREAK:
            courier.phone.present(Presence.ONLINE, now)
            courier.break_at = now + self._break_in_s(courier)
            courier.phase, courier.until = Phase.IDLE, now + 15.0
        elif courier.phone.offers:
            courier.until = now + 10.0  # reading, not riding
        elif now >= courier.break_at:
            courier.phone.present(Presence.BREAK, now)
            courier.phase = Phase.BREAK
            courier.until = now + 60 * lognormal(courier.rng, self._params.break_min, 0.3)
        else:
            self._drift(courier, now)

    def _drift(self, courier: Courier, now: float) -> None:
        here = self.motion.place(courier.index)
        away = offsets_m(here, self._spots)
        pull = np.where(away <= self._params.drift_m, self._spot_share * np.exp(-away / _DRIFT_SCALE_M), 0.0)
        total = float(pull.sum())
        spot = int(np.searchsorted(np.cumsum(pull), courier.rng.random() * total, side="right")) if total > 0 else len(away)
        if spot >= len(away) or away[spot] < _DRIFT_MIN_M:
            courier.phase, courier.until = Phase.IDLE, now + float(courier.rng.uniform(120, 600))
            return
        courier.phase, courier.until = Phase.DRIFTING, math.inf
        self._ride(courier, self._city.merchants[spot].place)

    def _break_in_s(self, courier: Courier) -> float:
        rate = self._params.breaks_per_hour / 3600
        return float(courier.rng.exponential()) / rate if rate > 0 else math.inf


def _same(target: StopItem | None, stop: StopItem) -> bool:
    return target is not None and (target.kind, target.order, target.lat, target.lon) == (
        stop.kind,
        stop.order,
        stop.lat,
        stop.lon,
    )
