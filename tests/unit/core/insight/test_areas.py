"""Who waits and who is free, area by area."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.order import Order, Status
from core.insight.areas import balance

RING = tuple(LatLon(45 + y, 9 + x) for y, x in ((0, 0), (0, 1), (1, 1), (0, 0)))
AREAS = {i: Area(i, name, ((RING,),)) for i, name in (("n", "North"), ("s", "South"), ("e", "East"))}


def test_busiest_areas_by_name_and_elsewhere_last(make_order: Callable[..., Order]) -> None:
    orders = [
        make_order(id="1", area_id="n", status=Status.WAITING),
        make_order(id="2", area_id="n", status=Status.OFFERED),
        make_order(id="3", area_id="s", status=Status.CARRYING),
        make_order(id="4", area_id="gone", status=Status.HELD),
        make_order(id="5", area_id=None, status=Status.WAITING),
    ]
    found = balance(AREAS, orders, ["s", "s", "n", None], 10, "Elsewhere")
    assert [(b.name, b.waiting, b.free) for b in found] == [("North", 2, 1), ("South", 0, 2), ("Elsewhere", 2, 1)]
    assert [b.name for b in balance(AREAS, orders, ["s"], 2, "Elsewhere")] == ["North", "Elsewhere"]
