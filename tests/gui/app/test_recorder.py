"""A shift looked back at: every panel shows the moment, nothing can be changed in it, and live goes on underneath."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.presenters.recorder_time import time_text
from app.scene import replaying
from core.domain.alert import Alert, AlertKind
from core.domain.commands import AssignOrder, HoldOrder, RecordProgress
from core.domain.events import AlertRaised, ArrivalsExpected
from core.orders.progress import Proposal, make_offers
from core.orders.tells import Outcome

ENTER = Qt.Key.Key_Return


@pytest.fixture
def back(rig: Any) -> Iterator[Any]:
    """The recorder is open on a paused moment; whatever a test leaves, live is back after it."""

    def begin() -> None:
        rig.press("Ctrl+R")
        rig.until(lambda: replaying(rig.deeds.engine) and rig.window.recorder.play.isEnabled())

    yield begin
    rig.deeds.recorder.end()
    assert not replaying(rig.deeds.engine)


def status_shown(rig: Any, order_id: str) -> str | None:
    return next((row.status.value for row in rig.window.orders._rows if row.id == order_id), None)


def typed(rig: Any, text: str) -> None:
    rig.press("Ctrl+J")
    QTest.keyClicks(rig.window.recorder.time, text)
    QTest.keyClick(rig.window.recorder.time, ENTER)


def test_a_moment_is_looked_at_in_all_panels_and_live_goes_on(rig: Any, back: Any) -> None:
    order = rig.order()
    rig.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))
    seen_at = rig.engine.clock.now()
    rig.rest(0.05)
    rig.engine.execute(RecordProgress(order_id=order, event="picked_up"))
    rig.engine.store.flush()
    back()
    assert rig.window.recorder_strip.isVisible()
    assert rig.window.frame.isVisible()
    assert rig.window.status.mode.accessibleName().casefold() == "mode: replay"

    rig.deeds.recorder.go_to(seen_at)
    rig.until(lambda: status_shown(rig, order) == "assigned")
    rig.deeds.selection.set_orders([order])
    rig.until(lambda: rig.window.inspector.shown is not None and rig.window.inspector.shown.id == order)
    assert [line.text for line in rig.window.inspector.shown.history][-1].startswith("Given to Ada Lind")
    assert "Not recorded" in rig.window.inspector.order_page.candidates.lines.text()
    assert "when it was expected" in rig.window.inspector.order_page.candidates.lines.text()
    assert rig.deeds.engine.world.orders[order].status.value == "assigned"
    assert rig.state(order) == ("carrying", "D-1")  # the engine's own world

    # What happens meanwhile is not shown, and not lost.
    later = rig.engine.world.orders[order]
    rig.engine.execute(RecordProgress(order_id=order, event="delivered"))
    rig.rest(0.4)
    assert status_shown(rig, order) == "assigned"
    assert later.status.value == "carrying"
    rig.press("Ctrl+L")
    rig.until(lambda: status_shown(rig, order) in {"delivered", None})
    assert not rig.window.recorder_strip.isVisible()
    assert rig.window.status.mode.accessibleName().casefold() == "mode: live"
    rig.until(lambda: any(f"{order}: Delivered" in row.text for row in rig.window.log.model.rows))


def test_arrivals_are_shown_as_they_were_expected_then(rig: Any, back: Any) -> None:
    order = rig.order()
    rig.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))
    now = rig.engine.clock.now()
    due = rig.engine.world.orders[order].due_at
    for late_s, at in ((300.0, now), (900.0, now + 2.0)):
        rig.until(lambda at=at: rig.engine.clock.now() >= at)
        expected = ((order, 120, round(due + late_s - at)),)
        rig.engine._commit(Outcome([ArrivalsExpected(at=at, actor="matcher", expected=expected)]))
    rig.engine.store.flush()
    back()
    rig.deeds.recorder.go_to(now + 1.0)

    def eta() -> float | None:
        return next((row.eta for row in rig.window.orders._rows if row.id == order), None)

    rig.until(lambda: eta() is not None and abs(eta() - due - 300.0) < 1.0)
    rig.deeds.selection.set_orders([order])
    rig.until(lambda: rig.window.inspector.shown is not None and rig.window.inspector.shown.id == order)
    assert "when it was expected" not in rig.window.inspector.order_page.candidates.lines.text()
    rig.deeds.recorder.go_to(now + 2.5)
    rig.until(lambda: eta() is not None and abs(eta() - due - 900.0) < 1.0)


def test_who_was_weighed_is_shown_as_it_stood_with_the_offer(rig: Any, back: Any) -> None:
    order, now = rig.order(), rig.engine.clock.now()
    there = tuple((stop.kind.value, stop.order_id) for stop in rig.engine.world.route("D-17").stops)
    stops = (*there, ("pickup", order), ("dropoff", order))
    weighed = ((order, "D-17", 9.4), (order, "D-1", 11.0))
    rig.engine._commit(make_offers(rig.engine.world, [Proposal("D-17", (order,), stops, weighed=weighed)], now, 45.0))
    assert rig.state(order) == ("offered", "D-17")
    rig.engine.store.flush()
    made_at = rig.engine.clock.now()
    back()
    rig.deeds.recorder.go_to(made_at)
    rig.until(lambda: status_shown(rig, order) == "offered")
    rig.deeds.selection.set_orders([order])
    rig.until(lambda: rig.window.inspector.shown is not None and rig.window.inspector.shown.candidates)
    assert [(c.driver_id, c.cost, c.chosen) for c in rig.window.inspector.shown.candidates] == [
        ("D-17", "9.4 min", True),
        ("D-1", "11.0 min", False),
    ]
    text = rig.window.inspector.order_page.candidates.lines.text()
    assert "what the costs are made of" in text
    assert "assign:" not in text  # nothing can be given to anybody in the past


def test_nothing_can_be_changed_in_a_recording(rig: Any, back: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.engine.store.flush()
    back()
    rig.deeds.recorder.go_to(rig.engine.clock.now())
    rig.until(lambda: status_shown(rig, order) == "assigned")
    rig.choose(order)
    for name in ("order.unassign", "order.hold", "edit.undo", "order.new", "driver.new", "match.pause", "file.import"):
        assert not rig.action(name).isEnabled(), name
    for name in ("replay.live", "driver.follow", "view.dark", "order.next_exception", "edit.find"):
        assert rig.action(name).isEnabled() or name == "driver.follow", name
    rig.press("H")
    rig.press("Ctrl+Z")
    rig.window.run_declared("order.hold")
    assert rig.state(order) == ("assigned", "D-1")
    # What has no action, such as a drag or a typed command, is refused by what it ends in.
    rig.deeds.assign([order], "D-2")
    assert "nothing in it can be changed" in rig.said()
    assert rig.state(order) == ("assigned", "D-1")
    rig.press("Ctrl+L")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)


def test_it_plays_steps_and_goes_to_a_typed_time(rig: Any, back: Any) -> None:
    order = rig.order()
    since = rig.engine.clock.now()
    rig.rest(1.2)
    rig.engine.execute(HoldOrder(order_id=order))
    rig.rest(0.3)
    rig.engine.store.flush()
    back()
    rig.deeds.recorder.go_to(since)
    rig.until(lambda: status_shown(rig, order) == "waiting")
    shown = rig.deeds.engine.clock.now()
    rig.press("Ctrl+Right")
    rig.until(lambda: status_shown(rig, order) == "held")
    assert rig.said() == f"{order}: Put on hold"
    rig.press("Ctrl+Left")
    rig.until(lambda: status_shown(rig, order) == "waiting")

    rig.deeds.recorder.go_to(since)
    rig.until(lambda: rig.deeds.engine.clock.now() == shown)
    rig.press("Ctrl+Down")
    rig.press("Ctrl+Down")
    rig.press("Ctrl+Down")
    assert rig.window.recorder.speed.currentText() == "1×"
    rig.press("Ctrl+Space")
    rig.until(lambda: rig.deeds.engine.clock.now() > shown + 0.2)
    assert status_shown(rig, order) == "waiting"
    rig.until(lambda: status_shown(rig, order) == "held")
    for _ in range(6):
        rig.press("Ctrl+Up")
    assert rig.window.recorder.speed.currentText() == "60×"
    rig.until(lambda: "come to this moment" in rig.said())  # and it stops by itself where now begins
    assert rig.window.recorder.play.accessibleName() == "Play"

    typed(rig, "lunch")
    assert "Type a time" in rig.said()
    typed(rig, "-1 h")
    rig.until(lambda: rig.deeds.engine.past.at < since)
    first = rig.deeds.recorder._span.first_at
    assert rig.deeds.engine.past.at == pytest.approx(first, rel=0, abs=1e-3)


def test_alerts_are_marks_and_new_ones_are_counted(rig: Any, back: Any) -> None:
    order = rig.order()
    rig.engine.store.flush()
    now = max(rig.engine.clock.now(), rig.engine.store.last_at())
    alert = Alert(f"late {order}", AlertKind.LATE, order, now, now)
    rig.engine._commit(_outcome(AlertRaised(at=now, alerts=(alert,))))
    rig.engine.store.flush()
    back()
    rig.deeds.recorder.go_to(now - 0.01)
    rig.until(lambda: rig.deeds.engine.past.at == pytest.approx(now - 0.01, rel=0, abs=1e-3))
    assert order in {m.text for m in rig.window.recorder.scale._marks}
    rig.press("Ctrl+Shift+Right")
    rig.until(lambda: f"late {order}" in rig.deeds.engine.world.alerts)
    assert rig.said() == f"{order} alert"
    rig.until(lambda: any(alert.id in row.ids for row in rig.window.alerts.model.rows))
    new = Alert(f"no_driver {order}", AlertKind.NO_DRIVER, order, now, now)
    rig.engine._commit(_outcome(AlertRaised(at=now, alerts=(new,))))
    rig.until(lambda: "1 new alert" in rig.window.recorder.told.text())
    assert new.id not in rig.deeds.engine.world.alerts


def test_the_slider_drags_through_time(rig: Any, back: Any) -> None:
    rig.order()
    rig.engine.store.flush()
    back()
    scale = rig.window.recorder.scale
    QTest.mousePress(scale, Qt.MouseButton.LeftButton, pos=QPoint(20, 18))
    for x in range(20, scale.width() - 20, 40):
        QTest.mouseMove(scale, QPoint(x, 18))
    QTest.mouseRelease(scale, Qt.MouseButton.LeftButton, pos=QPoint(scale.width() // 2, 18))
    first, last = rig.deeds.recorder._covered
    wanted = first + scale.value()
    rig.until(lambda: rig.deeds.engine.past.at == pytest.approx(wanted, rel=0, abs=2.0))
    assert first < wanted < last + 1.0  # the slider goes by whole seconds
    assert rig.window.recorder.time.text() == time_text(rig.deeds.engine.past.at, rig.engine.clock.zone)


def test_the_stretch_is_saved_as_a_page(rig: Any, back: Any, tmp_path: Path) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.engine.store.flush()
    back()
    rig.press("Ctrl+E")
    dialog = rig.dialog(QFileDialog)
    path = tmp_path / "shift.html"
    dialog.selectFile(str(path))
    dialog.accept()
    rig.until(lambda: rig.said().startswith(("Saved as", "The page could not")))
    text = path.read_text(encoding="utf-8")
    assert "Report.rerun(" in text
    assert "Trattoria Rosa" in text
    assert f'"{order}"' in text


def _outcome(*changes: Any) -> Outcome:
    return Outcome(list(changes))
