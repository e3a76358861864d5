"""What a page that plays a stretch of a shift needs of it: everyone's way, what they did, and what became of the orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import numpy as np

from core.domain.driver import Activity
from core.domain.geo import LatLon
from core.domain.order import ENDED, Order, Status
from core.domain.reports import Floats
from core.domain.world import World
from core.storage.rerun import Rerun, touched_drivers
from core.storage.track_story import told
from core.storage.tracks import Track
from core.tracking.positions import Rows

MOST_POINTS = 300_000
"""Of all ways together; beyond that they are thinned in time."""
LEAST_STEP_S = 4.0
ACTIVITIES = tuple(Activity)


@dataclass(frozen=True, slots=True)
class Way:
    """A driver's fixes (n,) and what they did from when on: epoch seconds and an index of `ACTIVITIES`."""

    driver_id: str
    name: str
    track: Track
    doing: list[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Journey:
    """From ``since`` to ``until``, epoch seconds; ``offset_s`` is to be added for clock times."""

    since: float
    until: float
    offset_s: float
    ways: list[Way]
    orders: list[Order]
    merchants: dict[str, tuple[str, LatLon]] = field(default_factory=dict)


def gathered(rerun: Rerun, since: float, until: float, zone: tzinfo | None) -> Journey:
    """Everybody who was in it. In the recorder's own thread."""
    stand = rerun.stand(since)
    world, positions = stand.world, stand.positions
    doing = {d: [(since, ACTIVITIES.index(world.activity(d)))] for d in world.drivers}
    orders = {o.id: o for o in world.orders.values() if o.status not in ENDED}
    stretch = rerun.onward(stand.seq, since, until)
    for when, logged in stretch.changes:
        world.apply(logged.change)
        orders.update((o.id, o) for o in logged.change.orders)
        for driver_id in touched_drivers(logged.change):
            if driver_id in world.drivers:
                code, known = ACTIVITIES.index(world.activity(driver_id)), doing.setdefault(driver_id, [])
                if not known or known[-1][1] != code:
                    known.append((when, code))
    fixes = stretch.fixes
    step_s = max(LEAST_STEP_S, (until - since) * max(1, len(fixes.drivers)) / MOST_POINTS)
    by_driver = np.argsort(fixes.driver, kind="stable")
    starts = np.searchsorted(fixes.driver[by_driver], np.arange(len(fixes.drivers) + 1))
    ways = []
    for n, driver_id in enumerate(fixes.drivers):
        rows = by_driver[starts[n] : starts[n + 1]]
        t, lat, lon = fixes.t[rows], fixes.lat[rows], fixes.lon[rows]
        row = positions.find(driver_id)
        if row is not None and np.isfinite(positions.t[row]):
            t, lat, lon = np.append(since, t), np.append(positions.lat[row], lat), np.append(positions.lon[row], lon)
        kept = thinned(t, step_s)
        if driver_id in doing and len(kept):
            ways.append(Way(driver_id, _name(driver_id, world), Track(t[kept], lat[kept], lon[kept]), doing[driver_id]))
    offset = datetime.fromtimestamp(since, zone).astimezone(zone).utcoffset()
    return Journey(
        since=since,
        until=until,
        offset_s=offset.total_seconds() if offset is not None else 0.0,
        ways=sorted(ways, key=lambda way: (len(way.driver_id), way.driver_id)),
        orders=sorted(orders.values(), key=lambda o: (o.placed_at, o.id)),
        merchants={m.id: (m.name, m.place) for m in world.merchants.values()},
    )


def thinned(t: Floats, step_s: float) -> Rows:
    """The first fix of each ``step_s`` seconds, and the last of all, as rows."""
    if not len(t):
        return np.empty(0, np.int64)
    slot = np.floor((t - t[0]) / step_s)
    return np.flatnonzero(np.append(True, slot[1:] != slot[:-1]) | (np.arange(len(t)) == len(t) - 1))


def totals(way: Way, orders: list[Order]) -> tuple[float, int, float, int]:
    """Kilometres, stops of two minutes or longer, minutes they took together, deliveries."""
    story = told(way.track)
    stood = sum(halt.until - halt.since for halt in story.halts)
    done = sum(o.driver_id == way.driver_id and o.status is Status.DELIVERED for o in orders)
    return story.metres / 1000, len(story.halts), stood / 60, done


def _name(driver_id: str, world: World) -> str:
    driver = world.drivers.get(driver_id)
    return driver.name if driver is not None else driver_id
