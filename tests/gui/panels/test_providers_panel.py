from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.language import use_language
from core.domain.provider import INTERNAL, Provider, ProviderKind
from widgets.common.tables import RowsModel
from widgets.common.words import Moment
from widgets.providers.dialog import ProviderDialog
from widgets.providers.panel import ProvidersPanel, columns, doubt_columns
from widgets.providers.rows import DoubtRow, ProviderDraft, ProviderRow

NOON = 1_770_033_600.0
OWN = Provider(INTERNAL, "Own fleet", ProviderKind.INTERNAL)
SWIFT = Provider("swift", "Swift Couriers", ProviderKind.WEBHOOK, "https://swift.example/orders", cap_per_hour=50)


def row(provider: Provider = SWIFT, state: str = "ready", **values: Any) -> ProviderRow:
    return ProviderRow(id=provider.id, provider=provider, state=state, **values)


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> ProvidersPanel:
    made = ProvidersPanel()
    qtbot.addWidget(made)
    made.resize(1100, 300)
    made.show()
    made.set_moment(noon)
    return made


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    rows: RowsModel[ProviderRow] = RowsModel(columns())
    rows.set_rows([row(), row(OWN, "off"), row(replace(SWIFT, id="x"), "away", retry_at=NOON + 20)])
    doubts: RowsModel[DoubtRow] = RowsModel(doubt_columns())
    doubts.set_rows([DoubtRow("1042", "Swift", NOON - 300, "whether they took it")])
    for model, count in ((rows, 3), (doubts, 1)):
        qtmodeltester.check(model)
        assert model.rowCount() == count


def test_a_provider_s_health_is_read_off_its_row(panel: ProvidersPanel) -> None:
    away = row(
        state="away", retry_at=NOON + 20, open=3, doubtful=1, this_hour=12, share_pct=23.1, calls=40, failures=4,
        retries=7, retries_left=2,
        p50_ms=83.0, p95_ms=1200.0, problem="did not answer in time",
    )  # fmt: skip
    panel.set_rows([row(OWN), away], [])
    told = [panel.model.index(1, n).data() for n in range(11)]
    assert told == [
        "Swift Couriers", "Held back, 0:20", "Did not answer in time", "3", "1", "12 of 50", "23.1 %", "83 · 1,200 ms",
        "40, 4 failed", "7, 2 left", "calls us back",
    ]  # fmt: skip
    panel.set_rows([row(OWN), row(signed=False)], [])
    assert panel.model.index(1, 2).data().startswith("No secret")


def test_our_own_fleet_alone_is_no_table_and_can_t_be_removed(panel: ProvidersPanel, qtbot: QtBot) -> None:
    panel.set_rows([row(OWN)], [])
    assert panel._empty.state.isVisible()
    with qtbot.waitSignal(panel.wanted) as wanted:
        panel._empty.state.acted.emit()
    assert wanted.args == ["provider.add"]
    panel.set_rows([row(OWN), row()], [])
    panel.view.select_ids([INTERNAL])
    assert panel.buttons["provider.edit"].isEnabled()
    assert not panel.buttons["provider.remove"].isEnabled()


def test_what_is_in_doubt_is_settled_one_way_or_the_other(panel: ProvidersPanel, qtbot: QtBot) -> None:
    panel.set_rows([row()], [DoubtRow("1042", "Swift Couriers", NOON - 300, "whether they took it")])
    assert panel.tabs.tabText(1) == "In doubt (1)"
    assert not panel.has_it.isEnabled()
    panel.doubts_view.select_ids(["1042"])
    for button, has_it in ((panel.has_it, True), (panel.has_not, False)):
        with qtbot.waitSignal(panel.settled) as settled:
            button.click()
        assert settled.args == ["1042", has_it]


def test_a_secret_is_typed_unseen_and_the_old_one_is_not_shown(qtbot: QtBot) -> None:
    dialog = ProviderDialog(SWIFT, new=False, has_secret=True)
    qtbot.addWidget(dialog)
    assert dialog.secret.text() == ""
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password
    assert "kept" in dialog.secret.placeholderText()
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [ProviderDraft(SWIFT)]
    with qtbot.waitSignal(dialog.secret_wanted):
        dialog.make.click()
    dialog.show_secret("s3cret")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [ProviderDraft(SWIFT, "s3cret")]


def test_how_a_provider_works_is_set(qtbot: QtBot) -> None:
    dialog = ProviderDialog(Provider("", ""), new=True, has_secret=False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.poll.isVisible()
    dialog.kind.setCurrentIndex(1)
    assert dialog.poll.isVisible()
    dialog.name.setText(" Nordic ")
    dialog.url.setText("https://nordic.example")
    dialog.capped.setChecked(True)
    dialog.cap.setValue(7)
    dialog.tries.setValue(5)
    dialog.idempotent.setChecked(False)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    wanted = saved.args[0].provider
    assert (wanted.name, wanted.kind, wanted.url) == ("Nordic", ProviderKind.POLLING, "https://nordic.example")
    assert (wanted.cap_per_hour, wanted.tries, wanted.idempotent) == (7, 5, False)


def test_of_our_own_fleet_only_what_it_has_is_asked(qtbot: QtBot) -> None:
    dialog = ProviderDialog(OWN, new=False, has_secret=False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.url.isVisible()
    dialog.enabled.setChecked(False)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [ProviderDraft(replace(OWN, enabled=False))]


def test_our_own_fleet_is_called_so_in_each_language_and_kept_in_none(qtbot: QtBot) -> None:
    use_language("de")
    try:
        dialog = ProviderDialog(OWN, new=False, has_secret=False)
        qtbot.addWidget(dialog)
        assert "Eigene Flotte" in dialog.heading.text()
        assert dialog.name.text() == "Eigene Flotte"
        with qtbot.waitSignal(dialog.saved) as saved:
            dialog.act()
    finally:
        use_language("en")
    assert saved.args == [ProviderDraft(OWN)]
