from __future__ import annotations

import pytest

from core.domain.vehicle import Vehicle
from core.routing.city import VEHICLES
from core.routing.osm_rules import blocks, max_speed, metres, rule

ALL = frozenset("wbsc")
LETTERS = {Vehicle.WALK: "w", Vehicle.BIKE: "b", Vehicle.SCOOTER: "s", Vehicle.CAR: "c"}


def tags(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


def who(text: str) -> tuple[str, str]:
    """Who may go along a way with these tags, and who against it."""
    found = rule(tags(text))
    if found is None:
        return "", ""
    _, forward, backward = found
    return tuple("".join(LETTERS[v] for v, kmh in zip(VEHICLES, side, strict=True) if kmh) for side in (forward, backward))  # type: ignore[return-value]  # two sides


@pytest.mark.parametrize(
    ("text", "along", "against"),
    [
        ("highway=residential", "wbsc", "wbsc"),
        ("highway=residential oneway=yes", "wbsc", "w"),
        ("highway=residential oneway=-1", "w", "wbsc"),
        ("highway=residential oneway=yes oneway:bicycle=no", "wbsc", "wb"),
        ("highway=residential oneway=yes cycleway=opposite_lane", "wbsc", "wb"),
        ("highway=tertiary junction=roundabout", "wbsc", "w"),
        ("highway=motorway", "c", ""),
        ("highway=motorway oneway=no", "c", "c"),
        ("highway=trunk", "bsc", "bsc"),
        ("highway=trunk motorroad=yes bicycle=no", "c", "c"),
        ("highway=footway", "w", "w"),
        ("highway=footway bicycle=yes", "wb", "wb"),
        ("highway=footway access=yes", "w", "w"),
        ("highway=footway oneway:foot=yes", "w", ""),
        ("highway=cycleway oneway=yes", "wb", "w"),
        ("highway=cycleway foot=no", "b", "b"),
        ("highway=path bicycle=dismount", "wb", "wb"),
        ("highway=steps bicycle=yes", "w", "w"),
        ("highway=pedestrian motor_vehicle=delivery", "wbsc", "wbsc"),
        ("highway=residential access=private", "", ""),
        ("highway=residential access=private foot=yes", "w", "w"),
        ("highway=residential access=no bicycle=designated", "b", "b"),
        ("highway=residential access=destination", "wbsc", "wbsc"),
        ("highway=residential vehicle=no", "w", "w"),
        ("highway=residential motor_vehicle=no", "wb", "wb"),
        ("highway=residential motor_vehicle=no moped=yes", "wbs", "wbs"),
        ("highway=service service=driveway access=customers", "wbsc", "wbsc"),
        ("highway=service service=emergency_access", "", ""),
        ("highway=construction", "", ""),
        ("highway=pedestrian area=yes", "", ""),
        ("building=yes", "", ""),
    ],
)
def test_who_may_go_where(text: str, along: str, against: str) -> None:
    assert who(text) == (along, against)


def _car(text: str) -> float:
    found = rule(tags(text))
    assert found is not None
    return found[1][VEHICLES.index(Vehicle.CAR)]


def test_a_limit_sets_the_speed_of_motor_vehicles_alone() -> None:
    slow, plain = rule(tags("highway=secondary maxspeed=20")), rule(tags("highway=secondary"))
    assert slow is not None
    assert plain is not None
    assert slow[1][:2] == plain[1][:2]
    assert slow[1][2] == slow[1][3] == pytest.approx(16.4)
    assert _car("highway=secondary maxspeed=60") > plain[1][3]


def test_a_scooter_is_no_faster_than_it_can() -> None:
    found = rule(tags("highway=primary maxspeed=90"))
    assert found is not None
    assert found[1][2] <= 45 < found[1][3]


def test_rough_ground_is_slower_and_a_high_limit_does_not_smooth_it() -> None:
    assert _car("highway=residential surface=dirt") < _car("highway=residential")
    assert _car("highway=residential surface=dirt maxspeed=60") <= _car("highway=residential surface=dirt")


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("30 mph", 48.28032), ("50;40", 50), ("walk", 7), ("none", None), ("RU:urban", None), ("", None), ("0", None)],
)
def test_limits(text: str, kmh: float | None) -> None:
    assert max_speed(text) == (None if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(("text", "m"), [("12", 12), ("12.5 m", 12.5), ("narrow", None), ("12'", None), ("", None)])
def test_widths(text: str, m: float | None) -> None:
    assert metres(text) == m


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("barrier=bollard", "c"),
        ("barrier=gate", ""),
        ("barrier=gate access=private", "wbsc"),
        ("barrier=gate access=private foot=yes", "bsc"),
        ("barrier=stile", "bsc"),
        ("barrier=bollard motor_vehicle=yes", ""),
        ("highway=crossing", ""),
    ],
)
def test_what_stops_whom_at_a_point(text: str, stopped: str) -> None:
    found = blocks(tags(text))
    assert "".join(LETTERS[v] for v, stop in zip(VEHICLES, found or (), strict=False) if stop) == stopped
