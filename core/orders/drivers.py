"""Who drives, and whether they are online: saved, removed, told."""

from __future__ import annotations

import math
from dataclasses import replace

from core.domain import reasons
from core.domain.commands import RemoveDriver, SaveDriver, SetPresence
from core.domain.driver import Driver, Presence
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import (
    Change,
    DriverCameOnline,
    DriverChanged,
    DriverRegistered,
    DriverRemoved,
    DriverTookBreak,
    DriverWentOffline,
    OfferWithdrawn,
)
from core.domain.language import Message
from core.domain.offer import OfferState
from core.orders.draft import Draft, check_unchanged
from core.orders.shifts import check_shift
from core.settings import Settings

PRESENCE_EVENTS: dict[Presence, type[Change]] = {
    Presence.ONLINE: DriverCameOnline,
    Presence.OFFLINE: DriverWentOffline,
    Presence.BREAK: DriverTookBreak,
}


def save_driver(settings: Settings, draft: Draft, command: SaveDriver) -> None:
    driver = command.driver
    if not 0 < len(driver.id) <= 64 or driver.id.startswith("$") or any(c in "/+#: " or not c.isprintable() for c in driver.id):
        raise BadInput(Message("driver id {driver!r}: use letters, figures and dashes, for example D-17", driver=driver.id))
    if driver.id.startswith("kerbside-") or driver.id == settings.text("mqtt.user"):
        raise BadInput(
            Message("{driver} is the program's own name at the broker: give the driver another id", driver=driver.id)
        )
    if not driver.name.strip():
        raise BadInput(Message("driver {driver} needs a name", driver=driver.id))
    if not all(limit is None or 0 < limit < math.inf for limit in (driver.weight_kg, driver.volume_l)):
        raise BadInput(Message("driver {driver}: a load limit must be a number above 0", driver=driver.id))
    if driver.rating is not None and not 1 <= driver.rating <= 5:
        raise BadInput(Message("driver {driver}: a rating is 1 to 5, not {rating:g}", driver=driver.id, rating=driver.rating))
    check_shift(driver)
    before = draft.world.drivers.get(driver.id)
    if command.over is not None:
        check_unchanged(before and _as_it_is(command.over, before), before, driver.name)
    if before is not None:
        # Who drives and with what is said here; whether they are online, by themselves.
        driver = _as_it_is(driver, before)
    kind: type[Change] = DriverRegistered if before is None else DriverChanged
    draft.add(kind(at=draft.now, actor=draft.actor, drivers=(driver,)))
    back = RemoveDriver(driver_id=driver.id, actor=command.actor)
    draft.outcome.undo = (back,) if before is None else (SaveDriver(driver=before, over=driver, actor=command.actor),)


def _as_it_is(driver: Driver, now: Driver) -> Driver:
    return replace(driver, presence=now.presence, presence_at=now.presence_at, off_duty=now.off_duty, sent=now.sent)


def remove_driver(draft: Draft, command: RemoveDriver) -> None:
    driver = draft.world.driver(command.driver_id)
    carried = draft.world.route(driver.id).orders()
    if carried:
        raise CommandRefused(
            Message(
                "{driver} still has order {what}: give it to someone else first",
                driver=driver.name,
                what=", ".join(carried),
            )
        )
    offer = draft.world.open_offer(driver.id)
    if offer is not None:
        draft.close_offer(offer, OfferWithdrawn, OfferState.WITHDRAWN, declined=False, reason=reasons.DRIVER_REMOVED)
    draft.add(DriverRemoved(at=draft.now, actor=draft.actor, drivers=(replace(driver, removed=True),)))
    draft.outcome.undo = (SaveDriver(driver=driver, actor=command.actor),)


def say_presence(draft: Draft, command: SetPresence) -> None:
    driver = draft.world.driver(command.driver_id)
    off = command.presence is Presence.OFFLINE
    if driver.presence is not command.presence or driver.off_duty is not off:
        set_presence(draft, driver, command.presence, draft.now, by_word=True)
        draft.outcome.undo = (SetPresence(driver_id=driver.id, presence=driver.presence, actor=command.actor),)


def set_presence(
    draft: Draft, driver: Driver, presence: Presence, at: float, reason: str = "", *, by_word: bool = False
) -> None:
    """``by_word``: somebody says so, the driver or the dispatcher; being offline then lasts until somebody says otherwise."""
    kind = PRESENCE_EVENTS[presence]
    off_duty = by_word and presence is Presence.OFFLINE
    changed = replace(driver, presence=presence, presence_at=at, off_duty=off_duty)
    draft.add(kind(at=at, actor=draft.actor, drivers=(changed,), reason=reason))
