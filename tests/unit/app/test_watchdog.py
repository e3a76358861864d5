"""Clicks that wait are measured, and what they waited for is told once, with where it was."""

from __future__ import annotations

import logging
import time

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.benches.desk import waits_of
from app.watchdog import PROBE_S, Watchdog


def hold_up(seconds: float) -> None:
    time.sleep(seconds)


def test_a_stall_is_measured_by_its_length_and_told_with_its_place(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog(lambda: 150.0)
    try:
        qtbot.waitUntil(lambda: len(watchdog.waits_ms()) > 10)
        watchdog.forget()
        with caplog.at_level(logging.WARNING, "app.watchdog"):
            for _ in range(2):
                hold_up(0.5)
                qtbot.waitUntil(lambda: any("hold_up" in place for place in watchdog.places))
        # One wait of half a second keeps all the clicks waiting that fall into it.
        qtbot.waitUntil(lambda: (watchdog.waits_ms() > 100).sum() >= 2 * 0.3 / PROBE_S)
        waits = watchdog.waits_ms()
        assert waits.max() > 400
        [place] = [place for place in watchdog.places if "hold_up" in place]
        assert watchdog.places[place] > 400
        told = [record.getMessage() for record in caplog.records if "hold_up" in record.getMessage()]
        assert len(told) == 1  # the same place is not told again at once
        assert "stood still for" in told[0]
        assert "99 % of clicks within" in watchdog.told()
        assert watchdog.held_ms().sum() < waits.sum()  # it slept: the processor was not busy
    finally:
        watchdog.close()


def test_nothing_is_told_where_nothing_is_asked_for(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog(lambda: 0.0)
    assert watchdog.told() == ""
    try:
        qtbot.waitUntil(lambda: len(watchdog.waits_ms()) > 3)
        hold_up(0.3)
        qtbot.waitUntil(lambda: watchdog.waits_ms().max() > 200)
        assert watchdog.places == {}
        assert not caplog.records
    finally:
        watchdog.close()


def test_waits_of_an_undisturbed_machine() -> None:
    step = 1000 * PROBE_S
    waits = waits_of(np.array([0.0, 3 * step, 0.5 * step]), 1.0)
    assert len(waits) == round(1 / PROBE_S)
    assert sorted(waits[waits > 0].tolist()) == [0.5 * step, step, 2 * step, 3 * step]
