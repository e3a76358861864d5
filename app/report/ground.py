"""The city's base map, simplified until it is small enough to be carried in a page: water, parks and roads, no buildings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.errors import BadInput
from core.routing.base_map import decode_line
from core.routing.geometry import METRES_PER_DEGREE

Floats = NDArray[np.float64]
Line = list[int]
"""``[lat0, lon0, Δlat1, Δlon1, …]`` in hundred-thousandths of a degree, which is about a metre."""

MAX_BYTES = 1_200_000
TOLERANCES_M = (3.0, 6.0, 12.0, 25.0, 50.0)
MINOR = ("service", "path")
LEAST_PARK_M2 = 2_000.0


class Ground(TypedDict):
    """``water`` and ``parks`` are polygons, each a list of closed lines, the outside first; ``roads`` are lines by class."""

    water: list[list[Line]]
    parks: list[list[Line]]
    rivers: list[Line]
    roads: dict[str, list[Line]]


def ground_of(base_map: bytes, max_bytes: int = MAX_BYTES) -> Ground:
    """The coarsest needed to stay below ``max_bytes`` of JSON; of a vast region the residential streets are left out too.

    Raises BadInput where ``base_map`` is none (see `core.routing.base_map`).
    """
    try:
        source = json.loads(base_map)
        attempts = [(t, MINOR) for t in TOLERANCES_M] + [(TOLERANCES_M[-1], (*MINOR, "residential"))]
        for tolerance_m, without in attempts:
            ground = _simplified(source, tolerance_m, without)
            if len(json.dumps(ground, separators=(",", ":"))) <= max_bytes:
                break
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadInput(f"the city's base map can't be read ({error}): import the map again") from None
    return ground


def _simplified(source: dict[str, Any], tolerance_m: float, without: Sequence[str]) -> Ground:
    def lines(encoded: Iterable[Sequence[int]]) -> list[Line]:
        return [_encode(_thinned(decode_line(line), tolerance_m)) for line in encoded]

    roads: dict[str, list[Line]] = defaultdict(list)
    for road in source.get("roads", ()):
        if road["c"] not in without:
            roads[road["c"]] += lines([road["p"]])
    return Ground(
        water=[lines(rings) for rings in source.get("water", ())],
        parks=[lines(rings) for rings in source.get("parks", ()) if _area_m2(rings[0]) >= LEAST_PARK_M2],
        rivers=lines(way["p"] for way in source.get("waterways", ())),
        roads=dict(roads),
    )


def _metres(points: Floats) -> Floats:
    """East and north, near enough for a drawing."""
    return np.column_stack((points[:, 1] * np.cos(np.radians(points[0, 0])), points[:, 0])) * METRES_PER_DEGREE


def _thinned(points: Floats, tolerance_m: float) -> Floats:
    if len(points) < 3:
        return points
    # The place of each point rides along as its height.
    drawn = np.column_stack((_metres(points), np.arange(len(points))))
    kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(drawn), tolerance_m), include_z=True)[:, 2]
    return points[kept.astype(np.int64)]


def _area_m2(ring: Sequence[int]) -> float:
    outside = decode_line(ring)
    return 0.0 if len(outside) < 4 else float(shapely.Polygon(_metres(outside)).area)


def _encode(points: Floats) -> Line:
    whole = np.rint(points * 1e5).astype(np.int64)
    whole[1:] -= whole[:-1].copy()
    return [int(v) for v in whole.ravel()]
