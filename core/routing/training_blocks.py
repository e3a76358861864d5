"""What stands between the streets of the training city: blocks, parks, woods and buildings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.routing.training_names import Namer
from core.routing.training_plan import HALF_HEIGHT, HALF_WIDTH, INNER_R, OLD_R, OUTER_R, Plan
from core.routing.training_streets import Piece

Floats = NDArray[np.float64]
HALF_STREET_M = {
    "trunk": 11.0,
    "primary": 9.0,
    "secondary": 8.0,
    "tertiary": 7.0,
    "residential": 5.0,
    "service": 4.0,
    "path": 3.0,
}
_LARGEST_BLOCK_M2 = 90_000.0
_SMALL_PARKS = 0.045


def blocks(pieces: Sequence[Piece], plan: Plan) -> list[Polygon]:
    """The faces between streets, without water and open country."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([LineString(p.xy) for p in pieces], grid_size=0.01)]))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(plan.water)
    fit = ~shapely.intersects(plan.water, inside) & (shapely.area(faces) < _LARGEST_BLOCK_M2)
    return [face for face, keep in zip(faces, fit, strict=True) if keep]


def small_parks(rng: np.random.Generator, namer: Namer, faces: Sequence[Polygon]) -> list[tuple[str, Polygon]]:
    """Some of the blocks are green; the smaller ones have no name."""
    chosen = [face for face in faces if 6_000 < face.area < 60_000 and rng.random() < _SMALL_PARKS]
    lawns = [(face, face.buffer(-6)) for face in chosen]
    return [(namer.park() if face.area > 11_000 else "", lawn) for face, lawn in lawns if isinstance(lawn, Polygon)]


def woods(rng: np.random.Generator, plan: Plan) -> list[Polygon]:
    """Patches of wood in the country round the town."""
    kept_clear = shapely.union_all(
        [plan.limit.buffer(90, quad_segs=2), plan.water.buffer(40, quad_segs=2), *(v.buffer(120) for v in plan.villages)]
    )
    main = [s.line for s in plan.streets if s.road_class in ("trunk", "primary", "secondary")]
    roads = shapely.union_all(shapely.buffer(main, 30, quad_segs=2))
    patches = []
    for _ in range(26):
        middle = rng.uniform([-HALF_WIDTH, -HALF_HEIGHT], [HALF_WIDTH, HALF_HEIGHT])
        angle = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        r = np.full(len(angle), rng.uniform(200, 520))
        r *= 1 + np.sum([0.5 / k * np.cos(k * angle + rng.uniform(0, 6.3)) for k in (2, 3, 5)], axis=0)
        shape = Polygon(middle + r[:, None] * np.stack((np.cos(angle) * 1.4, np.sin(angle)), axis=1)).buffer(0)
        left = shape.difference(kept_clear).difference(roads).intersection(plan.box)
        patches += [part for part in shapely.get_parts(left) if part.geom_type == "Polygon" and part.area > 15_000]
    merged = shapely.union_all(patches).simplify(4)
    return [part for part in shapely.get_parts(merged) if part.geom_type == "Polygon"]


def buildings(
    rng: np.random.Generator, plan: Plan, pieces: Sequence[Piece], faces: Sequence[Polygon], green: Sequence[Polygon]
) -> list[Polygon]:
    """Closed blocks with courtyards in the inner town, houses along the streets elsewhere."""
    parks = shapely.STRtree(green)
    centre = shapely.get_coordinates(shapely.centroid(faces))
    distance = np.hypot(*centre.T)
    on_green = np.zeros(len(faces), bool)
    on_green[parks.query(shapely.point_on_surface(faces), predicate="intersects")[0]] = True
    close = (distance < INNER_R) & ~on_green
    return _courts(rng, np.array(faces)[close], distance[close]) + _houses(rng, plan, pieces, parks)


