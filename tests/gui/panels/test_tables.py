from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.examples import examples
from widgets.common.cells import CellPainter, shortened
from widgets.common.kept_columns import KeptColumns, read_columns
from widgets.common.look import LOOKS
from widgets.common.table_view import RowsView
from widgets.common.tables import SORT_ROLE, Column, RowsModel
from widgets.common.words import Moment


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    size: int | None = 0


def columns() -> tuple[Column[Thing], ...]:
    return (
        Column("Id", lambda r, m: r.id, sort=lambda r: r.id),
        Column("Size", lambda r, m: str(r.size), sort=lambda r: r.size, right=True),
        Column("Age", lambda r, m: str(m.now), timed=True, width=0),
    )


class Mirror:
    """Follows a model by its signals alone, as a view does."""

    def __init__(self, model: RowsModel[Thing]) -> None:
        self.model = model
        self.rows: list[Thing] = list(model.shown)
        self.told = 0
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._changed)
        model.layoutChanged.connect(self._laid_out)

    def _inserted(self, _: QModelIndex, first: int, last: int) -> None:
        self.rows[first:first] = self.model.shown[first : last + 1]
        self.told += last - first + 1

    def _removed(self, _: QModelIndex, first: int, last: int) -> None:
        del self.rows[first : last + 1]
        self.told += last - first + 1

    def _changed(self, top: QModelIndex, bottom: QModelIndex) -> None:
        for i in range(top.row(), bottom.row() + 1):
            self.rows[i] = self.model.shown[i]
            self.told += 1

    def _laid_out(self) -> None:
        by_id = {row.id: row for row in self.rows}
        self.rows = [by_id[row.id] for row in self.model.shown]


lists = st.lists(
    st.builds(Thing, st.sampled_from("abcdefgh"), st.integers(0, 3) | st.none()), max_size=8, unique_by=lambda t: t.id
)


@settings(max_examples=examples(150))
@given(st.lists(lists, max_size=6))
def test_signals_alone_keep_a_view_right(qapp: QApplication, course: list[list[Thing]]) -> None:
    model = RowsModel(columns())
    mirror = Mirror(model)
    for rows in course:
        model.set_rows(rows)
        assert mirror.rows == list(model.shown) == rows


@settings(max_examples=examples(60))
@given(lists, lists, st.sets(st.sampled_from("abcdefgh")))
def test_what_is_selected_stays_selected_wherever_it_goes(
    qapp: QApplication, before: list[Thing], after: list[Thing], chosen: set[str]
) -> None:
    model = RowsModel(columns())
    view = RowsView(model, "Things")
    model.set_rows(before)
    view.select_ids(chosen)
    model.set_rows(after)
    still = chosen & {t.id for t in before} & {t.id for t in after}
    assert set(view.selected_ids()) == still


def test_the_model_keeps_qt_s_rules(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = RowsModel(columns())
    model.set_rows([Thing("a"), Thing("b", 2)])
    qtmodeltester.check(model)
    model.set_rows([Thing("b", 3), Thing("c"), Thing("a")])
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.set_filter(lambda t: t.id != "c")
    assert {thing.id for thing in model.shown} == {"a", "b"}


def test_only_what_changed_is_told(qtbot: QtBot) -> None:
    model = RowsModel(columns())
    rows = [Thing(f"{i:04}") for i in range(2000)]
    model.set_rows(rows)
    mirror = Mirror(model)
    model.set_rows(list(rows))
    assert mirror.told == 0
    rows[7] = replace(rows[7], size=5)
    model.set_rows([*rows[:1000], *rows[1001:], Thing("new")])
    assert mirror.told == 3


def test_time_paints_only_what_is_written_against_it(qtbot: QtBot) -> None:
    model = RowsModel(columns())
    model.set_rows([Thing("a"), Thing("b")])
    spans: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda top, bottom: spans.append((top.column(), bottom.column())))
    model.set_moment(Moment(5.0))
    assert spans == [(2, 2)]


