from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.forward import Forward
from core.forwarding.choose import LOOKS, chooser
from core.rules.operators.numbers import BOUNDS
from tests.examples import examples
from widgets.common.tables import RowsModel
from widgets.conditions.arguments import MATCHES, Match
from widgets.conditions.form import GroupBox, WordRow
from widgets.conditions.words import WordForm
from widgets.dialogs.secret import SecretDialog
from widgets.forwarding.dialog import ForwardDialog
from widgets.forwarding.panel import ForwardingPanel, columns, dead_columns
from widgets.forwarding.rows import DeadRow, ForwardRow

SHOP = Forward(
    "shop", "Shop", "https://shop.example/hook", frozenset({"Delivered"}),
    {"all": [{"orders.merchant_id": ["M-1"]}, {"orders.value": {"above": 20.0}}]},
)  # fmt: skip
WORDS = (
    WordForm("orders.merchant_id", "Order's merchant", "pick", (("M-1", "Rosa"), ("M-2", "Casa")), loose=True),
    WordForm("orders.value", "Order's value", "bounds", loose=True),
    WordForm("entered", "The driver", "yes", (("in", "comes in"), ("out", "goes out")), loose=True),
    WordForm("reason", "Reason", "match", loose=True),
)
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
        assert model.rowCount() == 2


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


def test_a_rule_that_is_not_touched_stays_as_it_was(qtbot: QtBot) -> None:
    dialog = ForwardDialog(SHOP, False, KINDS, WORDS)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [SHOP]


def test_events_and_conditions_are_chosen(qtbot: QtBot) -> None:
    dialog = ForwardDialog(Forward("", "", ""), True, KINDS, WORDS)
    qtbot.addWidget(dialog)
    assert dialog.every.isChecked()
    dialog.every.setChecked(False)
    dialog.act()
    assert "Choose the events" in dialog.problem.text()
    dialog.kinds.choose(["PickedUp"])
    assert dialog.when.note.text() == "always"
    dialog.when.add_test.click()
    line = dialog.when.parts[0]
    assert isinstance(line, WordRow)
    line.word.setEditText("orders.customer")
    line.word.lineEdit().editingFinished.emit()
    match = line.argument
    assert isinstance(match, Match)
    match.op.setCurrentIndex(match.op.findData("contains"))
    match.line.setText("Ida")
    match.line.editingFinished.emit()
    dialog.when.add_group.click()
    group = dialog.when.parts[1]
    assert isinstance(group, GroupBox)
    assert group.value() == {"orders.merchant_id": []}
    group.gone.emit()
    dialog.name.setText("Ida")
    dialog.to.setText("mqtt:ida")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    wanted = Forward("", "Ida", "mqtt:ida", frozenset({"PickedUp"}), {"orders.customer": {"contains": "Ida"}})
    assert saved.args == [wanted]


TEXTS = st.text("aB1, ", min_size=1, max_size=6)
ARGUMENTS = st.one_of(
    TEXTS,
    st.booleans(),
    st.floats(-1e12, 1e12),
    # The same name twice asks no more than once, and a picker of names shows it once.
    st.lists(st.one_of(TEXTS, st.booleans(), st.integers(-5, 5)), min_size=1, max_size=3, unique_by=repr),
    st.dictionaries(st.sampled_from(sorted(BOUNDS)), st.floats(-1e12, 1e12), min_size=1),
    st.builds(lambda word, text: {word: text}, st.sampled_from(["begins_with", "contains"]), TEXTS),
    st.builds(lambda yes: {"present": yes}, st.booleans()),
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*(word.word for word in WORDS), "orders.customer"]), argument=ARGUMENTS)
def test_whatever_is_asked_of_a_path_is_shown_as_it_is(path: str, argument: Any, qtbot: QtBot) -> None:
    when = {path: argument}
    chooser(replace(SHOP, when=when))
    box = GroupBox({word.word: word for word in WORDS}, when, typed=True)
    assert box.value() in (when, {path: [argument]})  # a name by itself is a list of one
    box.deleteLater()


@pytest.mark.parametrize(
    ("op", "text", "argument"),
    [
        ("one_of", "1042, true, b", ["1042", True, "b"]),
        ("begins_with", "17", {"begins_with": "17"}),
        ("contains", "a, b", {"contains": "a, b"}),
        ("present", "", {"present": True}),
        ("absent", "", {"present": False}),
        ("above", "20", {"above": 20}),
        ("at_most", "2.5", {"at_most": 2.5}),
        ("below", "many", {"below": "many"}),
    ],
)
def test_what_is_typed_is_compared_as_what_it_is(op: str, text: str, argument: Any, qtbot: QtBot) -> None:
    match = Match(WORDS[-1])
    qtbot.addWidget(match)
    match.op.setCurrentIndex(match.op.findData(op))
    match.line.setText(text)
    assert match.value() == argument


def test_the_form_has_every_comparison_there_is() -> None:
    assert MATCHES.keys() == {"one_of", "absent", *BOUNDS, *LOOKS}


def test_a_secret_can_be_copied(qtbot: QtBot) -> None:
    dialog = SecretDialog("The new secret", "whsec_1")
    qtbot.addWidget(dialog)
    assert dialog.secret.text() == "whsec_1"
    assert dialog.secret.isReadOnly()
