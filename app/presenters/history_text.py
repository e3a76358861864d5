"""Events in words, for the log and for an order's history."""

from __future__ import annotations

from core.domain import events as e
from core.domain.order import Order
from core.domain.world import World
from widgets.log.rows import LogKind, LogRow

_ORDER_TEXTS: dict[type[e.Change], str] = {
    e.OrderReceived: "Received",
    e.OrderTagged: "Tagged with its area",
    e.OrderQueued: "Waits for a driver",
    e.OrderHeld: "Put on hold",
    e.OrderReleased: "Released",
    e.OrderCancelled: "Cancelled",
    e.OrderReinstated: "Reinstated",
    e.OrderChanged: "Changed",
    e.OfferMade: "Offered to {driver}",
    e.OfferAccepted: "Accepted by {driver}",
    e.OfferRejected: "Turned down by {driver}",
    e.OfferExpired: "{driver} did not answer in time",
    e.OfferWithdrawn: "Offer to {driver} withdrawn",
    e.OrderAssigned: "Given to {driver} by the dispatcher",
    e.OrderUnassigned: "Taken back",
    e.OrderHandedBack: "Handed back by {actor}",
    e.ArrivedAtPickup: "{driver} is at the pick-up",
    e.PickedUp: "Picked up by {driver}",
    e.ArrivedAtDropoff: "{driver} is at the door",
    e.Delivered: "Delivered by {driver}",
    e.DeliveryFailed: "Delivery failed",
}

_DRIVER_TEXTS: dict[type[e.Change], str] = {
    e.DriverRegistered: "{name} added",
    e.DriverChanged: "{name} changed",
    e.DriverRemoved: "{name} removed",
    e.DriverCameOnline: "{name} is online",
    e.DriverWentOffline: "{name} went offline",
    e.DriverTookBreak: "{name} is on a break",
}

_ALARMS = (e.DeliveryFailed, e.OrderHandedBack, e.OfferExpired)
QUIET = (e.OrderTagged, e.OrderQueued, e.MerchantRegistered, e.AreaSaved, e.ForwardSaved, e.ForwardRemoved)
"""Changes that say nothing a person would miss in the log; an order's own history has them."""


def actor_name(actor: str, world: World) -> str:
    """``driver:D-1`` as the driver's name; the rest as they are called."""
    if actor.startswith("driver:"):
        driver = world.drivers.get(actor[7:])
        return driver.name if driver is not None else actor[7:]
    return actor


def order_text(change: e.Change, world: World) -> str:
    """One event in an order's own history, without the order's number."""
    if isinstance(change, e.FenceCrossed):
        name = actor_name(f"driver:{change.driver_id}", world)
        stop = "pick-up" if change.stop == "pickup" else "drop-off"
        return f"{name} came within {change.radius_m:.0f} m of the {stop}" if change.entered else f"{name} left the {stop}"
    if isinstance(change, e.FenceDwelled):
        stop = "pick-up" if change.stop == "pickup" else "drop-off"
        return f"{actor_name(f'driver:{change.driver_id}', world)} has been at the {stop} for {change.seconds / 60:.0f} min"
    driver_id = change.offers[0].driver_id if change.offers else (change.orders[0].driver_id if change.orders else None)
    text = _ORDER_TEXTS.get(type(change), type(change).__name__).format(
        driver=actor_name(f"driver:{driver_id}", world), actor=actor_name(change.actor, world)
    )
    return f"{text}: {change.reason}" if change.reason and not isinstance(change, e.OfferExpired) else text


def log_row(number: int, event: e.Event, world: World) -> LogRow | None:
    """The event as a line of the log, or ``None`` where it is not worth one."""
    row_id = str(number)
    if isinstance(event, e.MessageRefused):
        text = f"Message refused on {event.topic}: {event.reason}"
        return LogRow(id=row_id, at=event.at, kind=LogKind.MESSAGE, text=text, alarm=True)
    if isinstance(event, e.BrokerChanged):
        text = f"Broker: {event.state}" + (f", {event.detail}" if event.detail else "")
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text, alarm=event.state in {"lost", "outgrown"})
    if isinstance(event, e.CycleFailed):
        return LogRow(id=row_id, at=event.at, kind=LogKind.MATCHER, text=f"A matching cycle failed: {event.reason}", alarm=True)
    if not isinstance(event, e.Change) or isinstance(event, QUIET):
        return None
    actor = actor_name(event.actor, world)
    at_stop = isinstance(event, e.FenceCrossed | e.FenceDwelled)
    if event.orders or at_stop:
        orders: tuple[Order, ...] = event.orders
        ids = [o.id for o in orders] or ([event.order_id] if isinstance(event, e.FenceCrossed | e.FenceDwelled) else [])
        kind = LogKind.OFFER if event.offers else LogKind.ORDER
        driver_id = event.offers[0].driver_id if event.offers else next((o.driver_id for o in orders if o.driver_id), "")
        text = f"{', '.join(ids)}: {order_text(event, world)}"
        return LogRow(
            id=row_id,
            at=event.at,
            kind=kind,
            text=text,
            actor=actor,
            order_id=ids[0],
            driver_id=driver_id or "",
            alarm=isinstance(event, _ALARMS),
        )
    if isinstance(event, e.AreaCrossed):
        area = world.areas.get(event.area_id)
        text = f"{actor} {'came into' if event.entered else 'left'} {area.name if area else event.area_id}"
        return LogRow(id=row_id, at=event.at, kind=LogKind.DRIVER, text=text, actor=actor, driver_id=event.driver_id)
    if event.drivers:
        driver = event.drivers[0]
        text = _DRIVER_TEXTS.get(type(event), "{name} changed").format(name=driver.name)
        text = f"{text}: {event.reason}" if event.reason else text
        return LogRow(id=row_id, at=event.at, kind=LogKind.DRIVER, text=text, actor=actor, driver_id=driver.id)
    return None
