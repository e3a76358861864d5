"""Events in words, for the log and for an order's history."""

from __future__ import annotations

from core.domain import events as e
from core.domain.alert import AlertKind
from core.domain.experiment import Variant
from core.domain.order import Order
from core.domain.provider import INTERNAL
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
    e.RouteReordered: "{driver} makes the stops in another order",
    e.OrderUnassigned: "Taken back",
    e.OrderHandedBack: "Handed back by {actor}",
    e.ReadyTold: "The merchant tells when it is ready",
    e.ArrivedAtPickup: "{driver} is at the pick-up",
    e.PickedUp: "Picked up by {driver}",
    e.ArrivedAtDropoff: "{driver} is at the door",
    e.Delivered: "Delivered by {driver}",
    e.DeliveryFailed: "Delivery failed",
    e.ProviderChosen: "Goes to {provider}",
    e.OrderRefused: "Refused",
    e.ProviderAccepted: "Taken by {provider}",
    e.ProviderLost: "Provider lost",
    e.NoProviderLeft: "Held for a dispatcher",
    e.OrderRecalled: "Called back",
    e.ProviderKept: "Kept by {provider}: it can't be called back",
    e.ProviderContradicted: "Contradiction",
}

_SETUP_TEXTS: dict[type[e.Change], str] = {
    e.RulesSaved: "Provider rules saved",
    e.ProviderSaved: "{provider} saved",
    e.ProviderRemoved: "{provider} removed",
    e.WeatherTold: "Weather of the day told",
    e.AreaSaved: "Area {area} saved",
    e.AreaRemoved: "Area {area} removed",
}

KIND_TEXTS: dict[AlertKind, str] = {
    AlertKind.LATE: "late",
    AlertKind.SILENT: "driver silent",
    AlertKind.NO_DRIVER: "no driver",
    AlertKind.WILL_BE_LATE: "will be late",
    AlertKind.STOPPED: "driver stopped",
    AlertKind.OFF_ROUTE: "off route",
}

_DRIVER_TEXTS: dict[type[e.Change], str] = {
    e.DriverRegistered: "{name} added",
    e.DriverChanged: "{name} changed",
    e.DriverRemoved: "{name} removed",
    e.DriverCameOnline: "{name} is online",
    e.DriverWentOffline: "{name} went offline",
    e.DriverTookBreak: "{name} is on a break",
}

_ALERT_TEXTS: dict[type[e.Change], str] = {
    e.AlertRaised: "Alert, {what}",
    e.AlertCleared: "Alert over, {what}",
    e.AlertAcknowledged: "Alert seen by {who}, {what}",
    e.AlertSnoozed: "Alert snoozed, {what}",
    e.AlertTaken: "Alert taken on by {who}, {what}",
}

_ALARMS = (e.DeliveryFailed, e.OrderHandedBack, e.OfferExpired, e.NoProviderLeft, e.ProviderContradicted)
QUIET = (
    e.OrderTagged,
    e.OrderQueued,
    e.ReadyTold,
    e.MerchantRegistered,
    e.MerchantsTagged,
    e.ProviderReported,
    e.ForwardSaved,
    e.ForwardRemoved,
)
"""Changes that say nothing a person would miss in the log; an order's own history has them."""


def actor_name(actor: str, world: World) -> str:
    """``driver:D-1`` and ``provider:swift`` by their names; the rest as they are called."""
    if actor.startswith("provider:"):
        return provider_name(actor[9:], world)
    if actor.startswith("driver:"):
        driver = world.drivers.get(actor[7:])
        return driver.name if driver is not None else actor[7:]
    return actor


def provider_name(provider_id: str | None, world: World) -> str:
    """Our own fleet where nobody else is named."""
    if provider_id is None or provider_id == INTERNAL:
        return "our own fleet"
    provider = world.providers.get(provider_id)
    return provider.name if provider is not None else provider_id


