"""Events in words, for the log and for an order's history."""

from __future__ import annotations

from core.domain import events as e
from core.domain.alert import AlertKind
from core.domain.experiment import Variant
from core.domain.language import mark, said, tr
from core.domain.order import Order
from core.domain.provider import INTERNAL
from core.domain.reasons import worded
from core.domain.world import World
from widgets.log.rows import LogKind, LogRow
from widgets.status.bar import BROKER

_ORDER_TEXTS: dict[type[e.Change], str] = {
    e.OrderReceived: mark("Received"),
    e.OrderTagged: mark("Tagged with its area"),
    e.OrderQueued: mark("Waits for a driver"),
    e.OrderHeld: mark("Put on hold"),
    e.OrderReleased: mark("Released"),
    e.OrderCancelled: mark("Cancelled"),
    e.OrderReinstated: mark("Reinstated"),
    e.OrderChanged: mark("Changed"),
    e.OfferMade: mark("Offered to {driver}"),
    e.OfferAccepted: mark("Accepted by {driver}"),
    e.OfferRejected: mark("Turned down by {driver}"),
    e.OfferExpired: mark("{driver} did not answer in time"),
    e.OfferWithdrawn: mark("Offer to {driver} withdrawn"),
    e.OrderAssigned: mark("Given to {driver} by the dispatcher"),
    e.RouteReordered: mark("{driver} makes the stops in another order"),
    e.OrderUnassigned: mark("Taken back"),
    e.OrderHandedBack: mark("Handed back by {actor}"),
    e.ReadyTold: mark("The merchant tells when it is ready"),
    e.ArrivedAtPickup: mark("{driver} is at the pick-up"),
    e.PickedUp: mark("Picked up by {driver}"),
    e.ArrivedAtDropoff: mark("{driver} is at the door"),
    e.Delivered: mark("Delivered by {driver}"),
    e.DeliveryFailed: mark("Delivery failed"),
    e.OrderCorrected: mark("Put right by the dispatcher"),
    e.ProviderChosen: mark("Goes to {provider}"),
    e.OrderRefused: mark("Refused"),
    e.ProviderAccepted: mark("Taken by {provider}"),
    e.ProviderLost: mark("Provider lost"),
    e.NoProviderLeft: mark("Held for a dispatcher"),
    e.OrderRecalled: mark("Called back"),
    e.ProviderKept: mark("Kept by {provider}: it can't be called back"),
    e.ProviderDoubted: mark("In doubt again: does {provider} have it?"),
    e.ProviderContradicted: mark("Contradiction"),
    e.BroughtOver: mark("Read from a damaged database"),
}

_SETUP_TEXTS: dict[type[e.Change], str] = {
    e.RulesSaved: mark("Provider rules saved"),
    e.ProviderSaved: mark("{provider} saved"),
    e.ProviderRemoved: mark("{provider} removed"),
    e.WeatherTold: mark("Weather of the day told"),
    e.AreaSaved: mark("Area {area} saved"),
    e.AreaRemoved: mark("Area {area} removed"),
    e.MerchantRemoved: mark("Merchant {merchant} removed"),
}

KIND_TEXTS: dict[AlertKind, str] = {
    AlertKind.CONNECTION: mark("no broker"),
    AlertKind.LATE: mark("late"),
    AlertKind.SILENT: mark("driver silent"),
    AlertKind.NO_DRIVER: mark("no driver"),
    AlertKind.WILL_BE_LATE: mark("will be late"),
    AlertKind.STOPPED: mark("driver stopped"),
    AlertKind.OFF_ROUTE: mark("off route"),
}

_DRIVER_TEXTS: dict[type[e.Change], str] = {
    e.DriverRegistered: mark("{name} added"),
    e.DriverChanged: mark("{name} changed"),
    e.DriverRemoved: mark("{name} removed"),
    e.DriverCameOnline: mark("{name} is online"),
    e.DriverWentOffline: mark("{name} went offline"),
    e.DriverTookBreak: mark("{name} is on a break"),
    e.RepositioningBegan: mark("{name} is sent towards expected orders"),
    e.RepositioningEnded: mark("{name} is no longer sent anywhere"),
}

