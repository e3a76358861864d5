"""Moves as commands, and the cheapest of the ways there are."""

from __future__ import annotations

import pytest

from app.actions.moving import Trial, move_text, routes_of, trials, ways, weigh
from core.domain import commands as c
from core.domain.driver import Route
from core.matching.cost import Cost
from core.matching.outlook import Outlook
from tests.rigs import FAR, Rig
from widgets.timeline.rows import Move


@pytest.fixture
def busy(rig: Rig) -> Rig:
    """D-1 has O-1 and O-2, O-3 waits, D-2 is free."""
    for n in (1, 2, 3):
        rig.place(f"O-{n}", dropoff=FAR)
    for n in (1, 2):
        rig.do(c.AssignOrder(order_id=f"O-{n}", driver_id="D-1"))
    return rig


def p(*orders: str) -> list[tuple[str, str]]:
    return [("pickup", order) for order in orders]


def d(*orders: str) -> list[tuple[str, str]]:
    return [("dropoff", order) for order in orders]


def stops(commands: list[c.PlanRoute]) -> list[list[tuple[str, str]]]:
    return [list(command.stops) for command in commands]


def test_a_stop_within_its_route(busy: Rig) -> None:
    move = Move(("O-2",), "D-1", 1, ("pickup", "O-2"))
    assert stops(ways(move, busy.world)) == [p("O-1", "O-2") + d("O-1", "O-2")]
    assert move_text(move, busy.world) == "Other order of stops for Name D-1"


def test_an_order_to_another_has_a_way_for_each_place_of_its_other_stop(busy: Rig) -> None:
    one = p("O-1") + d("O-1") + p("O-2") + d("O-2")
    found = stops(ways(Move(("O-3",), "D-1", 2, ("pickup", "O-3")), busy.world))
    assert found == [
        [*one[:2], *p("O-3"), *d("O-3"), *one[2:]],
        [*one[:2], *p("O-3"), one[2], *d("O-3"), one[3]],
        [*one[:2], *p("O-3"), *one[2:], *d("O-3")],
    ]
    held_by_its_end = stops(ways(Move(("O-3",), "D-1", 2, ("dropoff", "O-3")), busy.world))
    assert {tuple(way).index(("pickup", "O-3")) for way in held_by_its_end} == {0, 1, 2}
    assert all(way.index(("dropoff", "O-3")) == 3 for way in held_by_its_end)


def test_a_whole_route_keeps_its_order(busy: Rig) -> None:
    busy.do(c.PlanRoute(driver_id="D-1", stops=tuple(p("O-2", "O-1") + d("O-2", "O-1"))))
    [command] = ways(Move(("O-1", "O-2"), "D-2", 0), busy.world)
    busy.do(command)
    assert [(s.kind.value, s.order_id) for s in busy.world.route("D-2").stops] == p("O-2", "O-1") + d("O-2", "O-1")
    assert move_text(Move(("O-1", "O-2"), "D-1", 0), busy.world) == "Move 2 orders to Name D-1"


def test_a_trial_changes_nothing_and_names_both_drivers(busy: Rig) -> None:
    before = dict(busy.world.routes)
    tried, refused = trials(ways(Move(("O-1",), "D-2", 0), busy.world), busy.world, busy.engine.would)
    assert not refused
    assert {route.driver_id for route in tried[0].after} == {"D-1", "D-2"}
    assert tried[0].before == tuple(busy.world.route(route.driver_id) for route in tried[0].after)
    assert busy.world.routes == before


def test_what_can_t_be_done_says_why(busy: Rig) -> None:
    busy.say("D-1", "picked_up", order="O-1")
    busy.tick()
    tried, refused = trials(ways(Move(("O-1",), "D-2", 0), busy.world), busy.world, busy.engine.would)
    assert tried == []
    assert "carrying" in refused
    assert refused[0].isupper()


def test_the_cheapest_way_is_taken_also_where_somebody_was_never_seen() -> None:
    def outlook(driver: str, minutes: float) -> Outlook:
        return Outlook(driver, (), Cost((minutes,), (1.0,), 1), ())

    a, b = Route("A"), Route("B")
    dear, cheap = Trial(c.Command(), (a, b), (a, b)), Trial(c.Command(actor="cheap"), (a, b), (a, b))
    assert [route.driver_id for route in routes_of([dear, cheap])] == ["A", "B"] * 4
    found = weigh([dear, cheap], [outlook("A", m) for m in (10, 15, 10, 12)])
    assert found is not None
    assert (found.trial, found.cost, set(found.after)) == (cheap, 2.0, {"A"})
    assert weigh([], []) is None
