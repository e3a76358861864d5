"""What the dashboard shows, made of the core's figures: which quantities stand together, in which colours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from core.domain.language import number, tr
from core.domain.provider import INTERNAL
from core.domain.world import World
from core.engine.setup import ShareView
from core.insight.areas import Balance
from core.insight.course import Course, Floats
from widgets.dashboard.data import ChartData, Line, Tile, figure

AREAS_SHOWN = 12


def tiles(whole: Course) -> list[Tile]:
    """Figures of the whole span, ``whole`` being one single bin."""

    def value(name: str) -> float:
        return float(whole.figures()[name][0])

    late = value("late_pct")
    return [
        Tile(tr("Delivered"), figure(value("delivered"), 0), tr("of {n} placed", n=figure(value("placed"), 0))),
        Tile(
            tr("Driver's time per delivery"),
            figure(value("pdt_min"), 1),
            tr("min"),
            tr("From the assignment to the door; minutes shared by several deliveries count once"),
        ),
        Tile(tr("Waiting at pick-ups"), figure(value("waiting_min"), 1), tr("min"), tr("Beyond the usual stop, per delivery")),
        Tile(
            tr("Late"),
            f"▲ {figure(late, 1)}" if late > 0 else figure(late, 1),
            "%",
            tr("Of the deliveries, by their promise"),
            "late" if late > 0 else "text",
        ),
        Tile(tr("Batched"), figure(value("batched_pct"), 0), "%", tr("Delivered together with another")),
        Tile(tr("Chained"), figure(value("chained_pct"), 0), "%", tr("Taken on under way")),
        Tile(tr("Per driver-hour"), figure(value("per_driver_hour"), 2), tr("deliveries"), tr("Hours online, without breaks")),
    ]


def charts(course: Course, now: float) -> list[ChartData]:
    """What went on over time, up to ``now``."""
    none_yet = tr("Nothing was delivered in this time")
    no_cycle = tr("The matcher has not run since the window was opened")

    def over_time(key: str, title: str, unit: str, empty: str, *lines: Line, kind: str = "lines") -> ChartData:
        return ChartData(key, title, unit, kind, lines, course.at, course.bin_s, empty=empty)  # type: ignore[arg-type]

    return [
        over_time(
            "parts",
            tr("Driver's time per delivery"),
            tr("min"),
            none_yet,
            Line(tr("To the pick-up"), "to_pickup", course.pickup_leg_min, hollow=True),
            Line(tr("At the pick-up"), "waiting", course.pickup_stop_min),
            Line(tr("To the drop-off"), "carrying", course.dropoff_leg_min, hollow=True),
            Line(tr("At the drop-off"), "free", course.dropoff_stop_min),
            kind="stack",
        ),
        over_time(
            "orders",
            tr("Orders"),
            tr("per {n} min", n=number(course.bin_s / 60, "g")),
            tr("No orders in this time"),
            Line(tr("Placed"), "to_pickup", _counts(course.placed), 0, hollow=True),
            Line(tr("Delivered"), "free", _counts(course.delivered), 0),
            kind="beside",
        ),
        over_time(
            "lateness",
            tr("Lateness and waiting"),
            tr("min per delivery"),
            none_yet,
            Line(tr("After the promise"), "late", course.lateness_min),
            Line(tr("Waiting at pick-ups"), "waiting", course.waiting_min),
        ),
        over_time(
            "shares",
            tr("Late, batched, chained"),
            tr("% of deliveries"),
            none_yet,
            Line(tr("Late"), "late", course.late_pct, 0),
            Line(tr("Batched"), "to_pickup", course.batched_pct, 0),
            Line(tr("Chained"), "carrying", course.chained_pct, 0),
        ),
        over_time(
            "rate",
            tr("Deliveries per driver-hour"),
            "",
            tr("No driver was online in this time"),
            Line(tr("Deliveries"), "free", _half_over(course, course.per_driver_hour, now), 2),
        ),
        over_time(
            "cycle",
            tr("Matcher's cycle"),
            tr("seconds"),
            no_cycle,
            Line(tr("On average"), "to_pickup", course.cycle_s, 2),
            Line(tr("Slowest"), "offered", course.slowest_s, 2),
        ),
        over_time("gap", tr("Matcher: dearer than the best there could be"), tr("% at most"), no_cycle,
                  Line(tr("At most"), "offered", course.gap_pct, 2)),
        over_time("pairs", tr("Matcher: possibilities weighed"), tr("per cycle"), no_cycle,
                  Line(tr("Possibilities"), "to_pickup", course.pairs, 0)),
    ]  # fmt: skip


def _half_over(course: Course, values: Floats, now: float) -> Floats:
    """Without a span that has only begun: one delivery in its first seconds would be a peak."""
    return np.where(course.at + course.bin_s / 2 <= now, values, np.nan)


def _counts(values: Floats) -> Floats:
    """Counts of none all along are nothing to show."""
    return values if values.any() else np.full(len(values), np.nan)


def area_chart(found: Sequence[Balance]) -> ChartData:
    return ChartData(
        "areas",
        tr("Demand and supply by area, now"),
        "",
        "across",
        (
            Line(tr("Orders without a driver"), "offered", np.array([b.waiting for b in found], np.float64), 0),
            Line(tr("Free drivers"), "free", np.array([b.free for b in found], np.float64), 0, hollow=True),
        ),
        np.empty(0),
        names=tuple(b.name for b in found),
        empty=tr("No order waits and no driver is free"),
    )


def provider_chart(world: World, views: Sequence[ShareView]) -> ChartData:
    """``views`` is `Setup.shares`; here summed over rules and areas."""
    held: Counter[str] = Counter()
    ahead: dict[str, float] = defaultdict(float)
    for view in views:
        held[view.provider_id] += view.orders
        ahead[view.provider_id] += view.off
    whole, found = held.total(), sorted(held)
    names = {INTERNAL: tr("Own fleet"), **{p.id: p.name for p in world.providers.values()}}
    wanted = np.array([held[i] - ahead[i] for i in found], np.float64)
    given = np.array([held[i] for i in found], np.float64)
    return ChartData(
        "providers",
        tr("Providers' shares"),
        tr("% of first choices"),
        "across",
        (
            Line(tr("Target"), "offline", 100 * wanted / max(1, whole), hollow=True),
            Line(tr("Given"), "carrying", 100 * given / max(1, whole)),
        ),
        np.empty(0),
        names=tuple(names.get(i, i) for i in found),
        empty=tr("No rule shares orders among providers, or none has fired yet"),
    )
