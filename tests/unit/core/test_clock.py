from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from core.clock import RealClock, ScaledClock, SteppedClock, local_time


def test_the_real_clock_goes_on_at_its_pace_where_the_machine_s_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, ticks = 100.0, 7.0
    monkeypatch.setattr("core.clock.time.time", lambda: wall)
    monkeypatch.setattr("core.clock.time.monotonic", lambda: ticks)
    clock = RealClock()
    seen = []
    for set_to, passed in ((100.0, 0.0), (105.0, 5.0), (45.0, 1.0), (47.0, 2.0), (200.0, 3.0)):
        wall, ticks = set_to, ticks + passed
        seen.append(clock.now())
    assert seen == [100.0, 105.0, 106.0, 108.0, 200.0]
    assert clock.zone is None


def test_a_scaled_clock_runs_at_its_speed_and_changes_it_without_a_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 50.0
    monkeypatch.setattr("core.clock.time.monotonic", lambda: at)
    clock = ScaledClock(1000.0, 20.0)
    at += 3
    assert clock.now() == 1060.0
    clock.set_speed(0.0)
    at += 100
    assert (clock.now(), clock.speed) == (1060.0, 0.0)
    clock.set_speed(1.0)
    at += 2
    assert clock.now() == 1062.0
    assert clock.zone is UTC


def test_a_stepped_clock_moves_only_when_told_and_never_back() -> None:
    clock = SteppedClock(10.0)
    assert (clock.now(), clock.now()) == (10.0, 10.0)
    assert clock.advance(1.5) == clock.now() == 11.5
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-0.1)


def test_times_are_shown_in_the_clock_s_zone() -> None:
    at = 1_772_820_009.0  # 18:00:09 UTC
    assert local_time(at, UTC) == "18:00"
    assert local_time(at, timezone(timedelta(hours=-3)), seconds=True) == "15:00:09"


def test_a_real_clock_says_that_it_leapt(monkeypatch):
    from core.clock import RealClock

    wall, steady = [1000.0], [50.0]
    monkeypatch.setattr("core.clock.time.time", lambda: wall[0])
    monkeypatch.setattr("core.clock.time.monotonic", lambda: steady[0])
    clock = RealClock()
    clock.go_on_from(10.0)  # what was long ago is no leap
    wall[0], steady[0] = 1020.0, 70.0
    assert clock.now() == 1020.0
    assert clock.leap is None
    wall[0], steady[0] = 4630.0, 80.0
    assert clock.now() == 4630.0
    assert clock.leap == (4630.0, 3600.0)
