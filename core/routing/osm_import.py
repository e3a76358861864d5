"""Read an OpenStreetMap extract into a city file."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import Message
from core.domain.merchant import Area, Merchant
from core.routing import osm_rules
from core.routing.base_map import BaseMap
from core.routing.city import VEHICLES, Bounds, City, Place
from core.routing.coast import sea_polygons
from core.routing.network import Way, assemble

if TYPE_CHECKING:
    import osmium

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
_KEYS = ("highway", "barrier", "place", "amenity", "shop", "building", "natural", "waterway", "leisure", "landuse", "railway")
_PLACES = {
    "city": "city", "town": "city", "village": "suburb", "suburb": "suburb", "borough": "suburb", "quarter": "quarter",
    "neighbourhood": "neighbourhood",
}  # fmt: skip
_WATER = {("natural", "water"), ("natural", "bay"), ("waterway", "riverbank"), ("waterway", "dock"), ("landuse", "reservoir"),
          ("landuse", "basin")}  # fmt: skip
_PARKS = {("leisure", v) for v in ("park", "garden", "nature_reserve", "golf_course", "common", "recreation_ground")} | {
    ("landuse", v) for v in ("forest", "grass", "recreation_ground", "cemetery", "meadow", "village_green")
} | {("natural", "wood"), ("natural", "scrub")}  # fmt: skip
_WATERWAYS_M = {"river": 25.0, "canal": 12.0, "stream": 3.0}
_RAILS = ("rail", "light_rail", "tram", "narrow_gauge")
_EATERIES = {"restaurant": 14.0, "fast_food": 8.0, "cafe": 6.0, "bar": 8.0, "pub": 10.0, "food_court": 10.0, "pharmacy": 4.0,
             "ice_cream": 4.0}  # fmt: skip
_SHOPS = {"supermarket": ("grocery", 10.0), "convenience": ("grocery", 6.0), "greengrocer": ("grocery", 6.0),
          "bakery": ("bakery", 5.0), "butcher": ("butcher", 6.0), "deli": ("deli", 6.0), "florist": ("florist", 8.0),
          "chemist": ("pharmacy", 4.0), "alcohol": ("drinks", 5.0), "pastry": ("bakery", 5.0)}  # fmt: skip
_OTHER_SHOP_MIN = 6.0
_REGION_NODES = 3_000_000


def _silent(stage: str, share: float) -> None:
    """The progress of a caller who does not want any."""


@dataclass(slots=True)
class ImportReport:
    """What an import found. Kilometres are of roads that the vehicle may use in at least one direction."""

    name: str = ""
    ways: int = 0
    nodes: int = 0
    edges: int = 0
    km: dict[str, float] = field(default_factory=dict)
    buildings: int = 0
    water: int = 0
    parks: int = 0
    places: int = 0
    areas: int = 0
    merchants: int = 0
    streets: int = 0
    file_bytes: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = [
            f"{self.name}: {self.ways:,} roads, {self.streets:,} street names; {self.nodes:,} nodes and {self.edges:,} edges",
            "Roads by vehicle: " + ", ".join(f"{vehicle} {km:,.0f} km" for vehicle, km in self.km.items()),
            f"Base map: {self.buildings:,} buildings, {self.water:,} waters, {self.parks:,} parks, {self.places:,} places",
            f"{self.merchants:,} merchants, {self.areas:,} areas",
            *(f"Warning: {warning}" for warning in self.warnings),
            f"{self.file_bytes / 1e6:.1f} MB in {self.seconds:.1f} s",
        ]
        return "\n".join(lines)


def import_osm(source: Path, target: Path, progress: Callable[[str, float], None] = _silent) -> ImportReport:
    """Read ``source`` (.osm.pbf, or any other file that osmium reads) and write the city file ``target``.

    ``progress`` is told a stage and a share from 0 to 1 that never falls. Raise BadInput where the source is missing, is no
    OSM file, is cut short or holds no roads; ``target`` is then left as it was.
    """
    began = time.perf_counter()
    reader = _Reader(source, progress)
    reader.read()
    report, city = reader.finish()
    progress("writing the city file", 0.97)
    try:
        city.save(target)
    except OSError as error:
        raise BadInput(Message("{target} can't be written: {reason}", target=target, reason=cause(error))) from None
    report.file_bytes = target.stat().st_size
    report.seconds = time.perf_counter() - began
    progress("done", 1.0)
    return report


class _Reader:
    """Collects from one pass over the file what a city needs."""

    def __init__(self, source: Path, progress: Callable[[str, float], None]) -> None:
        if not source.is_file():
            raise BadInput(Message("there is no file {source}", source=source))
        self._source = source
        self._progress = progress
        self._base = BaseMap()
        self._report = ImportReport(name=source.name.split(".")[0])
        self._points: dict[int, tuple[float, float]] = {}
        self._ways: list[Way] = []
        self._signals: set[int] = set()
        self._blocked: dict[int, tuple[bool, bool, bool, bool]] = {}
        self._coast: list[Floats] = []
        self._places: list[Place] = []
        self._merchants: list[Merchant] = []
        self._regions: dict[str, list[tuple[str, list[list[Floats]]]]] = {}
        self._box: Bounds | None = None
        self._cut_ways = 0

    def read(self) -> None:
        import osmium

        expected = _expected_objects(self._source)
        # Every node passes the filter below as a part of its way; here only what says something itself is wanted.
        wanted = osmium.filter.KeyFilter(*_KEYS)
        files = osmium.FileProcessor(str(self._source)).with_areas(wanted).with_filter(wanted)
        try:
            box = files.header.box()
            if box.valid():
                self._box = Bounds(box.bottom_left.lat, box.bottom_left.lon, box.top_right.lat, box.top_right.lon)
            for count, thing in enumerate(files):
                if count % 4096 == 0:
                    self._progress("reading the map", 0.8 * min(1.0, count / expected))
                if isinstance(thing, osmium.osm.Node):
                    self._node(thing)
                elif isinstance(thing, osmium.osm.Way):
                    self._way(thing)
                elif isinstance(thing, osmium.osm.Area):
                    self._area(thing)
        except (RuntimeError, osmium.InvalidLocationError) as error:
            # osmium tells a foreign file, a damaged and a truncated one by RuntimeError alone.
            log.info("%s can't be read: %s", self._source, error)
            name = self._source.name
            raise BadInput(Message("{name} is not a whole OpenStreetMap extract: fetch it again", name=name)) from None

    def _node(self, node: osmium.osm.Node) -> None:
        tags = dict(node.tags)
        if tags.get("highway") == "traffic_signals":
            self._signals.add(node.id)
        if "barrier" in tags and (stopped := osm_rules.blocks(tags)):
            self._blocked[node.id] = stopped
        if not node.location.valid():
            return
        place = LatLon(node.lat, node.lon)
        kind = _PLACES.get(tags.get("place", ""))
        if kind and "name" in tags:
            self._places.append(Place(kind, tags["name"], place))
        self._merchant(f"n{node.id}", tags, place)

    def _way(self, way: osmium.osm.Way) -> None:
        tags = dict(way.tags)
        road = osm_rules.rule(tags)
        rails = tags.get("railway") in _RAILS and tags.get("tunnel") != "yes"
        width = _WATERWAYS_M.get(tags.get("waterway", "")) if tags.get("tunnel") != "yes" else None
        coast = tags.get("natural") == "coastline"
        if road is None and not rails and width is None and not coast:
            return
        for refs, points in self._stretches(way):
            if road is not None:
                road_class, forward, backward = road
                name = tags.get("name", "")
                self._points.update(zip(refs, map(tuple, points.tolist()), strict=True))
                self._ways.append(Way(refs, road_class, name, forward, backward))
                self._base.road(road_class, name, points)
            elif rails:
                self._base.rail(points)
            elif width is not None:
                self._base.waterway(osm_rules.metres(tags.get("width", "")) or width, points)
            else:
                self._coast.append(points)

    def _stretches(self, way: osmium.osm.Way) -> Iterator[tuple[list[int], Floats]]:
        """The way's nodes and places, in as many parts as the edge of the extract leaves of it."""
        refs: list[int] = []
        points: list[tuple[float, float]] = []
        whole = True
        for node in way.nodes:
            location = node.location
            if location.valid():
                refs.append(node.ref)
                points.append((location.lat, location.lon))
                continue
            whole = False
            if len(refs) > 1:
                yield refs, np.array(points)
            refs, points = [], []
        self._cut_ways += not whole
        if len(refs) > 1:
            yield refs, np.array(points)

    def _area(self, area: osmium.osm.Area) -> None:
        tags = dict(area.tags)
        polygons = [[_ring(outer), *(_ring(inner) for inner in area.inner_rings(outer))] for outer in area.outer_rings()]
        if not polygons:
            return
        pairs = set(tags.items())
        name = tags.get("name", "")
        layer, kind = "", ""
        if pairs & _WATER:
            layer, kind = "water", "water"
            self._report.water += 1
        elif pairs & _PARKS:
            layer, kind = "parks", "park"
            self._report.parks += 1
        elif tags.get("building", "no") != "no":
            layer = "buildings"
            self._report.buildings += 1
        if layer:
            for polygon in polygons:
                self._base.polygon(layer, polygon)
        middle = LatLon(*(float(v) for v in polygons[0][0][:-1].mean(axis=0)))
        if kind and name:
            self._places.append(Place(kind, name, middle))
        region = tags.get("place", "")
        if region in _PLACES and name:
            self._places.append(Place(_PLACES[region], name, middle))
            self._regions.setdefault(region, []).append((name, polygons))
        self._merchant(f"a{area.id}", tags, middle)

    def _merchant(self, merchant_id: str, tags: dict[str, str], place: LatLon) -> None:
        name, amenity, shop = tags.get("name"), tags.get("amenity", ""), tags.get("shop", "")
        if not name:
            return
        if amenity in _EATERIES:
            self._merchants.append(Merchant(f"osm-{merchant_id}", name, place, amenity, _EATERIES[amenity]))
        elif shop and shop not in ("no", "vacant"):
            kind, minutes = _SHOPS.get(shop, (shop.split(";")[0], _OTHER_SHOP_MIN))
            self._merchants.append(Merchant(f"osm-{merchant_id}", name, place, kind, minutes))

    def finish(self) -> tuple[ImportReport, City]:
        report = self._report
        if not self._ways:
            raise BadInput(
                Message("{name} holds no roads: take an extract of a whole town, not a filtered one", name=self._source.name)
            )
        self._progress("building the road graph", 0.82)
        arrays = assemble(self._ways, self._points, self._signals, self._blocked)
        lat, lon = arrays["node_lat"], arrays["node_lon"]
        bounds = Bounds(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))
        if self._box is not None:
            south, west, north, east = self._box
            tighter = Bounds(max(bounds[0], south), max(bounds[1], west), min(bounds[2], north), min(bounds[3], east))
            bounds = tighter if tighter.south < tighter.north and tighter.west < tighter.east else bounds
        for polygon in sea_polygons(self._coast, bounds):
            self._base.polygon("water", polygon)
            report.water += 1
        self._progress("drawing the base map", 0.9)
        areas = self._areas()
        city = City(
            name=report.name,
            bounds=bounds,
            places=tuple(self._places),
            merchants=tuple(self._merchants),
            areas=areas,
            base_map=self._base.to_bytes(bounds, self._places),
            attribution=ATTRIBUTION,
            **arrays,
        )
        report.ways, report.nodes, report.edges = len(self._ways), len(lat), len(city.edge_tail)
        report.streets, report.places = len(city.streets), len(self._places)
        report.merchants, report.areas = len(self._merchants), len(areas)
        report.km = {str(v): _kilometres(city, i) for i, v in enumerate(VEHICLES)}
        report.warnings += self._warnings(city)
        return report, city

    def _areas(self) -> tuple[Area, ...]:
        """Of the kinds of named regions the one with most of them, so that areas don't overlap."""
        if not self._regions:
            return ()
        kind = max(sorted(self._regions), key=lambda k: len(self._regions[k]))
        return tuple(
            Area(
                f"osm-{kind}-{i + 1}",
                name,
                tuple(tuple(tuple(LatLon(*p) for p in r.tolist()) for r in rings) for rings in found),
            )
            for i, (name, found) in enumerate(self._regions[kind])
        )

    def _warnings(self, city: City) -> Iterator[str]:
        if self._cut_ways:
            yield f"{self._cut_ways:,} ways reach beyond the extract and end at its edge"
        if not self._merchants:
            yield "the extract names no restaurants or shops: register merchants yourself"
        if not self._report.water + self._report.parks + self._report.buildings:
            yield "the extract has no water, parks or buildings: the base map shows roads only"
        for vehicle, km in self._report.km.items():
            if not km:
                yield f"there are no roads for {vehicle}: its travel times are taken as the crow flies"
        if len(city.node_lat) > _REGION_NODES:
            yield "this is a whole region: cut the town out of it (osmium extract) and travel times come sooner"


