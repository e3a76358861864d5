from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.routing.base_map import decode_line
from core.routing.city import City
from core.routing.osm_import import import_osm
from core.routing.road_graph import RoadGraph

#  Nodes 1-2-3 run east along 50.000, nodes 4-5-6 along 50.001, 7 and 8 hang north of 6; 20 up are corners of areas.
NODES = {
    1: (50.0, 10.0), 2: (50.0, 10.001), 3: (50.0, 10.002), 4: (50.001, 10.0), 5: (50.001, 10.001), 6: (50.001, 10.002),
    7: (50.002, 10.002), 8: (50.003, 10.002),
    20: (50.004, 10.0), 21: (50.004, 10.004), 22: (50.008, 10.004), 23: (50.008, 10.0),
    24: (50.005, 10.001), 25: (50.005, 10.003), 26: (50.007, 10.003), 27: (50.007, 10.001),
    30: (50.0002, 10.0002), 31: (50.0002, 10.0004), 32: (50.0004, 10.0004),
    40: (49.998, 9.999), 41: (49.9985, 10.003), 42: (50.0005, 9.999), 43: (50.0006, 10.003),
}  # fmt: skip
POINT_TAGS = {
    5: {"highway": "traffic_signals"},
    7: {"barrier": "bollard"},
    30: {"amenity": "restaurant", "name": "Zum Löwen"},
    31: {"shop": "bakery", "name": "Bäckerei Huber"},
    32: {"shop": "bakery"},
    24: {"place": "suburb", "name": "Nordstadt"},
}
WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([1, 2], {"highway": "residential", "name": "Hauptstraße"}),
    ([2, 3], {"highway": "residential", "name": "Hauptstraße"}),
    ([1, 4], {"highway": "residential", "name": "Nord & Süd"}),
    ([4, 5, 6], {"highway": "secondary", "name": "Ring", "oneway": "yes", "maxspeed": "30"}),
    ([6, 3], {"highway": "residential", "name": "Ostweg"}),
    ([2, 5], {"highway": "footway"}),
    ([6, 7, 8], {"highway": "service"}),
    ([30, 31, 32, 30], {"building": "yes"}),
    ([20, 21, 22, 23, 20], {}),
    ([24, 25, 26, 27, 24], {}),
    ([40, 41], {"waterway": "river", "width": "40 m"}),
    ([40, 1], {"railway": "rail"}),
    ([1, 99], {"highway": "residential"}),
    ([2, 3, 99], {"highway": "construction"}),
]
RELATION = {"type": "multipolygon", "natural": "water", "name": "Der See"}


def osm_xml(ways: list[tuple[list[int], dict[str, str]]]) -> str:
    def tags(of: dict[str, str]) -> str:
        return "".join(f'<tag k="{k}" v="{v.replace("&", "&amp;")}"/>' for k, v in of.items())

    nodes = "".join(
        f'<node id="{i}" version="1" lat="{lat}" lon="{lon}">{tags(POINT_TAGS.get(i, {}))}</node>'
        for i, (lat, lon) in NODES.items()
    )
    lines = "".join(
        f'<way id="{100 + k}" version="1">{"".join(f"<nd ref={chr(34)}{r}{chr(34)}/>" for r in refs)}{tags(of)}</way>'
        for k, (refs, of) in enumerate(ways)
    )
    members = '<member type="way" ref="108" role="outer"/><member type="way" ref="109" role="inner"/>'
    relation = f'<relation id="1" version="1">{members}{tags(RELATION)}</relation>'
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{lines}{relation}</osm>'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "dorf.osm"
    path.write_text(osm_xml(WAYS), encoding="utf-8")
    return path


@pytest.fixture
def city(source: Path) -> City:
    import_osm(source, source.with_suffix(".city"))
    return City.load(source.with_suffix(".city"))


def at(node: int) -> LatLon:
    return LatLon(*NODES[node])


def test_the_report_counts_what_there_is(source: Path) -> None:
    told: list[tuple[str, float]] = []
    report = import_osm(source, source.with_suffix(".city"), lambda stage, share: told.append((stage, share)))
    assert (report.ways, report.buildings, report.water, report.merchants) == (7, 1, 1, 2)
    assert report.streets == 4
    assert report.km["walk"] > report.km["car"] > 0
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1] == ("done", 1.0)
    text = report.text()
    assert text.startswith("dorf: 7 roads, 4 street names")
    assert "1 ways reach beyond the extract" in text
    assert len(text.splitlines()) <= 8


def test_a_one_way_street_is_one_way_for_cars_and_not_for_feet(city: City) -> None:
    graph = RoadGraph(city)
    there, back = graph.path(at(4), at(6), Vehicle.CAR), graph.path(at(6), at(4), Vehicle.CAR)
    assert there.distance_m == pytest.approx(143, abs=3)
    assert back.distance_m > 300
    walked = graph.path(at(6), at(4), Vehicle.WALK)
    assert walked.distance_m == pytest.approx(there.distance_m, abs=1)


