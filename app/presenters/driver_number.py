"""A driver's number, then +: the selected orders go to that driver, with no list in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from app.actions.deeds import Deeds
from app.actions.naming import driver_named, which_orders
from app.main_window import MainWindow
from app.presenters.links import Links
from core.domain.errors import UnknownThing
from core.domain.language import sentence, tr

PATIENCE_MS = 4000
"""A number that nothing follows is forgotten after this long."""


class DriverNumber(QObject):
    """Digits typed where no field has the focus. A field takes them for itself, as it takes letters."""

    def __init__(self, deeds: Deeds, window: MainWindow) -> None:
        super().__init__(window)
        self._deeds, self._window = deeds, window
        self._typed = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PATIENCE_MS)
        self._rest.timeout.connect(self._forget)
        self._keys = [self._key(digit, partial(self._digit, digit)) for digit in "0123456789"]
        self._after = [
            self._key("+", self._assign),
            self._key("Backspace", self._shorten),
        ]
        for shortcut in self._after:
            shortcut.setEnabled(False)
        self._links = Links()
        self._links.connect(deeds.selection.changed, self._forget)

    def _key(self, keys: str, act: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self._window)
        shortcut.activated.connect(act)
        return shortcut

    def close(self) -> None:
        self._forget()
        self._links.end()
        for shortcut in (*self._keys, *self._after):
            shortcut.setEnabled(False)
            shortcut.deleteLater()

    def _digit(self, digit: str) -> None:
        self._typed += digit
        self._rest.start()
        self._show()

    def _shorten(self) -> None:
        self._typed = self._typed[:-1]
        self._show()

    def _forget(self) -> None:
        if self._typed:
            self._typed = ""
            self._show()

    def _show(self) -> None:
        for shortcut in self._after:
            shortcut.setEnabled(bool(self._typed))
        if not self._typed:
            self._rest.stop()
            self._window.toast.hide()
            return
        orders = self._deeds.chosen_orders()
        what = tr("+ assigns {orders}", orders=which_orders(orders)) if orders else tr("select an order first")
        try:
            driver = driver_named(self._typed, self._deeds.engine.world)
        except UnknownThing:
            self._window.toast.show_line(tr("Driver {typed}…", typed=self._typed), lasting=True)
        else:
            self._window.toast.show_line(
                tr("Driver {id}, {name}: {what}", id=driver.id, name=driver.name, what=what), lasting=True
            )

    def _assign(self) -> None:
        typed = self._typed
        self._forget()
        orders = self._deeds.chosen_orders()
        try:
            driver = driver_named(typed, self._deeds.engine.world)
        except UnknownThing as error:
            self._deeds.window.tell(sentence(error), bad=True)
            return
        if not orders:
            self._deeds.window.tell(tr("Select an order for {name} first", name=driver.name), bad=True)
            return
        self._deeds.assign([order.id for order in orders], driver.id)
