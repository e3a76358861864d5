"""An invented city for training and demonstration, from a seed alone: no file and no network is needed.

It has a bay with a harbour, a river with bridges, an old town, rings and avenues, districts with grids at angles of their
own, parks, villages, one-way streets, lanes without cars and several hundred merchants. Any likeness of its names to real
ones is chance; its coordinates are arbitrary.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.domain.geo import LatLon
from core.domain.language import mark
from core.domain.merchant import Area, Merchant
from core.routing import training_blocks, training_names, training_streets
from core.routing.base_map import BaseMap
from core.routing.city import Bounds, City, Place
from core.routing.geometry import Projection
from core.routing.network import Speeds, Way, assemble
from core.routing.osm_rules import KINDS
from core.routing.training_blocks import HALF_STREET_M
from core.routing.training_plan import HALF_HEIGHT, HALF_WIDTH, OLD_R, District, Plan, make_plan
from core.routing.training_streets import Piece

Floats = NDArray[np.float64]
CENTRE = LatLon(46.2, 13.0)
MERCHANT_COUNT = 440
ATTRIBUTION = mark("Invented city, made by Kerbside")
_MAIN = ("trunk", "primary", "secondary")
_SPEEDS: dict[str, Speeds] = {c: KINDS[c].speeds for c in (*_MAIN, "tertiary", "residential", "service")} | {
    "path": KINDS["pedestrian"].speeds
}


def training_city(seed: int = 1) -> City:
    """The city of a seed, the same every time. It takes about two seconds: save it and load the file instead."""
    rng = np.random.default_rng(seed)
    namer = training_names.Namer(rng)
    plan = make_plan(rng, namer)
    large_parks = training_streets.fill_cells(rng, namer, plan)
    pieces = training_streets.noded(plan)
    faces = training_blocks.blocks(pieces, plan)
    parks = [(namer.park(), park.buffer(-7)) for park in large_parks]
    large = shapely.union_all([park for _, park in parks])
    parks += [p for p in training_blocks.small_parks(rng, namer, faces) if not p[1].intersects(large)]
    houses = training_blocks.buildings(rng, plan, pieces, faces, [park for _, park in parks])

    ground = _Ground()
    base = BaseMap()
    for shape in (plan.sea, plan.river):
        ground.draw(base, "water", shape)
    for park in [*(p for _, p in parks), *training_blocks.woods(rng, plan)]:
        ground.draw(base, "parks", park)
    ground.draw(base, "buildings", shapely.multipolygons(houses))
    base.rail(ground.place(np.asarray(plan.rail.coords)))
    for piece in pieces:
        base.road(piece.street.road_class, piece.street.name, ground.place(piece.xy))

    areas = tuple(Area(f"A-{i + 1:02d}", d.name, ground.polygons(d.shape)) for i, d in enumerate(plan.districts))
    places = _places(ground, plan, parks)
    south_west, north_east = ground.place(np.array([[-HALF_WIDTH, -HALF_HEIGHT], [HALF_WIDTH, HALF_HEIGHT]]))
    bounds = Bounds(float(south_west[0]), float(south_west[1]), float(north_east[0]), float(north_east[1]))
    ids: dict[tuple[int, int], int] = {}
    ways, points, signals = _ways(ground, pieces, ids)
    return City(
        name=f"{training_names.CITY} (invented)",
        bounds=bounds,
        places=places,
        merchants=_merchants(rng, namer, ground, plan, pieces),
        areas=areas,
        base_map=base.to_bytes(bounds, places),
        attribution=ATTRIBUTION,
        **assemble(_without_traps(ways), points, signals),
    )


class _Ground:
    """From the plan's metres to degrees."""

    def __init__(self) -> None:
        self._projection = Projection(*CENTRE)

    def place(self, xy: Floats) -> Floats:
        return self._projection.to_latlon(xy)

    def latlon(self, xy: tuple[float, float]) -> LatLon:
        lat, lon = self.place(np.array([xy]))[0]
        return LatLon(round(float(lat), 6), round(float(lon), 6))

    def draw(self, base: BaseMap, layer: str, shape: BaseGeometry) -> None:
        placed = shapely.transform(shape, lambda xy: self.place(xy)[:, ::-1])
        for part in shapely.get_parts(placed):
            if part.geom_type == "Polygon":
                rings = shapely.get_rings(part)
                base.polygon(layer, [shapely.get_coordinates(ring)[:, ::-1] for ring in rings])

    def polygons(self, shape: BaseGeometry) -> tuple[tuple[tuple[LatLon, ...], ...], ...]:
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 1000]
        return tuple(
            tuple(
                tuple(LatLon(round(lat, 6), round(lon, 6)) for lat, lon in self.place(shapely.get_coordinates(ring)).tolist())
                for ring in shapely.get_rings(part)
            )
            for part in parts
        )


