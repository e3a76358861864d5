"""The presenters of the panels by which the business is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.actions.declaring import Scope
from app.presenters.areas import AreasPresenter
from app.presenters.asking import Asking
from app.presenters.audit import AuditPresenter
from app.presenters.forwarding import ForwardingPresenter
from app.presenters.links import Links
from app.presenters.merchants import MerchantsPresenter
from app.presenters.providers import ProvidersPresenter
from app.presenters.rules import RulesPresenter
from core.api.server import Outside
from core.domain.language import ntr, tr
from core.routing.city import City
from widgets.areas.panel import AreasPanel
from widgets.audit.panel import AuditPanel
from widgets.common.panel import Panel
from widgets.forwarding.panel import ForwardingPanel
from widgets.merchants.panel import MerchantsPanel
from widgets.providers.panel import ProvidersPanel
from widgets.rules.panel import RulesPanel

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.main_window import MainWindow

P = TypeVar("P", bound=Panel)


class Presenter(Protocol):
    def seen(self) -> None: ...
    def close(self) -> None: ...


class Editors:
    """By what they are about."""

    areas: AreasPresenter
    rules: RulesPresenter
    providers: ProvidersPresenter
    merchants: MerchantsPresenter
    forwarding: ForwardingPresenter
    audit: AuditPresenter

    def __init__(self, deeds: Deeds, window: MainWindow, city: City | None, outside: Callable[[], Outside | None]) -> None:
        self._window, self._links = window, Links()
        self._asking = asking = Asking(window, window.arrangement.dress)
        self._store = deeds.engine.store
        areas = self._panel("areas", AreasPanel)
        self.areas = AreasPresenter(deeds, areas, window.map, asking, city)
        self.rules = RulesPresenter(deeds, self._panel("rules", RulesPanel), asking)
        self.providers = ProvidersPresenter(deeds, self._panel("providers", ProvidersPanel), asking)
        merchants = self._panel("merchants", MerchantsPanel)
        self.merchants = MerchantsPresenter(deeds, merchants, window.map, asking, city)
        self.forwarding = ForwardingPresenter(deeds, self._panel("forwarding", ForwardingPanel), asking, outside)
        self.audit = AuditPresenter(deeds, self._panel("audit", AuditPanel), asking)
        self._presenters: dict[str, Presenter] = {
            "areas": self.areas,
            "rules": self.rules,
            "providers": self.providers,
            "merchants": self.merchants,
            "forwarding": self.forwarding,
            "audit": self.audit,
        }
        deeds.editors = self
        window.may_close = self.may_close
        for name in self._presenters:
            self._join(name, Scope(name))
            self._presenters[name].seen()  # it may stand open from the last time, and then nothing opens it

    def _join(self, name: str, scope: Scope) -> None:
        panel, window = self._window.managed[name], self._window
        self._links.connect(panel.wanted, window.run_declared)
        self._links.connect(panel.context_requested, lambda ids, at: window.context_menu(scope, at))
        self._links.connect(panel.gone, lambda: self._presenters[name].seen())
        self._links.connect(window.docks[name].visibilityChanged, lambda _: self._presenters[name].seen())

    def _panel(self, name: str, kind: type[P]) -> P:
        panel = self._window.managed[name]
        assert isinstance(panel, kind)
        return panel

    def open(self, name: str) -> None:
        self._window.open_dock(name)

    def may_close(self) -> bool:
        """Whether nothing would be lost; where something would, it is asked, and the window closed if a person says so."""
        shape = self.areas.shapes.session
        unsaved = [tr("the shape of an area")] if shape is not None and shape.changed else []
        unsaved += [tr("the rules")] if self.rules.changed else []
        health = self._store.health
        if health.problem and health.waiting:
            unsaved.append(ntr("one change that can't be stored yet", "{n:,} changes that can't be stored yet", health.waiting))
        if not unsaved:
            return True
        self._asking.sure(
            tr("Close without saving {what}?", what=tr(" and ").join(unsaved)),
            tr("What was done since the last saving is lost."),
            tr("Close without saving"),
            self._window.close,
        )
        return False

    def close(self) -> None:
        self._window.may_close = lambda: True
        self._links.end()
        self._asking.close()
        for presenter in self._presenters.values():
            presenter.close()
