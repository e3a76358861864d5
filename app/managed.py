"""Docks that are there once they are wanted: by which the business is set up, and what the desk has besides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from core.domain.language import mark
from widgets.areas.panel import AreasPanel
from widgets.audit.panel import AuditPanel
from widgets.common.panel import Panel
from widgets.dashboard.panel import DashboardPanel
from widgets.done.panel import DonePanel
from widgets.forwarding.panel import ForwardingPanel
from widgets.handover.panel import HandoverPanel
from widgets.merchants.panel import MerchantsPanel
from widgets.providers.panel import ProvidersPanel
from widgets.rules.panel import RulesPanel
from widgets.shifts.panel import ShiftsPanel
from widgets.trainer.panel import TrainerPanel
from widgets.what_if.panel import WhatIfPanel

_LEFT, _BELOW = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


@dataclass(frozen=True, slots=True)
class Managed:
    title: str
    make: Callable[[], Panel]
    side: Qt.DockWidgetArea

    @property
    def beside(self) -> str:
        """The dock it stands in tabs with."""
        return {_LEFT: "orders", _RIGHT: "inspector"}.get(self.side, "drivers")


MANAGED: dict[str, Managed] = {
    "areas": Managed(mark("Areas"), AreasPanel, _LEFT),
    "dashboard": Managed(mark("Dashboard"), DashboardPanel, _LEFT),
    "rules": Managed(mark("Rules"), RulesPanel, _LEFT),
    "providers": Managed(mark("Providers"), ProvidersPanel, _BELOW),
    "merchants": Managed(mark("Merchants"), MerchantsPanel, _BELOW),
    "done": Managed(mark("What was done"), DonePanel, _BELOW),
    "what_if": Managed(mark("What if?"), WhatIfPanel, _RIGHT),
    "shifts": Managed(mark("Shifts"), ShiftsPanel, _BELOW),
    "forwarding": Managed(mark("Forwarding"), ForwardingPanel, _BELOW),
    "handover": Managed(mark("Handover"), HandoverPanel, _BELOW),
    "trainer": Managed(mark("Trainer"), TrainerPanel, _RIGHT),
    "audit": Managed(mark("Audit"), AuditPanel, _LEFT),
}