def _courts(rng: np.random.Generator, faces: NDArray[np.object_], distance: Floats) -> list[Polygon]:
    setback = np.where(distance < OLD_R, 4.0, 8.0)
    outer = shapely.buffer(faces, -setback, join_style="mitre")
    court = shapely.buffer(faces, -setback - rng.uniform(11, 15, len(faces)), join_style="mitre")
    rings = shapely.difference(outer, court)
    # Gaps between the buildings of a block: spokes from its middle.
    middle = shapely.get_coordinates(shapely.centroid(faces))
    turn = rng.uniform(0, 2 * math.pi, (len(faces), 1)) + np.arange(4) * math.pi / 2 + rng.uniform(-0.5, 0.5, (len(faces), 4))
    tips = middle[:, None, :] + 400 * np.stack((np.cos(turn), np.sin(turn)), axis=2)
    lines = np.array(shapely.linestrings(np.stack((np.repeat(middle, 4, axis=0), tips.reshape(-1, 2)), axis=1)))
    spokes = shapely.multilinestrings(lines, indices=np.repeat(np.arange(len(faces)), 4))
    parts = shapely.get_parts(shapely.difference(rings, shapely.buffer(spokes, 1.8, cap_style="flat")))
    return [part for part in parts[shapely.area(parts) > 70] if part.geom_type == "Polygon"]


def _houses(rng: np.random.Generator, plan: Plan, pieces: Sequence[Piece], parks: shapely.STRtree) -> list[Polygon]:
    lined = [p for p in pieces if p.street.road_class not in ("trunk", "service", "path")]
    starts = np.concatenate([p.xy[:-1] for p in lined])
    steps = np.concatenate([np.diff(p.xy, axis=0) for p in lined])
    half_street = np.concatenate([np.full(len(p.xy) - 1, HALF_STREET_M[p.street.road_class]) for p in lined])
    distance = np.hypot(*(starts + steps / 2).T)
    length = np.hypot(*steps.T)
    built = (distance > INNER_R * 0.97) & (length > 12) & shapely.contains_xy(plan.limit.buffer(15), *(starts + steps / 2).T)
    for village in plan.villages:
        built |= shapely.contains_xy(village.buffer(20), *(starts + steps / 2).T) & (length > 12)
    starts, steps, half_street, distance, length = (a[built] for a in (starts, steps, half_street, distance, length))
    count = np.maximum(1, np.floor(length / np.where(distance < OUTER_R, 29, 36))).astype(np.int64)
    of = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[of]
    of, share = np.tile(of, 2), np.tile(share, 2)
    side = np.repeat([1.0, -1.0], len(of) // 2)
    kept = rng.random(len(of)) > np.where(distance[of] < OUTER_R, 0.1, 0.22)
    of, share, side = of[kept], share[kept], side[kept]

    along = steps[of] / length[of, None]
    across = np.stack((-along[:, 1], along[:, 0]), axis=1) * side[:, None]
    at = starts[of] + steps[of] * share[:, None]
    yards = (at[:, 1] < -2050) & (at[:, 0] < 900)  # sheds and warehouses by the harbour
    scale = np.where(yards, 1.7, 1.0)
    front, depth = rng.uniform(11, 21, len(of)) * scale, rng.uniform(9, 13, len(of)) * scale
    middle = at + across * (half_street[of] + rng.uniform(3, 7, len(of)) + depth / 2)[:, None]
    u, v = along * (front / 2)[:, None], across * (depth / 2)[:, None]
    corners = np.stack((middle - u - v, middle + u - v, middle + u + v, middle - u + v), axis=1)
    houses = np.array(shapely.polygons(corners))

    bad = np.zeros(len(houses), bool)
    bad[shapely.STRtree([LineString(p.xy) for p in pieces]).query(houses, predicate="dwithin", distance=2.5)[0]] = True
    bad[parks.query(houses, predicate="intersects")[0]] = True
    barred = shapely.union_all([plan.water.buffer(6), plan.rail.buffer(10)])
    shapely.prepare(barred)
    bad |= shapely.intersects(barred, houses)
    houses = houses[~bad]
    first, second = shapely.STRtree(houses).query(houses, predicate="intersects")
    clash = np.zeros(len(houses), bool)
    clash[second[first < second]] = True
    return list(houses[~clash])


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Where a name stands."""
    point = shape.representative_point()
    return float(point.x), float(point.y)
