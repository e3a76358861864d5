from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import PlaceOrder, SaveArea, SaveDriver, SaveMerchant
from core.domain.driver import App
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Area, OwnDrivers
from core.domain.vehicle import Vehicle
from core.orders.files import areas_as_geojson, read_areas, read_csv

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def _file(folder: Path, text: str, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_drivers_merchants_and_orders_are_told_apart(tmp_path: Path) -> None:
    [driver] = read_csv(_file(tmp_path, "id,name,vehicle,app,shift_end\nD-1,Ada,BIKE,owntracks,18:30\n"), NOW)
    assert isinstance(driver, SaveDriver)
    assert (driver.driver.vehicle, driver.driver.app) == (Vehicle.BIKE, App.OWNTRACKS)
    assert driver.driver.shift_end == NOW.replace(hour=18, minute=30).timestamp()
    [merchant] = read_csv(_file(tmp_path, "id;name;lat;lon\nM;Bar;45,5;9,25\n"), NOW)
    assert isinstance(merchant, SaveMerchant)
    assert merchant.merchant.place == (45.5, 9.25)
    [order] = read_csv(_file(tmp_path, "id,merchant,lat,lon,vehicles\n1,M,45,9,bike|car\n"), NOW)
    assert isinstance(order, PlaceOrder)
    assert order.vehicles == {Vehicle.BIKE, Vehicle.CAR}


def test_every_bad_line_is_named_and_nothing_is_taken(tmp_path: Path) -> None:
    text = "id,merchant,lat,lon,due_at\n1,M,45,9,\n2,M,nan,9,\n3,M,95,9,\n4,M,45,9,soon\n,M,45,9,\n"
    with pytest.raises(BadInput) as told:
        read_csv(_file(tmp_path, text), NOW)
    message = str(told.value)
    assert "line 3: lat must be a number" in message
    assert "line 4: latitude 95.0" in message
    assert "line 5: due_at must be a time" in message
    assert "line 6: id is empty" in message
    assert message.endswith("Nothing was imported")


@pytest.mark.parametrize("text", ["", "id,name\n", "a,b\n1,2\n", 'id,name,vehicle\n"x', "id,name,vehicle\nD,N,boat\n"])
def test_a_file_that_is_none_of_them_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput) as told:
        read_csv(_file(tmp_path, text), NOW)
    assert "\n" not in str(told.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(data)
    for read in (lambda: read_csv(path, NOW), lambda: read_areas(path)):
        told = ""
        try:
            taken = read()
        except BadInput as error:
            taken, told = [], str(error)
        assert bool(taken) != bool(told)


def test_areas_come_from_geojson(tmp_path: Path) -> None:
    ring = [[9.0, 45.0], [9.1, 45.0], [9.1, 45.1], [9.0, 45.0]]
    feature = {"type": "Feature", "properties": {"name": "North"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = _file(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "a.geojson")
    [command] = read_areas(path)
    assert isinstance(command, SaveArea)
    assert command.area.name == "North"
    assert command.area.polygons[0][0][1] == (45.0, 9.1)


def test_a_line_is_no_area(tmp_path: Path) -> None:
    text = json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": []}})
    with pytest.raises(BadInput, match="area 1: it is a LineString"):
        read_areas(_file(tmp_path, text, "a.geojson"))


@pytest.mark.parametrize(
    "text", ["[1]", "null", "3", '{"type": "FeatureCollection"}', '{"type": "FeatureCollection", "features": 1}']
)
def test_what_is_no_geojson_is_said_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"a\.geojson is no GeoJSON file: it holds no Feature and no FeatureCollection$"):
        read_areas(_file(tmp_path, text, "a.geojson"))


def test_what_the_matcher_s_rules_need_can_be_imported(tmp_path: Path) -> None:
    [driver] = read_csv(_file(tmp_path, "id,name,vehicle,volume_l,cold_box,rating,group\nD-1,Ada,bike,70,yes,4.5,rosa\n"), NOW)
    assert isinstance(driver, SaveDriver)
    assert (driver.driver.volume_l, driver.driver.cold_box, driver.driver.rating) == (70.0, True, 4.5)
    text = "id,name,lat,lon,goods,fleet,own_drivers,share_km\nM,Rosa,45,9,Ice,rosa,shared,1.5\nN,Blu,45,9,,,,\n"
    rosa, blu = read_csv(_file(tmp_path, text), NOW)
    assert isinstance(rosa, SaveMerchant)
    assert isinstance(blu, SaveMerchant)
    assert (rosa.merchant.goods, rosa.merchant.fleet, rosa.merchant.own_drivers, rosa.merchant.share_km) == (
        "ice",
        "rosa",
        OwnDrivers.SHARED,
        1.5,
    )
    assert (blu.merchant.goods, blu.merchant.fleet, blu.merchant.own_drivers) == ("food", "", OwnDrivers.FIRST)
    one, two = read_csv(_file(tmp_path, "id,merchant,lat,lon,goods\n1,M,45,9,Ice\n2,M,45,9,\n"), NOW)
    assert isinstance(one, PlaceOrder)
    assert isinstance(two, PlaceOrder)
    assert (one.goods, two.goods) == ("ice", None)
    with pytest.raises(BadInput, match="own_drivers must be one of only, first, shared"):
        read_csv(_file(tmp_path, "id,name,lat,lon,own_drivers\nM,Rosa,45,9,never\n"), NOW)
    with pytest.raises(BadInput, match="cold_box must be yes or no"):
        read_csv(_file(tmp_path, "id,name,vehicle,cold_box\nD-1,Ada,bike,perhaps\n"), NOW)


@pytest.mark.parametrize("vehicles", [["walk", "bike"], "walk bike", "walk, bike"])
def test_an_area_names_the_vehicles_it_admits(tmp_path: Path, vehicles: object) -> None:
    ring = [[9, 45], [9.1, 45], [9.1, 45.1], [9, 45]]
    feature = {
        "type": "Feature",
        "properties": {"name": "Old town", "vehicles": vehicles},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    [area] = read_areas(_file(tmp_path, json.dumps(feature), "x.geojson"))
    assert isinstance(area, SaveArea)
    assert area.area.vehicles == {Vehicle.WALK, Vehicle.BIKE}
    feature["properties"] = {"name": "Old town", "vehicles": ["tram"]}
    with pytest.raises(BadInput, match="vehicles must be one of"):
        read_areas(_file(tmp_path, json.dumps(feature), "x.geojson"))


def test_areas_written_as_geojson_come_back_as_they_were(tmp_path: Path) -> None:
    def ring(size: float) -> tuple[LatLon, ...]:
        return tuple(LatLon(45 + y * size, 9 + x * size) for y, x in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0)))

    two_parts = Area(
        "a", "Älv", ((ring(1.0), ring(0.5)), (ring(0.1),)), priority=3, watched=True, vehicles=frozenset({Vehicle.BIKE})
    )
    areas = [two_parts, Area("b", "Plain", ((ring(2.0),),))]
    commands = read_areas(_file(tmp_path, areas_as_geojson(areas), "a.geojson"))
    assert [command.area for command in commands if isinstance(command, SaveArea)] == areas
    text = areas_as_geojson(areas).replace('"priority": 3', '"priority": "high"')
    with pytest.raises(BadInput, match="its priority must be a whole number"):
        read_areas(_file(tmp_path, text, "b.geojson"))


def test_an_orders_value_is_read(tmp_path: Path) -> None:
    first, second = read_csv(_file(tmp_path, "id,merchant,lat,lon,value\nO-1,M-1,45,9,12.5\nO-2,M-1,45,9,\n"), NOW)
    assert isinstance(first, PlaceOrder)
    assert isinstance(second, PlaceOrder)
    assert (first.value, second.value) == (12.5, None)
