"""What the inspector shows of an order or a driver. Plain functions: the engine in, details out."""

from __future__ import annotations

import math

from app.actions.declared import ACTIONS
from app.actions.declaring import Declared, Scope
from app.actions.deeds import Deeds
from app.actions.replaying import can_do
from app.presenters.history_text import actor_name, order_text
from app.presenters.rows import driver_row, eased, exception_of, is_of_lateness, mode_wanted, stop_eta, stop_text
from app.presenters.tracking_text import held_back, troubles
from app.presenters.why import PART_NAMES, why_of
from app.scene import Scene, replaying
from core.domain.driver import StopKind
from core.domain.events import DeliveryFailed, OfferExpired, OfferMade, OrderHandedBack
from core.domain.language import number, said, tr
from core.domain.order import ACTIVE, UNASSIGNED, Order
from core.domain.receipt import Told
from core.domain.vehicle import capacity
from core.domain.world import World
from core.matching.cost import MEDIUM, TERMS
from core.matching.decisions import Candidate as Priced
from widgets.inspector.details import Candidate, Deed, DriverDetails, HistoryLine, OrderDetails, StopLine
from widgets.orders.told import told_sentence

MOST_EXCLUDED = 40


def order_details(order: Order, deeds: Deeds) -> OrderDetails:
    engine = deeds.engine
    world, now = engine.world, engine.clock.now()
    merchant = world.merchants.get(order.merchant_id)
    driver = world.drivers.get(order.driver_id or "")
    eta = world.etas.get(order.id)
    offer = world.offers.get(order.offer_id or "")
    receipt = engine.receipts.get(order.id)
    return OrderDetails(
        id=order.id,
        status=order.status,
        due_at=order.due_at,
        placed_at=order.placed_at,
        status_at=order.status_at,
        eta=eta[1] if eta else None,
        pickup_eta=eta[0] if eta else None,
        offer_until=offer.expires_at if offer is not None else None,
        merchant=merchant.name if merchant is not None else order.merchant_id,
        customer=order.customer,
        address=order.address,
        note=order.note,
        load=tr("{weight_kg:g} kg, {volume_l:g} l", weight_kg=order.weight_kg, volume_l=order.volume_l),
        exception="" if is_of_lateness(order, world, now) else exception_of(order, world, now),
        eased=eased(order, world, now),
        driver_id=order.driver_id or "",
        driver_name=driver.name if driver is not None else "",
        ready_at=order.ready_at,
        assigned_at=order.assigned_at,
        arrived_pickup_at=order.arrived_pickup_at,
        picked_up_at=order.picked_up_at,
        arrived_dropoff_at=order.arrived_dropoff_at,
        delivered_at=order.delivered_at,
        batched=order.batched,
        chained=order.chained,
        by_dispatcher=order.by_dispatcher,
        history=_history(order, engine),
        candidates=candidates(order, engine),
        reason=_why_nobody(order, engine),
        deeds=_buttons(deeds, Scope.ORDERS, primary="order.assign"),
        told=told_sentence(receipt.told, receipt.what) if receipt is not None else "",
        recorded=replaying(engine),
        told_lost=receipt is not None and receipt.told is Told.FAILED,
    )


def _history(order: Order, engine: Scene) -> tuple[HistoryLine, ...]:
    world, now = engine.world, engine.clock.now()
    return tuple(
        HistoryLine(
            change.at,
            order_text(change, world),
            actor_name(change.actor, world),
            alarm=isinstance(change, DeliveryFailed | OrderHandedBack | OfferExpired),
        )
        for change in engine.store.history(order.id)
        if change.at <= now
    )


def candidates(order: Order, engine: Scene) -> tuple[Candidate, ...]:
    """The ranked drivers with their cost taken apart, then those whom a rule excluded, with the rule."""
    if replaying(engine):
        return _weighed_then(order, engine)
    world, why = engine.world, why_of(order, engine)
    if why is None:
        return ()
    found = [_priced(candidate, world, order) for candidate in why.candidates]
    ranked = {candidate.driver_id for candidate in why.candidates}
    for driver_id, reason in why.excluded()[:MOST_EXCLUDED]:
        if driver_id not in ranked:
            found.append(Candidate(driver_id, actor_name(f"driver:{driver_id}", world), excluded=said(reason.text)))
    return tuple(found)


def _weighed_then(order: Order, engine: Scene) -> tuple[Candidate, ...]:
    """What stands in the log with the last offer before that moment: who was weighed, and at what cost."""
    world, now = engine.world, engine.clock.now()
    made = [change for change in engine.store.history(order.id) if isinstance(change, OfferMade) and change.at <= now]
    if not made:
        return ()
    asked = made[-1].offers[0].driver_id
    return tuple(
        Candidate(
            driver_id,
            actor_name(f"driver:{driver_id}", world),
            cost=tr("{per_delivery:.1f} min", per_delivery=minutes),
            chosen=driver_id == asked,
        )
        for order_id, driver_id, minutes in made[-1].offers[0].weighed
        if order_id == order.id
    )


