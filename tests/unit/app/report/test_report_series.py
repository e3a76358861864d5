"""What is read from the log."""

from __future__ import annotations

import re
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report import charts
from app.report.series import SAMPLES, read_series
from core.domain.driver import Activity

START = 1_772_820_000.0


def test_orders_fall_into_their_bins(small_run) -> None:
    series = read_series(small_run.system.store, START, START + 1800)
    assert series.bin_s == 300
    assert series.placed == [4, 0, 0, 0, 0, 0]
    assert series.delivered == [0, 0, 0, 1, 0, 1]
    assert series.lateness_min == pytest.approx([-6.0, 4.0])
    assert series.door_min == pytest.approx([14.0, 24.0])
    assert [o.id for o in series.orders] == ["O-1", "O-2", "O-3", "O-4"]


def test_each_driver_is_counted_once_at_every_moment(small_run) -> None:
    series = read_series(small_run.system.store, START, START + 1800)
    assert {sum(column) for column in zip(*series.states.values(), strict=True)} == {2}

    def doing(minute: float) -> dict[Activity, int]:
        i = round(minute / 30 * SAMPLES)
        return {activity: counts[i] for activity, counts in series.states.items() if counts[i]}

    assert doing(0) == {Activity.OFFLINE: 2}
    assert doing(3) == {Activity.FREE: 2}
    assert doing(7) == {Activity.FREE: 1, Activity.TO_PICKUP: 1}
    assert doing(12) == {Activity.FREE: 1, Activity.CARRYING: 1}
    assert doing(20) == {Activity.FREE: 2}


def test_what_came_before_counts_as_the_state_and_what_came_after_not_at_all(small_run) -> None:
    series = read_series(small_run.system.store, START + 600, START + 1200)
    assert sum(series.placed) == 0
    assert series.delivered == [0, 1]
    assert [o.id for o in series.orders] == ["O-1"]
    assert series.states[Activity.CARRYING][0] == 1


def test_a_long_run_gets_wider_bins(small_run) -> None:
    day = read_series(small_run.system.store, START, START + 86_400)
    assert (day.bin_s, len(day.placed)) == (3600, 24)
    week = read_series(small_run.system.store, START, START + 7 * 86_400)
    assert len(week.placed) <= 36
    assert sum(week.placed) == 4


@given(st.lists(st.integers(-30_000, 30_000).map(lambda s: s / 60), min_size=1, max_size=60))
def test_every_delivery_is_in_the_chart_of_lateness(lateness: list[float]) -> None:
    told = re.findall(r"<title>(\d+) (late|early) by", charts.lateness_chart(lateness))
    assert sum(int(n) for n, _ in told) == len(lateness)
    assert sum(int(n) for n, kind in told if kind == "late") == sum(minutes > 0 for minutes in lateness)


@given(st.lists(st.floats(0, 3000), min_size=1, max_size=60))
def test_every_delivery_is_in_the_chart_of_times_to_the_door(minutes: list[float]) -> None:
    assert sum(int(n) for n in re.findall(r"<title>(\d+) in", charts.door_chart(minutes))) == len(minutes)


@given(st.lists(st.floats(0.0001, 30), min_size=1, max_size=2000))
def test_thinned_cycles_keep_the_slowest(cycles: list[float]) -> None:
    svg = charts.cycles_chart(cycles, 0.01, 0.02)
    assert svg.count("<circle") <= charts.MAX_DOTS
    assert f": {charts.seconds(max(cycles))}</title>" in svg


def test_charts_stay_inside_their_frame(small_run) -> None:
    series = read_series(small_run.system.store, START, START + 1800, (0.01, 0.5))
    for svg in (
        charts.orders_chart(series, UTC),
        charts.states_chart(series, UTC),
        charts.lateness_chart(series.lateness_min),
        charts.door_chart(series.door_min),
        charts.cycles_chart(series.cycles_s, 0.01, 0.5),
        charts.parts_chart([1.0, 2.0, 3.0, 0.0]),
    ):
        across = re.findall(r'<rect[^>]* x="([-\d.]+)"[^>]* width="([-\d.]+)"', svg)
        upward = re.findall(r'<rect[^>]* y="([-\d.]+)"[^>]* height="([-\d.]+)"', svg)
        assert len(across) == len(upward) == svg.count("<rect")
        assert all(0 <= float(x) <= float(x) + float(width) <= charts.WIDTH + 0.1 for x, width in across)
        assert all(0 <= float(y) <= float(y) + float(height) <= charts.HEIGHT for y, height in upward)


@pytest.mark.parametrize(("span", "wanted", "step"), [(40, 4, 10), (41, 4, 20), (3, 4, 1), (0.07, 4, 0.02), (0, 4, 1e-9)])
def test_steps_are_round(span: float, wanted: int, step: float) -> None:
    assert charts.nice_step(span, wanted) == pytest.approx(step, rel=0.5)


def test_counts_have_whole_steps_and_cycles_begin_with_the_first(small_run) -> None:
    series = read_series(small_run.system.store, START + 600, START + 1200)
    labels = re.findall(r'text-anchor="end">([^<]+)</text>', charts.orders_chart(series, UTC))
    assert labels[:2] == ["0", "1"]
    assert "0.5" not in labels
    assert "cycle 0" not in charts.cycles_chart([0.01, 0.02], 0.01, 0.02)
