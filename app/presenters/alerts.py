"""The alerts panel, the count in the status bar and the sound; what is clicked leads to what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.actions import alert_deeds
from app.actions.deeds import Deeds
from app.main_window import MainWindow
from app.presenters.alert_text import about_text, alert_text, group_text, is_eased
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.scene import Turned, live
from core.alerts.grouping import grouped
from core.domain.alert import Alert, Severity
from core.domain.events import AlertRaised, Change
from core.domain.language import tr
from widgets.alerts.rows import AlertRow
from widgets.alerts.sound import Sounds
from widgets.common.words import Moment

ALERTS_MS = 300
SECOND_MS = 1000
QUIET_S = 8.0
"""Real seconds between two sounds, whatever comes."""


def alert_rows(deeds: Deeds) -> list[AlertRow]:
    """All alerts that stand, those that came together as one."""
    engine = deeds.engine
    now, least = engine.clock.now(), int(engine.settings.number("alerts.group_from"))
    return [_row(group, deeds, now) for group in grouped(engine.world.alerts.values(), least)]


def _row(group: tuple[Alert, ...], deeds: Deeds, now: float) -> AlertRow:
    world, moment, first = deeds.engine.world, Moment(now, deeds.engine.clock.zone), group[0]
    new = any(alert.is_new(now) for alert in group)
    snoozed = all(alert.is_snoozed(now) for alert in group)
    state = (
        tr("Snoozed until {snoozed_until}", snoozed_until=moment.clock(first.snoozed_until))
        if snoozed
        else tr("Seen by {acknowledged_by}", acknowledged_by=first.acknowledged_by)
    )
    owners = dict.fromkeys(alert.owner for alert in group if alert.owner)
    many = len(group) > 1
    return AlertRow(
        id=f"{first.id} and {len(group) - 1} more" if many else first.id,
        ids=tuple(alert.id for alert in group),
        kind=first.kind,
        severity=first.severity,
        text=group_text(group) if many else alert_text(first, world, now),
        about=", ".join(alert.subject for alert in group) if many else about_text(first, world),
        since=min(alert.since for alert in group),
        times=max(alert.times for alert in group),
        new=new,
        state="" if new else state,
        owner=", ".join(owners),
        snoozed=snoozed,
        eased=not many and is_eased(first, world),
    )


class AlertsPresenter(QObject):
    def __init__(self, deeds: Deeds, window: MainWindow) -> None:
        super().__init__(window.alerts)
        self._deeds, self._window, self._sounds = deeds, window, Sounds(self)
        self._panel = window.alerts
        self._leading = False
        self._loudest: Severity | None = None
        self._refresh = Refresh(self._show, ALERTS_MS, self)
        self._links = Links()
        bus = deeds.engine.bus
        self._links.keep(bus.subscribe(Change, self._hear), bus.subscribe(Turned, lambda _: self._refresh.now()))
        self._links.keep(live(deeds.engine).bus.subscribe(AlertRaised, self._raised))
        connect, panel = self._links.connect, self._panel
        connect(panel.selection_changed, self._chosen)
        connect(panel.activated, self._lead)
        connect(panel.acknowledge_wanted, partial(alert_deeds.acknowledge, deeds))
        connect(panel.snooze_wanted, partial(alert_deeds.snooze, deeds))
        connect(panel.take_wanted, partial(alert_deeds.take, deeds))
        connect(deeds.selection.changed, self._selected_elsewhere)
        connect(window.status.alerts_clicked, self.open)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(round(QUIET_S * 1000))
        self._quiet.timeout.connect(self._sound)
        self._second = QTimer(self)
        self._second.timeout.connect(self._refresh)
        self._second.start(SECOND_MS)
        self._show()

    def close(self) -> None:
        self._links.end()
        self._second.stop()
        self._quiet.stop()
        self._refresh.stop()
        self._panel.set_rows(())
        self._window.status.set_alerts(0, 0)

    def open(self) -> None:
        """Bring the panel to the front and the focus into it."""
        dock = self._window.docks["alerts"]
        dock.show()
        dock.raise_()
        self._panel.view.setFocus()

    def _hear(self, change: Change) -> None:
        if change.alerts:
            self._refresh()

    def _raised(self, change: AlertRaised) -> None:
        """What comes is heard while a recording is looked at, too."""
        for alert in change.alerts:
            if self._loudest is not Severity.CRITICAL:
                self._loudest = alert.severity
        self._refresh()

    def _show(self) -> None:
        engine = self._deeds.engine
        now = engine.clock.now()
        self._panel.set_moment(Moment(now, engine.clock.zone))
        self._panel.set_snooze_min(engine.settings.number("alerts.snooze_min"))
        self._panel.set_rows(alert_rows(self._deeds))
        alerts = engine.world.alerts.values()
        fresh = [alert for alert in alerts if alert.is_new(now)]
        urgent = any(alert.severity is Severity.CRITICAL for alert in fresh)
        self._window.status.set_alerts(len(engine.world.alerts), len(fresh), urgent)
        if not self._quiet.isActive():
            self._sound()

    def _sound(self) -> None:
        """One sound for all that has come since the last, the most urgent of them."""
        severity, self._loudest = self._loudest, None
        if severity is not None and self._deeds.settings.flag(f"alerts.sound_{severity.value}"):
            self._sounds.play(severity)
            self._quiet.start()

    # What it is about

    def _chosen(self, ids: Sequence[str]) -> None:
        self._deeds.alerts_at_hand = tuple(ids)
        if ids:
            self._lead(ids)
        self._deeds.changed()

    def _lead(self, ids: Sequence[str]) -> None:
        """Select what the alerts are about: their orders, or the driver of the first."""
        alerts = [self._deeds.engine.world.alerts[i] for i in ids if i in self._deeds.engine.world.alerts]
        orders = [alert.order_id for alert in alerts if alert.order_id is not None]
        self._leading = True
        try:
            if orders:
                self._deeds.selection.set_orders(orders)
            elif alerts:
                self._deeds.selection.set_driver(alerts[0].driver_id)
        finally:
            self._leading = False

    def _selected_elsewhere(self) -> None:
        if not self._leading and self._deeds.alerts_at_hand:
            self._deeds.alerts_at_hand = ()
            self._panel.clear_selection()
