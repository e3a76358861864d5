"""Where what is held would go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.timeline.aim import aimed, place_now, placed, remaining
from widgets.timeline.rows import Move, TimelineRow, TimelineStop
from widgets.timeline.scale import HOUR_S, NARROWEST_PX_PER_H, WIDEST_PX_PER_H, Scale, zoomed


def stop(kind: str, order: str, at: float, done: bool = False) -> TimelineStop:
    return TimelineStop(kind=kind, order_id=order, set_off=at - 60, arrive=at, begin=at, leave=at + 60, done=done)


@pytest.fixture
def row() -> TimelineRow:
    made = [stop("pickup", "0", 100, done=True), stop("dropoff", "0", 1000)]
    return TimelineRow(
        id="D-1", name="Ada", stops=(*made, stop("pickup", "1", 2000), stop("dropoff", "1", 3000), stop("dropoff", "2", 4000))
    )


def test_a_row_knows_what_is_done_and_how_late_it_will_be() -> None:
    late = TimelineStop(kind="dropoff", order_id="9", set_off=0, arrive=10, begin=10, leave=20, late_min=7.2)
    row = TimelineRow(id="D-1", name="Ada", stops=(stop("pickup", "9", 5, done=True), late))
    assert (row.done, row.late_min, row.ahead()) == (1, 7.2, (late,))
    assert row.first_ending_after(30) == 2


def test_a_stop_goes_where_it_is_let_go_in_its_own_row(row: TimelineRow) -> None:
    held = ("dropoff", "2")
    assert [s.key for s in remaining(row, ("2",), held)] == [("dropoff", "0"), ("pickup", "1"), ("dropoff", "1")]
    assert aimed(row, ("2",), held, 0) == Move(("2",), "D-1", 0, held)
    assert aimed(row, ("2",), held, 2500) == Move(("2",), "D-1", 2, held)
    assert aimed(row, ("2",), held, 9000) == Move(("2",), "D-1", 3, held)
    assert place_now(row, held) == 3


def test_nothing_is_brought_before_it_is_fetched(row: TimelineRow) -> None:
    assert aimed(row, ("1",), ("dropoff", "1"), 0).at == 2
    assert aimed(row, ("1",), ("pickup", "1"), 9000).at == 1


def test_an_order_of_another_row_may_go_anywhere(row: TimelineRow) -> None:
    assert aimed(row, ("7",), ("dropoff", "7"), 1500).at == 1
    assert placed(row, ("7", "8"), None, 99).at == 4
    assert placed(row, ("1", "2"), None, 99).at == 1  # what comes along is not counted


@given(st.lists(st.sampled_from("abcd"), unique=True), st.integers(-3, 12), st.sampled_from(["pickup", "dropoff"]))
def test_every_place_that_is_found_keeps_pick_up_before_drop_off(orders: list[str], place: int, kind: str) -> None:
    stops = [stop(k, o, 100.0 * i) for i, (o, k) in enumerate((o, k) for o in orders for k in ("pickup", "dropoff"))]
    row = TimelineRow(id="D", name="D", stops=tuple(stops))
    for order in orders:
        held = (kind, order)
        move = placed(row, (order,), held, place)
        rest = [s.key for s in row.stops if s.key != held]
        rest.insert(move.at, held)
        assert rest.index(("pickup", order)) < rest.index(("dropoff", order))


def test_the_axis_names_round_moments_that_have_room() -> None:
    for px in (NARROWEST_PX_PER_H, 100.0, 480.0, WIDEST_PX_PER_H):
        scale = Scale(1_772_820_123.0, px)
        ticks = scale.ticks(1500)
        assert all(at % scale.step_s() == 0 for at in ticks)
        assert all(0 <= scale.x(at) <= 1500 for at in ticks)
        assert scale.step_s() * px / HOUR_S >= 56 or scale.step_s() == 14400.0
        assert scale.at(scale.x(ticks[0])) == pytest.approx(ticks[0])
    assert zoomed(NARROWEST_PX_PER_H, -5) == NARROWEST_PX_PER_H
    assert zoomed(480.0, 1) == 600.0
