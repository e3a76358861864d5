"""The presenters of the panels by which the business is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.actions.declared import Scope
from app.presenters.areas import AreasPresenter
from app.presenters.asking import Asking
from app.presenters.links import Links
from core.routing.city import City
from widgets.areas.panel import AreasPanel
from widgets.common.panel import Panel

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.main_window import MainWindow

P = TypeVar("P", bound=Panel)


class Editors:
    """By what they are about."""

    areas: AreasPresenter

    def __init__(self, deeds: Deeds, window: MainWindow, city: City | None) -> None:
        self._window, self._links = window, Links()
        self._asking = asking = Asking(window)
        areas = self._panel("areas", AreasPanel)
        self.areas = AreasPresenter(deeds, areas, window.map, asking, city)
        self._presenters = (self.areas,)
        deeds.editors = self
        self._links.connect(areas.wanted, window.run_declared)
        self._links.connect(areas.context_requested, lambda ids, at: window.context_menu(Scope.AREAS, at))
        self._links.connect(window.docks["areas"].visibilityChanged, lambda _: self.areas.hidden())

    def _panel(self, name: str, kind: type[P]) -> P:
        panel = self._window.managed[name]
        assert isinstance(panel, kind)
        return panel

    def open(self, name: str) -> None:
        self._window.open_dock(name)

    def close(self) -> None:
        self._links.end()
        self._asking.close()
        for presenter in self._presenters:
            presenter.close()
            presenter.deleteLater()