def _places(ground: _Ground, plan: Plan, parks: Sequence[tuple[str, Polygon]]) -> tuple[Place, ...]:
    def place(kind: str, name: str, shape: BaseGeometry) -> Place:
        return Place(kind, name, ground.latlon(training_blocks.label_point(shape)))

    largest = [max(shapely.get_parts(d.shape), key=lambda p: p.area) for d in plan.districts]
    river = max(shapely.get_parts(plan.river), key=lambda p: p.area)
    return (
        Place("city", training_names.CITY, ground.latlon((0.0, 0.0))),
        *(place("suburb", d.name, shape) for d, shape in zip(plan.districts, largest, strict=True)),
        *(place("neighbourhood", name, v) for name, v in zip(training_names.VILLAGES, plan.villages, strict=False)),
        *(place("park", name, park) for name, park in parks if name),
        place("water", training_names.SEA, plan.sea.buffer(-500)),
        place("water", training_names.RIVER, river),
    )


def _ways(
    ground: _Ground, pieces: Sequence[Piece], ids: dict[tuple[int, int], int]
) -> tuple[list[Way], dict[int, tuple[float, float]], set[int]]:
    """The pieces as ways, the places of their points, and the crossings of main roads, which have traffic lights."""
    ways: list[Way] = []
    points: dict[int, tuple[float, float]] = {}
    main: defaultdict[int, set[str]] = defaultdict(set)
    for piece in pieces:
        nodes = [ids.setdefault(training_streets.key(xy), len(ids)) for xy in piece.xy]
        points.update(zip(nodes, map(tuple, ground.place(piece.xy).tolist()), strict=True))
        speeds = _SPEEDS[piece.street.road_class]
        back: Speeds = (speeds[0], 0.0, 0.0, 0.0) if piece.street.one_way else speeds
        ways.append(Way(nodes, piece.street.road_class, piece.street.name, speeds, back))
        if piece.street.road_class in _MAIN:
            for node in (nodes[0], nodes[-1]):
                main[node].add(piece.street.name)
    return ways, points, {node for node, names in main.items() if len(names) > 1}


