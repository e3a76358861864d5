"""Panels that hear of the same thing act one after the other, and a click comes between them."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.presenters.refresh import Refresh


def test_a_click_comes_between_two_panels_that_are_due_at_once(qtbot: Any) -> None:
    parent, done = QObject(), []

    def first() -> None:
        QTimer.singleShot(0, parent, lambda: done.append("click"))
        time.sleep(0.02)
        done.append("first")

    panels = [Refresh(first, 10, parent), Refresh(lambda: done.append("second"), 10, parent)]
    for panel in panels:
        panel()
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == ["first", "click", "second"]


def test_whoever_has_waited_once_waits_no_more(qtbot: Any) -> None:
    parent, done = QObject(), []

    def busy(name: str) -> Refresh:
        def act() -> None:
            done.append(name)
            time.sleep(0.02)
            panels[name]()

        return Refresh(act, 1, parent)

    panels = {name: busy(name) for name in "abc"}
    for panel in panels.values():
        panel()
    qtbot.waitUntil(lambda: len(done) >= 12)
    for panel in panels.values():
        panel.stop()
    assert all(done[:12].count(name) >= 2 for name in panels)


def test_many_calls_are_one_act_and_none_is_lost(qtbot: Any) -> None:
    parent, done = QObject(), []
    panel = Refresh(lambda: done.append(len(done)), 20, parent)
    for _ in range(100):
        panel()
    qtbot.waitUntil(lambda: done == [0])
    panel()
    qtbot.waitUntil(lambda: done == [0, 1])
    panel()
    panel.stop()
    qtbot.wait(60)
    assert done == [0, 1]
