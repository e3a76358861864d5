"""The audit in the whole console: what is done is told as it was and became, filtered, paged and exported."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from app.presenters import audit
from core.domain.commands import CancelOrder, RemoveArea, SaveArea
from core.domain.geo import LatLon
from core.domain.merchant import Area

Rig = Any  # tests/gui/app/conftest.py
RING = tuple(LatLon(*p) for p in ((45.4, 9.4), (45.4, 9.5), (45.5, 9.5), (45.4, 9.4)))


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.action("audit.open").trigger()
    panel = rig.window.managed["audit"]
    rig.until(panel.isVisible)
    yield panel
    panel.thing.clear()
    panel.who.clear()
    panel.group.setCurrentIndex(0)
    rig.window.docks["audit"].hide()


def save(rig: Rig, name: str, actor: str) -> None:
    rig.engine.execute(SaveArea(area=Area("quay", name, ((RING,),)), actor=actor))


def test_a_change_appears_by_itself_with_what_was_before(rig: Rig, panel: Any) -> None:
    save(rig, "Quay", "ida")
    save(rig, "Old quay", "key:Shop")
    rig.until(lambda: panel.model.shown and panel.model.shown[0].who == "key:Shop")
    newest, older = panel.model.shown[:2]
    assert newest.lines == ("name: Quay → Old quay",)
    assert older.lines == ("new",)
    panel.view.select_ids([newest.id])
    assert "name: Quay → Old quay" in panel.detail.text()
    panel.who.setText("SHOP")
    rig.until(lambda: {row.who for row in panel.model.shown} == {"key:Shop"})
    rig.engine.execute(RemoveArea(area_id="quay", actor="key:Shop"))
    rig.until(lambda: panel.model.shown[0].lines == ("removed",))


def test_an_order_s_own_story_and_the_way_into_a_file(rig: Rig, panel: Any, tmp_path: Path) -> None:
    order = rig.order()
    rig.engine.execute(CancelOrder(order_id=order, actor="bo", reason="no longer hungry"))
    panel.group.setCurrentIndex(panel.group.findData(""))
    panel.thing.setText(order)
    rig.until(lambda: {row.thing.split(",")[0] for row in panel.model.shown} == {order})
    assert panel.model.shown[0].what == "Order cancelled"
    assert any("status: waiting → cancelled" in line for line in panel.model.shown[0].lines)
    count = len(panel.model.shown)
    path = tmp_path / "changes.csv"
    rig.deeds.editors.audit.write_file(path)
    rig.until(lambda: f"{count} changes saved" in rig.said())
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert (rows[-1]["who"], rows[-1]["reason"]) == ("bo", "no longer hungry")
    rig.deeds.editors.audit.write_file(tmp_path / "none" / "changes.csv")
    rig.until(lambda: "No such file" in rig.said())


def test_older_pages_are_put_below(rig: Rig, panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        save(rig, f"Quay {n}", "ida")
    monkeypatch.setattr(audit, "PAGE", 3)
    real = audit.page
    monkeypatch.setattr(audit, "page", lambda store, wanted, before: real(store, wanted, before, 3))
    panel.thing.setText("quay")
    rig.until(lambda: len(panel.model.shown) == 3)
    assert panel.older.isEnabled()
    first = [row.id for row in panel.model.shown]
    panel.older.click()
    rig.until(lambda: len(panel.model.shown) == 6)
    assert [row.id for row in panel.model.shown][:3] == first
    rig.engine.execute(RemoveArea(area_id="quay"))
