"""The simulated world, second by second."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.domain.commands import CancelOrder, Command, PlaceOrder, TellReady
from core.domain.driver import Driver
from core.domain.errors import BadInput, KerbsideError
from core.domain.merchant import Merchant
from core.messaging import topics
from core.messaging.codecs.kerbside import ToDriver, decode_to_driver
from core.ports import Transport, TravelTimes
from core.simulation.chance import Concern, stream
from core.simulation.couriers import Fleet
from core.simulation.customers import Customers, promise_s
from core.simulation.faults import Declines, Fault, GpsJump, Injected, KitchenDelay, OutOfReach, cut_off
from core.simulation.kitchens import Kitchens
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.profile import DayProfile, arrivals
from core.simulation.stats import SimulationStats

SUBSCRIPTIONS = (topics.offers("+"), topics.route("+"), topics.config("+"), topics.CONFIG)
"""What the simulator's account has to be subscribed to: one connection serves all its drivers."""

_LONGEST_WAIT_S = 4 * 3600.0
"""No order waits longer for its pick-up: a change of mind after that need not be remembered."""


class Simulator:
    """Customers, merchants and drivers. The same arguments, commands' results and messages give the same course.

    ``execute`` carries out what would come over HTTP: PlaceOrder and CancelOrder; where it raises a KerbsideError the
    simulated person takes no for an answer. ``start`` is epoch seconds. Before the first step, `fleet` and `merchants`
    have to be registered at the console.
    """

    def __init__(
        self,
        city: CityFacts,
        travel: TravelTimes,
        transport: Transport,
        execute: Callable[[Command], object],
        params: SimulationParams,
        start: float,
        faults: Sequence[Fault] = (),
    ) -> None:
        if not math.isfinite(start) or start < 0:
            raise BadInput(f"simulation: the start must be a time in epoch seconds, not {start!r}")
        self.stats = SimulationStats()
        self.faults: list[Fault] = list(faults)
        self.kitchens = Kitchens(params)
        self.couriers = Fleet(city, travel, self.kitchens, params, start, self._publish, self.stats)
        self._city, self._params = city, params
        self._transport, self._execute = transport, execute
        self._customers = Customers(city, params)
        self._start, self._demand = start, stream(params.seed, Concern.DEMAND)
        profile = DayProfile(params.orders_per_hour, start, params.window_min * 60)
        self._arrivals: Iterator[float] = arrivals(profile, start, self._demand)
        self._injected: list[Injected] = []
        self._next_order_at = next(self._arrivals, math.inf)
        self._next_number = params.first_order
        self._second_thoughts: list[tuple[float, str, str, str]] = []
        self._index = {driver.id: i for i, driver in enumerate(self.couriers.drivers)}
        self._held_back: dict[int, list[ToDriver]] = {}
        self._now = start
        self._begun = False

    def fleet(self) -> list[Driver]:
        return list(self.couriers.drivers)

    def merchants(self) -> list[Merchant]:
        return list(self._city.merchants)

    @property
    def now(self) -> float:
        """The end of the last second lived, in epoch seconds."""
        return self._now

    def step(self, now: float) -> None:
        """Live on, second by second, until less than a second is left to ``now``. A time that has passed does nothing."""
        if not self._begun:
            self._begun = True
            self.couriers.go_online(self._now)
        while self._now + 1.0 <= now:
            self._now += 1.0
            self._second(self._now)

    # --- a trainer's hand ------------------------------------------------------------------------------------------

    def turn(self, changes: Mapping[str, float]) -> None:
        """Go on with other figures of `SimulationParams` from now on. Raises BadInput where one can't be."""
        params = replace(self._params, **changes)  # type: ignore[arg-type]
        if params.orders_per_hour != self._params.orders_per_hour:
            profile = DayProfile(params.orders_per_hour, self._start, params.window_min * 60)
            self._arrivals = arrivals(profile, self._now, self._demand)
            self._next_order_at = next(self._arrivals, math.inf)
        self._params = params
        self.couriers.turn(params)
        self.kitchens.turn(params)

    def inject(self, fault: Injected) -> None:
        """Let something go wrong, now or when its time comes."""
        if isinstance(fault, OutOfReach):
            self.faults.append(fault)
        else:
            self._injected.append(fault)

    def _apply_injected(self, now: float) -> None:
        couriers, active = self.couriers, [f for f in self._injected if f.start <= now < f.end]
        for fault in active:
            if isinstance(fault, KitchenDelay):
                self.kitchens.delay(fault.merchant_id, 60 * fault.later_min, fault.end, now)
        jumps = [f for f in active if isinstance(f, GpsJump) and f.driver_id in self._index]
        couriers.off_m = {self._index[f.driver_id]: (f.north_m, f.east_m) for f in jumps}
        declining = [f.driver_id for f in active if isinstance(f, Declines)]
        couriers.declining = {self._index[i] for i in declining if i in self._index}
        # A delay is told the kitchen once; the others go on until their end.
        self._injected = [f for f in self._injected if now < f.end and not (isinstance(f, KitchenDelay) and f in active)]

    def _second(self, now: float) -> None:
        self._apply_faults(now)
        if self._injected or self.couriers.off_m or self.couriers.declining:
            self._apply_injected(now)
        self._listen(now)
        self._reconsider(now)
        self._order(now)
        for order_id, ready_at in self.kitchens.words(now):
            self._carried_out(TellReady(actor="merchant", order_id=order_id, ready_at=ready_at))
        self.couriers.step(now)

    def _publish(self, topic: str, payload: bytes) -> None:
        self._transport.publish(topic, payload)

    # --- drivers ---------------------------------------------------------------------------------------------------

    def _listen(self, now: float) -> None:
        messages = self._transport.drain()
        for inbound in messages:
            if not inbound.payload:
                continue  # a retained message was cleared
            try:
                message = decode_to_driver(inbound.topic, inbound.payload)
            except BadInput:
                self.stats.unreadable += 1
                continue
            if inbound.topic == topics.CONFIG:
                self.couriers.hear_all(message, now)
                continue
            driver_id = inbound.topic.split("/")[-2]
            index = self._index.get(driver_id)
            if index in self.couriers.cut_off:
                self._held_back.setdefault(index, []).append(message)
            else:
                self.couriers.hear(driver_id, message, now)
        self._transport.acknowledge(messages)

    def _apply_faults(self, now: float) -> None:
        if not self.faults and not self.couriers.cut_off:
            return
        before = self.couriers.cut_off
        after = {i for i, driver in enumerate(self.couriers.drivers) if cut_off(self.faults, driver.id, now)}
        self.couriers.cut_off = after
        for i in sorted(before - after):
            self.couriers.go_online(now, i)
            for message in self._held_back.pop(i, ()):
                self.couriers.hear(self.couriers.drivers[i].id, message, now)

    # --- customers and merchants -----------------------------------------------------------------------------------

    def _order(self, now: float) -> None:
        while self._next_order_at <= now:
            self._next_order_at = next(self._arrivals, math.inf)
            self._place(now)

    def _place(self, now: float) -> None:
        wish = self._customers.wish()
        order_id = str(self._next_number)
        self._next_number += 1
        ticket = self.kitchens.take(order_id, wish.merchant, now)
        command = PlaceOrder(
            actor="customer",
            order_id=order_id,
            merchant_id=wish.merchant.id,
            dropoff=wish.dropoff,
            customer=wish.customer,
            address=wish.address,
            note=wish.note,
            ready_at=ticket.estimate_at,
            due_at=now + promise_s(wish.merchant.place, wish.dropoff, ticket.estimate_at - now),
            weight_kg=wish.weight_kg,
            volume_l=wish.volume_l,
        )
        if not self._carried_out(command):
            self.kitchens.done_with(order_id)
            return
        self.stats.orders_placed += 1
        if ticket.refused_at is not None:
            heapq.heappush(self._second_thoughts, (ticket.refused_at, order_id, "merchant", ticket.reason))
        if wish.regrets_after_s < _LONGEST_WAIT_S:
            heapq.heappush(self._second_thoughts, (now + wish.regrets_after_s, order_id, "customer", wish.regret))

    def _reconsider(self, now: float) -> None:
        while self._second_thoughts and self._second_thoughts[0][0] <= now:
            _, order_id, who, reason = heapq.heappop(self._second_thoughts)
            if not self.kitchens.has(order_id):
                continue  # on its way already, or called off before
            if not self._carried_out(CancelOrder(actor=who, order_id=order_id, reason=reason)):
                continue
            self.kitchens.done_with(order_id)
            if who == "merchant":
                self.stats.cancelled_by_merchants += 1
            else:
                self.stats.cancelled_by_customers += 1

    def _carried_out(self, command: Command) -> bool:
        try:
            self._execute(command)
        except KerbsideError:
            self.stats.refused_commands += 1
            return False
        return True