def test_a_footway_is_for_feet(city: City) -> None:
    graph = RoadGraph(city)
    assert graph.path(at(2), at(5), Vehicle.WALK).distance_m == pytest.approx(111, abs=2)
    assert graph.path(at(2), at(5), Vehicle.CAR).distance_m > 200


def test_a_bollard_keeps_cars_from_what_lies_behind(city: City) -> None:
    net = {v: RoadGraph(city).network(v) for v in Vehicle}
    behind = {v: bool((n.points[:, 0] > 50.0025).any()) for v, n in net.items()}
    assert behind == {Vehicle.WALK: True, Vehicle.BIKE: True, Vehicle.SCOOTER: True, Vehicle.CAR: False}


def test_the_limit_and_the_light_set_the_time(city: City) -> None:
    path = RoadGraph(city).path(at(4), at(6), Vehicle.CAR)
    moving = path.distance_m * 3.6 / (30 * 0.82)
    assert moving + 7 < path.duration_s < moving + 12


def test_merchants_places_and_names_are_read(city: City) -> None:
    assert {(m.name, m.kind) for m in city.merchants} == {("Zum Löwen", "restaurant"), ("Bäckerei Huber", "bakery")}
    assert ("suburb", "Nordstadt") in {(p.kind, p.name) for p in city.places}
    assert ("water", "Der See") in {(p.kind, p.name) for p in city.places}
    assert "Nord & Süd" in city.streets
    assert city.address_near(LatLon(50.0, 10.0015)).startswith("Hauptstraße ")
    assert "OpenStreetMap" in city.attribution


def test_the_base_map_is_drawn(city: City) -> None:
    page = json.loads(city.base_map)
    (lake,) = page["water"]
    assert len(lake) == 2  # with its island
    assert np.ptp(decode_line(lake[0])[:, 0]) > np.ptp(decode_line(lake[1])[:, 0])
    assert page["waterways"][0]["w"] == 40
    assert len(page["rails"]) == len(page["buildings"]) == 1
    main = [r for r in page["roads"] if r["n"] == "Hauptstraße"]
    assert len(main) == 1  # two ways of one name are one line
    assert len(main[0]["p"]) == 6


@pytest.mark.parametrize(("refs", "south_is_sea"), [([42, 43], True), ([43, 42], False)])
def test_a_coast_has_the_sea_on_its_right(tmp_path: Path, refs: list[int], south_is_sea: bool) -> None:
    source = tmp_path / "port.osm"
    source.write_text(osm_xml([*WAYS[:6], (refs, {"natural": "coastline"})]), encoding="utf-8")
    report = import_osm(source, tmp_path / "port.city")
    ((sea,),) = json.loads(City.load(tmp_path / "port.city").base_map)["water"]
    assert report.water == 1
    assert (decode_line(sea)[:, 0].mean() < 50.0005) == south_is_sea


def test_sea_polygons_close_along_the_edge_of_the_map() -> None:
    import shapely

    from core.routing.city import Bounds
    from core.routing.coast import sea_polygons

    coast = np.array([[0.4, -1.0], [0.6, 0.5], [0.4, 2.0]])  # eastward: the sea lies south
    (polygon,) = sea_polygons([coast], Bounds(0, 0, 1, 1))
    sea = shapely.Polygon(polygon[0][:, ::-1])
    assert sea.contains(shapely.Point(0.5, 0.1))
    assert not sea.contains(shapely.Point(0.5, 0.9))
    island = np.array([[0.2, 0.2], [0.2, 0.3], [0.3, 0.3], [0.2, 0.2]])  # anticlockwise: land inside
    (with_island,) = sea_polygons([coast, island], Bounds(0, 0, 1, 1))
    assert len(with_island) == 2
    assert sea_polygons([], Bounds(0, 0, 1, 1)) == []


@pytest.mark.parametrize(
    ("name", "content"), [("a.osm.pbf", b"hello, no map"), ("b.osm.pbf", b""), ("c.osm", b"<osm><node"), ("d.jpg", b"\xff\xd8")]
)
def test_what_is_no_map_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput) as caught:
        import_osm(tmp_path / name, tmp_path / "x.city")
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)
    assert not (tmp_path / "x.city").exists()


def test_a_missing_file_and_one_without_roads_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        import_osm(tmp_path / "none.osm.pbf", tmp_path / "x.city")
    (tmp_path / "lake.osm").write_text(osm_xml(WAYS[7:12]), encoding="utf-8")
    with pytest.raises(BadInput, match="holds no roads"):
        import_osm(tmp_path / "lake.osm", tmp_path / "x.city")


def test_a_target_that_cant_be_written_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be written"):
        import_osm(source, tmp_path / "no" / "such" / "folder.city")
