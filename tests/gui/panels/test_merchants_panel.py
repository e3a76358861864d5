from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.geo import LatLon
from core.domain.merchant import Merchant, OwnDrivers
from widgets.common.tables import RowsModel
from widgets.merchants.dialog import NOWHERE, MerchantDialog
from widgets.merchants.panel import MerchantsPanel, columns
from widgets.merchants.rows import MerchantRow

ROSA = Merchant("M-1", "Trattoria Rosa", LatLon(45.0123456789, 9.1), fleet="rosa", own_drivers=OwnDrivers.SHARED, fence_m=90.0)
KO = Merchant("M-2", "Sushi Ko", LatLon(45.1, 9.2), goods="cold", prep_min=7.5)


@pytest.fixture
def panel(qtbot: QtBot) -> MerchantsPanel:
    made = MerchantsPanel()
    qtbot.addWidget(made)
    made.resize(1000, 300)
    made.show()
    made.set_rows([MerchantRow("M-1", ROSA, "Old town", 3), MerchantRow("M-2", KO)])
    return made


def test_the_model_keeps_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    model: RowsModel[MerchantRow] = RowsModel(columns())
    model.set_rows([MerchantRow("M-1", ROSA), MerchantRow("M-2", KO)])
    qtmodeltester.check(model)
    assert [model.index(n, 0).data() for n in range(model.rowCount())] == ["Trattoria Rosa", "Sushi Ko"]


def test_a_row_says_what_is_known(panel: MerchantsPanel) -> None:
    told = [panel.model.index(1, n).data() for n in range(9)]
    assert told == [
        "Trattoria Rosa", "Old town", "food", "restaurant", "12 min", "rosa: its own, shared nearby", "90 m", "3", "M-1",
    ]  # fmt: skip
    assert panel.model.index(0, 6).data() == "as set"


def test_the_filter_finds_by_name_area_and_goods(panel: MerchantsPanel, qtbot: QtBot) -> None:
    for text, found in (("sushi", ["M-2"]), ("town", ["M-1"]), ("cold", ["M-2"]), ("ro to", ["M-1"]), ("xx", [])):
        panel.search.setText(text)
        panel.search._tell()
        assert [row.id for row in panel.model.shown] == found
    assert not panel._empty.state.isVisible()
    panel.set_rows(())
    assert panel._empty.state.isVisible()


def test_a_merchant_needs_a_name_and_a_place(qtbot: QtBot) -> None:
    dialog = MerchantDialog(Merchant("", "", NOWHERE), True, "", 75.0)
    qtbot.addWidget(dialog)
    dialog.act()
    assert "name" in dialog.problem.text()
    assert dialog.focusWidget() is dialog.name
    dialog.name.setText("Rosa")
    dialog.act()
    assert "where" in dialog.problem.text()
    assert dialog.focusWidget() is dialog.place
    dialog.set_place(LatLon(45.5, 9.5))
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [Merchant("", "Rosa", LatLon(45.5, 9.5)), ""]
    dialog.place.setText("Mill Lane")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args[1] == "Mill Lane"


def test_what_is_not_touched_stays_to_the_last_digit(qtbot: QtBot) -> None:
    dialog = MerchantDialog(ROSA, False, "Old town", 75.0)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.share.isVisible()
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [ROSA, ""]
    dialog.fenced.setChecked(False)
    assert dialog._fields.isRowVisible(dialog._whose)
    dialog.fleet.clear()
    assert not dialog._fields.isRowVisible(dialog._whose)  # nor is a gap left for it
    assert not dialog.own.isVisible()
    dialog.prep.setValue(20)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args[0] == replace(ROSA, fence_m=None, fleet="", prep_min=20.0)
