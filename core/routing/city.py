"""A city: its roads as arrays, its places and merchants, and the base map, in one file.

The file is a zip of uncompressed ``.npy`` arrays, ``city.json`` and ``base_map.json``. Every member carries the zip's own
check sum, so that a damaged file is noticed when it is read.
"""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import Message
from core.domain.merchant import Area, Merchant
from core.domain.vehicle import Vehicle
from core.routing.geometry import Projection

SUFFIX = ".city"
FORMAT = "kerbside-city"
VERSION = 1
VEHICLES: tuple[Vehicle, ...] = tuple(Vehicle)
"""The order of the rows of `City.edge_seconds`."""
ROAD_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "service", "path")

_ARRAYS: dict[str, type[np.generic]] = {
    "node_lat": np.float64,
    "node_lon": np.float64,
    "edge_tail": np.int32,
    "edge_head": np.int32,
    "edge_length_m": np.float32,
    "edge_class": np.uint8,
    "edge_street": np.int32,
    "edge_seconds": np.float32,
}
_HOUSE_STEP_M = 12.0
_T = TypeVar("_T")


class Bounds(NamedTuple):
    """Degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Place:
    """A name to show on the map. ``kind`` is city, suburb, quarter, neighbourhood, park or water."""

    kind: str
    name: str
    place: LatLon


@dataclass(frozen=True, eq=False)
class City:
    """n nodes, m directed edges. Points of a curve are nodes of their own, so an edge is a straight line.

    ``node_lat, node_lon`` (n,) degrees; ``edge_tail, edge_head`` (m,) node indices; ``edge_length_m`` (m,); ``edge_class``
    (m,) indexes ROAD_CLASSES; ``edge_street`` (m,) indexes ``streets``, −1 without a name; ``edge_seconds`` (4, m), a row
    per vehicle in the order of VEHICLES: multiples of 1/16 s, so that sums are exact in any order, and ``inf`` where the
    vehicle may not go. ``base_map`` is JSON for the map page (see `core.routing.base_map`).
    """

    name: str
    bounds: Bounds
    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    edge_length_m: NDArray[np.float32]
    edge_class: NDArray[np.uint8]
    edge_street: NDArray[np.int32]
    edge_seconds: NDArray[np.float32]
    streets: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    merchants: tuple[Merchant, ...] = ()
    areas: tuple[Area, ...] = ()
    base_map: bytes = b"{}"
    attribution: str = ""

    @property
    def centre(self) -> LatLon:
        return LatLon((self.bounds.south + self.bounds.north) / 2, (self.bounds.west + self.bounds.east) / 2)

    def seconds(self, vehicle: Vehicle) -> NDArray[np.float32]:
        """Seconds per edge for the vehicle, shape (m,)."""
        row: NDArray[np.float32] = self.edge_seconds[VEHICLES.index(vehicle)]
        return row

    def address_near(self, place: LatLon) -> str:
        """The nearest street with a house number counted along it, or a text of the coordinates where no street has a name.

        The number is made up from the place; the same place always has the same one.
        """
        houses = self._houses
        if houses is None:
            return f"{place.lat:.5f}, {place.lon:.5f}"
        projection, xy, street, first = houses
        here = projection.to_xy(np.array([place]))[0]
        gap = xy - here
        nearest = int(np.argmin(np.einsum("ij,ij->i", gap, gap)))
        along = xy[nearest] - first[street[nearest]]
        side = here - xy[nearest]
        left = along[0] * side[1] - along[1] * side[0] > 0
        number = 2 * int(math.hypot(*(here - first[street[nearest]])) / _HOUSE_STEP_M) + (1 if left else 2)
        return f"{self.streets[street[nearest]]} {number}"

    @cached_property
    def _houses(self) -> tuple[Projection, NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]] | None:
        """Projection, nodes on named streets, their streets, and per street its end nearer the centre of the city."""
        # Nobody lives where nobody may walk: motorways and tunnels have names, but no houses.
        named = np.flatnonzero((self.edge_street >= 0) & np.isfinite(self.seconds(Vehicle.WALK)))
        if not len(named):
            return None
        street = self.edge_street[named].astype(np.int64)
        keys = np.unique(np.stack((self.edge_head[named].astype(np.int64), street), axis=1), axis=0)
        nodes, street = keys[:, 0], keys[:, 1]
        projection = Projection(*self.centre)
        xy = projection.to_xy(np.stack((self.node_lat[nodes], self.node_lon[nodes]), axis=1))
        by_distance = np.argsort(-np.einsum("ij,ij->i", xy, xy), kind="stable")
        first = np.zeros((len(self.streets), 2))
        first[street[by_distance]] = xy[by_distance]
        return projection, xy, street, first

    def save(self, path: Path) -> None:
        """Write the file in one step: a reader sees the old file or the new one, never a half."""
        scratch = path.with_name(path.name + ".new")
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
            _put(archive, "city.json", json.dumps(self._meta(), ensure_ascii=False, separators=(",", ":")).encode())
            for name, kind in _ARRAYS.items():
                buffer = io.BytesIO()
                np.save(buffer, np.ascontiguousarray(getattr(self, name), dtype=kind), allow_pickle=False)
                _put(archive, f"{name}.npy", buffer.getvalue())
            _put(archive, "base_map.json", self.base_map)
        os.replace(scratch, path)

    def _meta(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "attribution": self.attribution,
            "bounds": self.bounds,
            "streets": self.streets,
            "places": [[p.kind, p.name, *p.place] for p in self.places],
            "merchants": [[m.id, m.name, *m.place, m.kind, m.prep_min, m.fence_m, m.area_id] for m in self.merchants],
            "areas": [[a.id, a.name, a.priority, a.polygons] for a in self.areas],
        }

    @classmethod
    def load(cls, path: Path) -> City:
        """Read a city file. Raise BadInput where it is missing, foreign, damaged or from a newer Kerbside."""
        try:
            with zipfile.ZipFile(path) as archive:
                meta = json.loads(archive.read("city.json"))
                if not isinstance(meta, dict) or meta.get("format") != FORMAT:
                    raise BadInput(Message("{name} is not a Kerbside city file", name=path.name))
                if meta["version"] > VERSION:
                    raise BadInput(
                        Message(
                            "{name} was written by a newer Kerbside: update this one, or import the map again", name=path.name
                        )
                    )
                arrays = {name: _array(archive, name, kind) for name, kind in _ARRAYS.items()}
                base_map = archive.read("base_map.json")
            city = cls(
                name=_typed(meta["name"], str),
                attribution=_typed(meta["attribution"], str),
                bounds=Bounds(*(float(b) for b in meta["bounds"])),
                streets=tuple(_typed(s, str) for s in meta["streets"]),
                places=tuple(Place(kind, name, LatLon(lat, lon)) for kind, name, lat, lon in meta["places"]),
                merchants=tuple(
                    Merchant(i, name, LatLon(lat, lon), kind, prep_min, fence_m, area_id)
                    for i, name, lat, lon, kind, prep_min, fence_m, area_id in meta["merchants"]
                ),
                areas=tuple(
                    Area(
                        i, name, tuple(tuple(tuple(LatLon(*p) for p in ring) for ring in rings) for rings in polygons), priority
                    )
                    for i, name, priority, polygons in meta["areas"]
                ),
                base_map=base_map,
                **arrays,
            )
            city._check()
        except FileNotFoundError:
            raise BadInput(Message("there is no city file {path}", path=path)) from None
        except OSError as error:
            raise BadInput(Message("{name} can't be read: {reason}", name=path.name, reason=cause(error))) from None
        except zipfile.BadZipFile as error:
            kind = (
                Message("{name} is damaged: import the map again", name=path.name)
                if "CRC" in str(error)
                else Message("{name} is not a Kerbside city file, or damaged: import the map again", name=path.name)
            )
            raise BadInput(kind) from None
        except (KeyError, ValueError, TypeError, IndexError, EOFError, NotImplementedError):
            raise BadInput(
                Message("{name} is not a Kerbside city file, or damaged: import the map again", name=path.name)
            ) from None
        return city

    def _check(self) -> None:
        nodes, edges = len(self.node_lat), len(self.edge_tail)
        shapes = {a.shape for a in (self.edge_tail, self.edge_head, self.edge_length_m, self.edge_class, self.edge_street)}
        if (
            self.node_lat.shape != self.node_lon.shape
            or shapes != {(edges,)}
            or self.edge_seconds.shape != (len(VEHICLES), edges)
        ):
            raise ValueError("the arrays don't fit each other")
        if not nodes or not edges:
            raise ValueError("the city has no roads")
        ends = np.concatenate((self.edge_tail, self.edge_head))
        if ends.min() < 0 or ends.max() >= nodes or int(self.edge_street.max()) >= len(self.streets):
            raise ValueError("an edge leads nowhere")


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A fixed date, so that the same city is the same file.
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


def _array(archive: zipfile.ZipFile, name: str, kind: type[np.generic]) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
    if array.dtype != np.dtype(kind):
        raise ValueError(f"{name} has the wrong type")
    return array


def _typed(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
