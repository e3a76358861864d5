"""One undo takes back a whole file: what was new goes, what was changed is as before; what has moved on stays, and is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.actions.file_deeds import import_file
from app.actions.history import History, Standing
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from tests.rigs import DOOR, MERCHANT, Rig

SQUARE = [[[8.9, 44.9], [9.1, 44.9], [9.1, 45.1], [8.9, 45.1], [8.9, 44.9]]]


class Hands:
    def __init__(self, rig: Rig) -> None:
        self.history = History(lambda command: rig.do(command).undo)

    def carry_out(self, text: str, commands: Sequence[c.Command]) -> list[str]:
        return self.history.do(text, *commands)


@pytest.fixture
def hands(rig: Rig) -> Hands:
    rig.engine.matching_paused = True
    return Hands(rig)


def take(hands: Hands, folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text)
    return import_file(hands, folder / name)  # type: ignore[arg-type]


def test_drivers(rig: Rig, hands: Hands, tmp_path: Path) -> None:
    before = rig.world.drivers["D-1"]
    text = "id,name,vehicle,group\nD-1,Ada New,bike,north\nD-8,Eve,car,north\nD-9,Gus,car,\n"
    assert take(hands, tmp_path, "drivers.csv", text) == []
    assert hands.history.undo_text == "Import 3 entries from drivers.csv"
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.BREAK))  # which is nobody's editing
    assert hands.history.undo() == []
    assert "D-8" not in rig.world.drivers
    now = rig.world.drivers["D-1"]
    assert (now.name, now.vehicle, now.presence) == (before.name, before.vehicle, Presence.BREAK)
    assert hands.history.redo() == []
    assert {rig.world.drivers[i].group for i in ("D-1", "D-8")} == {"north"}
    # Somebody goes on with one, and another gets an order.
    rig.do(c.SaveDriver(driver=replace(rig.world.drivers["D-1"], phone="0190")))
    rig.do(c.SetPresence(driver_id="D-9", presence=Presence.ONLINE))
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-9"))
    assert hands.history.undo() == [
        "Gus still has order O-1: give it to someone else first",
        "Name D-1 has been changed since: it stays as it is",
    ]
    assert ("D-8" in rig.world.drivers, rig.world.drivers["D-1"].phone) == (False, "0190")
    assert hands.history.records()[-1].standing is Standing.UNDONE
    assert rig.store.rebuild_check() == []


def test_merchants_and_orders(rig: Rig, hands: Hands, tmp_path: Path) -> None:
    before = rig.world.merchants["M-1"]
    lat, lon = MERCHANT
    take(hands, tmp_path, "shops.csv", f"id,name,lat,lon,prep_min\nM-1,Rosa due,{lat},{lon},7\nM-9,Nona,{lat},{lon},9\n")
    orders = "".join(f"{i},M-9,{DOOR.lat},{DOOR.lon}\n" for i in ("A-1", "A-2", "A-3"))
    assert take(hands, tmp_path, "orders.csv", f"id,merchant,lat,lon\n{orders}") == []
    rig.do(c.AssignOrder(order_id="A-2", driver_id="D-1"))
    rig.do(c.RecordProgress(order_id="A-2", event="picked_up"))
    rig.do(c.AssignOrder(order_id="A-3", driver_id="D-2"))
    rig.tick()
    rig.phones.drain()
    [why] = hands.history.undo()
    assert "A-2 is carrying" in why
    assert [rig.status_of(i) for i in ("A-1", "A-2", "A-3")] == [Status.CANCELLED, Status.CARRYING, Status.CANCELLED]
    rig.tick()
    assert next(type(message).__name__ for message in rig.told("D-2")) == "RevokeMessage", "who had one already is told"
    [why] = hands.history.undo()
    assert why == "Nona still has order A-2: cancel it first, or wait for its end"
    assert rig.world.merchants["M-1"] == before


def test_areas_and_experiments(rig: Rig, hands: Hands, tmp_path: Path) -> None:
    def areas(*names: str) -> str:
        shape = {"type": "Polygon", "coordinates": SQUARE}
        return json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {"name": n}, "geometry": shape} for n in names],
            }
        )

    take(hands, tmp_path, "a.geojson", areas("Old town", "Harbour"))
    assert rig.world.merchants["M-1"].area_id is not None
    assert hands.history.undo() == []
    assert (rig.world.areas, rig.world.merchants["M-1"].area_id) == ({}, None)
    hands.history.redo()
    name = next(iter(rig.world.areas))
    rig.do(c.SaveArea(area=replace(rig.world.areas[name], watched=True)))
    take(hands, tmp_path, "b.geojson", areas("Old town"))
    rig.do(c.SaveArea(area=replace(rig.world.areas[name], watched=True)))
    assert hands.history.undo() == ["Old town has been changed since: it stays as it is"]

    trial = '[[experiment]]\nname = "rates"\n[[experiment.variant]]\nname = "half"\nshare = 50\n'
    assert take(hands, tmp_path, "e.toml", trial) == []
    assert hands.history.undo() == []
    assert rig.world.experiments == {}


def test_a_merchant_that_came_with_an_order_goes_with_it(rig: Rig, hands: Hands) -> None:
    from core.domain.merchant import Merchant

    new = c.SaveMerchant(merchant=Merchant("M-7", "Luna", MERCHANT))
    hands.carry_out("New order", [new, c.PlaceOrder(order_id="B-1", merchant_id="M-7", dropoff=DOOR)])
    assert hands.history.undo() == []
    assert (rig.status_of("B-1"), "M-7" in rig.world.merchants) == (Status.CANCELLED, False)


def test_a_step_by_step_way_back_through_changes_of_one_driver(rig: Rig, hands: Hands) -> None:
    for name in ("Ada B.", "Ada C."):
        hands.carry_out(name, [c.SaveDriver(driver=Driver("D-1", name, Vehicle.BIKE))])
    assert (hands.history.undo(), rig.world.drivers["D-1"].name) == ([], "Ada B.")
    assert (hands.history.undo(), rig.world.drivers["D-1"].name) == ([], "Name D-1")
