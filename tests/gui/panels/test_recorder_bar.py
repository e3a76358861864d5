"""The recorder's bar and its slider: hands and keys in, signals out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.common.words import Moment
from widgets.recorder.bar import OTHER, SPANS_H, WHOLE, RecorderBar
from widgets.recorder.scale import SIDE_PX, SLOT_PX, ScaleMark, TimeScale
from widgets.timeline.view import TimelineView

NOON = 1_770_033_600.0
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def scale(qtbot: QtBot) -> TimeScale:
    made = TimeScale()
    qtbot.addWidget(made)
    made.resize(820, 40)
    made.set_span(NOON, NOON + 8000, Moment(NOON, UTC))
    made.show()
    return made


@pytest.fixture
def bar(qtbot: QtBot) -> RecorderBar:
    made = RecorderBar()
    qtbot.addWidget(made)
    made.resize(1300, 44)
    made.scale.set_span(NOON, NOON + 3600, Moment(NOON, UTC))
    made.show()
    return made


def test_a_press_and_a_drag_choose_the_time_under_the_hand(scale: TimeScale, qtbot: QtBot) -> None:
    chosen: list[float] = []
    scale.chosen.connect(chosen.append)
    QTest.mousePress(scale, LEFT, pos=QPoint(SIDE_PX + 200, 18))
    QTest.mouseMove(scale, QPoint(SIDE_PX + 400, 18))
    scale.show_time(NOON)  # whoever holds it is not disturbed
    QTest.mouseRelease(scale, LEFT, pos=QPoint(SIDE_PX + 400, 18))
    assert chosen == pytest.approx([NOON + 2000, NOON + 4000], rel=0, abs=11)
    assert scale.value() == pytest.approx(4000, abs=11)
    scale.show_time(NOON + 100)
    assert scale.value() == 100
    QTest.mouseMove(scale, QPoint(SIDE_PX + 500, 18))  # nothing is held
    assert len(chosen) == 2


@pytest.mark.parametrize(
    ("key", "later_s"),
    [
        (Qt.Key.Key_Right, 10),
        (Qt.Key.Key_Left, -10),
        (Qt.Key.Key_PageUp, 300),
        (Qt.Key.Key_Home, -1000),
        (Qt.Key.Key_End, 7000),
    ],
)
def test_keys_move_it(scale: TimeScale, key: Qt.Key, later_s: int) -> None:
    chosen: list[float] = []
    scale.chosen.connect(chosen.append)
    scale.show_time(NOON + 1000)
    QTest.keyClick(scale, key)
    assert chosen == [NOON + 1000 + later_s]


@pytest.fixture
def from_right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_where_the_window_reads_from_right_to_left_time_still_runs_to_the_right(qtbot: QtBot, from_right_to_left: None) -> None:
    bar, timeline = RecorderBar(), TimelineView()
    for widget in (bar, timeline):
        qtbot.addWidget(widget)
    assert timeline.layoutDirection() is Qt.LayoutDirection.LeftToRight
    bar.scale.set_span(NOON, NOON + 8000, Moment(NOON, UTC))
    bar.resize(1200, 44)
    bar.show()
    assert bar.back.x() < bar.play.x() < bar.forward.x() < bar.scale.x() < bar.live.x()
    chosen: list[float] = []
    bar.scale.chosen.connect(chosen.append)
    QTest.mouseClick(bar.scale, LEFT, pos=QPoint(SIDE_PX, 18))
    assert chosen == [NOON]


def test_marks_share_slots_and_the_urgent_one_is_seen(scale: TimeScale) -> None:
    scale.set_marks(
        [
            ScaleMark(NOON + 1000, "alert", "2041", False),
            ScaleMark(NOON + 1001, "late", "2042", True),
            ScaleMark(NOON + 1002, "alert", "2043", False),
            ScaleMark(NOON + 5000, "failed", "2044", True),
            ScaleMark(NOON - 60, "alert", "long ago", True),
        ]
    )
    assert [m.text for m in scale.marks_drawn().values()] == ["2042", "2044"]
    assert scale.tip_at(SIDE_PX + 100) == "12:16:41, 2042 delivered late"
    assert scale.tip_at(SIDE_PX + 500) == "13:23:20, 2044 delivery failed"
    assert scale.tip_at(SIDE_PX + 100 + 3 * SLOT_PX) == "12:19:10"
    scale.resize(300, 40)
    assert len(scale.marks_drawn()) == 2
    assert not scale.grab().isNull()


@pytest.mark.parametrize(("hours", "first", "step_min"), [(0.5, "12:00", 5), (8, "12:00", 60), (240, "00:00", 1440)])
def test_ticks_are_round_and_have_room(scale: TimeScale, hours: float, first: str, step_min: int) -> None:
    scale.set_span(NOON, NOON + hours * 3600, Moment(NOON, UTC))
    ticks = list(scale.ticks())
    assert Moment(NOON, UTC).clock(ticks[0]) == first
    assert {b - a for a, b in pairwise(ticks)} == {step_min * 60}
    assert len(ticks) <= 13


def test_the_bar_tells_what_is_pressed(bar: RecorderBar) -> None:
    told: list[object] = []
    for name in ("play_pressed", "follow_pressed", "save_pressed", "live_pressed"):
        getattr(bar, name).connect(lambda name=name: told.append(name))
    for name in ("step_pressed", "speed_chosen", "span_chosen", "typed"):
        getattr(bar, name).connect(lambda value, name=name: told.append((name, value)))
    for button in (bar.play, bar.back, bar.forward, bar.follow, bar.save, bar.live):
        QTest.mouseClick(button, LEFT)
    bar.speed.setFocus()
    QTest.keyClick(bar.speed, Qt.Key.Key_End)
    bar.span.setFocus()
    QTest.keyClick(bar.span, Qt.Key.Key_End)
    bar.time.setText("14:05")
    QTest.keyClick(bar.time, Qt.Key.Key_Return)
    assert told == [
        "play_pressed",
        ("step_pressed", True),
        ("step_pressed", False),
        "follow_pressed",
        "save_pressed",
        "live_pressed",
        ("speed_chosen", 60),
        ("span_chosen", WHOLE),
        ("typed", "14:05"),
    ]


def test_what_is_typed_is_left_alone_until_esc(bar: RecorderBar, qtbot: QtBot) -> None:
    bar.show_time("2 Feb 12:00:00", NOON)
    bar.activateWindow()
    bar.time.setFocus()
    qtbot.waitUntil(bar.time.hasFocus)
    bar.time.setText("13:0")
    bar.show_time("2 Feb 12:00:01", NOON + 1)
    assert bar.time.text() == "13:0"
    assert bar.scale.value() == 1
    QTest.keyClick(bar.time, Qt.Key.Key_Escape)
    assert bar.time.text() == "2 Feb 12:00:01"
    assert not bar.time.hasFocus()


def test_live_is_always_told_and_alerts_stand_out(bar: RecorderBar) -> None:
    bar.set_live("18:30:00", 0)
    assert (bar.told.text(), bar.told.property("kind")) == ("Live 18:30:00", "caption")
    bar.set_live("18:30:00", 2)
    assert (bar.told.text(), bar.told.property("kind")) == ("Live 18:30:00, 2 new alerts", "error")
    bar.set_live("", 0, "Reading the log…")
    assert bar.told.text() == "Reading the log…"
    bar.set_ready(False)
    assert bar.live.isEnabled()
    assert not bar.play.isEnabled()


def test_names_and_states_for_those_who_do_not_see_icons(bar: RecorderBar) -> None:
    for control in (bar.back, bar.play, bar.forward, bar.time, bar.speed, bar.scale, bar.span, bar.follow):
        assert control.accessibleName()
    bar.set_playing(True)
    assert bar.play.accessibleName() == "Pause"
    bar.set_speed(60)
    assert bar.speed.currentText() == "60×"
    for hours in (*SPANS_H, WHOLE):
        bar.set_span_hours(hours)
        assert bar.span.currentData() == hours
    bar.set_span_hours(OTHER)
    assert bar.span.currentIndex() == -1
    bar.scale.show_time(NOON + 61)
    assert bar.scale.accessibleDescription() == "12:01:01"
