"""Streets within the cells of the training city: an old centre, grids at angles of their own, crescents at the edge."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.routing.city import ROAD_CLASSES
from core.routing.training_names import Namer
from core.routing.training_plan import INNER_R, OLD_R, OUTER_R, SQUARE_R, Plan, Street, lines_in

Floats = NDArray[np.float64]
_OVERSHOOT_M = 3.0
_BAND_M, _LONGEST_IN_BAND_M = 34.0, 95.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of street from crossing to crossing: ``xy`` (k, 2)."""

    xy: Floats
    street: Street

    @property
    def ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return key(self.xy[0]), key(self.xy[-1])


def key(xy: Floats) -> tuple[int, int]:
    """Points that meet have the same key: whole centimetres."""
    return round(float(xy[0]) * 100), round(float(xy[1]) * 100)


def fill_cells(rng: np.random.Generator, namer: Namer, plan: Plan) -> list[Polygon]:
    """Add the minor streets to the plan; return the cells left open as large parks."""
    square = shapely.Point(0, 0).buffer(SQUARE_R - _OVERSHOOT_M)
    barred = shapely.union_all([plan.rail.buffer(14), plan.water.buffer(16), square])
    near_main = shapely.union_all([s.line.buffer(1) for s in plan.streets])
    for shape in (barred, near_main):
        shapely.prepare(shape)
    parks = _large_parks(rng, plan)
    for cell in plan.cells:
        if cell in parks:
            plan.streets += _park_paths(rng, namer, cell)
            continue
        distance = math.hypot(cell.centroid.x, cell.centroid.y)
        old = distance < OLD_R * 0.95
        found = _old_streets(rng, namer, cell) if old else _planned_streets(rng, namer, cell, distance)
        band = shapely.boundary(cell).intersection(near_main).buffer(_BAND_M, quad_segs=2)
        ground = cell.buffer(_OVERSHOOT_M).difference(barred)
        for street in found:
            plan.streets += _cut(street, ground, band)
    return parks


def _cut(street: Street, ground: BaseGeometry, band: BaseGeometry) -> list[Street]:
    """The parts of a street inside its cell, without stretches that run close along a main road."""
    pieces = []
    for part in lines_in(street.line.intersection(ground), 20):
        close = part.intersection(band).length > _LONGEST_IN_BAND_M
        kept = lines_in(part.difference(band), 60) if close else [part]
        pieces += [Street(line, street.road_class, street.name, street.one_way) for line in kept]
    return pieces


def _large_parks(rng: np.random.Generator, plan: Plan) -> list[Polygon]:
    """One of the middling cells of the inner belt, and one farther out."""
    parks = []
    for low, high, near, far in ((120_000, 420_000, OLD_R, OUTER_R), (150_000, 900_000, OUTER_R, 9e9)):
        fit = [
            c
            for c in plan.cells
            if c not in plan.villages and low < c.area < high and near < math.hypot(c.centroid.x, c.centroid.y) < far
        ]
        if fit:
            parks.append(fit[int(rng.integers(len(fit)))])
    return parks


def _park_paths(rng: np.random.Generator, namer: Namer, cell: Polygon) -> list[Street]:
    name = namer.street("path")
    loops = lines_in(shapely.boundary(cell.buffer(-math.sqrt(cell.area) / 6).buffer(25)), 200)
    streets = [Street(loop, "path", name) for loop in loops]
    centre = np.array(cell.representative_point().coords[0])
    for bearing in np.arange(4) * math.pi / 2 + rng.uniform(0, math.pi / 2):
        t = np.linspace(0, 1, 12)
        way = bearing + 0.5 * np.sin(3 * t)
        spoke = LineString(centre + 1500 * t[:, None] * np.stack((np.cos(way), np.sin(way)), axis=1))
        inside = lines_in(spoke.intersection(cell.buffer(_OVERSHOOT_M)), 20)
        streets += [Street(part, "path", name) for part in inside if part.distance(shapely.Point(centre)) < 1]
    return streets


