"""Sea polygons from OpenStreetMap's coastline, which has the land on its left and the sea on its right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.routing.city import Bounds

Floats = NDArray[np.float64]
_ASIDE_DEG = 2e-6
_SAMPLES = (0.1, 0.3, 0.5, 0.7, 0.9)


def sea_polygons(lines: Sequence[Floats], bounds: Bounds) -> list[list[Floats]]:
    """The sea within ``bounds`` as polygons, each a list of rings of (lat, lon), outside first.

    The coast cuts the box into faces; a face is sea where most of the points just right of its coast lie in it. Without a
    coast there is no sea.
    """
    if not lines:
        return []
    import shapely

    box = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    coast = shapely.intersection(shapely.union_all([shapely.LineString(line[:, ::-1]) for line in lines]), box)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all([coast, box.boundary])))))
    starts = np.concatenate([line[:-1, ::-1] for line in lines])
    steps = np.concatenate([np.diff(line[:, ::-1], axis=0) for line in lines])
    length = np.hypot(*steps.T)
    starts, steps, length = starts[length > 0], steps[length > 0], length[length > 0]
    right = np.tile(np.stack((steps[:, 1], -steps[:, 0]), axis=1) / length[:, None] * _ASIDE_DEG, (len(_SAMPLES), 1))
    along = np.concatenate([starts + steps * share for share in _SAMPLES])
    polygons = []
    for face in faces:
        shapely.prepare(face)
        votes = int(shapely.contains_xy(face, along + right).sum()) - int(shapely.contains_xy(face, along - right).sum())
        if votes > 0:
            polygons.append([np.asarray(ring.coords)[:, ::-1] for ring in (face.exterior, *face.interiors)])
    return polygons
