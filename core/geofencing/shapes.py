"""What is done to an area's shape by hand: parts added and cut out, split by a line, two made into one, and what is wrong
with it.

Shapes are an area's polygons. They are worked on as a plane of degrees, east of the first corner, and come back on the globe,
to a ten-millionth of a degree (a centimetre).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

import numpy as np
import shapely
import shapely.ops

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import Message

Ring = tuple[LatLon, ...]
Polygons = tuple[tuple[Ring, ...], ...]

DIGITS = 7
_TINY = 1e-9
"""Square degrees (about ten square metres at the equator): what is left over by rounding is no part of a shape."""
_CORNERS = 3


def closed(corners: Iterable[LatLon]) -> Ring:
    """An outline that ends where it began. Corners that follow themselves are left out."""
    ring = [corner for corner, _ in groupby(corners)]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return (*ring, ring[0]) if ring else ()


def problem_of(polygons: Polygons) -> tuple[str, LatLon | None]:
    """What keeps the shape from being an area, in one line, and where on the map; empty where nothing does."""
    if not polygons:
        return "nothing is left of it: draw a part, or undo", None
    for number, rings in enumerate(polygons, start=1):
        which = f"part {number}" if len(polygons) > 1 else "the outline"
        for ring, what in ((ring, which if n == 0 else f"a hole of {which}") for n, ring in enumerate(rings)):
            if len(set(ring)) < _CORNERS:
                return f"{what} has fewer than three corners: add one, or remove it", ring[0] if ring else None
            flat, back = _plane(ring[0].lon)
            outline = shapely.Polygon(flat(ring))
            if not outline.is_valid:
                return f"{what} crosses itself: move the corner beside the mark", back(_where(outline))
            if outline.area < _TINY:
                return f"{what} encloses nothing: move its corners apart", ring[0]
        flat, back = _plane(rings[0][0].lon)
        outside, holes = shapely.Polygon(flat(rings[0])), [shapely.Polygon(flat(hole)) for hole in rings[1:]]
        for n, hole in enumerate(holes):
            if not outside.covers(hole):
                return f"a hole of {which} reaches beyond it: move the corner beside the mark", back(hole.difference(outside))
            if any(hole.intersects(other) for other in holes[:n]):
                return f"two holes of {which} meet: move their corners apart", rings[n + 1][0]
    flat, back = _plane(polygons[0][0][0].lon)
    parts = [shapely.Polygon(flat(rings[0]), [flat(hole) for hole in rings[1:]]) for rings in polygons]
    for n, part in enumerate(parts):
        for other in parts[:n]:
            shared = part.intersection(other)
            if shared.area > _TINY:
                return "two of its parts lie over each other: move their corners apart", back(shared)
    return "", None


def joined(polygons: Polygons, outline: Sequence[LatLon]) -> Polygons:
    """With the outline as a further part; where it touches what is there, they become one. Raises BadInput."""
    return _combined(polygons, outline, shapely.union)


def cut(polygons: Polygons, outline: Sequence[LatLon]) -> Polygons:
    """Without what lies in the outline: a hole, or a piece off the edge. Raises BadInput where nothing would be cut, or all."""
    start = _start(polygons)
    flat, _ = _plane(start)
    if not shapely.area(shapely.intersection(_shape(polygons, start), _drawn(outline, flat))) > _TINY:
        raise BadInput(Message("that lies outside of the area: draw it where something is to be cut out"))
    left = _combined(polygons, outline, shapely.difference)
    if not left:
        raise BadInput(Message("nothing would be left: remove the area instead"))
    return left


def split(polygons: Polygons, line: Sequence[LatLon]) -> list[Polygons]:
    """In two or more by a line, the largest piece first. Parts that the line does not cross stay with it. Raises BadInput."""
    start = _start(polygons)
    flat, _ = _plane(start)
    if len(set(line)) < 2:
        raise BadInput(Message("a line has two places at least"))
    blade = shapely.LineString(flat(line))
    whole, pieces = [], []
    for part in _parts(_shape(polygons, start)):
        found = _parts(shapely.ops.split(part, blade)) if blade.is_simple else _cells(part, blade)
        if len(found) > 1:
            pieces += found
        else:
            whole.append(part)
    if not pieces:
        raise BadInput(Message("the line does not cross the area: begin and end it outside"))
    pieces.sort(key=lambda piece: -piece.area)
    return [_polygons(shapely.MultiPolygon([pieces[0], *whole]), start), *(_polygons(piece, start) for piece in pieces[1:])]


def merged(shapes: Sequence[Polygons]) -> Polygons:
    """All in one; what touches becomes one part."""
    start = _start(shapes[0])
    return _polygons(shapely.union_all([_shape(shape, start) for shape in shapes]), start)


def parted(polygons: Polygons) -> Polygons:
    """Cut where it crosses the date line, as maps and other programs want it (RFC 7946, 3.1.9)."""
    ways = (way for rings in polygons for ring in rings for way in pairwise(ring))
    if all(abs(here.lon - there.lon) <= 180.0 for here, there in ways):
        return polygons
    start = _start(polygons)
    line = (180.0 - start + 180.0) % 360.0 - 180.0
    found: list[tuple[Ring, ...]] = []
    for west, east, moved in ((-360.0, line, 180.0 - line), (line, 360.0, -180.0 - line)):
        side = shapely.intersection(_shape(polygons, start), shapely.box(west, -90.0, east, 90.0))
        for part in _parts(side):
            outlines = (part.exterior, *part.interiors)
            found.append(
                tuple(closed(LatLon(round(y, DIGITS), round(x + moved, DIGITS)) for x, y in o.coords) for o in outlines)
            )
    return tuple(found)


def _combined(
    polygons: Polygons, outline: Sequence[LatLon], how: Callable[[shapely.Geometry, shapely.Geometry], shapely.Geometry]
) -> Polygons:
    start = _start(polygons) if polygons else outline[0].lon
    flat, _ = _plane(start)
    drawn = _drawn(outline, flat)
    return _polygons(how(_shape(polygons, start) if polygons else shapely.Polygon(), drawn), start)


def _drawn(outline: Sequence[LatLon], flat: Callable[[Iterable[LatLon]], np.ndarray]) -> shapely.Polygon:
    if len(set(outline)) < _CORNERS:
        raise BadInput(Message("an outline needs three corners at least"))
    drawn = shapely.Polygon(flat(outline))
    if not drawn.is_valid:
        raise BadInput(Message("the outline crosses itself: draw it again"))
    if drawn.area < _TINY:
        raise BadInput(Message("the outline encloses nothing: draw it larger"))
    return drawn


def _start(polygons: Polygons) -> float:
    return polygons[0][0][0].lon if polygons else 0.0


def _plane(start: float) -> tuple[Callable[[Iterable[LatLon]], np.ndarray], Callable[[shapely.Geometry], LatLon]]:
    """To the plane east of ``start``, and a place in some geometry of it back on the globe."""

    def flat(places: Iterable[LatLon]) -> np.ndarray:
        corners = np.array(list(places), np.float64).reshape(-1, 2)
        return np.column_stack(((corners[:, 1] - start + 180.0) % 360.0 - 180.0, corners[:, 0]))

    def back(shape: shapely.Geometry) -> LatLon:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        return _place(float(x), float(y), start)

    return flat, back


def _place(x: float, y: float, start: float) -> LatLon:
    lon = (x + start + 180.0) % 360.0 - 180.0
    # Rounding must not turn one side of the date line into the other.
    return LatLon(round(y, DIGITS), round(lon, DIGITS) if abs(lon) < 180.0 else lon)


def _shape(polygons: Polygons, start: float) -> shapely.Geometry:
    flat, _ = _plane(start)
    parts = [shapely.make_valid(shapely.Polygon(flat(r[0]), [flat(hole) for hole in r[1:]])) for r in polygons]
    return shapely.union_all(parts)


def _where(outline: shapely.Polygon) -> shapely.Point:
    """Where an outline crosses itself, as GEOS says it: ``Self-intersection[9.1 45.2]``."""
    _, _, place = shapely.is_valid_reason(outline).partition("[")
    x, _, y = place.rstrip("]").partition(" ")
    return shapely.Point(float(x), float(y)) if y else shapely.Point(outline.exterior.coords[0])


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and part.area > _TINY]


def _cells(part: shapely.Polygon, blade: shapely.LineString) -> list[shapely.Polygon]:
    """Pieces of a part by a line that crosses itself."""
    edges = shapely.union_all([part.boundary, blade])
    found = _parts(shapely.polygonize(list(shapely.get_parts(edges))))
    return [cell for cell in found if part.covers(cell.representative_point())]


def _polygons(shape: shapely.Geometry, start: float) -> Polygons:
    def ring(coords: Iterable[tuple[float, ...]]) -> Ring:
        return closed(_place(x, y, start) for x, y, *_ in coords)

    return tuple((ring(p.exterior.coords), *(ring(hole.coords) for hole in p.interiors)) for p in _parts(shape))
