"""The training city's plan: water, main roads, the cells between them and the districts. Metres, x east, y north."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.routing.training_names import DISTRICTS, HARBOUR, OLD_TOWN, Namer

Floats = NDArray[np.float64]

HALF_WIDTH, HALF_HEIGHT = 4700.0, 4200.0
OLD_R, INNER_R, OUTER_R, LIMIT_R = 560.0, 1330.0, 2380.0, 3650.0
DISTRICT_COUNT = 12
SQUARE_R = 44.0
_QUAY_M, _COAST_ROAD_M = 34.0, 46.0
_OVERSHOOT_M = 3.0  # streets run this far across the road they end at, so that noding finds the crossing
_LONGEST_BRIDGE_M = 420.0
_HIGH_STREETS = ("High Street", "Market Street", "Cathedral Street", "Bishop's Gate")


@dataclass(frozen=True, slots=True)
class Street:
    """A street before it is cut at its crossings. ``one_way`` runs along the line; ``car_free`` is for feet and bicycles."""

    line: LineString
    road_class: str
    name: str
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class District:
    name: str
    shape: BaseGeometry


@dataclass(slots=True)
class Plan:
    """``limit`` is the edge of what is built on; ``cells`` are the polygons between the main roads."""

    box: Polygon
    sea: BaseGeometry
    river: BaseGeometry
    water: BaseGeometry
    limit: Polygon
    rail: LineString
    streets: list[Street] = field(default_factory=list)
    cells: list[Polygon] = field(default_factory=list)
    villages: list[Polygon] = field(default_factory=list)
    districts: list[District] = field(default_factory=list)
    river_line: LineString = field(default_factory=LineString)


def make_plan(rng: np.random.Generator, namer: Namer) -> Plan:
    box = shapely.box(-HALF_WIDTH, -HALF_HEIGHT, HALF_WIDTH, HALF_HEIGHT)
    sea, piers = _sea(rng)
    river_line, river = _river(rng)
    river = river.difference(sea)
    water = shapely.union_all([sea, river])
    limit = _closed(rng, LIMIT_R, 0.11).intersection(box.buffer(-250)).difference(sea.buffer(_COAST_ROAD_M - 6))
    limit = max(shapely.get_parts(limit), key=lambda p: p.area)
    plan = Plan(
        box, sea.intersection(box), river.intersection(box), water.intersection(box), limit, _rail(rng), river_line=river_line
    )

    main = _main_roads(rng, namer, plan)
    quays = shapely.boundary(river.buffer(_QUAY_M)).intersection(limit).difference(sea.buffer(_COAST_ROAD_M - _OVERSHOOT_M))
    coast = (
        shapely.boundary(sea.buffer(60).buffer(_COAST_ROAD_M - 60)).intersection(limit.buffer(8)).difference(river.buffer(4))
    )
    quay_names = [namer.street("tertiary").rsplit(" ", 1)[0] + " Quay" for _ in range(4)]
    plan.streets += main
    plan.streets += [
        Street(line, "tertiary", quay_names[(line.centroid.x > river_line.centroid.x) + 2 * (line.centroid.y > 0)])
        for line in lines_in(quays, 60)
    ]
    plan.streets += [Street(line, "secondary", "The Strand") for line in lines_in(coast, 60)]
    strand = shapely.union_all([s.line for s in plan.streets if s.name == "The Strand"])
    for number, roadway in enumerate(piers, 1):
        seaward = [part for part in shapely.get_parts(roadway.difference(strand)) if part.centroid.y < roadway.centroid.y + 40]
        for part in seaward:
            top, foot = part.coords[0], part.coords[-1]
            plan.streets.append(Street(LineString([(top[0], top[1] + _OVERSHOOT_M), foot]), "service", f"Pier {number}"))

    faces = shapely.polygonize([shapely.union_all([*(s.line for s in plan.streets), limit.exterior], grid_size=0.01)])
    inner_water = plan.water.buffer(-1)
    plan.cells = [f for f in shapely.get_parts(faces) if f.area > 3000 and not inner_water.intersects(f.representative_point())]
    plan.cells = [f for f in plan.cells if limit.contains(f.representative_point())]
    plan.districts = _districts(rng, plan, main)
    plan.villages = _villages(rng, plan, main)
    plan.cells += plan.villages
    return plan


def _closed(rng: np.random.Generator, radius: float, wobble: float) -> Polygon:
    """A round outline that is no circle."""
    angle = np.linspace(0, 2 * math.pi, 160, endpoint=False)
    r = np.ones_like(angle)
    for k in range(2, 9):
        r += wobble * 1.5 / k * np.cos(k * angle + rng.uniform(0, 2 * math.pi))
    return Polygon(np.stack((np.cos(angle), np.sin(angle)), axis=1) * (radius * r)[:, None])


def _sea(rng: np.random.Generator) -> tuple[BaseGeometry, list[LineString]]:
    """The bay with its harbour, and the roadways of the piers."""
    x = np.arange(-HALF_WIDTH - 800, HALF_WIDTH + 801, 50.0)
    phase = rng.uniform(0, 2 * math.pi, 4)
    y = -2830 + 190 * np.sin(x / 1500 + phase[0]) + 80 * np.sin(x / 610 + phase[1]) + 28 * np.sin(x / 210 + phase[2])
    y -= 0.00004 * np.minimum(x - 500, 0) ** 2 * 0.6
    sea = Polygon([*zip(x, y, strict=True), (x[-1], -9000), (x[0], -9000)])
    piers, roadways = [], []
    for pier_x in np.array([-950.0, -600.0, -250.0]) + rng.uniform(-40, 40, 3):
        shore = float(np.interp(pier_x, x, y))
        head = shore - rng.uniform(280, 380)
        piers.append(shapely.box(pier_x - 45, head, pier_x + 45, shore + 60))
        roadways.append(LineString([(pier_x, shore + 130), (pier_x, head + 25)]))
    shore = float(np.interp(-1500, x, y))
    mole = LineString([(-1500, shore + 40), (-1480, shore - 330), (-1250, shore - 560), (-700, shore - 640)]).buffer(
        16, cap_style="round"
    )
    return sea.difference(shapely.union_all([*piers, mole])), roadways


def _river(rng: np.random.Generator) -> tuple[LineString, BaseGeometry]:
    y = np.arange(HALF_HEIGHT + 600, -3700, -60.0)
    phase = rng.uniform(0, 2 * math.pi, 3)
    calm = np.clip(np.abs(y) / 1300, 0.3, 1.0)  # it keeps clear of the old town
    x = 1000 + 0.08 * y + calm * (370 * np.sin(y / 760 + phase[0]) + 120 * np.sin(y / 400 + phase[1]))
    line = LineString(np.stack((x, y), axis=1))
    half = np.interp(y, [-3400, -2500, 0, 4000], [150, 75, 52, 36])
    heading = np.gradient(np.stack((x, y), axis=1), axis=0)
    normal = np.stack((-heading[:, 1], heading[:, 0]), axis=1) / np.hypot(*heading.T)[:, None]
    left, right = np.stack((x, y), axis=1) + normal * half[:, None], np.stack((x, y), axis=1) - normal * half[:, None]
    return line, Polygon(np.concatenate((left, right[::-1]))).buffer(0)


def _rail(rng: np.random.Generator) -> LineString:
    """From the west edge to a terminus at the inner ring."""
    end = math.radians(162 + rng.uniform(-5, 5))
    start = np.array([-HALF_WIDTH, 2450 + rng.uniform(-250, 250)])
    stop = np.array([math.cos(end), math.sin(end)]) * (INNER_R - 330)
    t = np.linspace(0, 1, 40)[:, None]
    bend = (start + stop) / 2 + np.array([-300.0, -650.0])
    return LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * stop)


def _main_roads(rng: np.random.Generator, namer: Namer, plan: Plan) -> list[Street]:
    streets: list[Street] = []
    dry = plan.sea.buffer(_COAST_ROAD_M - _OVERSHOOT_M)

    def add(line: BaseGeometry, road_class: str, name: str) -> None:
        """Keep what is on land; where a road would run along the river rather than across it, leave that part out."""
        line = line.intersection(plan.box).difference(dry)
        wet = [part for part in shapely.get_parts(line.intersection(plan.river)) if part.length > _LONGEST_BRIDGE_M]
        if wet:
            line = line.difference(shapely.union_all(wet).buffer(_QUAY_M - _OVERSHOOT_M))
        streets.extend(Street(part, road_class, name) for part in lines_in(line, 80))

    old = _closed(rng, OLD_R, 0.045)
    add(old.exterior, "secondary", "Rampart Boulevard")
    add(_closed(rng, INNER_R, 0.05).exterior, "secondary", "Inner Ring")
    add(_closed(rng, OUTER_R, 0.04).exterior, "primary", "Outer Ring")
    north = np.linspace(-HALF_WIDTH - 50, HALF_WIDTH + 50, 90)
    sway = rng.uniform(0, 2 * math.pi, 2)
    rise = 3050 - 0.00002 * north**2 + 160 * np.sin(north / 1500 + sway[0]) + 40 * np.sin(north / 600 + sway[1])
    add(LineString(np.stack((north, rise), axis=1)), "trunk", "Northern Bypass")

    bearings = np.array([6, 43, 112, 143, 178, 214, 243, 322]) + rng.uniform(-6, 6, 8)
    for k, degrees in enumerate(bearings):
        r = np.arange(SQUARE_R - _OVERSHOOT_M, 7000, 70.0)
        turn = math.radians(degrees) + rng.uniform(-0.09, 0.09) * np.sin(r / rng.uniform(900, 1500)) * np.minimum(1, r / 1500)
        line = LineString(np.stack((r * np.cos(turn), r * np.sin(turn)), axis=1))
        road_class = "primary" if k % 2 == 0 else "secondary"
        if k % 2 == 0:
            add(line.intersection(old.buffer(_OVERSHOOT_M)), "tertiary", _HIGH_STREETS[k // 2])
        add(line.difference(old.buffer(-_OVERSHOOT_M)), road_class, namer.street(road_class))
    streets += [Street(line, "path", "Market Square") for line in lines_in(_closed(rng, SQUARE_R, 0.0).exterior, 0)]
    return streets


def _villages(rng: np.random.Generator, plan: Plan, main: Sequence[Street]) -> list[Polygon]:
    """Small places on the roads out of town, well apart."""
    dry = shapely.union_all(
        [plan.limit.buffer(550), plan.water.buffer(250), plan.box.boundary.buffer(380), plan.rail.buffer(150)]
    )
    found: list[Polygon] = []
    for street in main:
        if street.road_class not in ("primary", "secondary") or len(found) == 4:
            continue
        for part in shapely.get_parts(street.line.difference(dry)):
            middle = part.interpolate(0.5, normalized=True)
            if part.length > 80 and all(middle.distance(other) > 1500 for other in found):
                outline = _closed(rng, rng.uniform(260, 360), 0.12)
                found.append(affinity.translate(outline, middle.x, middle.y))
    return found


def lines_in(shape: BaseGeometry, shortest_m: float) -> list[LineString]:
    """The lines in a shape that are longer than ``shortest_m``, joined where they meet, with needless points left out."""
    if shape.geom_type == "MultiLineString":
        shape = shapely.line_merge(shape)
    parts = [shapely.simplify(part, 1.5) for part in shapely.get_parts(shape)]
    return [part for part in parts if isinstance(part, LineString) and part.length > shortest_m]


def _districts(rng: np.random.Generator, plan: Plan, main: Sequence[Street]) -> list[District]:
    """The faces between main roads and water, the smallest merged into a neighbour until so many are left."""
    bounds = [s.line for s in main if s.road_class in ("primary", "secondary")]
    edges = shapely.union_all([*bounds, plan.limit.exterior, shapely.boundary(plan.river)], grid_size=0.01)
    wet = plan.water.buffer(-1)
    shapes = [
        face for face in shapely.get_parts(shapely.polygonize([edges]))
        if plan.limit.contains(face.representative_point()) and not wet.contains(face.representative_point())
    ]  # fmt: skip
    centre = shapely.Point(-60, 20)
    old = shapely.union_all([s for s in shapes if s.representative_point().distance(centre) < OLD_R * 0.95])
    rest: list[BaseGeometry] = [s for s in shapes if s.representative_point().distance(centre) >= OLD_R * 0.95]
    while len(rest) > DISTRICT_COUNT - 1:
        rest.sort(key=lambda s: -s.area)
        small = rest.pop()
        shared = [small.intersection(other).length / math.sqrt(other.area) for other in rest]
        best = int(np.argmax(shared))
        if shared[best] <= 0:  # an island: it goes with what is nearest
            best = int(np.argmin([small.distance(other) for other in rest]))
        rest[best] = shapely.union_all([rest[best], small], grid_size=0.01)
    rest.sort(key=lambda s: (s.centroid.distance(shapely.Point(-600, -2700)), s.centroid.x))
    names = [HARBOUR, *(DISTRICTS[i] for i in rng.permutation(len(DISTRICTS)))]
    return [District(OLD_TOWN, old), *(District(name, shape) for name, shape in zip(names, rest, strict=False))]