def _priced(candidate: Priced, world: World, order: Order) -> Candidate:
    parts = [
        f"{tr(PART_NAMES[part.name])} {number(part.minutes, '.1f')}"
        for part in candidate.cost.parts
        if abs(part.minutes) >= 0.05 and (part.cost or part.name in TERMS or part.name in MEDIUM)
    ]
    if len(candidate.order_ids) > 1:
        parts.append(tr("together with {join}", join=", ".join(i for i in candidate.order_ids if i != order.id)))
    return Candidate(
        candidate.driver_id,
        actor_name(f"driver:{candidate.driver_id}", world),
        cost=tr("{per_delivery:.1f} min", per_delivery=candidate.cost.per_delivery),
        parts=", ".join(parts),
        chosen=candidate.chosen or order.driver_id == candidate.driver_id,
    )


def _why_nobody(order: Order, engine: Scene) -> str:
    if order.status not in UNASSIGNED or engine.decisions is None:
        return ""
    if engine.matching_paused:
        return tr("Automatic offers are paused")
    for postponed in engine.decisions.postponed:
        if order.id in postponed.order_ids:
            name = actor_name(f"driver:{postponed.driver_id}", engine.world)
            return tr("Planned for {name}; the offer goes out when they are nearly free and the order nearly ready", name=name)
    summary = next((said(u.summary) for u in engine.decisions.unassigned if u.order_id == order.id), "")
    return summary[:1].upper() + summary[1:]


def driver_details(driver_id: str, deeds: Deeds) -> DriverDetails | None:
    engine = deeds.engine
    world, now = engine.world, engine.clock.now()
    driver = world.drivers.get(driver_id)
    if driver is None:
        return None
    row = engine.positions.find(driver_id)
    silent = row is not None and bool(engine.silent(now)[row])
    shown = driver_row(driver, world, engine.positions, now, silent)
    limit = capacity(driver.vehicle, driver.weight_kg, driver.volume_l).weight_kg
    carried = sum(o.weight_kg for o in world.orders.values() if o.driver_id == driver_id and o.status in ACTIVE)
    accuracy = math.nan if row is None else float(engine.positions.acc[row])
    stops = []
    for stop in world.route(driver_id).stops:
        order = world.orders[stop.order_id]
        eta = stop_eta(stop.kind, order, world)
        late = None if eta is None or stop.kind is StopKind.PICKUP else (eta - order.due_at) / 60
        stops.append(StopLine(stop.kind, order.id, stop_text(stop.kind, order, world), eta, late, stop.arrived_at))
    wrong, tracking = troubles(driver_id, engine, now), engine.modes.of(driver_id)
    return DriverDetails(
        id=driver.id,
        name=driver.name,
        vehicle=driver.vehicle,
        activity=shown.activity,
        app=driver.app,
        phone=driver.phone,
        group=driver.group,
        fix_at=shown.fix_at,
        stale=shown.stale,
        accuracy_m=None if math.isnan(accuracy) else accuracy,
        battery=shown.battery,
        speed_kmh=shown.speed_kmh,
        mode=shown.mode,
        mode_wanted="" if replaying(engine) else mode_wanted(driver, world),
        troubles=tuple(trouble.said for trouble in wrong),
        fix_it=tuple(dict.fromkeys(step for trouble in wrong for step in trouble.to_do)),
        held_back=held_back(engine.movement.held_lately(driver_id)),
        variants=", ".join(f"{name}: {v}" for name, v in tracking.variants.items()) if tracking is not None else "",
        off_duty=driver.off_duty,
        load=tr("{carried:g} of {limit:g} kg", carried=carried, limit=limit),
        shift_start=driver.shift_start,
        shift_end=driver.shift_end,
        stops=tuple(stops),
        sent=shown.next_stop if shown.sent_for else "",
        sent_for=shown.sent_for,
        sent_eta=shown.eta if shown.sent_for else None,
        recorded=replaying(engine),
        deeds=_buttons(deeds, Scope.DRIVER, primary=""),
    )


def _buttons(deeds: Deeds, scope: Scope, primary: str) -> tuple[Deed, ...]:
    """The actions of this scope that can be done now; what is shown is what is selected."""
    return tuple(_button(action, primary) for action in ACTIONS if action.scope is scope and can_do(action, deeds))


def _button(action: Declared, primary: str) -> Deed:
    danger = action.id in {"order.cancel", "order.failed", "driver.remove"}
    return Deed(action.id, tr(action.text), primary=action.id == primary, danger=danger, keys=action.keys)