def _ring(ring: osmium.osm.NodeRefList) -> Floats:
    return np.array([(n.lat, n.lon) for n in ring])


def _kilometres(city: City, row: int) -> float:
    """Length of the roads open to a vehicle, each counted once however many directions it has."""
    open_ = np.isfinite(city.edge_seconds[row])
    ends = np.sort(np.stack((city.edge_tail[open_], city.edge_head[open_])), axis=0)
    _, first = np.unique(ends, axis=1, return_index=True)
    return float(city.edge_length_m[open_][first].sum()) / 1000


def _expected_objects(source: Path) -> float:
    """A guess at how many objects will pass the filter, for the progress alone: some in a hundred of a full block each."""
    blocks = 0
    size = source.stat().st_size
    if source.suffix != ".pbf":
        return max(1.0, size / 1500)
    with source.open("rb") as file:
        while len(head := file.read(4)) == 4 and (length := struct.unpack(">I", head)[0]) < 1 << 16:
            blocks += 1
            header = file.read(length)
            at = header.rfind(b"\x18")  # field 3 of a BlobHeader: the size of the blob that follows, a varint
            skip = sum((byte & 127) << 7 * i for i, byte in enumerate(header[at + 1 :]))
            file.seek(skip, 1)
            if file.tell() >= size:
                break
    return max(1.0, blocks * 2000.0)
