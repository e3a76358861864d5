"""The timeline by itself: what is drawn where, and what hands and keys on it say."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.driver import Activity
from widgets.common.dragging import order_mime
from widgets.common.words import Moment
from widgets.timeline.canvas import AXIS_PX, NOW_SHARE
from widgets.timeline.panel import TimelinePanel
from widgets.timeline.rows import Consequence, Move, Preview, TimelineRow, TimelineStop

NOON = 1_770_033_600.0
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
KEY, ALT, SHIFT = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def stop(kind: str, order: str, minute: float, **more: Any) -> TimelineStop:
    at = NOON + 60 * minute
    plain = {"set_off": at - 240, "arrive": at, "begin": at, "leave": at + 120}
    return TimelineStop(kind=kind, order_id=order, place="Mill Lane 4", **{**plain, **more})


def row(number: int, *stops: TimelineStop, **more: Any) -> TimelineRow:
    activity = Activity.TO_PICKUP if stops else Activity.FREE
    return TimelineRow(id=f"D-{number}", name=f"Driver {number}", stops=stops, **{"activity": activity, **more})


@pytest.fixture
def panel(qtbot: Any) -> TimelinePanel:
    panel = TimelinePanel()
    qtbot.addWidget(panel)
    panel.resize(1200, 320)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_moment(Moment(NOON, UTC), NOON - 6 * 3600, NOON + 6 * 3600)
    panel.set_rows(
        [
            row(
                1,
                stop("pickup", "1", -20, done=True),
                stop("dropoff", "1", 4),
                stop("pickup", "2", 14),
                stop("dropoff", "2", 24),
            ),
            row(2, stop("pickup", "3", 8), stop("dropoff", "3", 30, late_min=6.0, due=NOON + 1560)),
            row(3),
            row(4, off_shift=True, activity=Activity.OFFLINE),
        ]
    )
    return panel


def heard(signal: Any) -> list[Any]:
    found: list[Any] = []
    signal.connect(lambda *what: found.append(what[0] if len(what) == 1 else what))
    return found


def at(panel: TimelinePanel, place: int, minute: float) -> QPointF:
    view = panel.view
    return QPointF(view.head_px + view.scale.x(NOON + 60 * minute) + 4, view.top_of(place) + view.row_px / 2)


def mouse(panel: TimelinePanel, kind: QEvent.Type, where: QPointF, buttons: Qt.MouseButton = LEFT) -> None:
    viewport = panel.view.viewport()
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, where, viewport.mapToGlobal(where), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def drag(panel: TimelinePanel, start: QPointF, *over: QPointF, drop: bool = True) -> None:
    mouse(panel, QEvent.Type.MouseButtonPress, start)
    for where in over:
        mouse(panel, QEvent.Type.MouseMove, where)
    if drop:
        mouse(panel, QEvent.Type.MouseButtonRelease, over[-1], NONE)


def shown(panel: TimelinePanel) -> list[str]:
    return [row.id for row in panel.view.rows]


def test_who_is_off_shift_is_not_there_until_asked_for(panel: TimelinePanel) -> None:
    assert shown(panel) == ["D-1", "D-2", "D-3"]
    panel.off_shift.click()
    assert shown(panel) == ["D-1", "D-2", "D-3", "D-4"]


def test_with_nobody_on_shift_it_says_where_the_others_are(panel: TimelinePanel) -> None:
    panel.set_rows([row(4, off_shift=True, activity=Activity.OFFLINE)])
    assert panel._empty.isVisible()
    assert panel._empty._title.text() == "Nobody is on shift"
    panel.off_shift.click()
    assert shown(panel) == ["D-4"]
    assert not panel._empty.isVisible()


def test_late_and_free_and_words_filter(panel: TimelinePanel, qtbot: Any) -> None:
    panel.chips.choose({"late"})
    assert shown(panel) == ["D-2"]
    panel.chips.choose({"late", "free"})
    assert shown(panel) == ["D-2", "D-3"]
    panel.chips.choose(set())
    panel.search.setText("driver 1")
    qtbot.waitUntil(lambda: shown(panel) == ["D-1"])
    panel.search.setText("nobody")
    qtbot.waitUntil(lambda: shown(panel) == [])
    assert panel._empty.isVisible()


def test_it_goes_along_with_the_clock_until_it_is_scrolled(panel: TimelinePanel) -> None:
    view = panel.view
    width = view.viewport().width() - view.head_px

    def now_share() -> float:
        return view.scale.x(view.moment.now) / width

    assert now_share() == pytest.approx(NOW_SHARE, abs=0.01)
    panel.set_moment(Moment(NOON + 600, UTC), NOON - 6 * 3600, NOON + 6 * 3600)
    assert now_share() == pytest.approx(NOW_SHARE, abs=0.01)
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().value() - 300)
    assert not view.following
    assert not panel.now.isChecked()
    left = view.scale.start
    # An hour later the range begins an hour later; what is looked at stays where it is.
    panel.set_moment(Moment(NOON + 3700, UTC), NOON - 5 * 3600, NOON + 7 * 3600)
    assert view.scale.start == pytest.approx(left, abs=10)
    panel.now.click()
    assert view.following
    assert now_share() == pytest.approx(NOW_SHARE, abs=0.01)


def test_zooming_keeps_the_moment_under_the_pointer(panel: TimelinePanel) -> None:
    view = panel.view
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().value() + 50)
    x = view.head_px + 400.0
    before, scale = view.scale.at(400), view.scale.px_per_h
    turned, none = QPoint(0, 120), QPoint()
    where = QPointF(x, 100)
    wheel = QWheelEvent(
        where,
        view.mapToGlobal(where),
        none,
        turned,
        NONE,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.scale.px_per_h == pytest.approx(scale * 1.25)
    assert view.scale.at(400) == pytest.approx(before, abs=10)


def test_a_click_chooses_an_order_or_a_driver(panel: TimelinePanel) -> None:
    orders, drivers = heard(panel.view.orders_chosen), heard(panel.view.driver_chosen)
    mouse(panel, QEvent.Type.MouseButtonPress, at(panel, 1, 8))
    mouse(panel, QEvent.Type.MouseButtonRelease, at(panel, 1, 8), NONE)
    mouse(panel, QEvent.Type.MouseButtonPress, QPointF(40, at(panel, 2, 0).y()))
    assert (orders, drivers) == ([["3"]], ["D-3"])


def test_a_stop_is_carried_to_another_row_and_told_before_it_is_let_go(panel: TimelinePanel) -> None:
    view = panel.view
    held, moved, released = heard(view.held), heard(view.moved), []
    view.released.connect(lambda: released.append(1))
    drag(panel, at(panel, 0, 14), at(panel, 0, 18), at(panel, 1, 18), drop=False)
    wanted = Move(("2",), "D-2", 1, ("pickup", "2"))
    assert held[-1] == view.holding == wanted
    assert moved == []
    view.show_preview(Preview(Move(("2",), "D-2", 0, ("pickup", "2")), lines=(Consequence("too late"),)))
    assert view.preview is None  # an answer to what is not held any more
    view.show_preview(Preview(wanted, {"D-2": (stop("pickup", "2", 12),)}, (Consequence("2 at the door 12:31"),)))
    assert view.card is not None
    assert view.card.isVisible()
    assert view.card.accessibleName() == "2 at the door 12:31"
    mouse(panel, QEvent.Type.MouseButtonRelease, at(panel, 1, 18), NONE)
    assert moved == [wanted]
    assert released
    assert not view.card.isVisible()
    assert view.holding is None


def test_what_is_refused_is_not_let_go(panel: TimelinePanel) -> None:
    view = panel.view
    moved = heard(view.moved)
    drag(panel, at(panel, 0, 14), at(panel, 0, 18), at(panel, 1, 18), drop=False)
    assert view.holding is not None
    view.show_preview(Preview(view.holding, refused="Too heavy"))
    assert view.card is not None
    assert view.card.lines()[0].text == "Too heavy"
    mouse(panel, QEvent.Type.MouseButtonRelease, at(panel, 1, 18), NONE)
    assert moved == []


def test_stops_that_are_done_can_t_be_carried(panel: TimelinePanel) -> None:
    held = heard(panel.view.held)
    drag(panel, at(panel, 0, -20), at(panel, 0, -10), at(panel, 1, 5))
    assert held == []


def test_a_whole_route_is_carried_by_its_driver_without_what_is_on_board(panel: TimelinePanel) -> None:
    moved = heard(panel.view.moved)
    head = QPointF(60, at(panel, 0, 0).y())
    drag(panel, head, head + QPointF(0, 12), QPointF(60, at(panel, 1, 0).y()))
    assert moved == [Move(("2",), "D-2", 2)]


def test_orders_come_in_from_the_board(panel: TimelinePanel) -> None:
    view, moved = panel.view, heard(panel.view.moved)
    mime, where = order_mime(["7", "8"]), at(panel, 1, 18).toPoint()
    action, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(where, action, mime, LEFT, none))
    QApplication.sendEvent(view.viewport(), QDragMoveEvent(where, action, mime, LEFT, none))
    assert view.holding == Move(("7", "8"), "D-2", 1)
    drop = QDropEvent(QPointF(where), action, mime, LEFT, none)
    QApplication.sendEvent(view.viewport(), drop)
    assert drop.isAccepted()
    assert moved == [Move(("7", "8"), "D-2", 1)]


def test_keys_alone_choose_carry_and_let_go(panel: TimelinePanel) -> None:
    view = panel.view
    view.setFocus()
    orders, held, moved = heard(view.orders_chosen), heard(view.held), heard(view.moved)
    QTest.keyClick(view, KEY.Key_Down)  # the first stop ahead of the first row
    QTest.keyClick(view, KEY.Key_Right)
    assert orders == [["1"], ["2"]]
    assert "2, pick-up" in view.accessibleDescription()
    QTest.keyClick(view, KEY.Key_Left, ALT)  # sooner
    assert held == [Move(("2",), "D-1", 0, ("pickup", "2"))]
    QTest.keyClick(view, KEY.Key_Down, ALT)  # the driver below
    assert held[-1] == Move(("2",), "D-2", 0, ("pickup", "2"))
    QTest.keyClick(view, KEY.Key_Escape)
    assert view.holding is None
    assert moved == []
    QTest.keyClick(view, KEY.Key_Down, ALT | SHIFT)  # the whole route
    assert held[-1] == Move(("2",), "D-2", 0)
    QTest.keyClick(view, KEY.Key_Return)
    assert moved == [Move(("2",), "D-2", 0)]


def test_what_is_chosen_elsewhere_is_scrolled_to(panel: TimelinePanel) -> None:
    panel.set_rows([row(n, stop("dropoff", f"O-{n}", 5)) for n in range(1, 80)])
    panel.view.choose(frozenset({"O-70"}), "")
    assert 69 in panel.view.rows_in_view()


@pytest.fixture
def pixels(panel: TimelinePanel) -> Callable[[], QImage]:
    def grab() -> QImage:
        image = QImage(panel.view.viewport().size(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        panel.view.draw(painter)
        painter.end()
        return image

    return grab


def test_lateness_is_drawn_in_its_colour_and_with_a_mark(panel: TimelinePanel, pixels: Callable[[], QImage]) -> None:
    def reds(image: QImage) -> set[tuple[int, int]]:
        y0, y1 = panel.view.top_of(1), panel.view.top_of(2)
        colours = ((x, y, image.pixelColor(x, y)) for x in range(panel.view.head_px, image.width()) for y in range(y0, y1))
        return {(x, y) for x, y, colour in colours if colour.red() > colour.green() + 60 and colour.red() > colour.blue() + 60}

    with_late = reds(pixels())
    assert with_late
    circle = panel.view.scale.x(NOON + 30 * 60) + panel.view.head_px
    assert any(x > circle + 20 for x, _ in with_late)  # the mark and the minutes beside the stop
    panel.set_rows([row(1), row(2, stop("pickup", "3", 8), stop("dropoff", "3", 30, late_min=-6.0))])
    assert not reds(pixels())


def test_only_what_is_in_view_is_drawn(
    panel: TimelinePanel, pixels: Callable[[], QImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = [stop("dropoff", f"{n}", 10.0 * n) for n in range(-30, 30)]
    panel.set_rows([row(n, *stops) for n in range(300)])
    drawn: list[str] = []
    brush = panel.view.brush_up()
    plain = brush._stop
    monkeypatch.setattr(brush, "_stop", lambda painter, one, *more: (drawn.append(one.order_id), plain(painter, one, *more)))
    pixels()
    rows = len(panel.view.rows_in_view())
    assert rows < 12
    hours = (panel.view.viewport().width() - panel.view.head_px) / panel.view.scale.px_per_h
    assert 0 < len(drawn) <= rows * (6 * 1.5 * hours + 4)  # and a margin to scroll into
    drawn.clear()
    pixels()
    assert not drawn  # what stays as it is, is not drawn again
    assert panel.view.top_of(0) == AXIS_PX


def test_a_few_rows_anew_give_what_all_of_them_give(qtbot: Any) -> None:
    """Whatever the filters: rows come, change, are hidden and counted as if the whole timeline had been told again."""
    dice, panels = random.Random(5), []
    for _ in range(2):
        panel = TimelinePanel()
        qtbot.addWidget(panel)
        panel.resize(900, 300)
        with qtbot.waitExposed(panel):
            panel.show()
        panels.append(panel)
    few, whole = panels
    known: dict[str, TimelineRow] = {}

    def some() -> TimelineRow:
        number = dice.choice([1, 2, 9, 10, 11, 99, 100, 250])
        late = stop("dropoff", f"O-{dice.randrange(3)}", 30, late_min=dice.choice([None, 6.0]))
        stops = dice.choice([(), (late,), (stop("pickup", "O-1", -9, done=True),)])
        return row(number, *stops, off_shift=dice.random() < 0.4)

    def seen(panel: TimelinePanel) -> tuple[list[TimelineRow], list[int]]:
        return panel.view.rows, [panel._counts[key] for key in ("late", "free")]

    for step in range(60):
        if step % 12 == 6:
            for panel in panels:
                panel.off_shift.setChecked(not panel.off_shift.isChecked())
        if step % 12 == 9:
            for panel in panels:
                panel.chips.choose(["late"] if step < 30 else [])
        if step % 20 == 15:
            for panel in panels:
                panel.search.setText("O-1" if step < 40 else "")
                panel.search._tell()
        fresh = [some() for _ in range(3)]
        known |= {one.id: one for one in fresh}
        few.update_rows(fresh)
        whole.set_rows(known.values())
        assert seen(few) == seen(whole)
        assert [one.id for one in few.view.rows] == sorted((one.id for one in few.view.rows), key=lambda i: (len(i), i))


def test_rows_told_while_it_is_hidden_are_there_when_it_is_seen(panel: TimelinePanel) -> None:
    panel.hide()
    panel.update_rows([row(3, stop("dropoff", "9", 9)), row(12)])
    panel.show()
    assert [one.id for one in panel.view.rows] == ["D-1", "D-2", "D-3", "D-12"]
    assert panel.view.rows[2].ahead()


def test_a_few_rows_of_a_large_fleet_are_cheap(panel: TimelinePanel) -> None:
    """The whole of it would be gone through for each otherwise: its filters are asked about a few rows only."""
    panel.set_rows([row(n) for n in range(20_000)])
    asked: list[str] = []
    fits = panel._fits
    panel._fits = lambda: lambda one: asked.append(one.id) or fits()(one)  # type: ignore[method-assign,func-returns-value]
    panel.update_rows([row(7, stop("dropoff", "9", 9)), row(30_000)])
    assert asked == ["D-7", "D-30000"]
    assert len(panel.view.rows) == 20_001


def test_names_and_lateness_read_the_same_where_the_window_reads_from_right_to_left(
    panel: TimelinePanel, qapp: QApplication
) -> None:
    def head() -> QImage:
        return panel.view.viewport().grab().toImage().copy(0, AXIS_PX, panel.view.head_px, 4 * panel.view.row_px)

    before = head()
    try:
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        assert head() == before
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
