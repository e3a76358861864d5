"""The figures of a run: how long a delivery takes a driver, and how well the promises were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from core.domain.order import ENDED, Order, Status
from core.insight.timeline import Visit, time_spent, tour_minutes, visit_of


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, minutes per delivery, and shares of the delivered orders in percent; ``None`` where there is nothing to count.

    ``orders_placed`` is the sum of delivered, cancelled, failed and open. ``pdt_min`` is all drivers' fulfilling time divided
    by the deliveries, and the sum of the four parts that follow it (see `core.insight.timeline`); ``pdt_shared_min`` is that of
    the tours in which a driver had several, batched or chained, ``pdt_solo_min`` of the others. ``waiting_min`` is the mean
    time at a pick-up beyond the usual stop, over the deliveries whose arrival there is known. Late is delivered after the
    promise. ``orders_per_driver_hour`` is deliveries per hour that drivers were online.
    """

    orders_placed: int
    orders_delivered: int
    orders_cancelled: int
    orders_failed: int
    orders_open: int
    pdt_min: float | None
    pickup_leg_min: float | None
    pickup_stop_min: float | None
    dropoff_leg_min: float | None
    dropoff_stop_min: float | None
    waiting_min: float | None
    pdt_shared_min: float | None
    pdt_solo_min: float | None
    late_orders_pct: float | None
    batched_pct: float | None
    chained_pct: float | None
    orders_per_driver_hour: float | None


def summarise(orders: Iterable[Order], *, pickup_stop_min: float, online_hours: float | None = None) -> Figures:
    """Figures of ``orders``, as they stand.

    ``pickup_stop_min`` is the usual time at a pick-up, beyond which a driver there counts as waiting: that the food was not
    ready is nothing a phone reports. ``online_hours`` is the sum over all drivers; ``None`` leaves their rate out.
    """
    orders = list(orders)
    delivered = [o for o in orders if o.status is Status.DELIVERED]
    ours = [o for o in delivered if o.driver_id is not None]
    by_driver: dict[str, list[Visit]] = defaultdict(list)
    for order in delivered:
        visit = visit_of(order)
        if visit is not None:
            by_driver[str(order.driver_id)].append(visit)
    count = sum(map(len, by_driver.values()))
    parts = [time_spent(visits) for visits in by_driver.values()]
    tours = [tour for visits in by_driver.values() for tour in tour_minutes(visits)]

    def minutes(seconds: Iterable[float]) -> float | None:
        return sum(seconds) / 60 / count if count else None

    return Figures(
        orders_placed=len(orders),
        orders_delivered=len(delivered),
        orders_cancelled=sum(o.status is Status.CANCELLED for o in orders),
        orders_failed=sum(o.status is Status.FAILED for o in orders),
        orders_open=sum(o.status not in ENDED for o in orders),
        pdt_min=minutes(p.total for p in parts),
        pickup_leg_min=minutes(p.pickup_leg for p in parts),
        pickup_stop_min=minutes(p.pickup_stop for p in parts),
        dropoff_leg_min=minutes(p.dropoff_leg for p in parts),
        dropoff_stop_min=minutes(p.dropoff_stop for p in parts),
        waiting_min=_waiting_min(ours, pickup_stop_min),
        pdt_shared_min=_per_delivery(t for t in tours if t[0] > 1),
        pdt_solo_min=_per_delivery(t for t in tours if t[0] == 1),
        late_orders_pct=_percent(o.delivered_at is not None and o.delivered_at > o.due_at for o in delivered),
        batched_pct=_percent(o.batched for o in delivered),
        chained_pct=_percent(o.chained for o in delivered),
        orders_per_driver_hour=len(ours) / online_hours if online_hours else None,
    )


def _waiting_min(delivered: Iterable[Order], pickup_stop_min: float) -> float | None:
    stays = [
        (o.picked_up_at - o.arrived_pickup_at) / 60
        for o in delivered
        if o.picked_up_at is not None and o.arrived_pickup_at is not None
    ]
    return fmean(max(0.0, stay - pickup_stop_min) for stay in stays) if stays else None


def _per_delivery(tours: Iterable[tuple[int, float]]) -> float | None:
    tours = list(tours)
    return sum(minutes for _, minutes in tours) / sum(many for many, _ in tours) if tours else None


def _percent(flags: Iterable[bool]) -> float | None:
    flags = list(flags)
    return 100 * sum(flags) / len(flags) if flags else None
