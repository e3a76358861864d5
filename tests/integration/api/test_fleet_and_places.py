"""Drivers, merchants and areas by HTTP, and who is where."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain import commands as c
from core.domain.geo import LatLon
from tests.served import Served

SQUARE = [[8.99, 44.99], [9.03, 44.99], [9.03, 45.03], [8.99, 45.03], [8.99, 44.99]]
HOLE = [[9.0015, 45.0015], [9.0025, 45.0015], [9.0025, 45.0025], [9.0015, 45.0025], [9.0015, 45.0015]]


def found(served: Served, within: dict[str, Any], **more: Any) -> Any:
    answer = served.web.post("/v1/search/drivers", json={"within": within, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(seen: Any) -> list[str]:
    return [driver["id"] for driver in seen["drivers"]]


def test_a_driver_is_registered_changed_and_removed(served: Served) -> None:
    made = served.web.put("/v1/drivers/D-9", json={"name": "Nina", "vehicle": "bike", "phone": "+39 1"})
    assert made.status_code == 200
    assert (made.json()["activity"], made.json()["position"]) == ("offline", None)
    assert served.web.put("/v1/drivers/D-9", json={"name": "Nina", "vehicle": "car"}).json()["vehicle"] == "car"
    assert served.web.get("/v1/drivers/D-9").json()["name"] == "Nina"
    assert [d["id"] for d in served.web.get("/v1/drivers").json()["drivers"]] == ["D-1", "D-2", "D-9"]
    page = served.web.get("/v1/drivers", params={"limit": 2}).json()
    assert page["next"] == "D-2"
    assert [d["id"] for d in served.web.get("/v1/drivers", params={"after": "D-2"}).json()["drivers"]] == ["D-9"]
    assert served.web.delete("/v1/drivers/D-9").status_code == 204
    assert served.web.get("/v1/drivers/D-9").status_code == 404
    assert served.web.delete("/v1/drivers/D-9").status_code == 404
    assert served.web.put("/v1/drivers/kerbside-console", json={"name": "X", "vehicle": "car"}).status_code == 422


def test_a_driver_with_an_order_stays(served: Served) -> None:
    def busy() -> None:
        served.rig.place("O-1")
        served.rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))

    served.on_engine(busy)
    answer = served.web.delete("/v1/drivers/D-1")
    assert answer.status_code == 409
    assert "still has order O-1" in answer.json()["detail"]


def test_a_merchant_is_registered_and_changed(served: Served) -> None:
    body = {"name": "Due", "place": {"lat": 45.1, "lon": 9.1}, "prep_min": 5}
    assert served.web.put("/v1/merchants/M-2", json=body).status_code == 200
    assert served.web.put("/v1/merchants/M-2", json={**body, "prep_min": 7}).json()["prep_min"] == 7.0
    assert served.web.get("/v1/merchants/M-2").json()["place"] == {"lat": 45.1, "lon": 9.1}
    assert [x["id"] for x in served.web.get("/v1/merchants").json()["merchants"]] == ["M-1", "M-2"]
    assert served.web.get("/v1/merchants/M-3").status_code == 404


def test_an_area_comes_back_as_it_went(served: Served) -> None:
    far = [[[10.0, 46.0], [10.1, 46.0], [10.1, 46.1], [10.0, 46.0]]]
    body = {
        "type": "Feature",
        "properties": {"name": "Centre", "priority": 3, "watched": True},
        "geometry": {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], far]},
    }
    made = served.web.put("/v1/areas/centre", json=body)
    assert made.status_code == 200, made.text
    seen = made.json()
    assert (seen["properties"].pop("vehicles"), seen["properties"].pop("version")) == ([], 1)
    assert {k: v for k, v in seen.items() if k != "id"} == body
    assert served.web.get("/v1/areas/centre").json() == made.json()
    assert served.web.get("/v1/areas").json()["features"] == [made.json()]
    assert served.on_engine(lambda: served.rig.world.areas["centre"]).polygons[0][0][0] == LatLon(44.99, 8.99)
    open_ring = {**body, "geometry": {"type": "Polygon", "coordinates": [SQUARE[:4]]}}
    assert served.web.put("/v1/areas/centre", json=open_ring).status_code == 422
    swapped = {**body, "geometry": {"type": "Polygon", "coordinates": [[[0, 95], [1, 95], [1, 96], [0, 95]]]}}
    assert "longitude comes first" in served.web.put("/v1/areas/centre", json=swapped).json()["detail"]


def test_who_is_in_a_shape(served: Served) -> None:
    def more() -> None:
        served.rig.driver("D-3", place=LatLon(45.02, 9.02))
        served.rig.driver("D-4", place=LatLon(45.3, 9.3))
        served.rig.tick()

    served.on_engine(more)
    centre = {"lat": 45.0, "lon": 9.0}
    near = found(served, {"shape": "circle", "centre": centre, "radius_m": 5000})
    assert (near["total"], ids(near)) == (3, ["D-1", "D-2", "D-3"])
    assert near["drivers"][0]["position"]["lat"] == 45.002
    assert found(served, {"shape": "circle", "centre": centre, "radius_m": 5000}, limit=1)["total"] == 3
    box = {"shape": "rectangle", "south": 45.01, "west": 9.01, "north": 45.4, "east": 9.4}
    assert ids(found(served, box)) == ["D-3", "D-4"]
    assert ids(found(served, {"shape": "polygon", "rings": [SQUARE]})) == ["D-1", "D-2", "D-3"]
    assert ids(found(served, {"shape": "polygon", "rings": [SQUARE, HOLE]})) == ["D-3"]
    reached = found(served, {"shape": "isochrone", "centre": centre, "minutes": 10, "vehicle": "bike"})
    assert "D-1" in ids(reached)
    assert "D-4" not in ids(reached)
    assert reached["outline"][0][0] == reached["outline"][0][-1]


def test_who_is_in_a_shape_and_free(served: Served) -> None:
    def busy() -> None:
        served.rig.place("O-1")
        served.rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))

    served.on_engine(busy)
    shape = {"shape": "circle", "centre": {"lat": 45.0, "lon": 9.0}, "radius_m": 5000}
    assert ids(found(served, shape, activities=["free"])) == ["D-2"]
    assert ids(found(served, shape, activities=["to_pickup"], vehicles=["scooter"])) == ["D-1"]
    assert found(served, shape, vehicles=["walk"]) == {"total": 0, "drivers": [], "outline": None}


@pytest.mark.parametrize(
    "within",
    [
        {"shape": "circle", "centre": {"lat": 45.0, "lon": 9.0}, "radius_m": -1},
        {"shape": "rectangle", "south": 46, "west": 9, "north": 45, "east": 10},
        {"shape": "polygon", "rings": [[[9, 45], [9, 45], [9, 45], [9, 45]]]},
        {"shape": "spiral"},
    ],
)
def test_a_shape_that_is_none(served: Served, within: dict[str, Any]) -> None:
    assert served.web.post("/v1/search/drivers", json={"within": within}).status_code == 422


def test_merchants_and_areas_are_removed_once_nothing_needs_them(served: Served) -> None:
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    body = {"type": "Feature", "properties": {"name": "Centre", "vehicles": ["bike"]}, "geometry": square}
    assert served.web.put("/v1/areas/centre", json=body).json()["properties"]["vehicles"] == ["bike"]
    assert served.web.get("/v1/merchants/M-1").json()["area_id"] == "centre"
    rule = {"id": "r", "when": {"any": [{"area": "centre"}, {"merchant": "M-1"}]}, "then": {"provider": "internal"}}
    assert served.web.put("/v1/rules", json={"rules": [rule]}).status_code == 200
    for path in ("/v1/areas/centre", "/v1/merchants/M-1"):
        assert "named by rule r" in served.web.delete(path).json()["detail"]
    served.web.put("/v1/rules", json={"rules": []})
    served.web.post("/v1/orders", json={"id": "O-1", "merchant_id": "M-1", "dropoff": {"lat": 45.01, "lon": 9.01}})
    assert "still has order O-1" in served.web.delete("/v1/merchants/M-1").json()["detail"]
    assert served.web.delete("/v1/areas/centre").status_code == 204
    assert served.web.get("/v1/merchants/M-1").json()["area_id"] is None
    served.web.post("/v1/orders/O-1/cancel", json={})
    assert served.web.delete("/v1/merchants/M-1").status_code == 204
    for path in ("/v1/areas/centre", "/v1/merchants/M-1"):
        assert served.web.get(path).status_code == 404
        assert served.web.delete(path).status_code == 404


def test_a_merchant_keeps_its_own_drivers_through_http(served: Served) -> None:
    body = {"name": "Due", "place": {"lat": 45.1, "lon": 9.1}, "goods": "flowers", "fleet": "due", "own_drivers": "only"}
    assert {**served.web.put("/v1/merchants/M-2", json=body).json(), **body} == served.web.get("/v1/merchants/M-2").json()
    rated = {"name": "Nina", "vehicle": "bike", "cold_box": True, "rating": 4.5}
    assert {**served.web.put("/v1/drivers/D-9", json=rated).json(), **rated} == served.web.get("/v1/drivers/D-9").json()