def test_sorting_puts_what_has_no_value_last_either_way(qtbot: QtBot) -> None:
    model = RowsModel(columns())
    model.set_rows([Thing("a", 2), Thing("b", None), Thing("c", 1)])
    model.sort(1)
    assert [t.id for t in model.shown] == ["c", "a", "b"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [t.id for t in model.shown] == ["a", "c", "b"]
    assert model.index(0, 1).data(SORT_ROLE) == 2
    model.sort(-1)
    assert [t.id for t in model.shown] == ["a", "b", "c"]


def test_columns_can_be_hidden_but_not_all_of_them(qtbot: QtBot) -> None:
    view = RowsView(RowsModel(columns()), "Things")
    qtbot.addWidget(view)
    first, _, third = view.columns_menu().actions()
    first.setChecked(False)
    third.setChecked(False)
    assert view.isColumnHidden(0)
    assert not view.isColumnHidden(1)
    assert [action.isEnabled() for action in view.columns_menu().actions()] == [True, False, True]


def test_columns_stand_as_they_are_wished_and_a_change_by_hand_is_told(qtbot: QtBot) -> None:
    view = RowsView(RowsModel(columns()), "Things")
    qtbot.addWidget(view)
    told: list[tuple[int, ...]] = []
    view.columns_changed.connect(lambda: told.append(view.kept_columns().shown))
    assert view.kept_columns().shown == ()
    view.arrange_columns(KeptColumns((2, 0)))
    assert view.kept_columns().shown == (2, 0)
    assert view.isColumnHidden(1)
    assert told == []
    view.columns_menu().actions()[1].trigger()
    view.horizontalHeader().moveSection(0, 1)
    assert told == [(2, 0, 1), (0, 2, 1)]
    view.arrange_columns(KeptColumns((7, -1)))  # none of them is there
    assert view.kept_columns().shown == ()


def test_selecting_the_same_again_is_not_told(qtbot: QtBot) -> None:
    model = RowsModel(columns())
    model.set_rows([Thing("a"), Thing("b")])
    view = RowsView(model, "Things")
    qtbot.addWidget(view)
    heard: list[list[str]] = []
    view.selection_changed.connect(heard.append)
    view.select_ids(["b"])
    view.select_ids(["b"])
    model.set_rows([Thing("a"), Thing("b", 9)])
    model.set_rows([Thing("a")])
    assert heard == [["b"], []]


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_is_as_large_as_its_place_on_any_screen(qtbot: QtBot, ratio: float) -> None:
    picture = CellPainter().icon_for("package", "muted", ratio)
    assert picture.deviceIndependentSize() == QSizeF(16, 16)
    assert picture.width() == round(16 * ratio)


def test_text_that_is_broken_into_lines_makes_its_row_higher_and_no_other(qtbot: QtBot) -> None:
    wide: Column[Thing] = Column("Text", lambda r, m: r.id, width=0, wrap=True)
    model: RowsModel[Thing] = RowsModel((wide, *columns()[1:2]))
    view = RowsView(model, "Things")
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    model.set_rows([Thing("short"), Thing("many words " * 20)])
    qtbot.waitUntil(lambda: view.rowHeight(1) > 4 * view.fontMetrics().height())
    assert view.rowHeight(0) == 26
    before = view.rowHeight(1)
    view.resize(900, 300)
    qtbot.waitUntil(lambda: view.rowHeight(1) < before)


def test_the_whole_row_under_the_mouse_is_lit(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel(columns())
    model.set_rows([Thing("a"), Thing("b")])
    view = RowsView(model, "Things")
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    qtbot.wait(20)
    cell = view.visualRect(model.index(1, 0))
    QTest.mouseMove(view.viewport(), cell.center())
    qtbot.waitUntil(lambda: view.hovered == 1)
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    lit = {picture.pixelColor(round(x * ratio), round((cell.top() + 2) * ratio)).name().upper() for x in (2, 200, 390)}
    assert lit == {LOOKS["light"].hover}


class Painted(QObject):
    """What of a widget is painted, stroke by stroke."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.strokes: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.strokes.append(event.region().boundingRect())
        return False


def test_rows_that_come_while_time_passes_are_painted_in_one_stroke(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel(columns())
    view = RowsView(model, "Things")
    qtbot.addWidget(view)
    view.resize(400, 300)
    model.set_rows([Thing("b"), Thing("c")])
    view.show()
    qtbot.wait(50)
    painted = Painted(view.viewport())
    model.set_moment(Moment(60.0))  # one column is dirty
    model.set_rows([Thing("a"), Thing("b"), Thing("c")])  # and every row has moved
    qtbot.waitUntil(lambda: bool(painted.strokes))
    assert painted.strokes[0] == view.viewport().rect()


@pytest.mark.parametrize(("px", "least"), [(150, 76), (600, 300)])
def test_the_column_that_takes_what_is_left_stays_readable_where_little_is(qtbot: QtBot, px: int, least: int) -> None:
    view = RowsView(RowsModel(columns()), "Things")
    qtbot.addWidget(view)
    view.resize(px, 200)
    view.show()
    assert view.columnWidth(2) >= least
    view.resize(1200, 200)
    qtbot.waitUntil(lambda: view.horizontalHeader().length() == view.viewport().width())


def test_of_a_way_that_is_too_long_both_ends_are_told() -> None:
    metrics = QFontMetrics(QFont())
    way = "Trattoria Ulden → Wilden Road 43"
    whole = metrics.horizontalAdvance(way)
    assert shortened(way, whole, metrics) == way
    here, there = shortened(way, whole * 3 // 5, metrics).split(" → ")
    assert here.startswith("Tr")
    assert here.endswith("…")
    assert there.startswith("W")
    assert there.endswith("…")
    # What one end does not need, the other has.
    here, there = shortened("Bar → Wilden Road 43", metrics.horizontalAdvance("Bar → Wilden Road"), metrics).split(" → ")
    assert (here, there[:6]) == ("Bar", "Wilden")
    assert all(metrics.horizontalAdvance(shortened(way, px, metrics)) <= px for px in range(whole // 3, whole))


def test_of_several_the_one_that_gives_most_goes_first(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel(
        (
            Column("Id", lambda r, m: r.id, width=120, narrow=100),
            Column("Size", lambda r, m: str(r.size), width=150, narrow=60),
            Column("Way", lambda r, m: r.id, width=0),
        )
    )
    view: RowsView[Thing] = RowsView(model, "Things")
    qtbot.addWidget(view)
    view.resize(420, 200)
    view.show()
    header = view.horizontalHeader()
    assert [header.sectionSize(i) for i in (0, 1)] == [120, 60]
    view.resize(360, 200)
    assert [header.sectionSize(i) for i in (0, 1)] == [100, 60]


def test_columns_become_narrow_where_little_is_left_and_wide_again_where_there_is_room(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel(
        (
            Column("Id", lambda r, m: r.id, width=120, narrow=60),
            Column("Size", lambda r, m: str(r.size), width=100),
            Column("Way", lambda r, m: r.id, width=0),
        )
    )
    view: RowsView[Thing] = RowsView(model, "Things")
    qtbot.addWidget(view)
    view.resize(700, 200)
    view.show()
    header = view.horizontalHeader()
    assert [header.sectionSize(i) for i in (0, 1)] == [120, 100]
    view.resize(400, 200)
    assert [header.sectionSize(i) for i in (0, 1)] == [60, 100]
    view.resize(700, 200)
    assert header.sectionSize(0) == 120
    header.resizeSection(0, 90)  # by hand
    view.resize(400, 200)
    assert header.sectionSize(0) == 90


def test_widths_drawn_by_hand_and_the_sorting_are_kept_and_come_back(qtbot: QtBot) -> None:
    def table() -> RowsView[Thing]:
        model: RowsModel[Thing] = RowsModel(columns())
        model.set_rows([Thing("a", 1), Thing("b", 3), Thing("c", 2)])
        view: RowsView[Thing] = RowsView(model, "Things")
        qtbot.addWidget(view)
        view.sort_at_first(0)
        view.resize(700, 200)
        view.show()
        return view

    view, told = table(), list[KeptColumns]()
    usual = [view.columnWidth(i) for i in range(3)]
    view.columns_changed.connect(lambda: told.append(view.kept_columns()))
    assert view.kept_columns() == KeptColumns()
    header = view.horizontalHeader()
    edge = QPoint(header.sectionViewportPosition(0) + header.sectionSize(0) - 1, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    QTest.mouseMove(header.viewport(), edge + QPoint(60, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=edge + QPoint(60, 0))
    assert told[-1].widths == {0: usual[0] + 60}
    view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    kept = view.kept_columns()
    assert kept.sort == (1, True)
    assert read_columns(json.loads(json.dumps(kept.written()))) == kept
    view.resize(420, 200)  # what was drawn by hand stays
    view.hide()
    view.show()
    assert view.kept_columns() == kept

    other = table()
    other.arrange_columns(kept)
    assert other.columnWidth(0) == usual[0] + 60
    assert [thing.id for thing in other.model().shown] == ["b", "c", "a"]
    assert other.kept_columns() == kept
    other.arrange_columns(KeptColumns())
    assert [other.columnWidth(i) for i in range(3)] == usual
    assert [thing.id for thing in other.model().shown] == ["a", "b", "c"]
    assert other.kept_columns() == KeptColumns()


def test_what_was_kept_of_columns_by_an_earlier_version_or_is_odd(qtbot: QtBot) -> None:
    assert read_columns([2, 0]) == KeptColumns((2, 0))
    for odd in (4, {"shown": ["a"]}, {"widths": {"0": -3}}, {"widths": {"x": 80}}, {"widths": {"0": True}}, {"sort": [1]}):
        with pytest.raises(ValueError):
            read_columns(odd)
    view: RowsView[Thing] = RowsView(RowsModel(columns()), "Things")
    qtbot.addWidget(view)
    view.sort_at_first(0)
    view.arrange_columns(KeptColumns((9,), {9: 50}, (9, True)))  # of a table that had more
    assert view.kept_columns() == KeptColumns()


def test_a_column_for_which_there_is_no_room_steps_aside_and_comes_back(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel(
        (
            Column("Id", lambda r, m: r.id, width=120),
            Column("Way", lambda r, m: r.id, width=0),
            Column("Size", lambda r, m: str(r.size), width=100, spare=1),
        )
    )
    view: RowsView[Thing] = RowsView(model, "Things")
    qtbot.addWidget(view)
    told: list[tuple[int, ...]] = []
    view.columns_changed.connect(lambda: told.append(view.kept_columns().shown))
    view.resize(240, 200)
    view.show()
    assert view.isColumnHidden(2)
    header = view.horizontalHeader()
    assert header.length() == view.viewport().width()
    view.resize(500, 200)
    assert (view.isColumnHidden(2), view.columnWidth(2)) == (False, 100)
    view.resize(240, 200)
    assert view.kept_columns() == KeptColumns()  # nobody has hidden it
    assert told == []
    view.columns_menu().actions()[2].trigger()  # whoever wants to see it sees it
    assert not view.isColumnHidden(2)
    view.columns_menu().actions()[2].trigger()
    view.resize(500, 200)
    assert view.isColumnHidden(2)
    assert told == [(), (0, 1)]


def test_an_icon_that_stands_for_a_title_is_named_for_those_who_do_not_see_it(qtbot: QtBot) -> None:
    model: RowsModel[Thing] = RowsModel((Column("Told", lambda r, m: r.id, sign="device-mobile"),))
    across = Qt.Orientation.Horizontal
    said = [model.headerData(0, across, role) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)]
    assert said == ["", "Told"]
    assert not model.headerData(0, across, Qt.ItemDataRole.DecorationRole).isNull()
    assert model.headerData(0, across, Qt.ItemDataRole.ToolTipRole) == "Told"


class Counted(CellPainter):
    """Remembers which rows were drawn, by the text of their first column."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[str] = []

    def draw(self, painter: QPainter, size: QSize, faces: object, chosen: bool) -> None:
        assert isinstance(faces, tuple)
        self.drawn.append(faces[0].text)
        super().draw(painter, size, faces, chosen)


def test_a_row_is_drawn_once_and_again_only_when_it_looks_otherwise(qtbot: QtBot) -> None:
    painter, model = Counted(), RowsModel(columns()[:2])
    view = RowsView(model, "Things", painter=painter)
    qtbot.addWidget(view)
    view.resize(400, 300)
    model.set_rows([Thing("a"), Thing("b"), Thing("c")])
    view.show()
    qtbot.waitUntil(lambda: painter.drawn == ["a", "b", "c"])

    def drawn_by(deed: Callable[[], object]) -> list[str]:
        painter.drawn.clear()
        deed()
        view.viewport().repaint()
        return painter.drawn

    assert drawn_by(lambda: model.set_rows([Thing("c"), Thing("b", 7), Thing("a")])) == ["b"]
    assert drawn_by(lambda: view.select_ids(["c"])) == ["c"]
    assert drawn_by(lambda: view.setColumnWidth(0, 120)) == ["c", "b", "a"]
    assert drawn_by(lambda: None) == []
    assert drawn_by(lambda: QApplication.sendEvent(view, QEvent(QEvent.Type.PaletteChange))) == ["c", "b", "a"]


def test_pictures_of_rows_out_of_sight_are_let_go(qtbot: QtBot) -> None:
    painter, model = CellPainter(), RowsModel(columns())
    view = RowsView(model, "Things", painter=painter)
    qtbot.addWidget(view)
    view.resize(400, 300)
    model.set_rows([Thing(str(number)) for number in range(1000)])
    view.show()
    qtbot.waitUntil(lambda: bool(painter._pictures))
    bar = view.verticalScrollBar()
    for at in range(0, bar.maximum(), bar.pageStep()):
        bar.setValue(at)
        view.viewport().repaint()
    assert 0 < len(painter._pictures) <= 3 * (300 // 26 + 4)
