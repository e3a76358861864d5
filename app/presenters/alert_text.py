"""Alerts in words."""

from __future__ import annotations

from core.alerts.conditions import driver_needed_at
from core.domain.alert import BROKER, Alert, AlertKind
from core.domain.language import ntr, tr
from core.domain.world import World
from widgets.common.words import duration, from_to, lateness


def alert_text(alert: Alert, world: World, now: float) -> str:
    """What is the matter, with the figures of this moment: ``late, +4 min``, ``driver silent for 3 min``."""
    order = world.orders.get(alert.order_id or "")
    match alert.kind:
        case AlertKind.LATE if order is not None:
            return tr("late, {lateness}", lateness=lateness(max(1.0, (now - order.due_at) / 60)))
        case AlertKind.WILL_BE_LATE if order is not None and (eta := world.etas.get(order.id)) is not None:
            if is_eased(alert, world):
                return tr("on time again")
            return tr("will be late, {lateness}", lateness=lateness((eta[1] - order.due_at) / 60))
        case AlertKind.NO_DRIVER:
            since = driver_needed_at(order) if order is not None else alert.since
            return tr("no driver for {duration}", duration=duration(now - since))
        case AlertKind.CONNECTION:
            return tr("no broker for {duration}", duration=duration(now - alert.since))
        case AlertKind.SILENT:
            return tr("driver silent for {duration}", duration=duration(now - alert.since))
        case AlertKind.STOPPED:
            return tr("driver stopped for {duration}", duration=duration(now - alert.since))
        case AlertKind.OFF_ROUTE:
            return tr("off route, going away from the next stop")
    return alert.kind.value.replace("_", " ")


def is_eased(alert: Alert, world: World) -> bool:
    """Whether its figures no longer bear it out: it stands a while longer, lest it flap, and alarms nobody meanwhile."""
    order, eta = world.orders.get(alert.order_id or ""), world.etas.get(alert.order_id or "")
    if alert.kind is not AlertKind.WILL_BE_LATE or order is None or eta is None:
        return False
    return round((eta[1] - order.due_at) / 60) <= 0


def group_text(alerts: tuple[Alert, ...]) -> str:
    """Many of one kind that came together."""
    n = len(alerts)
    return {
        AlertKind.CONNECTION: tr("no broker"),
        AlertKind.LATE: ntr("{n:,} order late", "{n:,} orders late", n),
        AlertKind.WILL_BE_LATE: ntr("{n:,} order will be late", "{n:,} orders will be late", n),
        AlertKind.NO_DRIVER: ntr("{n:,} order without a driver", "{n:,} orders without a driver", n),
        AlertKind.SILENT: ntr("{n:,} driver silent", "{n:,} drivers silent", n),
        AlertKind.STOPPED: ntr("{n:,} driver stopped", "{n:,} drivers stopped", n),
        AlertKind.OFF_ROUTE: ntr("{n:,} driver off route", "{n:,} drivers off route", n),
    }[alerts[0].kind]


def about_text(alert: Alert, world: World) -> str:
    """``2041, Trattoria Rosa → Mill Lane 4`` or ``D-17, Cy Stone``."""
    if alert.driver_id is not None:
        driver = world.drivers.get(alert.driver_id)
        return f"{alert.driver_id}, {driver.name}" if driver is not None else alert.driver_id
    if alert.subject == BROKER:
        return tr("the connection to all drivers")
    order = world.orders.get(alert.subject)
    if order is None:
        return alert.subject
    merchant = world.merchants.get(order.merchant_id)
    place = merchant.name if merchant is not None else order.merchant_id
    return f"{order.id}, {from_to(place, order.address or order.customer)}"
