"""The base map as the map page draws it: JSON with lines as integers.

``{"bounds": [s, w, n, e], "water": [polygon…], "parks": [polygon…], "buildings": [polygon…], "waterways": [{"w": width_m,
"p": line}…], "rails": [line…], "roads": [{"c": class, "n": name, "p": line}…], "places": [{"k": kind, "n": name, "p":
[lat, lon]}…]}``. A line is ``[lat0, lon0, Δlat1, Δlon1, …]`` in millionths of a degree; a polygon is a list of lines, the
outside first, then its holes. Closed lines repeat their first point.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.routing.city import ROAD_CLASSES, Bounds, Place

Floats = NDArray[np.float64]
_Point = tuple[int, int]


def encode_line(points: Floats) -> list[int]:
    """Points of shape (k, 2), degrees, as one delta-encoded line."""
    whole = np.rint(points * 1e6).astype(np.int64)
    whole[1:] -= whole[:-1].copy()
    return [int(v) for v in whole.ravel()]


def decode_line(line: Sequence[int]) -> Floats:
    """The reverse of `encode_line`, to a millionth of a degree."""
    return np.cumsum(np.array(line, np.int64).reshape(-1, 2), axis=0) / 1e6


class BaseMap:
    """Collects what is to be drawn. All points are arrays of shape (k, 2): latitude and longitude in degrees."""

    def __init__(self) -> None:
        self._polygons: dict[str, list[list[list[int]]]] = {"water": [], "parks": [], "buildings": []}
        self._waterways: list[dict[str, Any]] = []
        self._rails: list[list[int]] = []
        self._roads: defaultdict[tuple[str, str], list[list[_Point]]] = defaultdict(list)

    def polygon(self, layer: str, rings: Iterable[Floats]) -> None:
        """``layer`` is water, parks or buildings; the first ring is the outside."""
        self._polygons[layer].append([encode_line(ring) for ring in rings])

    def waterway(self, width_m: float, points: Floats) -> None:
        self._waterways.append({"w": round(width_m, 1), "p": encode_line(points)})

    def rail(self, points: Floats) -> None:
        self._rails.append(encode_line(points))

    def road(self, road_class: str, name: str, points: Floats) -> None:
        """One way; ways of the same class and name that meet end to end become one line."""
        whole = np.rint(points * 1e6).astype(np.int64).tolist()
        self._roads[road_class, name].append([(lat, lon) for lat, lon in whole])

    def to_bytes(self, bounds: Bounds, places: Iterable[Place]) -> bytes:
        roads = [
            {"c": road_class, "n": name, "p": _deltas(line)}
            for (road_class, name), lines in sorted(self._roads.items(), key=lambda r: (-ROAD_CLASSES.index(r[0][0]), r[0][1]))
            for line in merged(lines)
        ]
        page = {
            "bounds": list(bounds),
            **self._polygons,
            "waterways": self._waterways,
            "rails": self._rails,
            "roads": roads,
            "places": [{"k": p.kind, "n": p.name, "p": [round(p.place.lat * 1e6), round(p.place.lon * 1e6)]} for p in places],
        }
        return json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()


def merged(lines: Sequence[list[_Point]]) -> list[list[_Point]]:
    """Join lines that meet end to end, where no third one meets them; a line may be turned round for it."""
    at: defaultdict[_Point, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        for end in (line[0], line[-1]):
            at[end].append(index)
    used = [False] * len(lines)

    def follow(chain: list[_Point]) -> None:
        """Lengthen the chain at its end as far as it goes."""
        while len(at[chain[-1]]) == 2:
            step = next((i for i in at[chain[-1]] if not used[i]), None)
            if step is None:
                return
            used[step] = True
            line = lines[step]
            chain.extend(line[1:] if line[0] == chain[-1] else line[-2::-1])

    joined = []
    for index, line in enumerate(lines):
        if used[index]:
            continue
        used[index] = True
        chain = list(line)
        follow(chain)
        chain.reverse()
        follow(chain)
        chain.reverse()
        joined.append(chain)
    return joined


def _deltas(line: list[_Point]) -> list[int]:
    flat: list[int] = []
    lat = lon = 0
    for next_lat, next_lon in line:
        flat += (next_lat - lat, next_lon - lon)
        lat, lon = next_lat, next_lon
    return flat
