"""Whatever people and phones do, in whatever order: the disk knows what the memory knows, and the world makes sense."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import KerbsideError
from core.domain.order import ACTIVE, Status
from core.domain.reports import WORD_EVENTS
from core.domain.vehicle import Vehicle
from core.domain.world import World
from tests.examples import examples
from tests.rigs import DOOR, FAR, MERCHANT, NEAR, Rig, state_of

PLACES = (MERCHANT, DOOR, NEAR, FAR)
ORDERS = st.sampled_from([f"O-{n}" for n in range(1, 6)])
DRIVERS = st.sampled_from(["D-1", "D-2", "D-3", "ghost"])

commands = st.one_of(
    st.builds(lambda o: c.PlaceOrder(order_id=o, merchant_id="M-1", dropoff=DOOR), ORDERS),
    st.builds(lambda o, d: c.AssignOrder(order_id=o, driver_id=d), ORDERS, DRIVERS),
    st.builds(lambda o, d: c.OfferOrder(order_id=o, driver_id=d), ORDERS, DRIVERS),
    st.builds(lambda kind, o: kind(order_id=o), st.sampled_from([
        c.CancelOrder, c.ReinstateOrder, c.HoldOrder, c.ReleaseOrder, c.UnassignOrder, c.AcceptFor]), ORDERS),
    st.builds(lambda o, e: c.RecordProgress(order_id=o, event=e), ORDERS, st.sampled_from(sorted(WORD_EVENTS))),
    st.builds(lambda d, p: c.SetPresence(driver_id=d, presence=p), DRIVERS, st.sampled_from(Presence)),
    st.builds(lambda d: c.RemoveDriver(driver_id=d), DRIVERS),
    st.builds(lambda d: c.SaveDriver(driver=Driver(d, "Again", Vehicle.BIKE)), st.sampled_from(["D-1", "D-2", "D-3"])),
)  # fmt: skip
words = st.tuples(st.just("word"), DRIVERS, st.sampled_from(sorted(WORD_EVENTS)), ORDERS, st.integers(1, 30))
fixes = st.tuples(st.just("fix"), DRIVERS, st.sampled_from(PLACES))
steps = st.one_of(
    commands,
    commands,
    words,
    words,
    fixes,
    st.tuples(st.just("undo")),
    st.tuples(st.just("tick"), st.sampled_from([1.0, 10.0, 46.0, 100.0])),
    st.tuples(st.just("restart")),
)


def live(rig: Rig, course: list[object]) -> None:
    undo: list[c.Command] = []
    for step in course:
        match step:
            case c.Command():
                carry_out(rig, step, undo)
            case ("undo",):
                back, undo = undo, []
                for command in back:
                    carry_out(rig, command, undo)
            case ("word", driver, event, order, number):
                offer = rig.world.open_offer(driver)
                more = {"offer": offer.id} if event in {"accept", "reject"} and offer else {"order": order}
                rig.say(driver, event, f"w{number}", **more)
            case ("fix", driver, place):
                rig.fix(driver, place)
            case ("tick", seconds):
                rig.tick(seconds)
            case ("restart",):
                rig.restart()
    rig.tick()


def carry_out(rig: Rig, command: c.Command, undo: list[c.Command]) -> None:
    with suppress(KerbsideError):
        undo[:] = rig.do(command).undo


def check_sense(world: World) -> None:
    for route in world.routes.values():
        assert route.driver_id in world.drivers
        assert len({(s.kind, s.order_id) for s in route.stops}) == len(route.stops)
        for stop in route.stops:
            order = world.orders[stop.order_id]
            assert (order.driver_id, order.status in ACTIVE) == (route.driver_id, True)
    for order in world.orders.values():
        if order.status in ACTIVE:
            assert order.id in world.routes[order.driver_id].orders()
        elif order.status is Status.OFFERED:
            assert order.id in world.offers[order.offer_id].order_ids
        elif order.status in {Status.WAITING, Status.HELD}:
            assert (order.driver_id, order.offer_id) == (None, None)
    for offer in world.offers.values():
        assert world.open_offer(offer.driver_id) == offer
        assert all(world.orders[o].status is Status.OFFERED for o in offer.order_ids)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=5, max_size=40))
def test_the_disk_knows_what_the_memory_knows(course: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder, "kerbside.db"))
        try:
            rig.merchant()
            for driver_id in ("D-1", "D-2", "D-3"):
                rig.driver(driver_id)
            for n in (1, 2, 3):
                rig.place(f"O-{n}")
            live(rig, course)
            loaded = rig.store.load()
            assert state_of(loaded.world) == state_of(rig.world)
            heard = {d: rig.engine._words.of(d) for d in ("D-1", "D-2", "D-3", "ghost")}
            assert loaded.words == {d: w for d, w in heard.items() if w}
            assert rig.store.rebuild_check() == []
            check_sense(rig.world)
            assert len(rig.engine.fences) == 2 * sum(o.status in ACTIVE for o in rig.world.orders.values())
        finally:
            rig.close()
