"""Merchants in the whole console: added, changed, removed; read back from the database."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.commands import CancelOrder, RemoveArea, SaveArea
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.geofencing.shapes import closed
from widgets.dialogs.confirm import ConfirmDialog
from widgets.merchants.dialog import MerchantDialog

Rig = Any  # tests/gui/app/conftest.py
SQUARE = closed([LatLon(45.04, 9.04), LatLon(45.04, 9.06), LatLon(45.06, 9.06), LatLon(45.06, 9.04)])


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.action("merchant.open").trigger()
    panel = rig.window.managed["merchants"]
    rig.until(panel.isVisible)
    yield panel
    rig.window.docks["merchants"].hide()


def on_disk(rig: Rig) -> dict[str, Merchant]:
    rig.engine.store.flush()
    return dict(rig.engine.store.load().world.merchants)


def test_a_merchant_is_added_by_hand_tagged_changed_removed_and_brought_back(rig: Rig, panel: Any) -> None:
    rig.engine.execute(SaveArea(area=Area("harbour", "Harbour", ((SQUARE,),))))
    rig.action("merchant.add").trigger()
    dialog = rig.dialog(MerchantDialog)
    dialog.name.setText("Fish & Co")
    dialog.pick.click()
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "point")
    assert not dialog.isVisible()
    rig.window.map._state.heard.emit("drawn", {"kind": "point", "points": [[45.05, 9.05]], "radius": 0})
    rig.until(dialog.isVisible)
    dialog.goods.setText("ice cream")
    dialog.act()
    assert "one word" in dialog.problem.text()
    dialog.goods.setText("cold")
    dialog.act()
    saved = on_disk(rig)["fish-co"]
    assert (saved.place, saved.goods, saved.area_id) == (LatLon(45.05, 9.05), "cold", "harbour")
    assert panel.selected() == ["fish-co"]
    rig.action("merchant.edit").trigger()
    dialog = rig.dialog(MerchantDialog)
    dialog.fleet.setText("fish")
    dialog.act()
    assert on_disk(rig)["fish-co"].fleet == "fish"
    rig.action("merchant.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: "fish-co" not in on_disk(rig))
    rig.until(lambda: "fish-co" not in {row.id for row in panel.model.shown})
    rig.action("edit.undo").trigger()
    assert on_disk(rig)["fish-co"].fleet == "fish"
    for _ in range(2):
        rig.action("edit.undo").trigger()
    assert "fish-co" not in on_disk(rig)
    rig.engine.execute(RemoveArea(area_id="harbour"))


def test_one_with_orders_under_way_stays_and_says_why(rig: Rig, panel: Any) -> None:
    order = rig.order()
    rig.until(lambda: any(row.open for row in panel.model.shown if row.id == "M-1"))
    panel.select(["M-1"])
    rig.action("merchant.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: "still has order" in rig.said())
    assert "M-1" in on_disk(rig)
    rig.engine.execute(CancelOrder(order_id=order))


def test_a_picking_that_is_stopped_leads_back_to_the_question(rig: Rig, panel: Any) -> None:
    rig.action("merchant.add").trigger()
    dialog = rig.dialog(MerchantDialog)
    dialog.name.setText("Rosa")
    dialog.pick.click()
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "point")
    rig.action("edit.clear").trigger()
    rig.until(dialog.isVisible)
    assert dialog.name.text() == "Rosa"