_ALERT_TEXTS: dict[type[e.Change], str] = {
    e.AlertRaised: mark("Alert, {what}"),
    e.AlertCleared: mark("Alert over, {what}"),
    e.AlertAcknowledged: mark("Alert seen by {who}, {what}"),
    e.AlertSnoozed: mark("Alert snoozed, {what}"),
    e.AlertTaken: mark("Alert taken on by {who}, {what}"),
}

_UPKEEP_TEXTS: dict[type[e.Change], str] = {
    e.SettingsChanged: mark("Settings changed, {what}"),
    e.ProfileSaved: mark("Profile {what} saved"),
    e.ProfileRemoved: mark("Profile {what} removed"),
    e.KeyMade: mark("Key made for {what}"),
    e.KeyRevoked: mark("The key of {what} opens nothing any more"),
    e.SecretChanged: mark("The secret of {what} is another one"),
    e.LettersResent: mark("What {what} could not pass on is sent again"),
    e.LettersDiscarded: mark("What {what} could not pass on is forgotten"),
    e.BackupMade: mark("Backup saved as {what}"),
    e.BackupRestored: mark("Back to {what}"),
    e.MatchingPaused: mark("Automatic offers are paused"),
    e.MatchingResumed: mark("Automatic offers go on"),
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
    e.ArrivalsExpected,
)
"""Changes that say nothing a person would miss in the log; an order's own history has them."""


ACTORS = {
    "dispatcher": mark("dispatcher"),
    "customer": mark("customer"),
    "merchant": mark("merchant"),
    "matcher": mark("matcher"),
    "rules": mark("rules"),
    "simulator": mark("simulator"),
    "system": mark("system"),
}
"""Who acts without a name of their own."""
_THROUGH = {"key": mark("key {name}"), "terminal": mark("terminal {name}")}
"""Who acts otherwise than in the window: what stands before the colon, and how that is said."""


def actor_name(actor: str, world: World) -> str:
    """``driver:D-1`` and ``provider:swift`` by their names; the rest as they are called."""
    if actor.startswith("provider:"):
        return provider_name(actor[9:], world)
    if actor.startswith("driver:"):
        driver = world.drivers.get(actor[7:])
        return driver.name if driver is not None else actor[7:]
    return actor_word(actor)


def actor_word(actor: str) -> str:
    """Keys and commands of the terminal by whose they are, drivers and providers by their ids."""
    kind, _, name = actor.partition(":")
    if name and kind in {"driver", "provider"}:
        return name
    if name and kind in _THROUGH:
        return tr(_THROUGH[kind], name=name)
    return tr(ACTORS[actor]) if actor in ACTORS else actor


def provider_name(provider_id: str | None, world: World) -> str:
    """Our own fleet where nobody else is named."""
    if provider_id is None or provider_id == INTERNAL:
        return tr("our own fleet")
    provider = world.providers.get(provider_id)
    return provider.name if provider is not None else provider_id


def order_text(change: e.Change, world: World) -> str:
    """One event in an order's own history, without the order's number."""
    if isinstance(change, e.FenceCrossed):
        name = actor_name(f"driver:{change.driver_id}", world)
        stop = tr("pick-up") if change.stop == "pickup" else tr("drop-off")
        return (
            tr("{name} came within {radius_m:.0f} m of the {stop}", name=name, radius_m=change.radius_m, stop=stop)
            if change.entered
            else tr("{name} left the {stop}", name=name, stop=stop)
        )
    if isinstance(change, e.FenceDwelled):
        stop = tr("pick-up") if change.stop == "pickup" else tr("drop-off")
        return tr(
            "{name} has been at the {stop} for {minutes:.0f} min",
            name=actor_name(f"driver:{change.driver_id}", world),
            stop=stop,
            minutes=change.seconds / 60,
        )
    if change.alerts:
        return _alert_text(change)
    driver_id = change.offers[0].driver_id if change.offers else (change.orders[0].driver_id if change.orders else None)
    provider = provider_name(change.orders[0].provider_id if change.orders else None, world)
    driver = actor_name(f"driver:{driver_id}", world) if driver_id is not None else provider
    text = tr(_ORDER_TEXTS.get(type(change), type(change).__name__)).format(
        driver=driver, actor=actor_name(change.actor, world), provider=provider
    )
    return f"{text}: {worded(said(change.reason))}" if change.reason and not isinstance(change, e.OfferExpired) else text


