"""Deeds about the drivers who are selected, and about where drivers are and were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.language import ntr, tr

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def new_driver(deeds: Deeds) -> None:
    deeds.window.ask_driver_details(
        lambda driver: deeds.carry_out(tr("Add {name}", name=driver.name), [c.SaveDriver(driver=driver)])
    )


def remove_driver(deeds: Deeds) -> None:
    driver = deeds.chosen_driver()
    if driver is not None:
        deeds.window.ask_sure(
            tr("Remove {name}?", name=driver.name),
            tr("Their phone can no longer sign in. The history of their deliveries stays. This can be undone."),
            tr("Remove {name}", name=driver.name),
            lambda: deeds.carry_out(tr("Remove {name}", name=driver.name), [c.RemoveDriver(driver_id=driver.id)]),
        )


def take_break(deeds: Deeds) -> None:
    _presence(deeds, deeds.chosen_drivers(Presence.ONLINE), Presence.BREAK, tr("Break for"))


def end_break(deeds: Deeds) -> None:
    _presence(deeds, deeds.chosen_drivers(Presence.BREAK), Presence.ONLINE, tr("Back from the break:"))


def take_off_duty(deeds: Deeds) -> None:
    _presence(deeds, deeds.chosen_on_duty(), Presence.OFFLINE, tr("Off duty:"))


def put_on_duty(deeds: Deeds) -> None:
    _presence(deeds, deeds.chosen_drivers(Presence.OFFLINE), Presence.ONLINE, tr("On duty:"))


def _presence(deeds: Deeds, drivers: Sequence[Driver], presence: Presence, verb: str) -> None:
    """Of those selected, for whom it is a change."""
    if drivers:
        who = drivers[0].name if len(drivers) == 1 else ntr("{n} driver", "{n} drivers", len(drivers))
        deeds.carry_out(f"{verb} {who}", [c.SetPresence(driver_id=driver.id, presence=presence) for driver in drivers])


def follow(deeds: Deeds) -> None:
    driver = deeds.chosen_driver()
    if driver is not None:
        deeds.window.follow(driver.id)


def show_code(deeds: Deeds) -> None:
    driver = deeds.chosen_driver()
    if driver is not None:
        deeds.window.show_code(driver.id)


def find_drivers(deeds: Deeds, shape: str) -> None:
    """Search drivers: in a shape about the place pointed at, or in one yet to be chosen."""
    deeds.window.find_drivers(shape, deeds.pointed if shape else None)


def past(deeds: Deeds, question: str) -> None:
    driver = deeds.chosen_driver()
    deeds.window.past(question, driver.id if driver is not None else None, deeds.pointed if question == "near" else None)
