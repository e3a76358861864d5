from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.rules import Rule
from widgets.common.picker import Picker
from widgets.common.reorder import OrderedModel
from widgets.common.tables import RowsModel
from widgets.conditions.arguments import Bounds, Times
from widgets.conditions.form import GroupBox, WordRow, parts_of, whole
from widgets.conditions.words import WordForm
from widgets.rules.action import ActionForm, Chain, Shares
from widgets.rules.panel import RulesPanel, columns, finding_columns, share_columns, trial_columns
from widgets.rules.rows import FindingRow, RuleRow, ShareRow, TrialRow

AREAS = (("a", "Old town"), ("b", "Harbour"))
OPERATORS = (
    WordForm("area", "Area", "pick", AREAS),
    WordForm("weight_kg", "Weight", "bounds", unit="kg"),
    WordForm("time", "Time", "times"),
    WordForm("kind", "Kind of shop", "labels"),
    WordForm("moon", "Moon", "text", example='moon = "full"'),
)
ACTIONS = (
    WordForm("provider", "Give to", "one"),
    WordForm("chain", "Try", "chain"),
    WordForm("split", "Share out", "shares"),
    WordForm("refuse", "Refuse", "nothing"),
    WordForm("wait", "Wait", "text"),
)
PROVIDERS = (("internal", "Own fleet"), ("swift", "Swift"))
WORDS = {form.word: form for form in OPERATORS}
DOING = {form.word: form for form in ACTIONS}

tests = st.one_of(
    st.just({"area": ["a"]}),
    st.just({"area": ["b", "a"]}),
    st.just({"weight_kg": {"above": 2, "at_most": 5}}),
    st.just({"weight_kg": {"below": 1.5}}),
    st.just({"time": {"from": "22:00", "to": "2:00", "days": ["fri"]}}),
    st.just({"time": {"from": "8:30", "to": "24:00"}}),
    st.just({"kind": ["pharmacy"]}),
    st.just({"moon": {"phase": [1, 2]}}),
    st.just({"unheard": 3}),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(lambda c: {"not": c}, inner),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


def holds(when: Any, facts: dict[str, bool]) -> bool:
    """What a condition means, each word with its argument being true or false by itself."""
    results = []
    for word, argument in when.items():
        if word == "all":
            results.append(all(holds(part, facts) for part in argument))
        elif word == "any":
            results.append(any(holds(part, facts) for part in argument))
        elif word == "not":
            results.append(not holds(argument, facts))
        else:
            results.append(facts[f"{word} {argument}"])
    return all(results)


def leaves(when: Any) -> set[str]:
    found: set[str] = set()
    for word, argument in when.items():
        if word in {"all", "any"}:
            found.update(*(leaves(part) for part in argument))
        elif word == "not":
            found |= leaves(argument)
        else:
            found.add(f"{word} {argument}")
    return found


def remade(when: Any) -> Any:
    how, parts = parts_of(when)
    return whole(how, [remade(part) if {"all", "any", "not"} & set(part) else part for part in parts])


@given(conditions, st.data())
def test_a_form_means_what_the_condition_meant(when: Any, data: st.DataObject) -> None:
    facts = {leaf: data.draw(st.booleans()) for leaf in sorted(leaves(when))}
    again = remade(when)
    assert leaves(again) == leaves(when)
    assert holds(again, facts) is holds(when, facts)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"area": ["a", "b"], "weight_kg": {"above": 2, "at_most": 5}},
        {"any": [{"time": {"from": "22:00", "to": "2:00", "days": ["fri", "sat"]}}, {"kind": ["pharmacy"]}]},
        {"not": {"any": [{"area": ["a"]}, {"moon": {"phase": 1}}]}},
        {"time": {"from": "8:30", "to": "24:00"}},
        {"unheard": 3},
        {"area": ["gone"]},
    ],
)
def test_what_is_shown_and_not_touched_stays_as_it_was(when: Any, qtbot: QtBot) -> None:
    box = GroupBox(WORDS, when)
    qtbot.addWidget(box)
    assert box.value() == when