def _alert_text(change: e.Change) -> str:
    alert = change.alerts[0]
    if isinstance(change, e.AlertAcknowledged) and not alert.acknowledged_by:
        text = tr("Alert new again, {what}")
    elif isinstance(change, e.AlertSnoozed) and alert.snoozed_until is None:
        text = tr("Alert woken, {what}")
    elif isinstance(change, e.AlertTaken) and not alert.owner:
        text = tr("Nobody looks after the alert, {what}")
    else:
        text = tr(_ALERT_TEXTS.get(type(change), "Alert, {what}"))
    who = alert.owner if isinstance(change, e.AlertTaken) else alert.acknowledged_by
    return text.format(what=tr(KIND_TEXTS[alert.kind]), who=who)


def log_row(number: int, event: e.Event, world: World) -> LogRow | None:
    """The event as a line of the log, or ``None`` where it is not worth one."""
    row_id = str(number)
    if isinstance(event, e.MessageRefused):
        text = tr("Message refused on {topic}: {reason}", topic=event.topic, reason=said(event.reason))
        return LogRow(id=row_id, at=event.at, kind=LogKind.MESSAGE, text=text, alarm=True)
    if isinstance(event, e.BrokerChanged):
        text = tr(BROKER[event.state].text) + (f", {said(event.detail)}" if event.detail else "")
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text, alarm=event.state in {"lost", "outgrown"})
    if isinstance(event, e.CycleFailed):
        return LogRow(
            id=row_id,
            at=event.at,
            kind=LogKind.MATCHER,
            text=tr("A matching cycle failed: {reason}", reason=said(event.reason)),
            alarm=True,
        )
    if not isinstance(event, e.Change) or isinstance(event, QUIET):
        return None
    actor = actor_name(event.actor, world)
    if isinstance(event, e.NoteChange):
        text = tr("Note struck: {text}") if event.note.struck else tr("Note: {text}")
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text.format(text=event.note.text), actor=actor)
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
        text = (tr("{driver} came into {area}") if event.entered else tr("{driver} left {area}")).format(
            driver=actor, area=crossed.name if crossed else event.area_id
        )
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
        text = tr(_DRIVER_TEXTS.get(type(event), "{name} changed"), name=driver.name)
        text = f"{text}: {worded(said(event.reason))}" if event.reason else text
        return LogRow(id=row_id, at=event.at, kind=LogKind.DRIVER, text=text, actor=actor, driver_id=driver.id)
    if isinstance(event, e.UpkeepChange):
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=upkeep_text(event), actor=actor)
    if type(event) in _SETUP_TEXTS:
        provider = event.providers[0].name if isinstance(event, e.DispatchChange) and event.providers else ""
        area = event.areas[0].name if event.areas else ""
        merchant = event.merchants[0].name if event.merchants else ""
        text = tr(_SETUP_TEXTS[type(event)]).format(provider=provider, area=area, merchant=merchant)
        return LogRow(id=row_id, at=event.at, kind=LogKind.SYSTEM, text=text, actor=actor)
    return None


def _experiment_text(event: e.ExperimentSaved) -> str:
    said = []
    for one in event.experiments:
        parts = ", ".join(f"{v.name} {_whom(v)}" for v in one.variants)
        said.append(
            tr("Experiment {name} removed", name=one.name)
            if one.removed
            else tr("Experiment {name} has ended", name=one.name)
            if one.ended
            else tr("Experiment {name} runs: {parts}", name=one.name, parts=parts)
        )
    return "; ".join(said)


def _whom(variant: Variant) -> str:
    share = [tr("{share:g} %", share=variant.share)] if variant.share or not variant.groups else []
    return ", ".join([*share, *variant.groups])


def upkeep_text(event: e.UpkeepChange) -> str:
    what = ", ".join(one.title for one in event.altered[:3]) + (", …" if len(event.altered) > 3 else "")
    return tr(_UPKEEP_TEXTS[type(event)], what=what)
