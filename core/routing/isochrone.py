"""The outline of what has been reached: cells of a fine grid under the reached stretches of road, joined and smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.geo import LatLon

if TYPE_CHECKING:
    from core.routing.road_graph import VehicleNetwork

Floats = NDArray[np.float64]
_CELLS_ACROSS = 240
_SMALLEST_CELL_M = 25.0
_MARGIN = 4


def reached_region(
    net: VehicleNetwork, from_centre: Floats, budget_s: float, centre_xy: Floats, node: int
) -> tuple[tuple[LatLon, ...], ...]:
    """Closed outer rings that hold the centre and every stretch of road reached from ``node`` within ``budget_s``.

    ``from_centre`` are the seconds from ``node`` to each node. Nothing lies farther than about three cells (a cell is 25 m,
    or 1/240 of the region's width) outside what was reached, holes apart: those are part of the region.
    """
    edges = np.flatnonzero(from_centre[net.tail] <= budget_s)
    left = budget_s - from_centre[net.tail[edges]]
    share = np.minimum(1.0, left / net.seconds[edges])[:, None]
    tails, heads = net.xy[net.tail[edges]], net.xy[net.head[edges]]
    marks = [centre_xy[None, :], tails]
    if budget_s >= 0:
        # The leg to the road, at its ends and between.
        marks.append(centre_xy + (net.xy[node] - centre_xy) * np.linspace(0, 1, 16)[:, None])
    marks += [tails + (heads - tails) * share * part for part in (0.5, 1.0)]
    points = np.concatenate(marks)
    low, high = points.min(axis=0), points.max(axis=0)
    cell = max(_SMALLEST_CELL_M, float((high - low).max()) / _CELLS_ACROSS)
    column, row = np.floor((points - low) / cell).astype(np.int64).T + _MARGIN
    filled = np.zeros((int(row.max()) + _MARGIN + 1, int(column.max()) + _MARGIN + 1), bool)
    filled[row, column] = True
    # Growing by three and shrinking by two closes the gaps between parallel streets and leaves one cell all round, so that
    # the smoothing below, which moves the outline by less than a cell, can't cut off what was reached.
    for _ in range(3):
        filled = _grown(filled)
    for _ in range(2):
        filled = ~_grown(~filled)

    # Runs of cells within a row make few boxes, which is what the union costs; in whole numbers neighbours meet exactly.
    edge = np.diff(np.pad(filled, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (rows, starts), (_, stops) = np.nonzero(edge == 1), np.nonzero(edge == -1)
    region = shapely.union_all(shapely.box(starts, rows, stops, rows + 1))
    outsides = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(region)))
    parts = shapely.get_parts(shapely.simplify(shapely.union_all(outsides), 0.7))
    rings = []
    for part in parts[np.argsort(-shapely.area(parts), kind="stable")]:
        xy = (shapely.get_coordinates(shapely.get_exterior_ring(part)) - _MARGIN) * cell + low
        rings.append(tuple(LatLon(float(lat), float(lon)) for lat, lon in net.projection.to_latlon(xy)))
    return tuple(rings)


def _grown(filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Every cell that is filled or touches a filled one."""
    wide = filled.copy()
    wide[:, 1:] |= filled[:, :-1]
    wide[:, :-1] |= filled[:, 1:]
    tall = wide.copy()
    tall[1:] |= wide[:-1]
    tall[:-1] |= wide[1:]
    return tall
