from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHoverEvent
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.language import speaking
from core.domain.order import Status
from widgets.common.dragging import ORDER_MIME, dragged_orders
from widgets.common.theme import Theme
from widgets.common.words import Moment
from widgets.orders.board import BoardModel, Heading, columns, when
from widgets.orders.panel import OrdersPanel
from widgets.orders.rows import OrderRow, Section

MakeOrder = Callable[..., OrderRow]


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> OrdersPanel:
    made = OrdersPanel()
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.resize(520, 600)
    made.show()
    return made


def texts(panel: OrdersPanel) -> list[str]:
    return [panel.model.index(i, 0).data() for i in range(panel.model.rowCount())]


def some(order_row: MakeOrder, noon: Moment) -> list[OrderRow]:
    return [
        order_row("1", Status.DELIVERED, driver_id="D-1", status_at=noon.now - 120),
        order_row("2", Status.CARRYING, driver_id="D-2", eta=noon.now + 600),
        order_row("3", Status.OFFERED, driver_id="D-3", offer_until=noon.now + 32),
        order_row("4", Status.HELD),
        order_row("5", since=noon.now - 60),
        order_row("6", since=noon.now - 300),
        order_row("7", Status.ASSIGNED, driver_id="D-4", exception="Will be late", eta=noon.now + 1980),
    ]


def test_orders_stand_under_their_queue_what_waits_longest_first(
    panel: OrdersPanel, order_row: MakeOrder, noon: Moment
) -> None:
    panel.set_rows(some(order_row, noon))
    assert texts(panel) == [
        "Exceptions  1", "7", "Unassigned  2", "6", "5", "Held  1", "4", "Offered  1", "3", "Active  1", "2", "Done  1",
    ]  # fmt: skip


def test_the_model_keeps_qt_s_rules(qtbot: QtBot, qtmodeltester: ModelTester, order_row: MakeOrder, noon: Moment) -> None:
    model = BoardModel(columns(lambda: 480.0))
    qtmodeltester.check(model)
    model.set_rows(some(order_row, noon))
    model.fold(Section.DONE, False)
    model.fold(Section.ACTIVE, True)
    model.set_rows(some(order_row, noon)[2:5])
    assert {row.id for row in model.orders()} == {"3", "4", "5"}
    model.set_rows([])
    assert list(model.orders()) == []


@pytest.mark.parametrize("seed", range(6))
def test_told_of_what_changed_the_board_is_as_if_told_of_everything(
    qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder, noon: Moment, seed: int
) -> None:
    rng = random.Random(seed)

    def made(number: int) -> OrderRow:
        return order_row(
            str(number),
            rng.choice((Status.WAITING, Status.HELD, Status.OFFERED, Status.CARRYING, Status.DELIVERED)),
            driver_id=rng.choice(("", "D-1", "D-2")),
            due_at=noon.now + rng.choice((600, 1200)),
            eta=noon.now + rng.choice((300, 900)),
            exception=rng.choice(("", "", "late")),
            merchant=rng.choice(("Sushi Ko", "Rosa")),
        )

    told_all = OrdersPanel()
    qtbot.addWidget(told_all)
    told_all.show()
    rows = {str(n): made(n) for n in range(20)}
    panel.set_rows(rows.values())
    for _ in range(25):
        match rng.randrange(4):
            case 0:
                panel.model.set_grouping(rng.choice(("state", "driver", "window")))
            case 1:
                panel.search.setText(rng.choice(("", "rosa")))
                panel.search.filter_changed.emit(panel.search.text())
            case 2:
                panel.model.sort(rng.choice((-1, 1, 2)))
        changed: dict[str, OrderRow | None] = {
            row.id: row for row in (made(rng.randrange(24)) for _ in range(rng.randrange(3)))
        }
        if rng.random() < 0.3:
            changed |= {str(rng.randrange(24)): None}
        rows = {order_id: row for order_id, row in (rows | changed).items() if row is not None}
        panel.set_rows(rows.values(), changed)
        told_all.search.setText(panel.search.text())
        told_all.search.filter_changed.emit(panel.search.text())
        told_all.model._replan(panel.model._queues.plan)
        told_all.set_rows(rows.values())
        assert list(panel.model.shown) == list(told_all.model.shown)
        assert panel.model.counts() == told_all.model.counts()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"status": Status.WAITING, "since": -240}, "4 min"),
        ({"status": Status.OFFERED, "driver_id": "D-1", "offer_until": 32}, "0:32"),
        ({"status": Status.CARRYING, "driver_id": "D-1", "eta": 1980}, "12:33 +3 min"),
        ({"status": Status.CARRYING, "driver_id": "D-1", "eta": 1500}, "12:25"),
        ({"status": Status.DELIVERED, "driver_id": "D-1", "status_at": -60}, "11:59 −31 min"),
        ({"status": Status.CANCELLED, "status_at": -60}, "11:59"),
    ],
)
def test_the_last_column_tells_what_counts_now(
    order_row: MakeOrder, noon: Moment, values: dict[str, object], text: str
) -> None:
    times = {k: noon.now + v for k, v in values.items() if isinstance(v, int)}
    assert when(order_row(**{**values, **times}), noon) == text