def _old_streets(rng: np.random.Generator, namer: Namer, cell: Polygon) -> list[Street]:
    """Edges of a Voronoi diagram over uneven points, named along what runs on; some lanes near the centre are car-free."""
    west, south, east, north = cell.bounds
    x, y = np.meshgrid(np.arange(west - 90, east + 90, 84.0), np.arange(south - 90, north + 90, 70.0))
    sites = np.stack((x.ravel(), y.ravel()), axis=1)
    sites[:, 0] += np.where(np.round(y.ravel() / 70) % 2 == 0, 30, 0)
    sites += rng.uniform(-27, 27, sites.shape)
    edges = shapely.voronoi_polygons(shapely.MultiPoint(sites), only_edges=True)
    lines = [np.asarray(part.coords) for part in shapely.get_parts(edges)]
    streets = []
    for chain in _chains(lines):
        line = LineString(chain)
        if not line.intersects(cell) or (line.length < 60 and rng.random() < 0.2):
            continue
        lane = rng.random() < (0.9 if math.hypot(line.centroid.x, line.centroid.y) < 210 else 0.06)
        one_way = not lane and rng.random() < 0.45
        streets.append(Street(line, "path" if lane else "residential", namer.street("path", old=True), one_way))
    return streets


def _chains(lines: list[Floats]) -> list[Floats]:
    """Join lines end to end where one runs on into the next within 40 degrees, five at most."""
    at: dict[tuple[int, int], list[int]] = {}
    for i, line in enumerate(lines):
        for end in (line[0], line[-1]):
            at.setdefault(key(end), []).append(i)
    used = [False] * len(lines)
    chains = []
    for i, line in enumerate(lines):
        if used[i]:
            continue
        used[i] = True
        chain = [*line]
        while len(chain) < 6:
            ahead = chain[-1] - chain[-2]
            best, best_turn = None, math.cos(math.radians(40))
            for j in at[key(chain[-1])]:
                if not used[j]:
                    other = lines[j] if key(lines[j][0]) == key(chain[-1]) else lines[j][::-1]
                    step = other[1] - other[0]
                    turn = float(ahead @ step) / max(1e-9, float(np.hypot(*ahead) * np.hypot(*step)))
                    if turn > best_turn:
                        best, best_turn, onward = j, turn, other
            if best is None:
                break
            used[best] = True
            chain += [*onward[1:]]
        chains.append(np.array(chain))
    return chains


def _planned_streets(rng: np.random.Generator, namer: Namer, cell: Polygon, distance: float) -> list[Street]:
    """A grid along the cell's longest side, bent a little; at the edge of town partly crescents."""
    ring = shapely.get_coordinates(shapely.simplify(cell, 30))
    sides = np.diff(ring, axis=0)
    longest = sides[np.argmax(np.hypot(*sides.T))]
    angle = math.atan2(longest[1], longest[0]) + rng.uniform(-0.06, 0.06)
    if distance < INNER_R:
        narrow, wide, bend, gaps = rng.uniform(72, 88), rng.uniform(120, 155), 10.0, 0.05
    elif distance < OUTER_R:
        narrow, wide, bend, gaps = rng.uniform(84, 104), rng.uniform(150, 210), 22.0, 0.13
    else:
        narrow, wide, bend, gaps = rng.uniform(98, 130), rng.uniform(190, 280), 45.0, 0.24
    streets: list[Street] = []
    crescents = distance > OUTER_R * 0.95 and cell.area > 350_000 and rng.random() < 0.4
    if crescents:
        for step in range(1, 5):
            loops = lines_in(shapely.boundary(cell.buffer(-step * narrow * 1.15).buffer(-30).buffer(30)), 250)
            streets += [Street(loop, "residential", namer.street("residential")) for loop in loops]
    one_way_share = 0.75 if distance < INNER_R else 0.3 if distance < OUTER_R else 0.0
    return streets + _grid(rng, namer, cell, angle, (narrow, wide), bend, gaps, one_way_share, crescents)


