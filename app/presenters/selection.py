"""What is selected, once for the whole window: the board, the map, the tables and the inspector all follow it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Orders, or one driver, or nothing. ``changed`` comes once per change, whoever made it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.orders: tuple[str, ...] = ()
        self.driver: str | None = None

    def set_orders(self, order_ids: list[str] | tuple[str, ...]) -> None:
        self._set(tuple(order_ids), None)

    def set_driver(self, driver_id: str | None) -> None:
        self._set((), driver_id)

    def clear(self) -> None:
        self._set((), None)

    def _set(self, orders: tuple[str, ...], driver: str | None) -> None:
        if (orders, driver) != (self.orders, self.driver):
            self.orders, self.driver = orders, driver
            self.changed.emit()
