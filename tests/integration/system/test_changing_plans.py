"""A simulated city in which things go wrong: what a driver can't bring, another does."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.cli.headless import Demo, open_demo
from app.demo import run_headless
from core.domain.commands import CancelOrder
from core.domain.driver import Activity
from core.domain.events import OrderHandedBack, OrderUnassigned, ReadyTold
from core.domain.order import Order, Status
from core.domain.reports import Word
from core.messaging import topics
from core.messaging.codecs.kerbside import encode_word


@pytest.fixture
def demo(tmp_path: Path, training_city: Path):
    args = argparse.Namespace(
        data=tmp_path,
        verbose=False,
        mqtt=False,
        city=training_city,
        seed=3,
        drivers=14,
        orders_per_hour=90.0,
        minutes=120.0,
        profile=None,
    )
    with ExitStack() as stack:
        yield open_demo(args, stack)


def first(demo: Demo, activity: Activity, *but: str) -> Order:
    """An order of a driver who is doing that, once there is one."""
    world = demo.system.engine.world
    for _ in range(40):
        for driver_id in sorted(world.routes):
            order = world.orders[world.route(driver_id).stops[0].order_id]
            if world.activity(driver_id) is activity and driver_id not in but and order.status is Status.ASSIGNED:
                return order
        run_headless(demo.system, demo.simulator, 0.25, demo.barriers)
    raise AssertionError(f"nobody is {activity}")


@pytest.mark.soak
def test_what_a_driver_can_t_bring_another_does(demo: Demo) -> None:
    engine, simulator = demo.system.engine, demo.simulator
    heard: list[object] = []
    demo.system.bus.subscribe(OrderUnassigned, heard.append)
    demo.system.bus.subscribe(OrderHandedBack, heard.append)
    demo.system.bus.subscribe(ReadyTold, heard.append)
    engine.settings.set("tracking.stuck_after_min", 2.0)
    engine.settings.set("matching.swap_margin_min", 0.0)
    run_headless(demo.system, simulator, 6, demo.barriers)

    stopped = first(demo, Activity.TO_PICKUP)
    broken = str(stopped.driver_id)
    simulator.couriers._own_pace[[d.id for d in simulator.fleet()].index(broken)] = 0.0
    tired = first(demo, Activity.TO_PICKUP, broken)
    word = encode_word(
        Word(str(tired.driver_id), "w-back", "hand_back", None, tired.id, "a flat tyre", demo.system.clock.now())
    )
    simulator._publish(topics.orders(str(tired.driver_id)), word)
    gone = first(demo, Activity.TO_PICKUP, broken, str(tired.driver_id))
    engine.execute(CancelOrder(order_id=gone.id, reason="changed my mind", actor="customer"))
    run_headless(demo.system, simulator, 30, demo.barriers)

    world = engine.world
    assert any(isinstance(e, OrderUnassigned) and "has not moved for 2 min" in e.reason for e in heard)
    assert any(isinstance(e, OrderHandedBack) and e.orders[0].id == tired.id for e in heard)
    assert any(isinstance(e, ReadyTold) and e.reason.endswith("later") for e in heard)
    for before in (stopped, tired):
        after = world.orders[before.id]
        assert after.status in {Status.DELIVERED, Status.CARRYING, Status.AT_DROPOFF, Status.CANCELLED}
        assert after.driver_id != before.driver_id
    assert world.orders[gone.id].status is Status.CANCELLED
    assert gone.id not in world.route(str(gone.driver_id)).orders()
