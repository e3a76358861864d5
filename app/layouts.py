"""Arrangements of the panels by name: each is as it was left, and can be had anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar

from core.domain.language import mark

VERSION = 4
Kept = dict[str, str | QByteArray]
"""What is kept of the window, by name."""
STATES = "layouts/"
"""How the names of what Qt keeps of each layout begin."""
_LEFT, _BELOW, _RIGHT = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
)
_ANCHORS = ("orders", "inspector", "drivers")
"""Beside which all others stand in tabs: to the left of the map, to its right, below it."""
_AT_FIRST = ("timeline", "alerts", "log")


@dataclass(frozen=True, slots=True)
class Layout:
    """``shown`` are the docks that are there, ``front`` those before others in their tabs; ``below`` is the share of the
    window's height that the panels under the map get, ``side`` that of its width to the left. In a ``broad`` one they reach
    under the panels to its right."""

    label: str
    shown: tuple[str, ...]
    front: tuple[str, ...]
    below: float = 0.26
    side: float = 0.42
    broad: bool = False


LAYOUTS: dict[str, Layout] = {
    "dispatch": Layout(
        mark("Layout: Dispatch"),
        ("orders", "inspector", "drivers", "timeline", "alerts", "log"),
        ("orders", "inspector", "drivers"),
    ),
    "planning": Layout(
        mark("Layout: Planning"),
        ("orders", "inspector", "timeline", "drivers", "shifts", "alerts"),
        ("orders", "inspector", "timeline"),
        below=0.46,
        broad=True,
    ),
    "trainer": Layout(
        mark("Layout: Trainer"),
        ("orders", "inspector", "trainer", "drivers", "timeline", "alerts", "log"),
        ("orders", "trainer", "drivers"),
    ),
    "wall": Layout(mark("Layout: Wall"), ("dashboard", "alerts"), ("dashboard", "alerts"), below=0.2, side=0.3),
}
MOST_SIDE_PX, MOST_INSPECTOR_PX, LEAST_BELOW_PX = 620, 390, 250
LEAST_BOARD_PX, LEAST_MAP_PX = 350, 330


class Layouts:
    """``beside`` names for each dock that is no anchor the anchor it stands with."""

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], beside: Mapping[str, str]) -> None:
        self._window, self._docks = window, docks
        self._beside = {**dict.fromkeys(_AT_FIRST, "drivers"), **beside}
        self._left: dict[str, QByteArray] = {}
        self.name = "dispatch"

    def use(self, name: str) -> None:
        """Change to another; the one so far is remembered as it is."""
        self._left[self.name] = self._window.saveState(VERSION)
        self.name = name
        before = self._left.get(name)
        if before is None or not self.take_up(before):
            self.arrange()

    def arrange(self) -> None:
        """The layout in use as it is at first."""
        layout, docks, window = LAYOUTS[self.name], self._docks, self._window
        shown = set(layout.shown) & docks.keys()
        for dock in docks.values():
            dock.setFloating(False)
            # Where docks stand already, Qt 6.12 splits a place in two rather than to put them there in tabs.
            window.removeDockWidget(dock)
        window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, _BELOW if layout.broad else _RIGHT)
        for anchor, side in zip(_ANCHORS, (_LEFT, _RIGHT, _BELOW), strict=True):
            window.addDockWidget(side, docks[anchor])
        last = {anchor: anchor for anchor in _ANCHORS}
        for name, anchor in self._beside.items():
            window.tabifyDockWidget(docks[last[anchor]], docks[name])
            last[anchor] = name
        for name, dock in docks.items():
            dock.setVisible(name in shown)
        for name in layout.front:
            if name in docks:
                docks[name].raise_()
        self._share_out(layout)
        for board in self._boards() if "orders" in shown else ():
            self.place(board)

    def take_up(self, state: QByteArray) -> bool:
        """Arrange everything as it was; ``False`` where it can't be. A board that had no dock then stands beside the orders."""
        boards = self._boards()
        for board in boards:
            if not board.isFloating():
                self._window.removeDockWidget(board)
        # Qt keeps whether a bar is there as well; that is not the layout's to say.
        bars = [(bar, bar.isHidden()) for bar in self._window.findChildren(QToolBar)]
        taken = self._window.restoreState(state, VERSION)
        for bar, hidden in bars:
            bar.setHidden(hidden)
        if not taken:
            return False
        nowhere = Qt.DockWidgetArea.NoDockWidgetArea
        for board in boards if "orders" in LAYOUTS[self.name].shown else ():
            if self._window.dockWidgetArea(board) == nowhere and not board.isFloating():
                self.place(board)
        return True

    def place(self, board: QDockWidget) -> None:
        """Put a board beside the orders and those that stand there already; on a small screen below the last of them."""
        there = [dock for dock in self._boards() if not dock.isFloating() and self._window.dockWidgetArea(dock) == _LEFT]
        boards = [self._one(LAYOUTS[self.name], "orders"), *(dock for dock in there if dock is not board), board]
        room = self._window.width() - self._inspector_px() - LEAST_MAP_PX
        each = min(MOST_SIDE_PX, room // len(boards))
        if each < LEAST_BOARD_PX and len(boards) > 2:
            self._window.splitDockWidget(boards[-2], board, Qt.Orientation.Vertical)
            board.show()
            return
        self._window.addDockWidget(_LEFT, board, Qt.Orientation.Horizontal)
        board.show()
        self._window.resizeDocks(boards, [each] * len(boards), Qt.Orientation.Horizontal)

    def give_back(self) -> None:
        """Let the map have what a board that is gone took; Qt would leave it to the orders."""
        window, nowhere = self._window, Qt.DockWidgetArea.NoDockWidgetArea
        centre = window.centralWidget()
        if centre is None or centre.isHidden() or any(window.dockWidgetArea(b) != nowhere for b in self._boards()):
            return
        layout = LAYOUTS[self.name]
        # Both sides: what only one is told, Qt takes from the other.
        sides = [self._one(layout, "orders"), self._one(layout, "inspector")]
        wanted = [min(MOST_SIDE_PX, round(window.width() * layout.side)), max(sides[1].width(), self._inspector_px())]
        window.resizeDocks(sides, wanted, Qt.Orientation.Horizontal)

    def _inspector_px(self) -> int:
        return min(MOST_INSPECTOR_PX, round(self._window.width() * 0.22))

    def _boards(self) -> list[QDockWidget]:
        """The docks of single boards, which come and go."""
        named = {*_ANCHORS, *self._beside}
        return [dock for name, dock in self._docks.items() if name not in named]

    def _share_out(self, layout: Layout) -> None:
        """Side panels need about the same room on any screen; what a large one has more of goes to the map."""
        width, height = self._window.width(), self._window.height()
        left, right = min(MOST_SIDE_PX, round(width * layout.side)), self._inspector_px()
        sides = [self._one(layout, "orders"), self._one(layout, "inspector")]
        self._window.resizeDocks(sides, [left, right], Qt.Orientation.Horizontal)
        below = max(min(LEAST_BELOW_PX, height // 3), round(height * layout.below))
        self._window.resizeDocks([self._one(layout, "drivers")], [below], Qt.Orientation.Vertical)

    def _one(self, layout: Layout, anchor: str) -> QDockWidget:
        """The one in front of those that stand with the anchor: what is behind another tab Qt gives no width."""
        near = [name for name in (anchor, *self._beside) if name == anchor or self._beside.get(name) == anchor]
        seen = [n for n in near if n in self._docks and not self._docks[n].visibleRegion().isEmpty()]
        name = next((n for n in (*seen, *layout.front) if n in near and n in self._docks), anchor)
        return self._docks[name]

    # From one start to the next

    def restore(self, kept: Mapping[str, object]) -> bool:
        """Take up what was kept; ``False`` where the layout in use has nothing that fits."""
        states = {name: kept.get(f"{STATES}{name}") for name in LAYOUTS}
        self._left = {name: state for name, state in states.items() if isinstance(state, QByteArray)}
        name = str(kept.get("layout", "dispatch"))
        self.name = name if name in LAYOUTS else "dispatch"
        state = self._left.get(self.name)
        return state is not None and self.take_up(state)

    def kept(self, state: QByteArray) -> Kept:
        """``state`` is what Qt keeps of the layout in use."""
        self._left[self.name] = state
        return {"layout": self.name, **{f"{STATES}{name}": state for name, state in self._left.items()}}

    # Other monitors

    def float(self, dock: QDockWidget) -> None:
        """Take a panel out of the window, onto the next monitor where there is one; or put it back."""
        out = not dock.isFloating()
        dock.setFloating(out)
        if out:
            screens, here = QGuiApplication.screens(), self._window.screen()
            other = next((screen for screen in screens if screen is not here), None)
            if other is not None:
                dock.setGeometry(other.availableGeometry().adjusted(0, 40, 0, 0))
            elif dock.width() < 640:
                dock.resize(900, 600)
        dock.show()
        dock.raise_()
