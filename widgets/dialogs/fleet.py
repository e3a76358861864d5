"""Sets up a fleet: a map, a broker, drivers, their phones. It asks and shows; others do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from core.domain.errors import BadInput
from core.domain.language import sentence, tr
from widgets.common.lines import Bit, Lines
from widgets.dialogs.ask import AskDialog
from widgets.dialogs.setup import DriverDraft
from widgets.dialogs.setup_people import DriversPage, PhonesPage
from widgets.dialogs.setup_places import BrokerPage, MapPage, SetupPage


class FleetDialog(AskDialog):
    """The pages speak by their own signals (`map`, `broker`, `drivers`, `phones`); ``completed`` comes at the end.

    A page is left only where nothing was refused: whoever answers a page's signal may call `show_problem`, and the page stays.
    """

    completed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Set up my fleet"), tr("Next"), parent)
        self.map, self.broker, self.drivers, self.phones = MapPage(), BrokerPage(), DriversPage(), PhonesPage()
        self._pages: tuple[SetupPage, ...] = (self.map, self.broker, self.drivers, self.phones)
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
        self.steps = Lines(tr("Steps"), stretch=len(self._pages))
        self.back = QPushButton(tr("Back"))
        self.back.setAutoDefault(False)
        self.row.insertWidget(self.row.indexOf(self.action), self.back)
        self.setTabOrder(self.cancel, self.back)
        self.setTabOrder(self.back, self.action)
        self.body.addWidget(self.steps)
        self.body.addWidget(self._stack, 1)
        self.back.clicked.connect(lambda: self.go_to(self._stack.currentIndex() - 1))
        # What was missing may be there now.
        for changed in (
            self.map.import_requested,
            self.map.with_map.toggled,
            self.broker.embedded.toggled,
            self.drivers.csv_chosen,
        ):
            changed.connect(lambda *_: self.show_problem(""))
        self.drivers.refused.connect(self.show_problem)
        self.phones.refused.connect(self.show_problem)
        self.go_to(0)

    def sizeHint(self) -> QSize:
        return QSize(820, 640)

    @property
    def page(self) -> SetupPage:
        return self._pages[self._stack.currentIndex()]

    def set_drivers(self, drivers: Sequence[DriverDraft]) -> None:
        """All drivers registered so far."""
        self.drivers.set_drivers(drivers)
        self.phones.set_drivers(drivers)

    def go_to(self, place: int) -> None:
        self.show_problem("")
        self._stack.setCurrentIndex(place)
        last = place == len(self._pages) - 1
        self.back.setVisible(place > 0)
        self.action.setText(tr("Finish") if last else tr("Next: {page}", page=tr(self._pages[place + 1].title)))
        marks = [
            (Bit(f"{i + 1} {tr(page.title)}", "accent" if i == place else "muted", strong=i == place),)
            for i, page in enumerate(self._pages)
        ]
        self.steps.set_lines([marks])
        self.page.enter()

    def act(self) -> None:
        self.show_problem("")
        try:
            self.page.leave()
        except BadInput as error:
            self.show_problem(sentence(error))
        if self.problem.text():
            return
        if self._stack.currentIndex() == len(self._pages) - 1:
            self.accept()
            self.completed.emit()
        else:
            self.go_to(self._stack.currentIndex() + 1)
