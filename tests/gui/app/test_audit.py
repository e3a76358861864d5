"""The audit in the whole console: what is done is told as it was and became, filtered, paged and exported."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from app.cli import parser as main
from app.presenters import audit
from core.domain.commands import CancelOrder, RemoveArea, SaveArea
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.settings import BY_KEY
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.systems import SystemsDialog

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
    rig.until(lambda: panel.model.shown and panel.model.shown[0].who == "key Shop")
    newest, older = panel.model.shown[:2]
    assert newest.lines == ("name: Quay → Old quay",)
    assert older.lines == ("new",)
    panel.view.select_ids([newest.id])
    assert "name: Quay → Old quay" in panel.detail.text()
    panel.who.setText("KEY SHOP")
    rig.until(lambda: {row.who for row in panel.model.shown} == {"key Shop"})
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
    rig.until(lambda: "there is no such file" in rig.said())


def upkeep(rig: Rig, panel: Any) -> list[tuple[str, str, str, tuple[str, ...]]]:
    panel.group.setCurrentIndex(panel.group.findData("upkeep"))
    panel.asked.emit(panel.question())
    rig.rest(0.2)
    return [(row.who, row.what, row.thing, row.lines) for row in panel.model.shown]


def test_settings_keys_and_commands_of_the_terminal_stand_there_too(rig: Rig, panel: Any) -> None:
    rig.deeds.settings.set("alerts.name", "Ida")
    rig.deeds.set_to("matching.profile", "punctuality")
    rig.action("file.http").trigger()
    dialog = rig.dialog(SystemsDialog)
    dialog.name.setText("Till")
    dialog.make.click()
    secret = dialog.key.text()
    dialog.view.select_ids([dialog.model.rows[-1].id])
    dialog.revoke.click()
    rig.dialog(ConfirmDialog).action.click()
    dialog.reject()
    rig.deeds.toggle_matching()
    assert main.run(["--data", str(rig.folder), "key", "make", "Kiosk"]) == 0
    opens = "orders:read, orders:write, places:read"
    wanted = [
        ("Ida", "Matching resumed", "", ()),
        ("Ida", "Key revoked", "Till", (f"{opens} → none",)),
        ("Ida", "Key made", "Till", (f"none → {opens}",)),
        (
            "Ida",
            "Settings changed",
            "alerts.name, matching.profile",
            (
                "Your name, as the log, alerts and notes show who did it; empty for dispatcher: none → Ida",
                f"{BY_KEY['matching.profile'].description}: default → punctuality",
            ),
        ),
    ]
    rig.until(lambda: upkeep(rig, panel)[1:5] == wanted)
    who, *kiosk = upkeep(rig, panel)[0]
    assert who.startswith("terminal ")
    assert kiosk == ["Key made", "Kiosk", ("none → orders:read, orders:write",)]
    rig.engine.store.flush()
    assert not rig.engine.store.ask("SELECT 1 FROM events WHERE instr(body, ?)", secret.split("_", 2)[2])
    # Whoever has said their name has done what is done at this desk.
    area = Area("pier", "Pier", ((RING,),))
    rig.deeds.carry_out("Save it", [SaveArea(area=area)])
    rig.deeds.undo()
    panel.group.setCurrentIndex(0)
    rig.until(
        lambda: [(row.who, row.what) for row in panel.model.shown[:2]] == [("Ida", "Area removed"), ("Ida", "Area saved")]
    )
    rig.deeds.toggle_matching()
    rig.deeds.set_to("matching.profile", "default")
    rig.deeds.set_to("alerts.name", "")


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
