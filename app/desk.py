"""What the dispatcher's desk has besides orders, drivers and the map: put together here, ended together."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.actions.arranging import Arranging
from app.actions.declaring import Scope
from app.presenters.asking import Asking
from app.presenters.dashboard import DashboardPresenter
from app.presenters.done import DonePresenter
from app.presenters.handover import HandoverPresenter
from app.presenters.links import Links
from app.presenters.shifts import ShiftsPresenter
from app.presenters.trainer import TrainerPresenter
from app.saving import Saver
from widgets.common.panel import Panel
from widgets.dashboard.panel import DashboardPanel
from widgets.done.panel import DonePanel
from widgets.handover.panel import HandoverPanel
from widgets.shifts.panel import ShiftsPanel
from widgets.trainer.panel import TrainerPanel

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.bootstrap import System
    from app.main_window import MainWindow

P = TypeVar("P", bound=Panel)


class Desk:
    window: MainWindow
    dashboard: DashboardPresenter
    shifts: ShiftsPresenter
    handover: HandoverPresenter
    trainer: TrainerPresenter

    def __init__(self, window: MainWindow, system: System, deeds: Deeds) -> None:
        deeds.desk = self
        self.arranging = Arranging(deeds, window.arrangement)
        window.boards.doing = self.arranging.do
        self._deeds = deeds
        self.window, self._links = window, Links()
        self._asking = Asking(window, window.arrangement.dress)
        saver = Saver(self._asking, lambda text, bad: deeds.window.tell(text, bad=bad))
        dashboard = self._panel("dashboard", DashboardPanel)
        self.dashboard = DashboardPresenter(system.engine, system.executor, dashboard, window.theme, saver)
        self._links.connect(self.dashboard.ready, lambda: deeds.changed())
        self._links.connect(dashboard.context_requested, lambda at: window.context_menu(Scope.DASHBOARD, at))
        shifts = self._panel("shifts", ShiftsPanel)
        self.shifts = ShiftsPresenter(deeds, shifts, self._asking, saver)
        self._links.connect(shifts.context_requested, lambda ids, at: window.context_menu(Scope.DRIVER, at))
        self.handover = HandoverPresenter(deeds, self._panel("handover", HandoverPanel), self._asking, saver)
        done = DonePresenter(deeds, self._panel("done", DonePanel))
        self.trainer = TrainerPresenter(deeds, self._panel("trainer", TrainerPanel), system.engine)
        self._presenters = (done, self.dashboard, self.shifts, self.handover, self.trainer)

    def _panel(self, name: str, kind: type[P]) -> P:
        panel = self.window.managed[name]
        assert isinstance(panel, kind)
        return panel

    def close(self) -> None:
        self.window.boards.doing = lambda text, act: act()
        self._links.end()
        self._asking.close()
        for presenter in self._presenters:
            presenter.close()
            presenter.deleteLater()

    def toggle_rostered(self) -> None:
        self._deeds.set_to("window.only_on_shift", not self._deeds.settings.flag("window.only_on_shift"))

    def open(self, name: str) -> None:
        """Show one of the docks, with the focus in it."""
        self.window.open_dock(name)
        self.window.managed[name].setFocus()
