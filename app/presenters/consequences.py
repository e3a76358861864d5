"""What a change of routes would lead to, in a few lines: arrival, lateness, the others, cost, rules that would be broken."""

from __future__ import annotations

from collections.abc import Iterable

from app.actions.moving import Weighed
from core.domain.language import mark, ntr, tr
from core.domain.world import World
from core.matching.outlook import Outlook
from widgets.common.words import MINUS, Moment, duration, lateness
from widgets.timeline.rows import Consequence

NOTICED_MIN = 1.0
"""A change of arrival by less is not worth a word."""
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mark("on the way"), ("pickup_leg", "dropoff_leg")),
    (mark("at stops"), ("pickup_stop", "dropoff_stop")),
    (mark("waiting"), ("pickup_early",)),
    (mark("food waits"), ("pickup_late",)),
    (mark("late"), ("dropoff_late",)),
)


def consequences(weighed: Weighed, orders: Iterable[str], world: World, moment: Moment) -> tuple[Consequence, ...]:
    moved = dict.fromkeys(orders)
    lines = [line for order_id in moved for line in _own(order_id, weighed, moment)] if len(moved) <= 2 else []
    return (*lines, *_lateness(weighed, moved), *_others(weighed, moved), *_cost(weighed), *_broken(weighed, world))


def _own(order_id: str, weighed: Weighed, moment: Moment) -> Iterable[Consequence]:
    was, now = _door(order_id, weighed.before), _door(order_id, weighed.after)
    if now is None:
        return
    at, late = now
    text = tr("{order} at the door {time}, {late}", order=order_id, time=moment.clock(at), late=lateness(late))
    if was is not None:
        text += f" ({tr('was {time}', time=moment.clock(was[0]))})"
    is_late = round(late) > 0
    yield Consequence(text, "late" if is_late else "text", "warning" if is_late else "clock")


def _lateness(weighed: Weighed, moved: dict[str, None]) -> Iterable[Consequence]:
    """How many would be late of all whose driver is concerned, where that changes."""
    was = sum(o.late_orders for o in weighed.before.values())
    now = sum(o.late_orders for o in weighed.after.values())
    if was != now or len(moved) > 2:
        text = tr("Late orders of these drivers: {now}, were {was}", now=now, was=was)
        yield Consequence(text, "late" if now > was else "text", "warning" if now > was else "check")


def _others(weighed: Weighed, moved: dict[str, None]) -> Iterable[Consequence]:
    shifts = []
    for outlook in weighed.after.values():
        for stop in outlook.stops:
            was = _door(stop.order_id, weighed.before)
            if stop.late_min is not None and stop.order_id not in moved and was is not None:
                shifts.append(stop.late_min - was[1])
    later = [shift for shift in shifts if shift >= NOTICED_MIN]
    sooner = [-shift for shift in shifts if shift <= -NOTICED_MIN]
    if later:
        most = duration(60 * max(later))
        text = ntr("{n} other order up to {most} later", "{n} other orders up to {most} later", len(later), most=most)
        yield Consequence(text, "text", "arrow-right")
    if sooner:
        most = duration(60 * max(sooner))
        text = ntr("{n} other order up to {most} sooner", "{n} other orders up to {most} sooner", len(sooner), most=most)
        yield Consequence(text, "text", "arrow-left")


def _cost(weighed: Weighed) -> Iterable[Consequence]:
    parts = []
    for name, terms in PARTS:
        change = _sum(weighed.after, terms) - _sum(weighed.before, terms)
        if abs(change) >= 0.5:
            parts.append(f"{tr(name)} {signed(change)}")
    text = tr("Cost {change} min", change=signed(weighed.cost))
    yield Consequence(f"{text}: {', '.join(parts)}" if parts else text, "text", "scales")


def _broken(weighed: Weighed, world: World) -> Iterable[Consequence]:
    known = {(d, *one) for d, outlook in weighed.before.items() for one in outlook.broken}
    for driver_id, outlook in weighed.after.items():
        for order_id, reason in outlook.broken:
            if (driver_id, order_id, reason) not in known:
                driver = world.drivers.get(driver_id)
                name = driver.name if driver is not None else driver_id
                yield Consequence(f"{name}, {order_id}: {tr(reason.text)}", "late", "prohibit")


def signed(minutes: float) -> str:
    """``+4``, ``−2``, ``0``."""
    whole = round(minutes)
    return f"+{whole}" if whole > 0 else f"{MINUS}{-whole}" if whole else "0"


def _sum(outlooks: dict[str, Outlook], terms: tuple[str, ...]) -> float:
    return sum(outlook.cost.of(term) for outlook in outlooks.values() for term in terms)


def _door(order_id: str, outlooks: dict[str, Outlook]) -> tuple[float, float] | None:
    """When the order is handed over, epoch seconds, and the minutes after its promise."""
    for outlook in outlooks.values():
        for stop in outlook.stops:
            if stop.order_id == order_id and stop.late_min is not None:
                return stop.leave, stop.late_min
    return None
