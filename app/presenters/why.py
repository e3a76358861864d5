"""Why an order went to its driver, as text to be read, copied and sent on."""

from __future__ import annotations

from app.presenters.history_text import actor_name
from app.scene import Scene
from core.domain.language import mark, number, said, tr
from core.domain.order import UNASSIGNED, WORDS, Order
from core.domain.world import World
from core.matching.cost import MEDIUM
from core.matching.decisions import Candidate, Why
from core.matching.eligibility import Reason

PART_NAMES = {
    "pickup_leg": mark("way to pick-up"),
    "pickup_stop": mark("pick-up"),
    "dropoff_leg": mark("way to door"),
    "dropoff_stop": mark("door"),
    "pickup_early": mark("waiting"),
    "pickup_late": mark("food waits"),
    "dropoff_early": mark("early"),
    "dropoff_late": mark("late"),
    "spread_pay": mark("has earned the pay"),
    "shortage": mark("drivers are short"),
    "fairness": mark("more than a fair share"),
    "rating": mark("stars to five"),
    "cold": mark("ready to door"),
    "swap": mark("change of driver"),
    "own_first": mark("not the merchant's own"),
}


def why_of(order: Order, engine: Scene) -> Why | None:
    """What the last cycle says of an order without a driver, what the cycle that found the driver said of any other."""
    decisions = engine.decisions
    if decisions is not None and order.status in UNASSIGNED and order.id in decisions.candidates:
        return decisions.why(order.id)
    return engine.explained.get(order.id)


def why_text(order: Order, engine: Scene) -> str:
    """The chosen driver's cost taken apart, the next best, and the rule that kept each of the others from it."""
    world, why = engine.world, why_of(order, engine)
    profile = tr(engine.settings.text("matching.profile"))
    lines = [tr("Order {id}, {status}, profile {text}", id=order.id, status=said(WORDS[order.status]), text=profile)]
    if order.by_dispatcher:
        lines.append(tr("Given to {named} by the dispatcher", named=_named(order.driver_id or "", world)))
    if why is None:
        return "\n".join([*lines, tr("The matcher has not looked at it yet")])
    chosen = [c for c in why.candidates if c.chosen]
    lines += [tr("Chosen: {candidate}", candidate=_priced(candidate, order, world)) for candidate in chosen] or [
        tr("No driver was chosen")
    ]
    others = [c for c in why.candidates if not c.chosen]
    if others:
        lines.append(tr("Next best:"))
        lines += [f"  {_priced(candidate, order, world)}" for candidate in others]
    ranked = {candidate.driver_id for candidate in why.candidates}
    by_rule: dict[Reason, list[str]] = {}
    for driver_id, reason in why.excluded():
        if driver_id not in ranked:
            by_rule.setdefault(reason, []).append(_named(driver_id, world))
    if by_rule:
        lines.append(tr("Excluded:"))
        lines += [f"  {said(reason.text)}: {', '.join(names)}" for reason, names in sorted(by_rule.items())]
    return "\n".join(lines)


def _named(driver_id: str, world: World) -> str:
    return f"{driver_id} {actor_name(f'driver:{driver_id}', world)}"


def _priced(candidate: Candidate, order: Order, world: World) -> str:
    parts = []
    for part in candidate.cost.parts:
        if part.name in MEDIUM and part.minutes:
            parts.append(tr("{part}: before all minutes", part=tr(PART_NAMES[part.name])))
        elif abs(part.cost) >= 0.005:
            weight = part.cost / part.minutes
            times = "" if abs(weight - 1) < 1e-9 else f" × {number(weight, 'g')}"
            parts.append(f"{tr(PART_NAMES[part.name])} {number(part.minutes, '.1f')}{times}")
    with_ = [i for i in candidate.order_ids if i != order.id]
    together = tr(", together with {with_}", with_=", ".join(with_)) if with_ else ""
    chained = tr(", after the route under way") if candidate.chained else ""
    return tr(
        "{driver_id}, {per_delivery:.1f} min per delivery{together}{chained}: ",
        driver_id=_named(candidate.driver_id, world),
        per_delivery=candidate.cost.per_delivery,
        together=together,
        chained=chained,
    ) + " + ".join(parts)
