"""Searches among 50,000 drivers in 40 km by 40 km, one at a time and with all that is found.

Redis answers with names and counts the way to its process; ours answers with rows of the position store.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.benches import Result
from app.benches.fleet import CENTRE, filled, ids, places
from app.benches.redis_peer import KEY, add_positions, redis_server
from app.benches.timing import median_s
from core.domain.geo import LatLon
from core.tracking.search import Searcher

RADIUS_M = 2000.0
NEAREST = 20
QUERIES = 100
RUNS = 5


def run(scale: float = 1.0) -> Result:
    count = max(500, int(50_000 * scale))
    rng = np.random.default_rng(1)
    positions, at = filled(count, rng)
    search = Searcher(positions)
    centres = [LatLon(*p) for p in places(QUERIES, rng, half_km=15.0).tolist()]
    star = _star()
    hits = float(np.mean([len(search.within_circle(c, RADIUS_M)) for c in centres]))
    circle = QUERIES / median_s(lambda: [search.within_circle(c, RADIUS_M) for c in centres], RUNS)
    nearest = QUERIES / median_s(lambda: [search.nearest(c, NEAREST, RADIUS_M) for c in centres], RUNS)
    polygon = QUERIES / median_s(lambda: [search.within_polygon([star]) for _ in range(QUERIES)], RUNS)
    result = Result(
        figures={
            "drivers": count,
            "circle_2km_per_s": circle,
            "circle_hits": hits,
            "nearest_20_per_s": nearest,
            "polygon_per_s": polygon,
            "polygon_hits": float(len(search.within_polygon([star]))),
        }
    )
    with redis_server(result.notes) as client:
        if client is not None:
            add_positions(client, ids(count), at[:, 0].tolist(), at[:, 1].tolist())

            def ask(sort: str | None = None, count: int | None = None) -> Sequence[Sequence[object]]:
                return [
                    client.geosearch(KEY, longitude=c.lon, latitude=c.lat, radius=RADIUS_M, unit="m", sort=sort, count=count)
                    for c in centres
                ]

            found = float(np.mean([len(names) for names in ask()]))
            theirs = QUERIES / median_s(ask, RUNS)
            their_nearest = QUERIES / median_s(lambda: ask("ASC", NEAREST), RUNS)
            result.peers = {
                "redis_circle_2km_per_s": theirs,
                "redis_circle_hits": found,
                "redis_nearest_20_per_s": their_nearest,
            }
            result.ratios = {"circle_vs_redis": circle / theirs, "nearest_vs_redis": nearest / their_nearest}
    return result


def _star() -> list[LatLon]:
    """An outline of 24 corners, in and out, that holds about a fiftieth of the drivers."""
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    radius = np.where(np.arange(24) % 2, 0.022, 0.036)
    east = radius * np.sin(turn) / np.cos(np.radians(CENTRE.lat))
    return [
        LatLon(CENTRE.lat + y, CENTRE.lon + x) for y, x in zip((radius * np.cos(turn)).tolist(), east.tolist(), strict=True)
    ]