def test_conditions_are_added_turned_and_taken_out(qtbot: QtBot) -> None:
    box = GroupBox(WORDS, {}, always="every order")
    qtbot.addWidget(box)
    with qtbot.waitSignal(box.changed):
        box.add_test.click()
    row = box.parts[0]
    assert isinstance(row, WordRow)
    row.word.setCurrentIndex(row.word.findData("weight_kg"))
    assert box.value() == {"weight_kg": {"at_least": 1}}
    bounds = row.argument
    assert isinstance(bounds, Bounds)
    bounds.sides[1][0].setCurrentIndex(1)
    bounds.sides[1][1].setValue(12.5)
    assert box.value() == {"weight_kg": {"at_least": 1, "at_most": 12.5}}
    box.add_group.click()
    inner = box.parts[1]
    assert isinstance(inner, GroupBox)
    inner.how.setCurrentIndex(inner.how.findData("none"))
    inner_row = inner.parts[0]
    assert isinstance(inner_row, WordRow)
    inner_row.word.setCurrentIndex(inner_row.word.findData("time"))
    times = inner_row.argument
    assert isinstance(times, Times)
    times.days["mon"].click()
    assert box.value() == {
        "all": [
            {"weight_kg": {"at_least": 1, "at_most": 12.5}},
            {"not": {"time": {"from": "18:00", "to": "22:00", "days": ["tue", "wed", "thu", "fri", "sat", "sun"]}}},
        ]
    }
    inner.gone.emit()
    row.gone.emit()
    assert box.value() == {}
    assert box.note.text() == "every order"


@pytest.mark.parametrize(
    "then",
    [
        {"provider": "swift"},
        {"chain": ["swift", "internal"]},
        {"split": {"internal": 70, "swift": 30}},
        {"split": {"internal": 1, "gone": 0}},
        {"refuse": True},
        {"wait": {"minutes": 3}},
        {"provider": "gone"},
    ],
)
def test_each_action_is_shown_as_it_is(then: Any, qtbot: QtBot) -> None:
    form = ActionForm(DOING, PROVIDERS)
    qtbot.addWidget(form)
    form.set_value(then)
    assert form.value() == then


def test_shares_say_what_they_come_to(qtbot: QtBot) -> None:
    form = ActionForm(DOING, PROVIDERS)
    qtbot.addWidget(form)
    form.set_value({"split": {"internal": 70, "swift": 30}})
    shares = form.argument
    assert isinstance(shares, Shares)
    assert [line[2].text() for line in shares.lines.values()] == ["70 %", "30 %"]
    shares.lines["swift"][1].setValue(70)
    assert (shares.lines["swift"][2].text(), shares.sum.text()) == ("50 %", "Sum of the weights 140")
    shares.lines["swift"][1].setValue(0)
    assert shares.lines["swift"][2].text() == "stands in only"
    shares.lines["internal"][0].setChecked(False)
    assert shares.sum.text() == "Give one provider a weight"


def test_a_chain_grows_at_its_end_and_keeps_each_provider_once(qtbot: QtBot) -> None:
    form = ActionForm(DOING, PROVIDERS)
    qtbot.addWidget(form)
    form.set_value({"provider": "swift"})
    form.word.setCurrentIndex(form.word.findData("chain"))
    assert form.value() == {"chain": ["swift"]}
    chain = form.argument
    assert isinstance(chain, Chain)
    chain.boxes[1].setCurrentIndex(chain.boxes[1].findData("internal"))
    assert (form.value(), len(chain.boxes)) == ({"chain": ["swift", "internal"]}, 3)
    chain.boxes[0].setCurrentIndex(chain.boxes[0].findData("internal"))
    assert form.value() == {"chain": ["internal"]}


# The offscreen platform says so of every popup.
@pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise|grabbing the keyboard)")
def test_several_are_picked_out_of_many(qtbot: QtBot) -> None:
    choices = [(f"a{n}", f"Area {n}") for n in range(12)]
    picker = Picker("Areas", choices)
    qtbot.addWidget(picker)
    picker.show()
    picker.choose(["a7", "gone"])
    assert picker.text() == "Area 7, gone (gone)"
    picker.open()
    assert [picker.list.item(n).text() for n in range(2)] == ["gone (gone)", "Area 7"]
    picker.search.setText("area 11")
    shown = [picker.list.item(n) for n in range(picker.list.count()) if not picker.list.item(n).isHidden()]
    assert [item.text() for item in shown] == ["Area 11"]
    shown[0].setCheckState(Qt.CheckState.Checked)
    picker.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    with qtbot.waitSignal(picker.changed) as changed:
        QTest.keyClick(picker.list, Qt.Key.Key_Escape)
    assert changed.args == [["a7", "a11"]]
    picker.open()
    with qtbot.assertNotEmitted(picker.changed):
        QTest.keyClick(picker.list, Qt.Key.Key_Escape)


def row(rule: Rule, **values: Any) -> RuleRow:
    return RuleRow(rule.id, rule, values.pop("when", "every order"), values.pop("then", "Own fleet"), **values)


RAIN = Rule("rain", {"area": ["a"]}, {"provider": "swift"}, name="Rain")
REST = Rule("rest", {}, {"provider": "internal"})


