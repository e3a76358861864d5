"""Through the whole core: phones whose clock is off, positions held back, areas and what goes out of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.importing import read_commands
from app.presenters.history_text import log_row
from core.domain import commands as c
from core.domain.driver import Presence
from core.domain.events import AreaCrossed, DriverWentOffline, FenceCrossed, FenceDwelled
from core.domain.geo import LatLon
from core.messaging import topics
from tests.rigs import MERCHANT, NEAR, Rig


def sends(rig: Rig, error_s: float, count: int, seconds: float = 8.0) -> None:
    """Positions of D-1 by a clock that is behind by ``error_s``."""
    for _ in range(count):
        rig.tick(seconds - 1)
        rig.fix("D-1", NEAR, t=rig.clock.now() - error_s)
        rig.fix("D-2", NEAR)
        rig.tick()


def age(rig: Rig) -> float:
    return rig.clock.now() - float(rig.engine.positions.t[rig.engine.positions.row("D-1")])


@pytest.mark.parametrize("error_s", [-240.0, 240.0, 100_000.0])
def test_a_phone_whose_clock_goes_wrong_is_put_right_and_never_counts_as_silent_for_long(rig: Rig, error_s: float) -> None:
    sends(rig, 0.0, 6)
    rig.heard.clear()
    sends(rig, error_s, 30)
    assert age(rig) <= 2
    assert rig.engine.movement.clock_error_s("D-1") == pytest.approx(error_s, abs=2)
    assert rig.world.drivers["D-1"].presence is Presence.ONLINE
    assert rig.events(DriverWentOffline) == []
    sends(rig, 0.0, 12)
    assert rig.engine.movement.clock_error_s("D-1") == 0
    assert age(rig) <= 2
    assert rig.events(DriverWentOffline) == []


def test_a_backlog_moves_nobody_and_puts_no_clock_wrong(rig: Rig) -> None:
    sends(rig, 0.0, 6)
    place = LatLon(45.02, 9.02)
    for late in range(600, 20, -20):
        rig.fix("D-1", place, t=rig.clock.now() - late)
    rig.tick()
    assert rig.engine.movement.clock_error_s("D-1") == 0
    row = rig.engine.positions.row("D-1")
    assert float(rig.engine.positions.lat[row]) == NEAR.lat


def test_a_fence_tells_the_true_time(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    sends(rig, -240.0, 12)
    rig.fix("D-1", MERCHANT, t=rig.clock.now() + 240)
    rig.tick()
    told = rig.events(FenceCrossed)[-1]
    assert told.at == pytest.approx(rig.clock.now(), abs=5)


def test_positions_held_back_are_counted_by_driver(rig: Rig) -> None:
    rig.settings.set("tracking.fastest_kmh", 200.0)
    sends(rig, 0.0, 2)
    for lat in (45.13, 44.5):
        rig.fix("D-1", LatLon(lat, 9.0))
        rig.tick()
        rig.fix("D-1", NEAR)
        rig.tick()
    held = rig.engine.movement.held_lately("D-1")
    assert held is not None
    assert held.many == 2
    assert held.farthest_m == pytest.approx(55_800, rel=0.01)
    assert rig.engine.movement.held_lately("D-2") is None
    sends(rig, 0.0, 90)
    assert rig.engine.movement.held_lately("D-1") is None


def test_a_driver_who_really_is_elsewhere_had_nothing_held_back(rig: Rig) -> None:
    rig.settings.set("tracking.fastest_kmh", 200.0)
    sends(rig, 0.0, 2)
    for _ in range(2):
        rig.fix("D-1", LatLon(45.5, 9.0))
        rig.tick()
    assert rig.engine.movement.held_lately("D-1") is None


# Areas

ZONE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": "depot", "name": "Old depot", "watched": True},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[9.0, 45.1], [9.01, 45.1], [9.01, 45.11], [9.0, 45.11], [9.0, 45.1]]],
            },
        }
    ],
}
IN, OUT = LatLon(45.105, 9.005), LatLon(45.2, 9.005)


@pytest.fixture
def watched(rig: Rig, tmp_path: Path) -> Rig:
    """A rig with an area from a file, as ``main.py import`` takes it."""
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(ZONE))
    for command in read_commands(path):
        rig.do(command)
    return rig


def test_comings_and_goings_are_events_with_all_that_a_rule_needs(watched: Rig) -> None:
    outside = watched.broker.endpoint("outside", (topics.EVENTS,))
    times = []
    for place in (OUT, IN, IN, OUT):
        watched.tick(30)
        times.append(watched.clock.now())
        watched.fix("D-1", place)
        watched.tick()
    entered, left = watched.events(AreaCrossed)
    assert isinstance(entered, AreaCrossed)
    assert (entered.driver_id, entered.area_id, entered.entered, entered.at) == ("D-1", "depot", True, times[1])
    assert (left.entered, left.at) == (False, times[3])  # type: ignore[attr-defined]
    assert [json.loads(m.payload) for m in outside.drain()] == [
        {"event": kind, "driver": "D-1", "t": at, "area": "depot", "area_name": "Old depot"}
        for kind, at in (("entered_area", times[1]), ("left_area", times[3]))
    ]
    rows = [log_row(1, event, watched.world) for event in (entered, left)]
    assert [row.text for row in rows if row is not None] == ["Name D-1 came into Old depot", "Name D-1 left Old depot"]


def test_what_goes_out_waits_for_the_disk(make_rig, tmp_path: Path) -> None:
    rig = make_rig(hold=True, stepped=False)
    rig.merchant()
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(ZONE))
    for command in read_commands(path):
        rig.do(command)
    rig.driver("D-1")
    outside = rig.broker.endpoint("outside", (topics.EVENTS,))
    rig.tick()
    rig.disk.let()
    rig.fix("D-1", IN)
    rig.tick()
    assert rig.events(AreaCrossed)
    assert outside.drain() == []
    rig.disk.let()
    rig.tick()
    assert [json.loads(m.payload)["event"] for m in outside.drain()] == ["entered_area"]


def test_stops_go_out_as_well(rig: Rig) -> None:
    outside = rig.broker.endpoint("outside", (topics.EVENTS,))
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    for place in [MERCHANT] * 30 + [OUT]:
        rig.fix("D-1", place)
        rig.tick(10)
    assert rig.events(FenceDwelled)
    said = [json.loads(m.payload) for m in outside.drain()]
    assert [one["event"] for one in said] == ["entered_stop", "stayed_at_stop", "left_stop"]
    assert {(one["driver"], one["order"], one["stop"]) for one in said} == {("D-1", "O-1", "pickup")}
    assert said[1]["seconds"] >= 180


def test_an_area_that_is_gone_is_watched_no_more(watched: Rig) -> None:
    watched.do(c.RemoveArea(area_id="depot"))
    for place in (OUT, IN, OUT):
        watched.tick(30)
        watched.fix("D-1", place)
        watched.tick()
    assert watched.events(AreaCrossed) == []
