"""The window: panels in docks round the map, menus made from the declared actions, a layout that is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDockWidget,
    QMainWindow,
    QMenu,
    QMenuBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from app.actions.declared import ACTIONS, MENUS, OTHER_KEYS
from app.actions.declaring import Declared, Scope
from app.actions.final import ACTIONS as FINAL
from app.actions.replaying import can_do
from app.arrangement import Arrangement
from app.boards import DOCK, BoardDock, Boards
from app.layouts import VERSION, Layouts
from app.managed import MANAGED
from core.domain.language import tr
from widgets.alerts.panel import AlertsPanel
from widgets.common.icons import icon
from widgets.common.theme import Theme
from widgets.common.toast import Toast
from widgets.drivers.panel import DriversPanel
from widgets.find.panel import FindPanel
from widgets.finder.overlay import FinderOverlay
from widgets.history.panel import HistoryPanel
from widgets.inspector.panel import InspectorPanel
from widgets.log.panel import LogPanel
from widgets.map.view import MapView
from widgets.orders.panel import OrdersPanel
from widgets.recorder.bar import RecorderBar
from widgets.status.bar import StatusPieces
from widgets.status.mode import ModeFrame
from widgets.status.strip import MessageStrip
from widgets.timeline.panel import TimelinePanel
from widgets.what_if.panel import WhatIfPanel

if TYPE_CHECKING:
    from app.actions.deeds import Deeds

SMALLEST = (1024, 600)
ON_DEMAND = {"find": "orders", "history": "orders", **{name: dock.beside for name, dock in MANAGED.items()}}
"""Docks that are there once they are wanted, each in tabs with another."""


class MainWindow(QMainWindow):
    """Panels are there from the start, so that the window can be seen at once; `attach` brings them to life."""

    closing = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Kerbside")
        self.setMinimumSize(*SMALLEST)
        self.setDockNestingEnabled(True)
        self.theme = theme
        self.may_close: Callable[[], bool] = lambda: True
        self.map = MapView(theme.name)
        self.orders = OrdersPanel()
        self.drivers = DriversPanel()
        self.inspector = InspectorPanel()
        self.log = LogPanel()
        self.alerts = AlertsPanel()
        self.find_drivers = FindPanel()
        self.history = HistoryPanel()
        self.managed = {name: dock.make() for name, dock in MANAGED.items()}
        self.timeline = TimelinePanel()
        self.what_if = cast(WhatIfPanel, self.managed["what_if"])
        self.status = StatusPieces()
        self.recorder = RecorderBar()
        self.recorder_strip = self._strip("Recorder", self.recorder)
        self.strip = MessageStrip()
        centre = QWidget()
        box = QVBoxLayout(centre)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.strip)
        box.addWidget(self.map, 1)
        self.setCentralWidget(centre)
        self.statusBar().addPermanentWidget(self.status, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.toast = Toast(centre)
        self.finder = FinderOverlay(self)
        self.frame = ModeFrame(self)
        self.docks = {
            "orders": self._dock("Orders", self.orders, Qt.DockWidgetArea.LeftDockWidgetArea),
            "inspector": self._dock("Inspector", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea),
            "timeline": self._dock("Timeline", self.timeline, Qt.DockWidgetArea.BottomDockWidgetArea),
            "drivers": self._dock("Drivers", self.drivers, Qt.DockWidgetArea.BottomDockWidgetArea),
            "alerts": self._dock("Alerts", self.alerts, Qt.DockWidgetArea.BottomDockWidgetArea),
            "log": self._dock("Log", self.log, Qt.DockWidgetArea.BottomDockWidgetArea),
            "find": self._dock("Find drivers", self.find_drivers, Qt.DockWidgetArea.LeftDockWidgetArea),
            "history": self._dock("History", self.history, Qt.DockWidgetArea.LeftDockWidgetArea),
        }
        for name, managed in MANAGED.items():
            self.docks[name] = self._dock(managed.title, self.managed[name], managed.side, name)
        self.boards: Boards = Boards(self, self.orders, lambda dock: self.layouts.place(dock))
        self._actions: dict[str, QAction] = {}
        self._declared: dict[str, Declared] = {a.id: a for a in ACTIONS}
        self._deeds: Deeds | None = None
        self._layout_file: QSettings | None = None
        self._with_map: QByteArray | None = None
        self._make_menus()
        self.layouts = Layouts(self, self.docks, ON_DEMAND)
        self.layouts.arrange()
        self.arrangement = Arrangement(self)
        self.boards.added.connect(self._board_came)
        self.boards.removed.connect(self._board_went)
        self.boards.room_left.connect(lambda: self.layouts.give_back())
        self.boards.current_changed.connect(lambda _: self.refresh_actions())
        self.boards.menu_wanted.connect(lambda at: self.context_menu(Scope.BOARD, at))
        theme.changed.connect(lambda _: self._dress())
        self._set_rows()

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea, name: str = "") -> QDockWidget:
        dock = QDockWidget(tr(title), self)
        dock.setObjectName(f"dock-{name or title.lower()}")
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _strip(self, title: str, bar: QWidget) -> QToolBar:
        """A bar below everything, from edge to edge, that nobody can close by chance."""
        strip = QToolBar(title, self)
        strip.setObjectName(f"strip-{title.lower()}")
        strip.setMovable(False)
        strip.toggleViewAction().setVisible(False)
        strip.setContentsMargins(0, 0, 0, 0)
        strip.addWidget(bar)
        strip.hide()
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, strip)
        return strip

    # Actions

    def _make_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(tr(title)) for title in MENUS}
        themes = QActionGroup(self)
        below: dict[tuple[str, str], QMenu] = {}
        for declared in ACTIONS:
            menu = menus[declared.menu]
            place = (declared.menu, declared.under)
            begins = not declared.under or place not in below
            after_submenu = bool(menu.actions()) and menu.actions()[-1].menu() is not None
            if declared.rule_before and begins and menu.actions() and not (declared.under and after_submenu):
                menu.addSeparator()  # submenus stay together
            if declared.under:
                if place not in below:
                    below[place] = menu.addMenu(tr(declared.under))
                menu = below[place]
                if declared.rule_before and menu.actions():
                    menu.addSeparator()
            action = QAction(tr(declared.text), self)
            action.setObjectName(declared.id)
            if declared.keys:
                action.setShortcut(QKeySequence(declared.keys))
            action.setCheckable(declared.checked is not None)
            action.setIconVisibleInMenu(declared.checked is None)  # it would stand where the tick belongs
            if declared.menu == "&View" and declared.id in {"view.system", "view.light", "view.dark"}:
                themes.addAction(action)
            if declared.id in FINAL:
                action.setToolTip(tr("Can't be undone: {why}", why=tr(FINAL[declared.id])))
                menu.setToolTipsVisible(True)
            action.setEnabled(False)
            action.triggered.connect(lambda _=False, wanted=declared: self.run_declared(wanted.id))
            menu.addAction(action)
            self._actions[declared.id] = action
        self._panels = menus["&View"].addMenu(tr("Panels"))
        for dock in self.docks.values():
            self._panels.addAction(dock.toggleViewAction())
        layers = menus["&View"].addMenu(tr("Map layers"))
        for name, shown in self.map.layers().items():
            action = QAction(self.map.layer_names()[name], self)
            action.setCheckable(True)
            action.setChecked(shown)
            action.toggled.connect(lambda on, layer=name: self.map.set_layers({layer: on}))
            layers.addAction(action)
            self._actions[f"layer.{name}"] = action
        self.map.layers_changed.connect(self._show_layers)
        self._dress()

    def _board_came(self, dock: BoardDock) -> None:
        self.docks[f"{DOCK}{dock.number}"] = dock
        self._panels.addAction(dock.toggleViewAction())
        dock.panel.set_row_px(self.theme.row_px)

    def _board_went(self, dock: BoardDock) -> None:
        del self.docks[f"{DOCK}{dock.number}"]
        self._panels.removeAction(dock.toggleViewAction())

    def _show_layers(self, layers: Mapping[str, bool]) -> None:
        for name, shown in layers.items():
            self._actions[f"layer.{name}"].setChecked(shown)

    def _dress(self) -> None:
        """Icons carry the theme's colours, so they are made anew with it."""
        for declared in ACTIONS:
            if declared.icon:
                self._actions[declared.id].setIcon(icon(declared.icon, "muted"))

    def attach(self, deeds: Deeds) -> None:
        """Bring the menus to life."""
        self._deeds = deeds
        deeds.changed = self.refresh_actions
        deeds.selection.changed.connect(self.refresh_actions)
        self.refresh_actions()

    def detach(self) -> None:
        """Nothing can be done until the next `attach`; problems of the core that went are gone with it."""
        deeds, self._deeds = self._deeds, None
        if deeds is not None:
            deeds.changed = lambda: None
            deeds.selection.changed.disconnect(self.refresh_actions)
        for declared in ACTIONS:
            self._actions[declared.id].setEnabled(False)
            self._actions[declared.id].setText(tr(declared.text))
        for key in tuple(self.strip.problems()):
            self.strip.clear_problem(key)

    def refresh_actions(self) -> None:
        """Enable what can be done now, and name what would be undone."""
        deeds = self._deeds
        if deeds is None:
            return
        for declared in ACTIONS:
            action = self._actions[declared.id]
            action.setEnabled(can_do(declared, deeds))
            if declared.checked is not None:
                action.setChecked(declared.checked(deeds))
        for key, text in (("edit.undo", deeds.doing.undo_text), ("edit.redo", deeds.doing.redo_text)):
            verb = tr(self._declared[key].text)
            self._actions[key].setText(f"{verb}: {text}" if text else verb)
        self._set_rows()

    def _set_rows(self) -> None:
        for panel in (self.drivers, self.log, self.alerts, self.find_drivers, self.history, self.timeline):
            panel.set_row_px(self.theme.row_px)
        for board in self.boards.panels():
            board.set_row_px(self.theme.row_px)
        for managed in self.managed.values():
            managed.set_row_px(self.theme.row_px)

    def open_dock(self, name: str) -> None:
        """Show a panel, in front of those it shares its place with."""
        self.docks[name].show()
        self.docks[name].raise_()

    def run_declared(self, action_id: str) -> None:
        if self._deeds is not None and can_do(self._declared[action_id], self._deeds):
            self._declared[action_id].run(self._deeds)
            self.refresh_actions()

    def context_menu(self, scope: Scope, at: QPoint) -> None:
        """The actions about what is selected; the same ones stand in the menu bar."""
        self.refresh_actions()
        menu = QMenu(self)
        for declared in ACTIONS:
            if declared.scope is scope and self._actions[declared.id].isEnabled():
                if declared.rule_before and menu.actions():
                    menu.addSeparator()
                menu.addAction(self._actions[declared.id])
        if menu.actions():
            menu.popup(at)

    def menu_actions(self) -> list[tuple[str, QAction]]:
        """Everything that stands in the menus, each with the titles that lead to it."""
        found: list[tuple[str, QAction]] = []

        def gather(menu: QMenu | QMenuBar, path: str) -> None:
            for action in menu.actions():
                below = action.menu()
                if isinstance(below, QMenu):
                    gather(below, f"{path} › {below.title()}".replace("&", "").removeprefix(" › "))
                elif not action.isSeparator():
                    found.append((path, action))

        gather(self.menuBar(), "")
        return found

    def next_panel(self, step: int) -> None:
        """Give the focus to the map or to the open panel after the one that has it; ``step`` −1 goes back."""
        panels: list[QWidget] = [self.map, *(dock for dock in self.docks.values() if dock.toggleViewAction().isChecked())]
        focused = self.focusWidget()
        at = next((i for i, panel in enumerate(panels) if focused is not None and panel.isAncestorOf(focused)), -1)
        panel = panels[(at + step) % len(panels) if at >= 0 else 0]
        panel.raise_()
        target = panel.widget() if isinstance(panel, QDockWidget) else panel
        # A list rather than the field above it: letters are keys there.
        lists = [view for view in target.findChildren(QAbstractItemView) if view.isVisibleTo(target)]
        first = next(iter(lists), None) or next(
            (w for w in target.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisibleTo(target)),
            target,
        )
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keys(self) -> list[tuple[str, str, str]]:
        """(where, what it does, keys): every action that has a key, and the keys that belong to none."""
        found = []
        for declared in ACTIONS:
            if declared.keys:
                shown = QKeySequence(declared.keys).toString(QKeySequence.SequenceFormat.NativeText)
                found.append((tr(declared.menu).replace("&", ""), tr(declared.text).rstrip("…"), shown))
        return [*found, *((tr(where), tr(text), tr(keys)) for where, text, keys in OTHER_KEYS)]

    # Layout

    def restore_layout(self, file: QSettings) -> None:
        """Take up the layout of the last time; where there is none, or it does not fit, the default one."""
        self._layout_file = file
        geometry = file.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(self.screen().availableGeometry().size())
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.arrangement.take_up({key: file.value(key) for key in file.allKeys()})

    def save_layout(self) -> None:
        if self._layout_file is None:
            return
        for key, value in {**self.arrangement.kept(), "geometry": self.saveGeometry()}.items():
            self._layout_file.setValue(key, value)
        self._layout_file.sync()

    def use_layout(self, name: str) -> None:
        self.board_alone(False)
        self.layouts.use(name)

    def float_panel(self) -> None:
        """The panel that has the focus: out of the window, or back into it."""
        focused = QApplication.focusWidget()
        dock = next((d for d in self.docks.values() if focused is not None and (d is focused or d.isAncestorOf(focused))), None)
        self.layouts.float(dock or self.docks["orders"])

    def reset_layout(self) -> None:
        self.board_alone(False)
        self.layouts.arrange()
        self.arrangement.reset_columns()

    def state_with_map(self) -> QByteArray:
        """How the docks stand, or stood before the boards were alone."""
        return self.saveState(VERSION) if self._with_map is None else self._with_map

    @property
    def is_board_alone(self) -> bool:
        return self._with_map is not None

    def board_alone(self, alone: bool) -> None:
        """The boards over the whole window, without map and other panels; then everything where it was."""
        centre = self.centralWidget()
        assert centre is not None
        if alone and self._with_map is None:
            self._with_map = self.saveState(VERSION)
            centre.hide()
            for name, dock in self.docks.items():
                dock.setVisible(name == "orders" or name.startswith(DOCK))
            self.open_dock("orders")
            boards = [self.docks["orders"], *(dock for dock in self.boards.docks() if not dock.isFloating())]
            self.resizeDocks(boards, [self.width() // len(boards)] * len(boards), Qt.Orientation.Horizontal)
        elif not alone and self._with_map is not None:
            state, self._with_map = self._with_map, None
            centre.show()
            self.layouts.take_up(state)

    def closeEvent(self, event: QCloseEvent) -> None:
        # A person is asked about what is not saved; the system, which ends programs in its own way, is not kept waiting.
        if event.spontaneous() and not self.may_close():
            event.ignore()
            return
        self.save_layout()
        self.closing.emit()
        super().closeEvent(event)
