"""What the charts and the map of a report show, read from the event log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.domain.driver import Activity
from core.domain.order import Order
from core.domain.world import World
from core.storage.store import Logged, Store

BIN_MIN = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
MAX_BINS = 36
SAMPLES = 120
_PAGE = 5000


@dataclass(slots=True)
class Series:
    """One run, from ``start`` to ``end`` in epoch seconds.

    ``placed`` and ``delivered`` count orders per ``bin_s`` seconds. ``lateness_min`` is delivery less promise, negative for
    early ones; ``door_min`` delivery less order. ``states`` counts drivers by what they did at each of ``sampled_at``.
    ``cycles_s`` are the matcher's cycles, seconds of wall time. ``orders`` are all that were placed or delivered in the run,
    in the order in which they were placed.
    """

    start: float
    end: float
    bin_s: float
    placed: list[int]
    delivered: list[int]
    lateness_min: list[float]
    door_min: list[float]
    sampled_at: list[float]
    states: dict[Activity, list[int]]
    cycles_s: Sequence[float]
    orders: list[Order]
    world: World = field(repr=False)


def read_series(store: Store, start: float, end: float, cycles_s: Sequence[float] = ()) -> Series:
    """Play the log of ``store`` again up to ``end``; what it holds from before ``start`` counts as the state at the start."""
    bin_s = 60.0 * next((m for m in BIN_MIN if (end - start) / 60 / m <= MAX_BINS), BIN_MIN[-1])
    bins = max(1, -int(-(end - start) // bin_s))
    world = World()
    sampled_at = [start + (end - start) * i / SAMPLES for i in range(SAMPLES + 1)]
    states: dict[Activity, list[int]] = {activity: [] for activity in Activity}
    ahead = iter(sampled_at)
    due: float | None = next(ahead)
    orders: dict[str, Order] = {}
    for change in (logged.change for logged in _all(store)):
        while due is not None and change.at > due:
            _sample(world, states)
            due = next(ahead, None)
        if change.at > end:
            break
        world.apply(change)
        orders.update((o.id, o) for o in change.orders)
    while due is not None:
        _sample(world, states)
        due = next(ahead, None)
    mine = [o for o in orders.values() if o.placed_at >= start or (o.delivered_at or 0.0) >= start]
    delivered = [(o, o.delivered_at) for o in mine if o.delivered_at is not None]
    return Series(
        start=start,
        end=end,
        bin_s=bin_s,
        placed=_count((o.placed_at for o in mine), start, bin_s, bins),
        delivered=_count((at for _, at in delivered), start, bin_s, bins),
        lateness_min=[(at - o.due_at) / 60 for o, at in delivered],
        door_min=[(at - o.placed_at) / 60 for o, at in delivered],
        sampled_at=sampled_at,
        states=states,
        cycles_s=tuple(cycles_s),
        orders=sorted(mine, key=lambda o: (o.placed_at, o.id)),
        world=world,
    )


def _all(store: Store) -> Iterator[Logged]:
    """Page by page, since a log may be longer than the memory is wide."""
    seq = 0
    while page := store.events_since(seq, _PAGE):
        yield from page
        seq = page[-1].seq


def _sample(world: World, states: dict[Activity, list[int]]) -> None:
    for counts in states.values():
        counts.append(0)
    for driver_id in world.drivers:
        states[world.activity(driver_id)][-1] += 1


def _count(times: Iterable[float], start: float, bin_s: float, bins: int) -> list[int]:
    """The last bin takes what happened in the very second of the end."""
    counts = [0] * bins
    for at in times:
        if at >= start:
            counts[min(bins - 1, int((at - start) // bin_s))] += 1
    return counts