def _without_traps(ways: Sequence[Way]) -> list[Way]:
    """Open those one-way streets to both sides that would leave a car unable to come or to go."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ways = list(ways)
    count = 1 + max(max(w.nodes) for w in ways)
    while True:
        pairs = [(w.nodes[0], w.nodes[-1]) for w in ways if w.forward[-1]]
        pairs += [(w.nodes[-1], w.nodes[0]) for w in ways if w.backward[-1]]
        tails, heads = np.array(pairs).T
        _, label = connected_components(
            csr_array((np.ones(len(pairs)), (tails, heads)), shape=(count, count)), connection="strong"
        )
        largest = np.argmax(np.bincount(label))
        trapped = [
            i for i, w in enumerate(ways)
            if w.forward[-1] and not w.backward[-1] and {int(label[w.nodes[0]]), int(label[w.nodes[-1]])} != {int(largest)}
        ]  # fmt: skip
        if not trapped:
            return ways
        for i in trapped:
            w = ways[i]
            ways[i] = Way(w.nodes, w.road_class, w.name, w.forward, w.forward)


def _merchants(
    rng: np.random.Generator, namer: training_names.Namer, ground: _Ground, plan: Plan, pieces: Sequence[Piece]
) -> tuple[Merchant, ...]:
    """Merchants along streets: most in clusters at the centre, in the districts' middles and where avenues meet rings."""
    clusters = [((0.0, 0.0), 190.0, 8.0), ((0.0, 0.0), 430.0, 5.0)]
    others = [d for d in plan.districts if d.name != training_names.OLD_TOWN]
    clusters += [(training_blocks.label_point(d.shape), 190.0, 2.4) for d in others]
    clusters += [(training_blocks.label_point(v), 130.0, 0.5) for v in plan.villages]
    main = [s for s in plan.streets if s.road_class in ("primary", "secondary")]
    crossings = [
        point for i, a in enumerate(main) for b in main[i + 1 :] if a.name != b.name
        for point in shapely.get_parts(a.line.intersection(b.line)) if point.geom_type == "Point"
    ]  # fmt: skip
    for i in rng.permutation(len(crossings))[:14]:
        clusters.append(((crossings[i].x, crossings[i].y), 150.0, 1.1))
    weights = np.array([c[2] for c in clusters])
    lined = [
        p for p in pieces
        if p.street.road_class not in ("trunk", "service") and LineString(p.xy).length > 30
        and (p.street.road_class != "path" or math.hypot(*p.xy[0]) < OLD_R * 0.9)
    ]  # fmt: skip
    lines = [LineString(p.xy) for p in lined]
    tree = shapely.STRtree(lines)
    shapely.prepare(plan.limit)
    kinds, shares = list(training_names.KINDS), np.array([k[0] for k in training_names.KINDS.values()])
    merchants: list[Merchant] = []
    while len(merchants) < MERCHANT_COUNT:
        if rng.random() < 0.14:
            aim = rng.uniform([-3500, -2700], [3500, 3500])
        else:
            middle, spread, _ = clusters[int(rng.choice(len(clusters), p=weights / weights.sum()))]
            aim = np.array(middle) + rng.normal(0, spread, 2)
        at = int(tree.nearest(shapely.Point(aim)))
        road_class = lined[at].street.road_class
        # Shops stand on the larger streets; in the old town on any.
        if road_class == "residential" and np.hypot(*aim) > OLD_R and rng.random() < 0.55:
            continue
        spot = _beside(rng, lines[at], aim, HALF_STREET_M[road_class] + 5)
        if spot is None or plan.water.distance(shapely.Point(spot)) < 12 or np.hypot(*(np.array(spot) - aim)) > 220:
            continue
        kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
        minutes = max(2.0, round(training_names.KINDS[kind][1] * rng.uniform(0.7, 1.4)))
        area = _district_at(plan.districts, spot)
        name = namer.merchant(kind)
        merchants.append(
            Merchant(f"M-{len(merchants) + 1:03d}", name, ground.latlon(spot), kind, minutes, None, f"A-{area + 1:02d}")
        )
    return tuple(merchants)


def _beside(rng: np.random.Generator, line: LineString, aim: Floats, metres: float) -> tuple[float, float] | None:
    """A point so many metres beside the line, near the aim; ``None`` at its very ends, where it would stand in a crossing."""
    along = line.project(shapely.Point(aim)) + rng.uniform(-15, 15)
    if not 12 < along < line.length - 12:
        return None
    here, ahead = line.interpolate(along), line.interpolate(along + 1)
    side = 1 if rng.random() < 0.5 else -1
    return here.x - side * metres * (ahead.y - here.y), here.y + side * metres * (ahead.x - here.x)


def _district_at(districts: Sequence[District], spot: tuple[float, float]) -> int:
    point = shapely.Point(spot)
    return min(range(len(districts)), key=lambda i: districts[i].shape.distance(point))