def order_text(change: e.Change, world: World) -> str:
    """One event in an order's own history, without the order's number."""
    if isinstance(change, e.FenceCrossed):
        name = actor_name(f"driver:{change.driver_id}", world)
        stop = "pick-up" if change.stop == "pickup" else "drop-off"
        return f"{name} came within {change.radius_m:.0f} m of the {stop}" if change.entered else f"{name} left the {stop}"
    if isinstance(change, e.FenceDwelled):
        stop = "pick-up" if change.stop == "pickup" else "drop-off"
        return f"{actor_name(f'driver:{change.driver_id}', world)} has been at the {stop} for {change.seconds / 60:.0f} min"
    if change.alerts:
        return _alert_text(change)
    driver_id = change.offers[0].driver_id if change.offers else (change.orders[0].driver_id if change.orders else None)
    provider = provider_name(change.orders[0].provider_id if change.orders else None, world)
    driver = actor_name(f"driver:{driver_id}", world) if driver_id is not None else provider
    text = _ORDER_TEXTS.get(type(change), type(change).__name__).format(
        driver=driver, actor=actor_name(change.actor, world), provider=provider
    )
    return f"{text}: {change.reason}" if change.reason and not isinstance(change, e.OfferExpired) else text


def _alert_text(change: e.Change) -> str:
    alert = change.alerts[0]
    if isinstance(change, e.AlertAcknowledged) and not alert.acknowledged_by:
        text = "Alert new again, {what}"
    elif isinstance(change, e.AlertSnoozed) and alert.snoozed_until is None:
        text = "Alert woken, {what}"
    elif isinstance(change, e.AlertTaken) and not alert.owner:
        text = "Nobody looks after the alert, {what}"
    else:
        text = _ALERT_TEXTS.get(type(change), "Alert, {what}")
    who = alert.owner if isinstance(change, e.AlertTaken) else alert.acknowledged_by
    return text.format(what=KIND_TEXTS[alert.kind], who=who)


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
        crossed = world.areas.get(event.area_id)
        text = f"{actor} {'came into' if event.entered else 'left'} {crossed.name if crossed else event.area_id}"
        return LogRow(id=row_id, at=event.at, kind=LogKind.DRIVER, text=text, actor=actor, driver_id=event.driver_id)
    if isinstance(event, e.ExperimentSaved):
        text = _experiment_text(event)
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text, actor=actor)
    if event.alerts:
        alert = event.alerts[0]
        return LogRow(
            id=row_id,
            at=event.at,
            kind=LogKind.ALERT,
            text=f"{alert.subject}: {_alert_text(event)}",
            actor=actor,
            order_id=alert.order_id or "",
            driver_id=alert.driver_id or "",
            alarm=isinstance(event, e.AlertRaised),
        )
    if event.drivers:
        driver = event.drivers[0]
        text = _DRIVER_TEXTS.get(type(event), "{name} changed").format(name=driver.name)
        text = f"{text}: {event.reason}" if event.reason else text
        return LogRow(id=row_id, at=event.at, kind=LogKind.DRIVER, text=text, actor=actor, driver_id=driver.id)
    if type(event) in _SETUP_TEXTS:
        provider = event.providers[0].name if isinstance(event, e.DispatchChange) and event.providers else ""
        area = event.areas[0].name if event.areas else ""
        text = _SETUP_TEXTS[type(event)].format(provider=provider, area=area)
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text, actor=actor)
    return None


def _experiment_text(event: e.ExperimentSaved) -> str:
    said = []
    for one in event.experiments:
        parts = ", ".join(f"{v.name} {_whom(v)}" for v in one.variants)
        said.append(f"Experiment {one.name} has ended" if one.ended else f"Experiment {one.name} runs: {parts}")
    return "; ".join(said)


def _whom(variant: Variant) -> str:
    share = [f"{variant.share:g} %"] if variant.share or not variant.groups else []
    return " and ".join([*share, *variant.groups])
