from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.forward import Condition, Forward
from core.forwarding.choose import OPERATORS as KNOWN
from widgets.common.tables import RowsModel
from widgets.dialogs.secret import SecretDialog
from widgets.forwarding.dialog import OPERATORS, ForwardDialog, read_value, write_value
from widgets.forwarding.panel import ForwardingPanel, columns, dead_columns
from widgets.forwarding.rows import DeadRow, ForwardRow

SHOP = Forward(
    "shop", "Shop", "https://shop.example/hook", frozenset({"Delivered"}),
    (Condition("orders.merchant_id", "is", "M-1"), Condition("orders.value", "above", 20.0)),
)  # fmt: skip
KINDS = (("Delivered", "Delivered"), ("PickedUp", "Picked up"))


def row(**values: Any) -> ForwardRow:
    return ForwardRow("shop", values.pop("forward", SHOP), "Delivered", **values)


def dead(seq: int = 7) -> DeadRow:
    return DeadRow(f"shop {seq}", "shop", seq, "Shop", "Delivered", "1042", 0.0, 10, "answered 500")


@pytest.fixture
def panel(qtbot: QtBot) -> ForwardingPanel:
    made = ForwardingPanel()
    qtbot.addWidget(made)
    made.resize(1100, 300)
    made.show()
    return made


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    rows: RowsModel[ForwardRow] = RowsModel(columns())
    rows.set_rows([row(), replace(row(dead=3), id="b")])
    letters: RowsModel[DeadRow] = RowsModel(dead_columns())
    letters.set_rows([dead(), dead(9)])
    for model in (rows, letters):
        qtmodeltester.check(model)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "Fine"),
        ({"waiting": 2}, "Tries again"),
        ({"waiting": 2, "dead": 1}, "Undelivered"),
        ({"forward": replace(SHOP, enabled=False), "dead": 1}, "Off"),
    ],
)
def test_how_it_goes_is_said_in_a_word(panel: ForwardingPanel, values: dict[str, Any], state: str) -> None:
    panel.set_rows([row(**values)], [])
    assert panel.model.index(0, 1).data() == state


def test_dead_letters_are_sent_again_or_forgotten(panel: ForwardingPanel, qtbot: QtBot) -> None:
    panel.set_rows([row(dead=1)], [dead()])
    assert panel.tabs.tabText(1) == "Given up (1)"
    assert not panel.send_again.isEnabled()
    panel.dead_view.select_ids(["shop 7"])
    for button, signal in ((panel.send_again, panel.again), (panel.forget, panel.forgotten)):
        with qtbot.waitSignal(signal) as told:
            button.click()
        assert told.args == [["shop 7"]]


def test_only_a_web_address_has_a_secret(panel: ForwardingPanel) -> None:
    panel.set_rows([row(), replace(row(forward=replace(SHOP, to="mqtt:shop")), id="b")], [])
    panel.select("shop")
    assert panel.buttons["forward.secret"].isEnabled()
    panel.select("b")
    assert not panel.buttons["forward.secret"].isEnabled()
    assert panel.buttons["forward.edit"].isEnabled()


def test_the_form_has_every_operator_there_is() -> None:
    assert OPERATORS.keys() == KNOWN.keys()


@pytest.mark.parametrize(
    ("op", "text", "value"),
    [
        ("is", "M-1", "M-1"),
        ("above", "20", 20.0),
        ("is", "true", True),
        ("one_of", "a, 3, b", ("a", 3.0, "b")),
        ("begins_with", "17", "17"),
        ("present", "no", False),
        ("present", "", True),
    ],
)
def test_what_is_typed_is_compared_as_what_it_is(op: str, text: str, value: Any) -> None:
    assert read_value(op, text) == value
    if op != "present":
        assert read_value(op, write_value(value)) == value


def test_a_rule_that_is_not_touched_stays_as_it_was(qtbot: QtBot) -> None:
    dialog = ForwardDialog(SHOP, False, KINDS)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [SHOP]


def test_events_and_conditions_are_chosen(qtbot: QtBot) -> None:
    dialog = ForwardDialog(Forward("", "", ""), True, KINDS)
    qtbot.addWidget(dialog)
    assert dialog.every.isChecked()
    dialog.every.setChecked(False)
    dialog.act()
    assert "Choose the events" in dialog.problem.text()
    dialog.kinds.choose(["PickedUp"])
    dialog.more.click()
    line = dialog.conditions[0]
    line.field.setEditText("orders.customer")
    line.op.setCurrentIndex(line.op.findData("contains"))
    line.value.setText("Ida")
    dialog.more.click()
    dialog.conditions[1].gone.emit()
    dialog.name.setText("Ida")
    dialog.to.setText("mqtt:ida")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    wanted = Forward("", "Ida", "mqtt:ida", frozenset({"PickedUp"}), (Condition("orders.customer", "contains", "Ida"),))
    assert saved.args == [wanted]


def test_a_secret_can_be_copied(qtbot: QtBot) -> None:
    dialog = SecretDialog("The new secret", "whsec_1")
    qtbot.addWidget(dialog)
    assert dialog.secret.text() == "whsec_1"
    assert dialog.secret.isReadOnly()
