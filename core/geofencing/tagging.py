"""Which area a place lies in: for merchants, when they are registered and again when areas change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.errors import BadInput
from core.domain.geo import LatLon, checked_place
from core.domain.language import Message
from core.domain.merchant import Area

LEAST_CORNERS = 4
"""With the first repeated as the last."""
MOST_CROSSINGS = 100
"""An outline that crosses itself is mended, which takes 6 s at 10,000 crossings; a slip of the hand makes a few."""
_AT_ONCE = 32


class Tagger:
    """Keeps each area's shape for as long as the area is the same."""

    def __init__(self) -> None:
        self._shapes: dict[str, tuple[Area, shapely.Geometry, float]] = {}

    def tags(self, places: Sequence[LatLon], areas: Mapping[str, Area]) -> list[str | None]:
        """Of each place, the area of the highest priority that holds it, the first by id among equals; ``None`` in none."""
        tags: list[str | None] = [None] * len(places)
        points = np.array(places, np.float64).reshape(-1, 2)
        left = np.arange(len(places))
        for area in sorted(areas.values(), key=lambda a: (-a.priority, a.id)):
            inside = self.inside(area, points[left])
            for row in left[inside].tolist():
                tags[row] = area.id
            left = left[~inside]
            if not len(left):
                break
        return tags

    def check(self, area: Area) -> None:
        check_area(area)

    def inside(self, area: Area, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the places, shape (n, 2) in degrees, lie in the area or on its edge. Degrees are taken as a plane."""
        known = self._shapes.get(area.id)
        if known is None or known[0] is not area:
            known = self._shapes[area.id] = (area, *_shape(area))
        _, shape, start = known
        found: NDArray[np.bool_] = shapely.intersects_xy(shape, _east(points[:, 1], start), points[:, 0])
        return found


def _east(lon: NDArray[np.float64], start: float) -> NDArray[np.float64]:
    """Degrees from ``start``, -180 to 180, so that an area may lie across the date line."""
    return (lon - start + 180.0) % 360.0 - 180.0


def _polygons(area: Area) -> tuple[list[shapely.Polygon], float]:
    start = area.polygons[0][0][0][1]

    def flat(ring: Iterable[tuple[float, float]]) -> NDArray[np.float64]:
        corners = np.array(list(ring), np.float64)
        return np.column_stack((_east(corners[:, 1], start), corners[:, 0]))

    return [shapely.Polygon(flat(outside), [flat(hole) for hole in holes]) for outside, *holes in area.polygons], start


def _shape(area: Area) -> tuple[shapely.Geometry, float]:
    polygons, start = _polygons(area)
    shape = shapely.union_all(shapely.make_valid(polygons))
    shapely.prepare(shape)
    return shape, start


def _too_crossed(polygon: shapely.Polygon) -> bool:
    """Whether its edges meet elsewhere than at their ends more often than can be mended in good time."""
    if shapely.is_valid(polygon):
        return False
    rings = [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
    ends = np.concatenate([np.stack((ring[:-1], ring[1:]), axis=1) for ring in rings])
    edges: NDArray[np.object_] = np.asarray(shapely.linestrings(ends), dtype=object)
    tree, met = shapely.STRtree(edges), 0
    for begin in range(0, len(edges), _AT_ONCE):
        some = edges[begin : begin + _AT_ONCE]
        met += tree.query(some, predicate="intersects").shape[1] - 3 * len(some)  # itself and its two neighbours
        if met > 2 * MOST_CROSSINGS:
            return True
    return False


def check_area(area: Area) -> None:
    """Raise BadInput with one line that says what to change."""
    name = area.name.strip() or area.id
    if not area.id.strip() or not area.name.strip():
        raise BadInput(Message("an area needs an id and a name"))
    if area.id == "none":
        raise BadInput(Message("an area can't be called none: rules mean the places outside all areas by it"))
    if not area.polygons or not all(area.polygons):
        raise BadInput(Message("area {name} has no outline: draw one", name=name))
    for ring in (ring for polygon in area.polygons for ring in polygon):
        for corner in ring:
            checked_place(*corner)
        if len(ring) < LEAST_CORNERS or ring[0] != ring[-1] or len(set(ring)) < LEAST_CORNERS - 1:
            raise BadInput(Message("area {name}: an outline needs three corners at least, and ends where it began", name=name))
    if any(map(_too_crossed, _polygons(area)[0])):
        raise BadInput(
            Message(
                "area {name}: its outline crosses itself more than {most} times: draw it anew",
                name=name,
                most=MOST_CROSSINGS,
            )
        )
    shape, _ = _shape(area)
    if not shapely.area(shape) > 0:
        raise BadInput(Message("area {name}: its outline encloses nothing: move its corners apart", name=name))