def _grid(
    rng: np.random.Generator, namer: Namer, cell: Polygon, angle: float, spacing: tuple[float, float], bend: float,
    gaps: float, one_way_share: float, across_only: bool,
) -> list[Street]:  # fmt: skip
    centre = np.array(cell.centroid.coords[0])
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    corners = np.asarray(cell.exterior.coords) - centre
    u = _rungs(rng, corners @ along, spacing[1])
    v = _rungs(rng, corners @ across, spacing[0])
    phase = rng.uniform(0, 2 * math.pi, 2)
    length = rng.uniform(700, 1100)

    def bent(uv: Floats) -> Floats:
        xy = centre + uv[:, :1] * along + uv[:, 1:] * across
        waves = np.sin(xy[:, ::-1] * 3 / length + phase)
        return np.asarray(xy + bend * waves)

    streets = []
    for family, (fixed, steps) in enumerate(((v, u), (u, v))):
        if across_only and family == 0:
            continue
        for row, at in enumerate(fixed):
            keep = rng.random(len(steps) - 1) > (gaps if family else gaps * 0.4)
            one_way = rng.random() < one_way_share
            road_class = "tertiary" if row == len(fixed) // 2 and len(fixed) > 6 else "residential"
            name = namer.street(road_class)
            for first, last in _spans(keep):
                count = max(2, int((steps[last] - steps[first]) / 60) + 1)
                run = np.linspace(steps[first], steps[last], count)
                uv = np.stack((run, np.full(count, at)) if family == 0 else (np.full(count, at), run), axis=1)
                xy = bent(uv)
                lines = lines_in(LineString(xy[::-1] if row % 2 else xy), 0)
                streets += [Street(line, road_class, name, one_way and road_class == "residential") for line in lines]
    return streets


def _rungs(rng: np.random.Generator, extent: Floats, spacing: float) -> Floats:
    """Uneven steps from one side to the other, one beyond each end."""
    count = max(1, round(float(np.ptp(extent)) / spacing))
    step = float(np.ptp(extent)) / count
    rungs = extent.min() + step * (np.arange(-1, count + 2) + 0.5)
    return np.asarray(rungs + rng.uniform(-0.16, 0.16, len(rungs)) * step)


def _spans(keep: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last step of every run of kept spans."""
    change = np.diff(np.concatenate(([0], keep.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True))


def noded(plan: Plan) -> list[Piece]:
    """Cut all streets at their crossings, drop stubs and what hangs together with nothing."""
    lines = [s.line for s in plan.streets]
    parts = shapely.get_parts(shapely.union_all(lines, grid_size=0.01))
    middles = shapely.line_interpolate_point(parts, 0.5, normalized=True)
    rank = np.array([ROAD_CLASSES.index(s.road_class) for s in plan.streets])
    part_of, near = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=0.05)
    owner: dict[int, int] = {}
    for part, line in zip(part_of.tolist(), near.tolist(), strict=True):
        if part not in owner or (rank[line], line) < (rank[owner[part]], owner[part]):
            owner[part] = line
    pieces = []
    for i, part in enumerate(parts):
        street = plan.streets[owner[i]]
        xy = np.asarray(part.coords)
        if street.one_way and street.line.project(shapely.Point(xy[0])) > street.line.project(shapely.Point(xy[-1])):
            xy = xy[::-1]
        pieces.append(Piece(xy, street))
    return _connected(_without_stubs(pieces, plan))


def _without_stubs(pieces: list[Piece], plan: Plan) -> list[Piece]:
    """Dead ends: none in the centre, only longer ones farther out, where they pass for closes. Piers stay."""
    stubs = []
    for piece in pieces:
        line, distance = LineString(piece.xy), math.hypot(*piece.xy.mean(axis=0))
        least = 120.0 if distance < INNER_R * 1.05 else 80.0 if distance < OUTER_R else 42.0
        stays = piece.street.road_class == "service" or line.distance(plan.box.boundary) < 1
        stubs.append(line.length < least and not stays)
    left = list(zip(pieces, stubs, strict=True))
    for _ in range(4):
        degree = Counter(end for piece, _ in left for end in piece.ends)
        left = [(p, stub) for p, stub in left if not (stub and min(degree[e] for e in p.ends) == 1)]
    return [piece for piece, _ in left]


def _connected(pieces: list[Piece]) -> list[Piece]:
    """The largest part that hangs together."""
    parent: dict[tuple[int, int], tuple[int, int]] = {}

    def root(node: tuple[int, int]) -> tuple[int, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for piece in pieces:
        a, b = piece.ends
        parent[root(a)] = root(b)
    (largest, _), *_ = Counter(root(p.ends[0]) for p in pieces).most_common(1)
    return [p for p in pieces if root(p.ends[0]) == largest]
