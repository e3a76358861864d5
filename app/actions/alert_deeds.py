"""Deeds about alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.domain import commands as c
from core.domain.language import tr

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def chosen(deeds: Deeds) -> list[str]:
    """Those selected among the alerts; else those about the orders or the driver selected."""
    alerts, world = deeds.engine.world.alerts, deeds.engine.world
    chosen = [i for i in deeds.alerts_at_hand if i in alerts]
    if not chosen and deeds.selection.driver is not None:
        chosen = [alert.id for alert in alerts.values() if alert.driver_id == deeds.selection.driver]
    return chosen or [alert.id for order in deeds.chosen_orders() for alert in world.alerts_about(order)]


def acknowledge(deeds: Deeds, ids: Sequence[str] | None = None) -> None:
    name = deeds.own_name()
    _about(deeds, tr("Seen:"), ids, lambda i: c.AcknowledgeAlert(alert_id=i, by=name))


def snooze(deeds: Deeds, ids: Sequence[str] | None = None) -> None:
    minutes = deeds.settings.number("alerts.snooze_min")
    until = deeds.engine.clock.now() + minutes * 60
    _about(deeds, tr("Snoozed for {minutes:g} min:", minutes=minutes), ids, lambda i: c.SnoozeAlert(alert_id=i, until=until))


def take(deeds: Deeds, ids: Sequence[str] | None = None) -> None:
    name = deeds.own_name()
    _about(deeds, tr("Taken on by {name}:", name=name), ids, lambda i: c.TakeAlert(alert_id=i, owner=name))


def hand_over(deeds: Deeds) -> None:
    ids = chosen(deeds)
    if ids:
        deeds.window.ask_reason(
            tr("Who looks after it from now on?"),
            tr("Hand over"),
            lambda name: _about(
                deeds, tr("Handed over to {name}:", name=name), ids, lambda i: c.TakeAlert(alert_id=i, owner=name)
            ),
        )


def _about(deeds: Deeds, verb: str, ids: Sequence[str] | None, make: Callable[[str], c.Command]) -> None:
    wanted = list(dict.fromkeys(chosen(deeds) if ids is None else ids))
    if not wanted:
        deeds.window.tell(tr("Select an alert, or an order or a driver that has one"), bad=True)
        return
    which = tr("1 alert") if len(wanted) == 1 else tr("{chosen} alerts", chosen=len(wanted))
    deeds.carry_out(f"{verb} {which}", [make(i) for i in wanted])
