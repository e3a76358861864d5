"""A database that an older Kerbside wrote opens, with the usual values for what it did not know."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from core.domain.merchant import OwnDrivers
from core.storage.database import open_writable, schema_steps
from core.storage.store import Store

ORDER = {
    "id": "O-1", "merchant_id": "M-1", "pickup": [41.1, -8.6], "dropoff": [41.2, -8.5], "placed_at": 100.0,
    "ready_at": 700.0, "due_at": 2500.0, "status": "waiting", "status_at": 100.0,
}  # fmt: skip
MERCHANT = {"id": "M-1", "name": "Casa", "place": [41.1, -8.6], "prep_min": 9.0}
DRIVER = {"id": "D-1", "name": "Ann", "vehicle": "bike"}
RING = [[41.0, -8.6], [41.0, -8.5], [41.1, -8.5], [41.0, -8.6]]
AREA = {"id": "A-1", "name": "Centre", "polygons": [[RING]], "watched": True}


def test_what_the_first_schema_held_is_read_with_the_usual_values(tmp_path: Path) -> None:
    path = tmp_path / "kerbside.db"
    with closing(open_writable(path, schema_steps()[:1])) as old:
        body = json.dumps({"at": 100.0, "orders": [ORDER], "merchants": [MERCHANT], "drivers": [DRIVER], "areas": [AREA]})
        old.execute("INSERT INTO events VALUES (1, 100.0, 'OrderQueued', 'customer', '', 'O-1', NULL, ?)", (body,))
        old.execute("INSERT INTO event_orders VALUES ('O-1', 1)")
        old.execute("INSERT INTO orders VALUES ('O-1', 'waiting', 100.0, NULL, ?)", (json.dumps(ORDER),))
        old.execute("INSERT INTO merchants VALUES ('M-1', ?)", (json.dumps(MERCHANT),))
        old.execute("INSERT INTO drivers VALUES ('D-1', 0, ?)", (json.dumps(DRIVER),))
        old.execute("INSERT INTO areas VALUES ('A-1', ?)", (json.dumps(AREA),))
    with closing(Store.open(path)) as store:
        world = store.load().world
        assert store.rebuild_check() == []
        assert store.has_order("O-1")
        assert not store.has_order("O-2")
        assert [order.id for order in store.orders()] == ["O-1"]
    order, merchant, driver, area = world.orders["O-1"], world.merchants["M-1"], world.drivers["D-1"], world.areas["A-1"]
    assert (order.goods, order.told_ready_at, order.readied_at) == ("food", None, None)
    assert (merchant.goods, merchant.fleet, merchant.own_drivers) == ("food", "", OwnDrivers.FIRST)
    assert (driver.cold_box, driver.rating) == (False, None)
    assert area.vehicles == frozenset()
    assert [o.id for o in world.open_orders()] == ["O-1"]


def test_what_a_forwarding_rule_chose_by_it_chooses_by_after_the_step_to_trees(tmp_path: Path) -> None:
    path = tmp_path / "kerbside.db"
    only = [
        {"field": "orders.area_id", "op": "is", "value": "north"},
        {"field": "entered", "op": "is", "value": True},
        {"field": "reason", "op": "is_not", "value": "late"},
        {"field": "orders.kind", "op": "one_of", "value": ["a", 2.5, False]},
        {"field": "orders.value", "op": "above", "value": 20.0},
        {"field": "reason", "op": "contains", "value": 'a "b"'},
        {"field": "driver_id", "op": "present", "value": False},
    ]
    picky = {"id": "picky", "name": "Picky", "to": "mqtt:x", "kinds": [], "only": only, "enabled": True, "removed": False}
    plain = {**picky, "id": "plain", "only": []}
    with closing(open_writable(path, schema_steps()[:9])) as old:
        for seq, rule in enumerate((picky, plain), start=1):
            body = json.dumps({"at": 100.0, "forwards": [rule]})
            old.execute("INSERT INTO events VALUES (?, 100.0, 'ForwardSaved', 'console', '', NULL, NULL, ?)", (seq, body))
            old.execute("INSERT INTO forwards VALUES (?, 0, ?)", (rule["id"], json.dumps(rule)))
    with closing(Store.open(path)) as store:
        forwards = store.load().world.forwards
        assert store.rebuild_check() == []
    assert forwards["plain"].when == {}
    assert forwards["picky"].when == {
        "all": [
            {"orders.area_id": ["north"]},
            {"entered": [True]},
            {"not": {"reason": ["late"]}},
            {"orders.kind": ["a", 2.5, False]},
            {"orders.value": {"above": 20.0}},
            {"reason": {"contains": 'a "b"'}},
            {"driver_id": {"present": False}},
        ]
    }
