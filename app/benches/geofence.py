"""Every driver has a pick-up and a drop-off that are watched; all of them move, and one pass says who came and who left.

The peer is what one would write first: the great-circle distance of every driver to both stops, in numpy.
"""

from __future__ import annotations

import numpy as np

from app.benches import Result
from app.benches.fleet import NOW, ids, places
from app.benches.timing import median_s
from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.geofencing.watcher import FenceWatcher
from core.tracking.positions import PositionStore

RUNS = 30
RADIUS_M = 120.0


def run(scale: float = 1.0) -> Result:
    count = max(100, int(50_000 * scale))
    rng = np.random.default_rng(1)
    names, positions = ids(count), PositionStore()
    fences = FenceWatcher(positions.row)
    pickups, dropoffs = places(count, rng), places(count, rng)
    for i, name in enumerate(names):
        for stop, place in (("pickup", pickups[i]), ("dropoff", dropoffs[i])):
            fences.watch(name, f"O-{i}", stop, LatLon(*place.tolist()), RADIUS_M)
    rows, acc = positions.rows(names), np.full(count, 8.0)
    # One in a hundred goes to and fro between its pick-up and a place far from it; the others drive about.
    away = places(count, rng)
    there = away.copy()
    there[: count // 100] = pickups[: count // 100]
    crossings: list[int] = []
    turn = [0]

    def check() -> None:
        turn[0] += 1
        at = there if turn[0] % 2 else away
        crossings.append(len(fences.check(rows, at[:, 0], at[:, 1], acc, np.full(count, NOW + turn[0]))))

    ours_ms = 1000 * median_s(check, RUNS, 2)
    if min(crossings) < count // 100:
        raise AssertionError(f"{count // 100} drivers crossed a fence, and {min(crossings)} were told")
    stop_lat, stop_lon = (np.radians(np.stack((pickups[:, k], dropoffs[:, k]))) for k in (0, 1))

    def plain() -> None:
        lat, lon = np.radians(away[:, 0]), np.radians(away[:, 1])
        h = np.sin((stop_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(stop_lat) * np.sin((stop_lon - lon) / 2) ** 2
        np.flatnonzero(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h)) <= RADIUS_M)

    plain_ms = 1000 * median_s(plain, RUNS, 2)
    return Result(
        figures={
            "drivers": count,
            "fences": len(fences),
            "check_ms": ours_ms,
            "checks_per_s": 2 * count / ours_ms * 1000,
            "crossings": float(np.median(crossings)),
        },
        peers={"numpy_all_distances_ms": plain_ms},
        ratios={"check_vs_numpy": plain_ms / ours_ms},
    )
