"""What is selected, once for the whole window: the board, the map, the tables and the inspector all follow it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Orders, drivers, both (as a lasso catches them), or nothing. ``changed`` comes once per change, whoever made it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.orders: tuple[str, ...] = ()
        self.drivers: tuple[str, ...] = ()

    @property
    def driver(self) -> str | None:
        """The driver, where it is one alone that is selected."""
        return self.drivers[0] if len(self.drivers) == 1 and not self.orders else None

    def set_orders(self, order_ids: Sequence[str]) -> None:
        self.set_both(order_ids, ())

    def set_driver(self, driver_id: str | None) -> None:
        self.set_both((), () if driver_id is None else (driver_id,))

    def set_drivers(self, driver_ids: Sequence[str]) -> None:
        self.set_both((), driver_ids)

    def clear(self) -> None:
        self.set_both((), ())

    def set_both(self, order_ids: Sequence[str], driver_ids: Sequence[str]) -> None:
        orders, drivers = tuple(order_ids), tuple(driver_ids)
        if (orders, drivers) != (self.orders, self.drivers):
            self.orders, self.drivers = orders, drivers
            self.changed.emit()
