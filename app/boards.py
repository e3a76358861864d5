"""The boards of orders in the window: tabs in one dock, and those that have docks of their own beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from core.domain.language import tr
from widgets.orders.panel import OrdersPanel
from widgets.orders.views import MOST_BESIDE, BoardView, read, written

DOCK = "board-"
"""How the names of their docks begin; a number follows."""


class BoardDock(QDockWidget):
    """``closed`` comes when a person closes it, not when a layout hides it."""

    closed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, number: int, panel: OrdersPanel, window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName(f"dock-{DOCK}{number}")
        self.window_of_all = window
        self.number = number
        self.panel = panel
        self.setWidget(panel)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.window_of_all.isVisible():
            event.ignore()  # whoever hears of it puts the board back; until then it stands as it stood
            self.closed.emit()
        else:
            super().closeEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.panel.geometry().contains(event.pos()):
            self.menu_wanted.emit(event.globalPos())
            event.accept()


class Boards(QObject):
    """Signals speak for whichever board they come from. ``current`` is the one that had the focus last: what is done with "the
    board" is done with it. ``added(BoardDock)`` and ``removed(BoardDock)`` tell of docks that come and go,
    ``room_left`` that somebody took one away.
    """

    added = Signal(object)
    removed = Signal(object)
    room_left = Signal()
    current_changed = Signal(object)
    selection_changed = Signal(object, list)
    activated = Signal(str)
    context_requested = Signal(list, QPoint)
    menu_wanted = Signal(QPoint)
    name_wanted = Signal(str)
    start_requested = Signal()

    def __init__(self, window: QMainWindow, tabs: OrdersPanel, place: Callable[[QDockWidget], None]) -> None:
        """``tabs`` is the panel with the tabs; ``place`` puts a new dock where it can be seen."""
        super().__init__(window)
        self._window, self._tabs, self._place = window, tabs, place
        self._docks: dict[int, BoardDock] = {}
        self.current = tabs
        self.doing: Callable[[str, Callable[[], object]], object] = lambda text, act: act()
        """Who carries out what a person does with a board, and calls it so in the history."""
        self._listen(tabs)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_went)

    # Which there are

    def panels(self) -> list[OrdersPanel]:
        """The one with the tabs, then those beside it."""
        return [self._tabs, *(dock.panel for dock in self.docks())]

    def docks(self) -> list[BoardDock]:
        return [self._docks[number] for number in sorted(self._docks)]

    @property
    def is_beside(self) -> bool:
        """Whether the current board has a dock of its own."""
        return self.current is not self._tabs

    @property
    def can_open(self) -> bool:
        return not self.is_beside and len(self._docks) < MOST_BESIDE

    @property
    def can_remove(self) -> bool:
        return self.is_beside or len(self._tabs.boards.views()) > 1

    def kept(self) -> str:
        beside = [replace(dock.panel.boards.view(), beside=dock.number) for dock in self.docks()]
        return written([*self._tabs.boards.views(), *beside])

    def restore(self, text: str) -> None:
        for dock in self.docks():
            self._drop(dock)
        views = read(text)
        self._tabs.boards.set_views(view for view in views if not view.beside)
        for view in views:
            if view.beside:
                self._open(view)

    # What is done

    def open_beside(self) -> None:
        """The board in front gets a dock of its own; the only one stays, and a copy of it gets one."""
        if self.can_open:
            self.doing(tr("Open the board {name} beside", name=self.current.boards.view().name), self._open_beside)

    def _open_beside(self) -> None:
        bar = self._tabs.boards
        view, chosen = bar.view(), self._tabs.selected()
        if len(bar.views()) > 1:
            bar.remove()
        else:
            view = replace(view, name=tr("Board {n}", n=len(self.panels()) + 1))
        number = next(n for n in range(1, MOST_BESIDE + 1) if n not in self._docks)
        dock = self._open(replace(view, beside=number))
        self._place(dock)
        dock.panel.select(chosen)
        self.go_to(dock.panel)

    def put_back(self) -> None:
        """The current board, from its own dock among the tabs again."""
        dock = self._dock_of(self.current)
        if dock is not None:
            self._close(dock)

    def _close(self, dock: BoardDock) -> None:
        text = tr("The board {name} back among the tabs", name=dock.panel.boards.view().name)
        self.doing(text, lambda: self._put_back(dock))

    def remove(self) -> None:
        """The current board for good; the last one among the tabs stays."""
        self.doing(tr("Remove the board {name}", name=self.current.boards.view().name), self._remove)

    def _remove(self) -> None:
        dock = self._dock_of(self.current)
        if dock is None:
            self._tabs.boards.remove()
        else:
            self._drop(dock)
            self.go_to(self._tabs)
            self.room_left.emit()

    def rename(self) -> None:
        self.name_wanted.emit(self.current.boards.view().name)

    def call(self, name: str) -> None:
        """The current board shall have this name."""
        if name.strip():
            self.doing(tr("Call the board {name}", name=name.strip()), lambda: self.current.boards.rename(name))

    def add(self) -> None:
        """Another among the tabs, which begins as the current one is."""
        view = self.current.boards.view()

        def make() -> None:
            self.go_to(self._tabs)
            self._tabs.boards.add_board("", view)

        self.doing(tr("New board"), make)

    def step(self, by: int) -> None:
        """To the next board: through the tabs, then to each that stands beside them."""
        tabs, panels = self._tabs.boards, self.panels()
        places = [*((self._tabs, i) for i in range(len(tabs.views()))), *((panel, 0) for panel in panels[1:])]
        here = (self.current, tabs.tabs.currentIndex() if self.current is self._tabs else 0)
        panel, tab = places[(places.index(here) + by) % len(places)]
        if panel is self._tabs:
            tabs.tabs.setCurrentIndex(tab)
        if panel is not self.current:
            self.go_to(panel)

    def go_to(self, panel: OrdersPanel) -> None:
        """Bring a board to the front, with the focus in its rows."""
        self.show(panel)
        panel.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._be_current(panel)

    def show(self, panel: OrdersPanel) -> None:
        dock = panel.parentWidget()
        assert isinstance(dock, QDockWidget)
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()

    # How

    def _open(self, view: BoardView) -> BoardDock:
        panel = OrdersPanel()
        panel.boards.be_alone()
        panel.boards.set_views([view])
        dock = self._docks[view.beside] = BoardDock(view.beside, panel, self._window)
        dock.closed.connect(lambda: self._close(dock))
        dock.menu_wanted.connect(lambda at: self._ask_menu(panel, at))
        panel.boards.changed.connect(lambda: self._name(dock))
        self._name(dock)
        self._listen(panel)
        self.added.emit(dock)
        return dock

    def _listen(self, panel: OrdersPanel) -> None:
        panel.selection_changed.connect(lambda ids: self.selection_changed.emit(panel, ids))
        panel.activated.connect(self.activated)
        panel.context_requested.connect(self.context_requested)
        panel.start_requested.connect(self.start_requested)
        panel.boards.name_wanted.connect(lambda name: self._ask_name(panel, name))
        panel.boards.new_wanted.connect(self.add)
        panel.boards.menu_wanted.connect(lambda at: self._ask_menu(panel, at))

    def _ask_name(self, panel: OrdersPanel, name: str) -> None:
        self._be_current(panel)
        self.name_wanted.emit(name)

    def _ask_menu(self, panel: OrdersPanel, at: QPoint) -> None:
        self._be_current(panel)
        self.menu_wanted.emit(at)

    def _put_back(self, dock: BoardDock) -> None:
        view = replace(dock.panel.boards.view(), beside=0)
        chosen = dock.panel.selected()
        self._drop(dock)
        self._tabs.boards.put(view)
        self.go_to(self._tabs)
        self._tabs.select(chosen)
        self.room_left.emit()

    def _drop(self, dock: BoardDock) -> None:
        del self._docks[dock.number]
        self.removed.emit(dock)
        self._be_current(self._tabs if self.current is dock.panel else self.current)
        self._window.removeDockWidget(dock)
        dock.setObjectName("")  # until it is gone, no layout shall take it for a new one of that number
        dock.deleteLater()

    def _name(self, dock: BoardDock) -> None:
        name = dock.panel.boards.view().name
        dock.setWindowTitle(name)
        dock.panel.view.setAccessibleName(tr("Orders of the board {name}", name=name))

    def _dock_of(self, panel: OrdersPanel) -> BoardDock | None:
        return next((dock for dock in self._docks.values() if dock.panel is panel), None)

    def _focus_went(self, _: QWidget | None, now: QWidget | None) -> None:
        for panel in self.panels():
            if now is not None and panel.isAncestorOf(now):
                self._be_current(panel)

    def _be_current(self, panel: OrdersPanel) -> None:
        if panel is not self.current:
            self.current = panel
            self.current_changed.emit(panel)
        several = bool(self._docks)
        for one in self.panels():
            one.set_current(one is self.current or not several)