def test_a_countdown_runs_without_new_rows(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    panel.set_rows([order_row("3", Status.OFFERED, driver_id="D-3", offer_until=noon.now + 32)])
    place = panel.model.place("3")
    panel.set_moment(Moment(noon.now + 10, noon.zone))
    assert panel.model.index(place, 4).data() == "0:22"


def test_selection_holds_while_an_order_changes_its_queue(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    rows = some(order_row, noon)
    panel.set_rows(rows)
    panel.select(["5", "2"])
    heard: list[list[str]] = []
    panel.selection_changed.connect(heard.append)
    rows[4] = order_row("5", Status.ASSIGNED, driver_id="D-9", eta=noon.now + 300)
    panel.set_rows([*rows, order_row("8")])
    assert set(panel.selected()) == {"5", "2"}
    assert all(set(ids) == {"5", "2"} for ids in heard)


def test_the_place_on_screen_holds_while_orders_come_and_go(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    rows = [order_row(f"{i:04}", since=noon.now - 5000 + i) for i in range(400)]
    panel.set_rows(rows)
    panel.view.verticalScrollBar().setValue(2000)
    panel.set_rows([*rows[:399], order_row("9999", since=noon.now)])
    assert panel.view.verticalScrollBar().value() == 2000


def test_done_is_folded_until_an_order_in_it_is_chosen(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    panel.set_rows(some(order_row, noon))
    assert "1" not in texts(panel)
    panel.select(["1"])
    assert panel.selected() == ["1"]


def test_a_title_folds_by_click_and_by_keyboard(qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    panel.set_rows(some(order_row, noon))
    at = panel.view.visualRect(panel.model.index(2, 0)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert "6" not in texts(panel)
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.model.index(2, 0))
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert "6" in texts(panel)
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert "6" not in texts(panel)
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert "6" in texts(panel)
    assert panel.selected() == []


def test_the_filter_counts_what_it_hides_and_looks_into_folded_queues(
    qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder, noon: Moment
) -> None:
    panel.set_rows([*some(order_row, noon), order_row("9", Status.DELIVERED, merchant="Golden Wok", driver_id="D-1")])
    panel.search.setText("golden WOK")
    qtbot.waitUntil(lambda: "9" in texts(panel), timeout=1000)
    assert "Done  1 of 2" in texts(panel)
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert "9" not in texts(panel)
    assert "Done  2" in texts(panel)


def test_a_hidden_board_does_nothing_until_it_is_seen(qtbot: QtBot, order_row: MakeOrder, noon: Moment) -> None:
    panel = OrdersPanel()
    qtbot.addWidget(panel)
    panel.set_rows([order_row("1")])
    assert panel.model.rowCount() == 0
    panel.show()
    assert panel.model.place("1") == 2


def test_an_empty_board_teaches_and_leads_on(qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder) -> None:
    state = panel._empty.state
    assert state.isVisible()
    with qtbot.waitSignal(panel.start_requested):
        qtbot.mouseClick(state._button, Qt.MouseButton.LeftButton)
    panel.set_rows([order_row()])
    assert not state.isVisible()
    panel.set_rows([])
    assert state.isVisible()
    assert panel.model.rowCount() == 0


def test_on_a_small_screen_the_way_has_room_and_what_was_told_its_icon(panel: OrdersPanel) -> None:
    header = panel.view.horizontalHeader()
    told = next(i for i, column in enumerate(panel.model.columns) if column.title == "Told")
    way = next(i for i, column in enumerate(panel.model.columns) if column.title == "From → to")
    narrow = header.sectionSize(way), header.sectionSize(told)
    panel.resize(1000, 600)
    assert narrow[0] >= 124
    when = next(i for i, column in enumerate(panel.model.columns) if column.title == "Age, ETA")
    assert header.sectionSize(when) >= panel.view.fontMetrics().horizontalAdvance("18:32 +12 min") + 16
    assert narrow[1] < 60 < 90 <= header.sectionSize(told)


def test_enter_opens_an_order_and_never_a_title(qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder) -> None:
    panel.set_rows([order_row("1")])
    heard: list[str] = []
    panel.activated.connect(heard.append)
    panel.select(["1"])
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    panel.view.activated.emit(panel.model.index(0, 0))
    assert heard == ["1"]


def test_the_menu_is_asked_for_with_what_is_selected(qtbot: QtBot, panel: OrdersPanel, order_row: MakeOrder) -> None:
    panel.set_rows([order_row("1"), order_row("2")])
    heard: list[list[str]] = []
    panel.context_requested.connect(lambda ids, at: heard.append(ids))
    panel.view.customContextMenuRequested.emit(QPoint(5, 5))
    panel.select(["1", "2"])
    panel.view.customContextMenuRequested.emit(QPoint(5, 5))
    assert heard == [["1", "2"]]


def test_orders_are_dragged_by_their_ids(panel: OrdersPanel, order_row: MakeOrder) -> None:
    panel.set_rows([order_row("1"), order_row("Å-2", since=0.0)])
    model = panel.model
    every = [model.index(i, 0) for i in range(model.rowCount())]
    mime = model.mimeData(every)
    assert mime.formats()[0] == ORDER_MIME
    assert sorted(dragged_orders(mime)) == ["1", "Å-2"]
    assert model.flags(model.index(model.place("1"), 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert not panel.view.drag_badge("2 orders").isNull()


def test_what_has_come_right_again_does_not_look_like_an_exception(
    panel: OrdersPanel, order_row: MakeOrder, noon: Moment
) -> None:
    state = next(column for column in panel.model.columns if column.title == "State")
    due = next(column for column in panel.model.columns if column.title == "Age, ETA")
    wrong = order_row("7", Status.CARRYING, driver_id="D-4", exception="will be late, +3 min", eta=noon.now)
    right = order_row("8", Status.CARRYING, driver_id="D-4", exception="on time again", eased=True, eta=noon.now)
    assert state.token is not None
    assert due.token is not None
    assert [column.token(wrong, noon) for column in (state, due) if column.token] == ["late", "late"]
    assert [column.token(right, noon) for column in (state, due) if column.token] == ["text", "text"]
    assert state.text(right, noon) == "On time again"
    panel.set_rows([wrong, right])
    assert [row.id for row in panel.exceptions()] == ["7"]


def test_the_next_exception_comes_round_again(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    assert panel.select_next_exception() is None
    panel.set_rows(
        [order_row(i, exception="Will be late", due_at=noon.now + at) for i, at in (("1", 300), ("2", 100), ("3", 200))]
    )
    assert [panel.select_next_exception() for _ in range(4)] == ["2", "3", "1", "2"]


def test_late_is_told_by_words_and_colour(panel: OrdersPanel, order_row: MakeOrder, noon: Moment) -> None:
    panel.set_rows([order_row("1", Status.CARRYING, driver_id="D-1", eta=noon.now + 1980)])
    (face,) = panel.model.faces(panel.model.place("1"), [4])
    assert (face.text, face.token) == ("12:33 +3 min", "late")


def test_the_active_queue_says_where_its_orders_are(panel: OrdersPanel, order_row: MakeOrder) -> None:
    panel.set_rows([order_row(str(i), Status.AT_PICKUP, driver_id="D-1") for i in range(3)])
    heading = next(row for row in panel.model.shown if isinstance(row, Heading) and row.section is Section.ACTIVE)
    assert heading.detail == "3 at pick-up"


def test_the_title_of_a_queue_begins_where_the_window_does(
    qapp: QApplication, panel: OrdersPanel, order_row: MakeOrder, noon: Moment
) -> None:
    panel.set_rows([order_row("5"), order_row("6")])

    def written() -> list[int]:
        """Where the title has its darkest strokes, as pixels from the left."""
        place = (
            panel.model.rowCount()
            - 1
            - next(
                n
                for n, row in enumerate(reversed(panel.model.shown))
                if isinstance(row, Heading) and row.section is Section.UNASSIGNED
            )
        )
        row = panel.view.visualRect(panel.model.index(place, 0))
        view = panel.view.viewport()
        picture = view.grab(QRect(0, row.top(), view.width(), row.height())).toImage()
        return [x for x in range(view.width()) if any(picture.pixelColor(x, y).lightness() < 90 for y in range(row.height()))]

    width = panel.view.viewport().width()
    assert max(written()) < width / 2
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert min(written()) > width / 2
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_what_is_wrong_keeps_the_capitals_of_the_language(order_row: MakeOrder, noon: Moment) -> None:
    state = next(column for column in columns(lambda: 480.0) if column.title == "State")
    with speaking("de"):
        assert state.text(order_row("7", exception="ohne Fahrer seit 11 min"), noon).startswith("Ohne Fahrer")


def test_the_mouse_hides_nothing_of_a_title(
    qtbot: QtBot, qapp: QApplication, panel: OrdersPanel, order_row: MakeOrder, noon: Moment
) -> None:
    sheet, colours = qapp.styleSheet(), qapp.palette()
    theme = Theme(qapp, "light")
    panel.resize(900, 600)
    panel.set_rows([order_row(f"{n}", Status.CARRYING, driver_id="D-1", eta=noon.now + 60) for n in range(9)])
    place = next(n for n, row in enumerate(panel.model.shown) if isinstance(row, Heading) and row.section is Section.ACTIVE)
    view = panel.view.viewport()
    row = panel.view.visualRect(panel.model.index(place, 0))
    line = QRect(0, row.top(), view.width(), row.height())
    before = view.grab(line).toImage()
    last = panel.view.visualRect(panel.model.index(place, 5)).center()  # where the counts stand
    qtbot.mouseMove(view, last)
    QApplication.sendEvent(view, QHoverEvent(QEvent.Type.HoverMove, last, last, last))
    qtbot.wait(20)
    after = view.grab(line).toImage()
    theme.set_mode("system")
    theme.deleteLater()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(colours)
    assert after == before