@pytest.fixture
def panel(qtbot: QtBot) -> RulesPanel:
    made = RulesPanel()
    qtbot.addWidget(made)
    made.resize(500, 800)
    made.show()
    made.set_words(OPERATORS, ACTIONS, PROVIDERS)
    made.set_rows([row(RAIN), row(REST, wrong=("it can never fire",))])
    return made


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    rules: OrderedModel[RuleRow] = OrderedModel(columns())
    rules.set_rows([row(RAIN), row(replace(REST, enabled=False), wrong=("x",), bad=True)])
    findings: RowsModel[FindingRow] = RowsModel(finding_columns())
    findings.set_rows([FindingRow("1", "error", "x"), FindingRow("2", "note", "y")])
    trial: RowsModel[TrialRow] = RowsModel(trial_columns())
    trial.set_rows([TrialRow("swift", "Swift", 3, 5), TrialRow("internal", "Own fleet", 5, 3)])
    shares: RowsModel[ShareRow] = RowsModel(share_columns())
    shares.set_rows([ShareRow("1", "Rain", "Old town", "Swift", 30.0, 33.3, 1, 0.1)])
    for model in (rules, findings, trial, shares):
        qtmodeltester.check(model)
    assert trial.index(1, 3).data() == "−2"


def test_what_is_edited_is_told_as_a_whole_rule(panel: RulesPanel, qtbot: QtBot) -> None:
    panel.select("rain")
    with qtbot.waitSignal(panel.edited) as edited:
        panel.form.enabled.click()
    assert edited.args == [replace(RAIN, enabled=False)]
    panel.form.name.setText("Heavy rain")
    with qtbot.waitSignal(panel.edited) as edited:
        panel.form.name.editingFinished.emit()
    assert edited.args[0].name == "Heavy rain"
    with qtbot.waitSignal(panel.edited) as edited:
        panel.form.then.word.setCurrentIndex(3)
    assert edited.args[0].then == {"refuse": True}


def test_what_was_just_typed_is_not_made_anew(panel: RulesPanel) -> None:
    panel.select("rain")
    before = panel.form.when
    panel.set_rows([row(replace(RAIN, name="Other")), row(REST)])
    assert panel.form.when is before
    panel.set_rows([row(replace(RAIN, when={"area": ["b"]})), row(REST)])
    assert panel.form.when is not before
    assert panel.form.when.value() == {"area": ["b"]}


def test_keys_switch_and_move_rules(panel: RulesPanel, qtbot: QtBot) -> None:
    panel.select("rain")
    with qtbot.waitSignal(panel.toggled) as toggled:
        QTest.keyClick(panel.view, Qt.Key.Key_Space)
    assert toggled.args == ["rain"]
    with qtbot.waitSignal(panel.moved) as moved:
        QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert moved.args == [["rest", "rain"]]


def test_a_finding_leads_to_its_rule(panel: RulesPanel) -> None:
    panel.set_findings([FindingRow("0", "warning", "rule rest can never fire: it stands last", "rest")])
    assert panel.tabs.tabText(1) == "To look at (1)"
    panel.findings_view.select_ids(["0"])
    assert panel.selected() == "rest"
    assert "it can never fire" in panel.form.problem.text()


def test_a_finding_can_be_read_whole(qtbot: QtBot, panel: RulesPanel) -> None:
    panel.show_tab("findings")
    long = "rule rest can never fire: what stands before it takes every order it could have (" + "Rain in the old town, " * 9
    panel.set_findings([FindingRow("0", "warning", long, "rest"), FindingRow("1", "note", "short")])
    view = panel.findings_view
    qtbot.waitUntil(lambda: view.rowHeight(0) >= 3 * view.fontMetrics().height())
    assert view.rowHeight(1) == view.verticalHeader().minimumSectionSize()


def test_what_may_be_saved_all_the_same_is_no_error(panel: RulesPanel) -> None:
    panel.select("rest")
    assert panel.form.problem.property("kind") == "warning"


def test_nothing_says_not_tried_where_it_was(panel: RulesPanel) -> None:
    panel.show_tab("trial")
    assert panel._untried.state.isVisible()
    panel.set_trial("There were no orders in that time: choose another", ())
    assert panel.trial_told.isVisible()
    assert not panel._untried.state.isVisible()


def test_what_can_t_be_saved_has_no_button_for_it(panel: RulesPanel) -> None:
    assert not panel.save.isVisible()
    panel.set_state("Not saved yet", changed=True, savable=False)
    assert (panel.save.isVisible(), panel.save.isEnabled()) == (True, False)


def test_shares_are_asked_for_only_while_they_can_be_seen(panel: RulesPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.looked, wait=50):
        panel._look()
    with qtbot.waitSignal(panel.looked):
        panel.show_tab("shares")
    panel.set_shares([ShareRow("1", "Rain", "Old town", "Swift", 30.0, 33.3, 1, -0.4)])
    assert panel.shares.index(0, 6).data() == "−0.4"
