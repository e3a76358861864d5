"""Who is online: by drivers' own words, by the dispatcher's, and by their silence."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain import reasons
from core.domain.driver import App, Presence
from core.domain.reports import PresenceReport
from core.domain.world import World
from core.orders.draft import Draft
from core.orders.drivers import set_presence

FIRST_FIX_S = 60.0
"""The time that whoever has just come online has to send a first fix."""
LATE_S = 30.0
"""A word may seem this much older than it is: no phone's clock is quite right."""


def said(world: World, report: PresenceReport, said_at: float | None, now: float) -> Draft:
    """What follows from a phone's status. ``said_at`` is its time by a clock that is right.

    Who signs off in Kerbside's own app is off duty until they, or the dispatcher, say otherwise. A last will without a time is
    only a hint, as is OwnTracks' with one: silence is judged by age. "Online", said before somebody put the driver off duty
    and come late, changes nothing.
    """
    draft = Draft(world, now, f"driver:{report.driver_id}")
    driver = world.drivers.get(report.driver_id)
    if driver is None or said_at is None:
        return draft
    by_word = driver.app is App.KERBSIDE
    overtaken = driver.off_duty and said_at < driver.presence_at - LATE_S
    signs_off = by_word and report.presence is Presence.OFFLINE and not driver.off_duty
    if signs_off or (driver.presence is not report.presence and not overtaken):
        set_presence(draft, driver, report.presence, now, by_word=by_word)
    return draft


def heard_again(world: World, driver_ids: Iterable[str], now: float) -> Draft:
    """Drivers who were silent and are not any more."""
    draft = Draft(world, now, "system")
    for driver_id in driver_ids:
        set_presence(draft, world.drivers[driver_id], Presence.ONLINE, now, reasons.HEARD)
    return draft


def fallen_silent(world: World, driver_ids: Iterable[str], now: float) -> Draft:
    """Drivers who have been silent for too long."""
    draft = Draft(world, now, "system")
    for driver_id in driver_ids:
        driver = world.drivers.get(driver_id)
        if driver is not None and driver.presence is not Presence.OFFLINE and now - driver.presence_at > FIRST_FIX_S:
            set_presence(draft, driver, Presence.OFFLINE, now, reasons.SILENT)
    return draft
