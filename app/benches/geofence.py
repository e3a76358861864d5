"""Every driver has a pick-up and a drop-off that are watched; all of them send what a passive phone sends, five fixes, and
one pass says who came, passed, and left. The ways between the fixes are looked at, not only their ends.

The peer is what one would write first: the great-circle distance of every fix to both stops, in numpy.
"""

from __future__ import annotations

import numpy as np

from app.benches import Result
from app.benches.fleet import NOW, ids, places
from app.benches.timing import median_s
from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.geofencing.watcher import FenceWatcher
from core.tracking.positions import PositionStore

RUNS = 20
RADIUS_M = 120.0
FIXES = 5


def run(scale: float = 1.0) -> Result:
    count = max(100, int(50_000 * scale))
    rng = np.random.default_rng(1)
    names, positions = ids(count), PositionStore()
    fences = FenceWatcher(positions.row)
    pickups, dropoffs = places(count, rng), places(count, rng)
    for i, name in enumerate(names):
        for stop, place in (("pickup", pickups[i]), ("dropoff", dropoffs[i])):
            fences.watch(name, f"O-{i}", stop, LatLon(*place.tolist()), RADIUS_M)
    rows, acc = np.repeat(positions.rows(names), FIXES), np.full(count * FIXES, 8.0)
    # One in a hundred is at its pick-up every other time; the others drive about, some 200 m in the five fixes.
    away = places(count, rng)
    there = away.copy()
    there[: count // 100] = pickups[: count // 100]
    drift = np.cumsum(rng.normal(0, 3e-4, (count, FIXES, 2)), axis=1)
    drift[: count // 100] = 0
    crossings: list[int] = []
    turn = [0]

    def check() -> None:
        turn[0] += 1
        at = ((there if turn[0] % 2 else away)[:, None, :] + drift).reshape(-1, 2)
        t = NOW + 100.0 * turn[0] + np.tile(4.0 * np.arange(FIXES), count)
        crossings.append(len(fences.check(rows, at[:, 0], at[:, 1], acc, t)))

    ours_s = median_s(check, RUNS, 2)
    if min(crossings) < count // 100:
        raise AssertionError(f"{count // 100} drivers crossed a fence, and {min(crossings)} were told")
    stop_lat, stop_lon = (np.radians(np.stack((pickups[:, k], dropoffs[:, k])))[:, :, None] for k in (0, 1))
    way = away[:, None, :] + drift

    def plain() -> None:
        lat, lon = np.radians(way[:, :, 0]), np.radians(way[:, :, 1])
        h = np.sin((stop_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(stop_lat) * np.sin((stop_lon - lon) / 2) ** 2
        np.flatnonzero(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h)) <= RADIUS_M)

    plain_s = median_s(plain, RUNS, 2)
    return Result(
        figures={
            "drivers": count,
            "fences": len(fences),
            "check_ms": 1000 * ours_s,
            "fixes_per_s": count * FIXES / ours_s,
            "crossings": float(np.median(crossings)),
        },
        peers={"numpy_all_distances_fixes_per_s": count * FIXES / plain_s},
        ratios={"check_vs_numpy": plain_s / ours_s},
    )
