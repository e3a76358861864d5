"""Why an order went to its driver, as text to be read, copied and sent on."""

from __future__ import annotations

from app.presenters.history_text import actor_name
from core.domain.order import UNASSIGNED, Order
from core.domain.world import World
from core.engine.engine import Engine
from core.matching.cost import MEDIUM
from core.matching.decisions import Candidate, Why
from core.matching.eligibility import Reason

PART_NAMES = {
    "pickup_leg": "way to pick-up",
    "pickup_stop": "pick-up",
    "dropoff_leg": "way to door",
    "dropoff_stop": "door",
    "pickup_early": "waiting",
    "pickup_late": "food waits",
    "dropoff_early": "early",
    "dropoff_late": "late",
    "spread_pay": "has earned the pay",
    "shortage": "drivers are short",
    "fairness": "more than a fair share",
    "rating": "stars to five",
    "cold": "ready to door",
    "swap": "change of driver",
    "own_first": "not the merchant's own",
}


def why_of(order: Order, engine: Engine) -> Why | None:
    """What the last cycle says of an order without a driver, what the cycle that found the driver said of any other."""
    decisions = engine.decisions
    if decisions is not None and order.status in UNASSIGNED and order.id in decisions.candidates:
        return decisions.why(order.id)
    return engine.explained.get(order.id)


def why_text(order: Order, engine: Engine) -> str:
    """The chosen driver's cost taken apart, the next best, and the rule that kept each of the others from it."""
    world, why = engine.world, why_of(order, engine)
    status = order.status.value.replace("_", " ")
    lines = [f"Order {order.id}, {status}, profile {engine.settings.text('matching.profile')}"]
    if order.by_dispatcher:
        lines.append(f"Given to {_named(order.driver_id or '', world)} by the dispatcher")
    if why is None:
        return "\n".join([*lines, "The matcher has not looked at it yet"])
    chosen = [c for c in why.candidates if c.chosen]
    lines += [f"Chosen: {_priced(candidate, order, world)}" for candidate in chosen] or ["No driver was chosen"]
    others = [c for c in why.candidates if not c.chosen]
    if others:
        lines.append("Next best:")
        lines += [f"  {_priced(candidate, order, world)}" for candidate in others]
    ranked = {candidate.driver_id for candidate in why.candidates}
    by_rule: dict[Reason, list[str]] = {}
    for driver_id, reason in why.excluded():
        if driver_id not in ranked:
            by_rule.setdefault(reason, []).append(_named(driver_id, world))
    if by_rule:
        lines.append("Excluded:")
        lines += [f"  {reason.text}: {', '.join(names)}" for reason, names in sorted(by_rule.items())]
    return "\n".join(lines)


def _named(driver_id: str, world: World) -> str:
    return f"{driver_id} {actor_name(f'driver:{driver_id}', world)}"


def _priced(candidate: Candidate, order: Order, world: World) -> str:
    parts = []
    for part in candidate.cost.parts:
        if part.name in MEDIUM and part.minutes:
            parts.append(f"{PART_NAMES[part.name]}: before all minutes")
        elif abs(part.cost) >= 0.005:
            weight = part.cost / part.minutes
            times = "" if abs(weight - 1) < 1e-9 else f" × {weight:g}"
            parts.append(f"{PART_NAMES[part.name]} {part.minutes:.1f}{times}")
    with_ = [i for i in candidate.order_ids if i != order.id]
    together = f", together with {', '.join(with_)}" if with_ else ""
    chained = ", after the route under way" if candidate.chained else ""
    return (
        f"{_named(candidate.driver_id, world)}, {candidate.cost.per_delivery:.1f} min per delivery{together}{chained}: "
        + " + ".join(parts)
    )
