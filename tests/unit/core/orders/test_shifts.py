"""Shifts as they are written and read, and what can't be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import Break, Driver
from core.domain.errors import BadInput
from core.domain.vehicle import Vehicle
from core.orders.shifts import breaks_written, check_shift, plan_as_csv, read_breaks, read_plan, read_shift

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 5, 1, 17, 0, tzinfo=ZONE)


def at(hour: int, minute: int = 0, day: int = 1) -> float:
    return datetime(2026, 5, day, hour, minute, tzinfo=ZONE).timestamp()


def test_a_night_shift_ends_the_day_after_and_so_do_its_breaks() -> None:
    shift = read_shift({"shift_start": "18:00", "shift_end": "02:00", "breaks": "00:30–00:45; 20:00-20:30"}, NOW)
    assert shift["shift_start"] == at(18)
    assert shift["shift_end"] == at(2, day=2)
    assert shift["breaks"] == (Break(at(20), at(20, 30)), Break(at(0, 30, 2), at(0, 45, 2)))
    assert breaks_written(shift["breaks"], ZONE) == "20:00-20:30, 00:30-00:45"


def test_what_is_empty_is_open() -> None:
    assert read_shift({}, NOW) == {"shift_start": None, "shift_end": None, "breaks": ()}
    assert read_shift({"shift_end": "02:00"}, NOW)["shift_end"] == at(2)


@pytest.mark.parametrize("text", ["noon", "20:00", "20:00-", "20:00-21:00-22:00", "25:00-26:00"])
def test_breaks_that_can_t_be_read(text: str) -> None:
    with pytest.raises(BadInput, match="breaks"):
        read_breaks(text, at(18), NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shift_end": at(17)}, "ends after it begins"),
        ({"shift_end": at(19, day=2)}, "within 24 hours"),
        ({"shift_start": float("nan")}, "at a time"),
        ({"breaks": (Break(at(17), at(19)),)}, "within the shift"),
        ({"breaks": (Break(at(22), at(23, 30)),)}, "within the shift"),
        ({"breaks": (Break(at(20), at(20)),)}, "a break ends after"),
        ({"breaks": (Break(at(20), at(21)), Break(at(20, 30), at(22)))}, "follow one another"),
    ],
)
def test_a_shift_that_can_t_be(make_driver: Callable[..., Driver], changes: dict[str, object], said: str) -> None:
    driver = make_driver(shift_start=at(18), shift_end=at(23))
    check_shift(driver)
    with pytest.raises(BadInput, match=said):
        check_shift(replace(driver, **changes))  # type: ignore[arg-type]


minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def planned(draw: st.DrawFn) -> Driver:
    start = draw(st.integers(0, 23 * 60))
    cuts = sorted(draw(st.lists(st.integers(1, 12 * 60), min_size=2, max_size=5, unique=True)))
    breaks = tuple(
        Break(at(0) + 60 * (start + a), at(0) + 60 * (start + b)) for a, b in zip(cuts[:-1:2], cuts[1::2], strict=False)
    )
    end = at(0) + 60 * (start + cuts[-1])
    return Driver(
        "D-1", "Ada, the first", Vehicle.BIKE, group="north", shift_start=at(0) + 60 * start, shift_end=end, breaks=breaks
    )


@given(planned())
def test_a_plan_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, driver: Driver) -> None:
    path = tmp_path_factory.mktemp("plan") / "plan.csv"
    path.write_text(plan_as_csv([driver], ZONE), encoding="utf-8", newline="")
    bare = replace(driver, shift_start=None, shift_end=None, breaks=(), group="", vehicle=Vehicle.CAR)
    [command] = read_plan(path, {"D-1": bare}, NOW)
    assert command.driver == driver


def test_every_bad_line_is_named_and_nothing_is_taken(tmp_path: Path, make_driver: Callable[..., Driver]) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("driver;shift_start;shift_end;vehicle\nD-1;18:00;23:00;\nD-9;18:00;;\nD-1;soon;;\nD-1;;;boat\n")
    with pytest.raises(BadInput) as told:
        read_plan(path, {"D-1": make_driver()}, NOW)
    text = str(told.value)
    assert "line 3: there is no driver D-9" in text
    assert "line 4: shift_start must be a time" in text
    assert "line 5: vehicle must be one of" in text
    assert text.endswith("Nothing was taken")


@pytest.mark.parametrize("text", ["", "name\nAda\n"])
def test_a_file_without_drivers_says_what_it_needs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match="column driver"):
        read_plan(path, {}, NOW)


def test_columns_that_are_not_there_leave_things_alone(tmp_path: Path, make_driver: Callable[..., Driver]) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("driver,group\nD-1,north\n")
    driver = make_driver(shift_start=at(18), shift_end=at(23))
    [command] = read_plan(path, {"D-1": driver}, datetime(2026, 5, 1, tzinfo=UTC))
    assert command.driver == replace(driver, group="north")
