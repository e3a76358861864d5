"""The boards by name, and what the one in front lets through, how it groups; each keeps its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QTabBar, QToolButton, QVBoxLayout, QWidget

from core.domain.language import mark, tr
from widgets.common.chips import Chips
from widgets.common.icons import icon
from widgets.common.kept_columns import KeptColumns
from widgets.common.search import SearchField
from widgets.orders.grouping import GROUPINGS
from widgets.orders.rows import Section
from widgets.orders.views import BoardView, first_view, read, written

CHIPS: dict[Section, tuple[str, str, str]] = {
    Section.EXCEPTIONS: (mark("Exceptions"), "warning", "late"),
    Section.UNASSIGNED: (mark("Unassigned"), "circle-dashed", "text"),
    Section.HELD: (mark("Held"), "pause", "muted"),
    Section.OFFERED: (mark("Offered"), "bell-ringing", "offered"),
    Section.ACTIVE: (mark("Active"), "package", "carrying"),
    Section.DONE: (mark("Done"), "check-circle", "free"),
}


class BoardBar(QWidget):
    """``sections_changed(list[str])``, ``group_changed(str)``, ``sort_changed(object)`` and ``columns_changed(KeptColumns)``
    follow the board in front; ``changed`` comes when there is something to keep, ``name_wanted(str)`` asks for a name, with
    the one there is, ``menu_wanted(QPoint)`` for what can be done with the board in front,
    ``new_wanted`` for another board.
    """

    sections_changed = Signal(list)
    group_changed = Signal(str)
    sort_changed = Signal(object)
    columns_changed = Signal(object)
    changed = Signal()
    name_wanted = Signal(str)
    new_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, search: SearchField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = search
        self._views = [first_view()]
        self._switching = False
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Boards"))
        self.tabs.setExpanding(False)
        self.tabs.setMovable(True)
        self.tabs.setDrawBase(False)
        self.tabs.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.add = QToolButton()
        self.add.setIcon(icon("plus"))
        self.add.setToolTip(tr("A board of its own from what is shown now"))
        self.add.setAccessibleName(tr("New board"))
        self.chips = Chips(tr("Which queues the board shows"))
        for section, (label, icon_name, token) in CHIPS.items():
            self.chips.add(section.name, tr(label), icon_name, token)
        self.group = QComboBox()
        self.group.setAccessibleName(tr("Group by"))
        self.group.setToolTip(tr("Group by"))
        for name, grouping in GROUPINGS.items():
            self.group.addItem(tr(grouping.label), name)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 8, 0)
        top.setSpacing(0)
        top.addWidget(self.tabs)
        top.addWidget(self.add)
        top.addStretch(1)
        fields = QHBoxLayout()
        fields.setContentsMargins(8, 0, 8, 0)
        fields.setSpacing(4)
        fields.addWidget(search, 1)
        fields.addWidget(self.group)
        low = QHBoxLayout()
        low.setContentsMargins(8, 0, 8, 0)
        low.addWidget(self.chips)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for row in (top, fields, low):
            layout.addLayout(row)
        self._name_tabs()
        self.tabs.currentChanged.connect(self._switch)
        self.tabs.tabMoved.connect(self._move)
        self.tabs.tabBarDoubleClicked.connect(lambda place: self.name_wanted.emit(self._views[place].name))
        self.tabs.customContextMenuRequested.connect(self._menu)
        self.add.clicked.connect(self.new_wanted)
        search.filter_changed.connect(lambda _: self._keep(text=search.text().strip()))
        self.chips.chosen_changed.connect(self._choose_sections)
        self.group.currentIndexChanged.connect(lambda _: self._choose_group())

    # What is kept

    def view(self) -> BoardView:
        """The board in front."""
        return self._views[max(0, self.tabs.currentIndex())]

    def views(self) -> list[BoardView]:
        return list(self._views)

    def kept(self) -> str:
        return written(self._views)

    def restore(self, text: str) -> None:
        self.set_views([replace(view, beside=0) for view in read(text)])

    def set_views(self, views: Iterable[BoardView]) -> None:
        """These boards, one at least, the first in front."""
        self._views = list(views)
        self._name_tabs()
        self._switch(0)

    def be_alone(self) -> None:
        """One board in a dock of its own, which bears its name: it needs no tabs."""
        self.tabs.hide()
        self.add.hide()

    # What is done

    def add_board(self, name: str, like: BoardView | None = None) -> None:
        """Another board that begins as that one, or the one in front, is; it asks for a name where there is none."""
        self.put(replace(like or self.view(), name=name or tr("Board {n}", n=len(self._views) + 1), beside=0))
        if not name:
            self.name_wanted.emit(self.view().name)

    def put(self, view: BoardView) -> None:
        """A board more among the tabs, in front of them."""
        self._views.append(view)
        self._name_tabs(len(self._views) - 1)
        self._switch(len(self._views) - 1)
        self.changed.emit()

    def rename(self, name: str) -> None:
        if name.strip():
            self._keep(name=name.strip())
            self.tabs.setTabText(self.tabs.currentIndex(), name.strip())

    def remove(self) -> None:
        """The board in front; the last one stays."""
        if len(self._views) > 1:
            place = self.tabs.currentIndex()
            del self._views[place]
            self._name_tabs(min(place, len(self._views) - 1))
            self._switch(self.tabs.currentIndex())
            self.changed.emit()

    def step(self, by: int) -> None:
        """To the next board, or the one before."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % len(self._views))

    def set_sort(self, sort: tuple[int, bool] | None) -> None:
        self._keep(sort=sort)
        self.sort_changed.emit(sort)

    def keep_columns(self, kept: KeptColumns) -> None:
        self._keep(columns=kept.shown, widths=kept.widths)

    def reset_widths(self) -> None:
        """All columns of all these boards as wide as at first."""
        self._views = [replace(view, widths={}) for view in self._views]
        self._tell_columns()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        self.chips.set_counts(counts)

    # How

    def _name_tabs(self, current: int = 0) -> None:
        self._switching = True
        while self.tabs.count():
            self.tabs.removeTab(0)
        for view in self._views:
            self.tabs.addTab(view.name)
        self.tabs.setCurrentIndex(current)
        self._switching = False

    def _switch(self, place: int) -> None:
        if self._switching or not 0 <= place < len(self._views):
            return
        view = self._views[place]
        self._switching = True
        self.search.setText(view.text)
        self.chips.choose(view.sections)
        self.group.setCurrentIndex(max(0, self.group.findData(view.group)))
        self._switching = False
        self.sections_changed.emit(list(view.sections))
        self.group_changed.emit(view.group)
        self.sort_changed.emit(view.sort)
        self._tell_columns()

    def _tell_columns(self) -> None:
        self.columns_changed.emit(KeptColumns(self.view().columns, self.view().widths))

    def _move(self, start: int, end: int) -> None:
        if not self._switching:
            self._views.insert(end, self._views.pop(start))
            self.changed.emit()

    def _keep(self, **values: object) -> None:
        if self._switching:
            return
        place = max(0, self.tabs.currentIndex())
        after = replace(self._views[place], **values)  # type: ignore[arg-type]
        if after != self._views[place]:
            self._views[place] = after
            self.changed.emit()

    def _choose_sections(self, names: Iterable[str]) -> None:
        chosen = [section.name for section in Section if section.name in set(names)]
        self._keep(sections=tuple(chosen))
        if not self._switching:
            self.sections_changed.emit(chosen)

    def _choose_group(self) -> None:
        name = str(self.group.currentData())
        self._keep(group=name)
        if not self._switching:
            self.group_changed.emit(name)

    def _menu(self, at: QPoint) -> None:
        place = self.tabs.tabAt(at)
        if place >= 0:
            self.tabs.setCurrentIndex(place)
            self.menu_wanted.emit(self.tabs.mapToGlobal(at))
