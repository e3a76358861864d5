"""The shape of things outside fits what the OpenAPI document says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.api import fleet_models, models, order_models, place_models, views
from core.domain.driver import Driver, Route, Stop, StopKind
from core.domain.events import AreaSaved, FenceCrossed, ForwardSaved, OfferMade
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.vehicle import Vehicle
from core.storage.store import Store

HERE, THERE = LatLon(45.0, 9.0), LatLon(45.1, 9.1)
ORDER = Order("O-1", "M-1", HERE, THERE, 1.0, 2.0, 3.0, vehicles=frozenset({Vehicle.CAR, Vehicle.BIKE}))
RING = (HERE, THERE, LatLon(45.0, 9.1), HERE)


@pytest.mark.parametrize("eta", [None, (None, 5.0), (4.0, 5.0)])
def test_views_are_what_is_documented(eta: tuple[float | None, float] | None) -> None:
    driver = {**views.driver(Driver("D-1", "Ann", Vehicle.BIKE)), "activity": "free", "position": None}
    for model, view in (
        (order_models.Order, views.order(ORDER, eta)),
        (place_models.Merchant, views.merchant(Merchant("M-1", "Rosa", HERE))),
        (place_models.Area, views.area(Area("A-1", "Centre", ((RING,),)))),
        (fleet_models.Driver, driver),
    ):
        read = model.model_validate(view)
        assert read.model_dump(mode="json", include=set(view)) == view
        assert set(view) <= set(model.model_fields), "nothing is sent that is not documented"


def test_longitude_comes_first_in_geojson() -> None:
    assert views.area(Area("A-1", "Centre", ((RING,),)))["geometry"]["coordinates"][0][0][1] == [9.1, 45.1]


def test_an_event_holds_what_it_touched(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "kerbside.db")
    rule = Forward("R-1", "all", "https://example.org", when={"a.b": ["x", 2.0, True]})
    store.write(
        [
            OfferMade(
                at=1.0,
                actor="matcher",
                orders=(ORDER,),
                offers=(Offer("F-1", "D-1", ("O-1",), 1.0, 46.0),),
                routes=(Route("D-1", (Stop(StopKind.PICKUP, "O-1", HERE),)),),
            ),
            FenceCrossed(at=2.0, driver_id="D-1", order_id="O-1", stop="pickup", entered=True, radius_m=100.0),
            AreaSaved(at=3.0, areas=(Area("A-1", "Centre", ((RING,),)),)),
            ForwardSaved(at=4.0, forwards=(rule,)),
        ]
    ).result(10)
    offer, fence, area, forward = map(views.event, store.rows_since(0, 10))
    store.close()
    for event in (offer, fence, area, forward):
        models.Event.model_validate(event)
    assert (offer["id"], offer["kind"], offer["order_id"], offer["driver_id"]) == (1, "OfferMade", "O-1", "D-1")
    assert offer["orders"] == [views.order(ORDER)]
    assert offer["offers"][0]["state"] == "open"
    assert offer["routes"][0]["stops"] == [{"kind": "pickup", "order_id": "O-1", "place": {"lat": 45.0, "lon": 9.0}}]
    assert (fence["stop"], fence["entered"], fence["radius_m"]) == ("pickup", True, 100.0)
    assert area["areas"] == [views.area(Area("A-1", "Centre", ((RING,),)))]
    assert forward["forwards"][0]["when"] == {"a.b": ["x", 2.0, True]}
