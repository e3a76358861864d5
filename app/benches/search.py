"""Searches among 50,000 and 500,000 drivers in 40 km by 40 km, one at a time and with all that is found.

Redis answers with names and counts the way to its process; ours answers with rows of the position store. *moving* asks
while the fleet reports: between a thousand circles a quarter of a second of passive phones' positions is applied, in ours
and in Redis's, and only the searches count, which in ours sort everyone into the grid anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from app.benches import Numbers, Result
from app.benches.fleet import CENTRE, NOW, Floats, batch, filled, ids, places
from app.benches.redis_peer import KEY, add_positions, redis_server
from app.benches.timing import median_s
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.routing.road_graph import RoadGraph
from core.routing.training_city import training_city
from core.tracking.positions import PositionStore
from core.tracking.search import KERNELS, Searcher

RADIUS_M = 2000.0
NEAREST = 20
QUERIES = 100
RUNS = 5
MINUTES = 10.0
TICK_S, SEND_S, ASKED = 0.25, 20.0, 1000

Rings = Sequence[Sequence[LatLon]]


def run(scale: float = 1.0) -> Result:
    result = Result()
    if KERNELS.get(wait=True) is None:
        result.notes.append("the searches are not compiled: numba is missing")
    rings = _isochrone()
    for size, drivers in (("", 50_000), ("large_", 500_000)):
        figures, peers, ratios = _measure(max(500, int(drivers * scale)), rings, result.notes)
        result.figures |= {f"{size}{name}": value for name, value in figures.items()}
        result.peers |= {f"{size}{name}": value for name, value in peers.items()}
        result.ratios |= {f"{size}{name}": value for name, value in ratios.items()}
    return result


def _measure(count: int, rings: Rings, notes: list[str]) -> tuple[Numbers, Numbers, Numbers]:
    rng = np.random.default_rng(1)
    positions, at = filled(count, rng)
    search = Searcher(positions)
    centres = [LatLon(*p) for p in places(QUERIES, rng, half_km=15.0).tolist()]
    hits = float(np.mean([len(search.within_circle(c, RADIUS_M)) for c in centres]))
    circle = QUERIES / median_s(lambda: [search.within_circle(c, RADIUS_M) for c in centres], RUNS)
    nearest = QUERIES / median_s(lambda: [search.nearest(c, NEAREST, RADIUS_M) for c in centres], RUNS)
    polygon = QUERIES / median_s(lambda: [search.within_polygon(rings) for _ in range(QUERIES)], RUNS)
    moving = _moving(count, at, lambda moved, t: _apply(positions, moved, t), lambda c: search.within_circle(c, RADIUS_M))
    figures = {
        "drivers": count,
        "circle_2km_per_s": circle,
        "circle_hits": hits,
        "circle_moving_per_s": moving,
        "nearest_20_per_s": nearest,
        "isochrone_per_s": polygon,
        "isochrone_corners": sum(map(len, rings)),
        "isochrone_hits": float(len(search.within_polygon(rings))),
    }
    with redis_server(notes) as client:
        if client is None:
            return figures, {}, {}
        add_positions(client, ids(count), at[:, 0].tolist(), at[:, 1].tolist())

        def ask(c: LatLon, sort: str | None = None, count: int | None = None) -> Sequence[object]:
            found: Sequence[object] = client.geosearch(
                KEY, longitude=c.lon, latitude=c.lat, radius=RADIUS_M, unit="m", sort=sort, count=count
            )
            return found

        their_hits = float(np.mean([len(ask(c)) for c in centres]))
        theirs = QUERIES / median_s(lambda: [ask(c) for c in centres], RUNS)
        their_nearest = QUERIES / median_s(lambda: [ask(c, "ASC", NEAREST) for c in centres], RUNS)
        names = ids(count)

        def move(moved: Floats, t: float) -> None:
            add_positions(client, [names[i] for i in moved[:, 0].astype(int)], moved[:, 1].tolist(), moved[:, 2].tolist())

        their_moving = _moving(count, at, move, ask)
    peers = {
        "redis_circle_2km_per_s": theirs,
        "redis_circle_hits": their_hits,
        "redis_circle_moving_per_s": their_moving,
        "redis_nearest_20_per_s": their_nearest,
    }
    ratios = {
        "circle_vs_redis": circle / theirs,
        "circle_moving_vs_redis": moving / their_moving,
        "nearest_vs_redis": nearest / their_nearest,
    }
    return figures, peers, ratios


def _moving(count: int, at: Floats, move: Callable[[Floats, float], object], ask: Callable[[LatLon], object]) -> float:
    """Circles per second of searching, with the fleet moving in between. ``move`` takes (number, latitude, longitude)."""
    rng = np.random.default_rng(2)
    asked, searching_s, t = 0, 0.0, NOW
    for _ in range(3):
        t += TICK_S
        who = rng.choice(count, max(1, int(count * TICK_S / SEND_S)), replace=False)
        move(np.column_stack((who, at[who] + rng.normal(0, 1e-4, (len(who), 2)))), t)
        centres = [LatLon(*p) for p in places(min(ASKED, count // 50), rng, half_km=15.0).tolist()]
        began = time.perf_counter()
        for centre in centres:
            ask(centre)
        searching_s += time.perf_counter() - began
        asked += len(centres)
    return asked / searching_s


def _apply(positions: PositionStore, moved: Floats, t: float) -> None:
    names = [f"D-{i}" for i in moved[:, 0].astype(int).tolist()]
    positions.apply(batch(names, moved[:, 1:], t), t)


def _isochrone() -> Rings:
    """What a bike reaches in the training city, laid where the fleet is."""
    city = training_city()
    middle = LatLon(*city.centre)
    rings = RoadGraph(city).isochrone(middle, Vehicle.BIKE, MINUTES)
    return [[LatLon(p.lat - middle.lat + CENTRE.lat, p.lon - middle.lon + CENTRE.lon) for p in ring] for ring in rings]
