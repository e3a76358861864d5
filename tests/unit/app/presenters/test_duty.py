"""How the plan and what a driver does stand to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.presenters.shifts import duty_of, with_shift
from core.domain.driver import Break, Driver, Presence
from core.domain.errors import BadInput
from core.domain.vehicle import Vehicle
from widgets.dialogs.shift import ShiftDraft
from widgets.shifts.rows import Duty

NOW = 10_000.0
PAUSE = Break(NOW - 100, NOW + 100)
PAST = Break(NOW - 2000, NOW - 1000)


@pytest.mark.parametrize(
    ("presence", "plan", "duty"),
    [
        (Presence.ONLINE, {}, Duty.ON),
        (Presence.ONLINE, {"breaks": (PAUSE,)}, Duty.BREAK_DUE),
        (Presence.ONLINE, {"shift_end": NOW - 1}, Duty.OVER_TIME),
        (Presence.OFFLINE, {}, Duty.OFF),
        (Presence.OFFLINE, {"shift_start": NOW + 1}, Duty.COMING),
        (Presence.OFFLINE, {"shift_end": NOW - 1}, Duty.OVER),
        (Presence.OFFLINE, {"shift_start": NOW - 200}, Duty.OFF),
        (Presence.OFFLINE, {"shift_start": NOW - 400}, Duty.MISSING),
        (Presence.OFFLINE, {"shift_start": NOW - 4000, "breaks": (PAUSE,)}, Duty.OFF),
        (Presence.BREAK, {"breaks": (PAUSE,)}, Duty.BREAK),
        (Presence.BREAK, {"breaks": (PAST,), "presence_at": NOW - 1900}, Duty.OVERDUE),
        (Presence.BREAK, {"breaks": (PAST,), "presence_at": NOW - 300}, Duty.BREAK),
        (Presence.BREAK, {}, Duty.BREAK),
    ],
)
def test_duties(make_driver: Callable[..., Driver], presence: Presence, plan: dict[str, object], duty: Duty) -> None:
    assert duty_of(make_driver(presence=presence, **plan), NOW) is duty


MORNING = datetime(2026, 5, 1, 9, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> float:
    return MORNING.replace(hour=hour, minute=minute).timestamp()


def test_only_what_was_typed_changes(make_driver: Callable[..., Driver]) -> None:
    driver = make_driver(shift_start=at(10), shift_end=at(18), breaks=(Break(at(13), at(13, 30)),), group="north")
    longer = with_shift(driver, ShiftDraft(shift_end="20:00"), MORNING)
    assert (longer.shift_start, longer.shift_end, longer.breaks) == (at(10), at(20), driver.breaks)
    assert with_shift(driver, ShiftDraft(breaks=""), MORNING).breaks == ()
    moved = with_shift(driver, ShiftDraft(group="south", vehicle="car"), MORNING)
    assert (moved.group, moved.vehicle, moved.shift_end) == ("south", Vehicle.CAR, at(18))
    opened = with_shift(driver, ShiftDraft(open=True), MORNING)
    assert (opened.shift_start, opened.shift_end, opened.breaks) == (None, None, ())
    with pytest.raises(BadInput, match="within the shift"):
        with_shift(driver, ShiftDraft(shift_end="13:15"), MORNING)
