"""Rules in the whole console: made in the form, checked, tried out, saved, undone; read back from the database."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.commands import CancelOrder, RemoveProvider, SaveProvider, SaveRules
from core.domain.provider import INTERNAL, Provider, ProviderKind
from core.domain.rules import Rule
from widgets.conditions.form import WordRow
from widgets.dialogs.confirm import ConfirmDialog
from widgets.rules.action import Shares

Rig = Any  # tests/gui/app/conftest.py
SWIFT = Provider("swift", "Swift Couriers", ProviderKind.WEBHOOK, "http://127.0.0.1:9/orders", enabled=False)


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.engine.execute(SaveProvider(provider=SWIFT))
    rig.action("rule.open").trigger()
    panel = rig.window.managed["rules"]
    rig.until(panel.isVisible)
    yield panel
    rig.deeds.editors.rules._end()
    rig.engine.execute(SaveRules(rules=()))
    rig.engine.execute(RemoveProvider(provider_id="swift"))
    rig.window.docks["rules"].hide()


def on_disk(rig: Rig) -> tuple[Rule, ...]:
    rig.engine.store.flush()
    rules: tuple[Rule, ...] = rig.engine.store.load().world.ruleset.rules
    return rules


def checked(rig: Rig) -> None:
    rules = rig.deeds.editors.rules
    rig.until(lambda: rules._checked == rules.rules and rules._aside._thread._work_queue.empty())
    rig.rest()


def test_a_rule_made_in_the_form_is_saved_and_undone(rig: Rig, panel: Any) -> None:
    rig.action("rule.add").trigger()
    rule = panel.rule()
    assert rule.then == {"provider": INTERNAL}
    panel.form.name.setText("Heavy goods")
    panel.form.name.editingFinished.emit()
    panel.form.when.add_test.click()
    row = panel.form.when.parts[0]
    assert isinstance(row, WordRow)
    row.word.setCurrentIndex(row.word.findData("weight_kg"))
    row.argument.sides[0][1].setValue(12)
    panel.form.then.word.setCurrentIndex(panel.form.then.word.findData("split"))
    shares = panel.form.then.argument
    assert isinstance(shares, Shares)
    shares.lines[INTERNAL][1].setValue(70)
    shares.lines["swift"][0].setChecked(True)
    shares.lines["swift"][1].setValue(30)
    assert on_disk(rig) == ()
    assert panel.model.shown[0].when == "weight ≥ 12 kg"
    assert panel.model.shown[0].then == "Own fleet 70 %, Swift Couriers 30 %"
    checked(rig)
    rig.action("rule.save").trigger()
    (saved,) = on_disk(rig)
    assert (saved.name, saved.when) == ("Heavy goods", {"weight_kg": {"at_least": 12}})
    assert saved.then == {"split": {INTERNAL: 70, "swift": 30}}
    assert rig.deeds.history.undo_text == "Save the rules"
    rig.action("edit.undo").trigger()
    assert on_disk(rig) == ()
    rig.action("edit.redo").trigger()
    assert on_disk(rig) == (saved,)


def test_the_order_is_changed_by_keys_and_rules_are_switched_off(rig: Rig, panel: Any) -> None:
    first = Rule("a", {"weight_kg": {"above": 5}}, {"provider": INTERNAL}, name="First", priority=10)
    second = Rule("b", {}, {"provider": INTERNAL}, name="Second")
    rig.engine.execute(SaveRules(rules=(first, second)))
    rig.until(lambda: [row.id for row in panel.model.shown] == ["a", "b"])
    panel.select("b")
    panel.view.step(-1)
    assert [row.id for row in panel.model.shown] == ["b", "a"]
    panel.toggled.emit("a")
    rules = rig.deeds.editors.rules
    assert [(r.id, r.priority, r.enabled) for r in rules.in_order()] == [("b", 10, True), ("a", 10, False)]
    rig.action("edit.undo").trigger()
    rig.action("edit.undo").trigger()
    assert not rules.changed
    rig.action("edit.redo").trigger()
    checked(rig)
    rig.action("rule.save").trigger()
    assert [(r.id, r.priority) for r in on_disk(rig)] == [("b", 10), ("a", 10)]


def test_what_is_wrong_is_shown_at_the_rule_and_keeps_it_from_being_saved(rig: Rig, panel: Any) -> None:
    rules = rig.deeds.editors.rules
    rig.action("rule.add").trigger()
    rule = panel.rule()
    rules.edit(Rule(rule.id, {"area": ["nowhere-land"]}, {"provider": "nobody"}, name="Wrong"))
    rig.until(lambda: panel.model.shown[0].bad)
    assert "no area nowhere-land" in panel.form.problem.text()
    assert not rig.action("rule.save").isEnabled()
    rules.edit(Rule(rule.id, {}, {"provider": "swift"}, name="Right"))
    rig.until(lambda: not panel.model.shown[0].bad)
    assert "switched off" in panel.form.problem.text()
    assert panel.save.isEnabled()
    rig.action("rule.discard").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: not rules.changed)
    assert panel.model.shown == []


def test_rules_are_tried_on_orders_there_were_before_they_are_saved(rig: Rig, panel: Any) -> None:
    heavy = rig.order(weight_kg=20.0)
    light = rig.order(weight_kg=1.0)
    rig.engine.store.flush()
    rules = rig.deeds.editors.rules
    rig.action("rule.add").trigger()
    rules.edit(Rule(panel.rule().id, {"weight_kg": {"above": 10}}, {"refuse": True}, name="Too heavy"))
    rules.try_out("today")
    assert not panel.try_button.isEnabled()
    rig.until(lambda: panel.trial.shown)
    told = {row.name: row.would - row.was for row in panel.trial.shown}
    assert told == {"Own fleet": -1, "Refused": 1}
    assert "1 of" in panel.trial_told.text()
    assert panel.try_button.isEnabled()
    assert on_disk(rig) == ()
    rules.try_out("yesterday")
    rig.until(lambda: "no orders" in panel.trial_told.text())
    for order_id in (heavy, light):
        rig.engine.execute(CancelOrder(order_id=order_id))


def test_somebody_else_s_rules_are_not_overwritten_unasked(rig: Rig, panel: Any) -> None:
    rules = rig.deeds.editors.rules
    rig.action("rule.add").trigger()
    other = Rule("other", {}, {"provider": INTERNAL}, name="Other")
    rig.engine.execute(SaveRules(rules=(other,), actor="key:shop"))
    checked(rig)
    rig.action("rule.save").trigger()
    question = rig.dialog(ConfirmDialog)
    assert on_disk(rig) == (other,)
    question.accept()
    rig.until(lambda: not rules.changed)
    assert [r.id for r in on_disk(rig)] == ["rule-1"]


def test_shares_held_stand_beside_those_asked(rig: Rig, panel: Any) -> None:
    rig.engine.execute(SaveRules(rules=(Rule("s", {}, {"split": {INTERNAL: 1}}, name="All ours"),)))
    order = rig.order()
    panel.show_tab("shares")
    rig.until(lambda: panel.shares.shown)
    (row,) = panel.shares.shown
    assert (row.rule, row.area, row.provider) == ("All ours", "outside all areas", "Own fleet")
    assert (row.asked_pct, row.held_pct, row.orders, row.off) == (100.0, 100.0, 1, 0.0)
    panel.show_tab("form")
    rig.engine.execute(CancelOrder(order_id=order))


def test_the_weather_of_the_day_is_told_and_undone(rig: Rig, panel: Any) -> None:
    today = rig.deeds.editors.rules._today()
    panel.weather_told.emit("rain")
    rig.engine.store.flush()
    assert rig.engine.store.load().world.weather == {today: "rain"}
    assert panel.weather.currentText() == "Today: rain"
    rig.action("edit.undo").trigger()
    rig.until(lambda: panel.weather.currentText() == "Weather: not told")
    assert rig.engine.world.weather[today] == ""


def test_a_window_with_unsaved_rules_asks_before_it_closes(rig: Rig, panel: Any) -> None:
    assert rig.window.may_close()
    rig.action("rule.add").trigger()
    rig.action("file.quit").trigger()
    question = rig.dialog(ConfirmDialog)
    assert "Close without saving the rules" in question.heading.text()
    question.reject()
    assert rig.window.isVisible()
    rig.deeds.editors.rules._end()
    assert rig.window.may_close()
