"""Exercises: read from files, the same each time; figures turned and things gone wrong while it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.domain.driver import Driver
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.vehicle import Vehicle
from core.messaging.local import LocalBroker
from core.routing.great_circle import GreatCircle
from core.simulation.faults import Declines, GpsJump, KitchenDelay, OutOfReach
from core.simulation.kitchens import Kitchens
from core.simulation.params import SimulationParams
from core.simulation.scenarios import KINDS, fault, names, read_scenario
from core.simulation.simulator import SUBSCRIPTIONS, Simulator
from tests.unit.core.simulation.conftest import START, small_city

SHOP = Merchant("M-1", "Rosa", LatLon(41.0, 3.0), prep_min=10.0)


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_played(name: str) -> None:
    scenario = read_scenario(name)
    assert scenario.title
    assert scenario.text
    drivers = [Driver(f"D-{n}", "Ada", Vehicle.BIKE) for n in range(scenario.params.drivers)]
    found = scenario.faults(START, drivers, [SHOP])
    assert len(found) == len(scenario.mishaps) > 0
    assert all(START <= one.start < one.end <= START + 60 * scenario.minutes + 1 for one in found)


def test_a_scenario_there_is_none_of_names_those_there_are() -> None:
    with pytest.raises(BadInput, match="choose one of everything-at-once, friday-rush, quiet-start"):
        read_scenario("none")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minutes = ", "can't be read"),
        ('title = "A"\ntext = "B"', "minutes"),
        ('title = "A"\ntext = "B"\nminutes = 5\n[simulation]\nspeed = 3', "no speed"),
        ('title = "A"\ntext = "B"\nminutes = 5\n[simulation]\naccept_rate = 3', "accept_rate"),
        ('title = "A"\ntext = "B"\nminutes = 5\n[[mishap]]\nkind = "rain"\nat_min = 1\nfor_min = 1\nwho = 1', "not 'rain'"),
    ],
)
def test_a_file_that_can_t_be_played_says_why(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(BadInput, match=said):
        read_scenario("x", tmp_path)


def test_each_kind_is_a_fault_of_its_own() -> None:
    kinds = [type(fault(kind, "X", 0.0, 60.0)) for kind in KINDS]
    assert kinds == [OutOfReach, Declines, GpsJump, KitchenDelay]


def test_a_kitchen_behind_is_late_with_what_it_has_and_what_comes() -> None:
    def ready(delayed: bool) -> list[float]:
        kitchens = Kitchens(SimulationParams())
        kitchens.take("1", SHOP, START)
        if delayed:
            kitchens.delay("M-1", 900.0, START + 600, START + 60)
        kitchens.take("2", SHOP, START + 120)
        kitchens.take("3", SHOP, START + 700)
        return [kitchens.ready_at(i, None, START) for i in "123"]

    plain, late = ready(False), ready(True)
    assert [b - a for a, b in zip(plain, late, strict=True)] == [900.0, 900.0, 0.0]


def simulator() -> tuple[Simulator, list[object]]:
    placed: list[object] = []
    broker = LocalBroker(SteppedClock(START))
    made = Simulator(
        small_city(20),
        GreatCircle(1.35),
        broker.endpoint("simulator", SUBSCRIPTIONS),
        placed.append,
        SimulationParams(drivers=5, merchant_refusal_rate=0.0, cancel_per_min=0.0, orders_per_hour=600.0),
        START,
    )
    return made, placed


def orders(commands: list[object]) -> int:
    return sum(type(one).__name__ == "PlaceOrder" for one in commands)


def test_orders_come_as_often_as_is_asked_from_then_on() -> None:
    made, commands = simulator()
    made.step(START + 600)
    before = orders(commands)
    assert before > 50
    made.turn({"orders_per_hour": 0.0})
    made.step(START + 1200)
    assert orders(commands) == before
    made.turn({"orders_per_hour": 1200.0})
    made.step(START + 1800)
    assert orders(commands) - before > 1.4 * before
    with pytest.raises(BadInput, match="accept_rate"):
        made.turn({"accept_rate": 2.0})


def test_drivers_decline_and_jump_for_a_while() -> None:
    made, _ = simulator()
    first = made.fleet()[0].id
    made.inject(Declines(first, START + 10, START + 20))
    made.inject(GpsJump(first, START + 10, START + 20, 2400.0, 0.0))
    made.step(START + 5)
    assert made.couriers.declining == set()
    made.step(START + 15)
    assert made.couriers.declining == {0}
    assert made.couriers.off_m == {0: (2400.0, 0.0)}
    made.step(START + 25)
    assert made.couriers.declining == set()
    assert made.couriers.off_m == {}
