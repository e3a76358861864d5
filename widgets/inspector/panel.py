"""The inspector: everything about the one thing that is selected."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.domain.language import mark, tr
from widgets.common.empty import EmptyState
from widgets.common.ground import lay_ground
from widgets.common.words import Moment
from widgets.inspector.details import DriverDetails, OrderDetails
from widgets.inspector.driver_page import DriverPage
from widgets.inspector.order_page import OrderPage

NOTHING = (
    mark("Nothing selected"),
    mark(
        "Choose an order or a driver in a list or on the map. Its times, its history "
        "and the reasons for its driver are shown here"
    ),
)


class InspectorPanel(QWidget):
    """``order_linked(str)`` and ``driver_linked(str)`` ask for something else to be shown.

    ``deed_requested(str key, str kind, str id)`` is a button: kind is ``order`` or ``driver``. ``assign_requested(str order id,
    str driver id)`` takes a candidate.
    """

    order_linked = Signal(str)
    driver_linked = Signal(str)
    deed_requested = Signal(str, str, str)
    assign_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._shown: OrderDetails | DriverDetails | None = None
        self._moment = Moment()
        self.empty = EmptyState(tr(NOTHING[0]), tr(NOTHING[1]))
        self.order_page, self.driver_page = OrderPage(), DriverPage()
        self._pages = QStackedWidget()
        self._areas: dict[QWidget, QScrollArea] = {}
        for page in (self.order_page, self.driver_page):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(page)
            lay_ground(page)
            self._areas[page] = area
            self._pages.addWidget(area)
            page.asked.connect(self._ask)
            page.followed.connect(self._follow)
        self._pages.addWidget(self.empty)
        self._pages.setCurrentWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def sizeHint(self) -> QSize:
        return QSize(360, 600)

    @property
    def shown(self) -> OrderDetails | DriverDetails | None:
        return self._shown

    def show_order(self, order: OrderDetails) -> None:
        """Show the order, or, where it is shown already, what has changed of it."""
        self._show(order)

    def show_driver(self, driver: DriverDetails) -> None:
        self._show(driver)

    def show_nothing(self, title: str = NOTHING[0], hint: str = NOTHING[1]) -> None:
        self._shown = None
        self.empty.set_text(tr(title), tr(hint))
        self._pages.setCurrentWidget(self.empty)

    def set_moment(self, moment: Moment) -> None:
        """The time against which gaps are written; about once a second."""
        self._moment = moment
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write()

    def _show(self, details: OrderDetails | DriverDetails) -> None:
        other = self._shown is None or (type(self._shown), self._shown.id) != (type(details), details.id)
        self._shown = details
        self._write()
        page: QWidget = self.order_page if isinstance(details, OrderDetails) else self.driver_page
        self._pages.setCurrentWidget(self._areas[page])
        if other:
            self._areas[page].verticalScrollBar().setValue(0)

    def _write(self) -> None:
        if isinstance(self._shown, OrderDetails):
            self.order_page.show_order(self._shown, self._moment)
        elif self._shown is not None:
            self.driver_page.show_driver(self._shown, self._moment)

    def _ask(self, key: str) -> None:
        if self._shown is not None:
            kind = "order" if isinstance(self._shown, OrderDetails) else "driver"
            self.deed_requested.emit(key, kind, self._shown.id)

    def _follow(self, link: str) -> None:
        kind, _, target = link.partition(":")
        if kind == "order":
            self.order_linked.emit(target)
        elif kind == "driver":
            self.driver_linked.emit(target)
        elif kind == "assign" and self._shown is not None:
            self.assign_requested.emit(self._shown.id, target)
