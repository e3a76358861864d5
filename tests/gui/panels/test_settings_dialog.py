"""The settings window by itself: built, searched, typed into, told what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from widgets.settings.dialog import SettingsDialog
from widgets.settings.rows import SettingRow

ROWS = (
    SettingRow(
        key="a.pace", section="Alpha", meaning="How often it runs", text="10", usual="10", unit="s", limits="1 to 300 s"
    ),
    SettingRow(
        key="a.theme", section="Alpha", meaning="Colours", text="dark", usual="light", choices=("light", "dark"), changed=True
    ),
    SettingRow(key="b.tiles", section="Beta", meaning="Fetch tiles", on=False, usual="off", live=False),
)


def check(key: str, text: str) -> str:
    return "" if text.isdigit() else "Wants 1 to 300 s"


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(ROWS, check)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: len(made.fields) == len(ROWS))
    return made


def shown(dialog: SettingsDialog) -> list[str]:
    return [key for key, field in dialog.fields.items() if field.isVisibleTo(dialog)]


def test_each_setting_has_the_field_of_its_kind_and_says_what_matters(dialog: SettingsDialog) -> None:
    kinds = {key: type(field.editor) for key, field in dialog.fields.items()}
    assert kinds == {"a.pace": QLineEdit, "a.theme": QComboBox, "b.tiles": QCheckBox}
    captions = {key: field.caption.text() for key, field in dialog.fields.items()}
    assert captions["a.pace"] == "a.pace · 1 to 300 s"
    assert captions["a.theme"] == "a.theme · changed, usually light"
    assert captions["b.tiles"] == "b.tiles · takes effect at the next start"
    assert [field.back.isVisibleTo(dialog) for field in dialog.fields.values()] == [False, True, False]


@pytest.mark.parametrize(("typed", "found"), [("runs s", ["a.pace"]), ("alpha", ["a.pace", "a.theme"]), ("nothing", [])])
def test_what_is_searched_for_is_found_by_name_meaning_unit_and_section(
    qtbot: QtBot, dialog: SettingsDialog, typed: str, found: list[str]
) -> None:
    dialog.search.setText(typed)
    qtbot.waitUntil(lambda: shown(dialog) == found)
    assert dialog._empty.isVisibleTo(dialog) is not bool(found)
    dialog.grab()  # what is shown has its room
    assert dialog._empty._title.isVisibleTo(dialog) is not bool(found)
    dialog.search.clear()
    assert len(shown(dialog)) == len(ROWS)


def test_only_what_was_changed(dialog: SettingsDialog) -> None:
    dialog.only_changed.click()
    assert shown(dialog) == ["a.theme"]
    dialog.show_rows([replace(row, changed=False) for row in ROWS])
    assert shown(dialog) == []
    assert not dialog.all_back.isEnabled()


def test_what_is_wrong_is_told_beside_the_field_and_not_handed_on(qtbot: QtBot, dialog: SettingsDialog) -> None:
    given: list[tuple[str, object]] = []
    dialog.given.connect(lambda key, value: given.append((key, value)))
    field = dialog.fields["a.pace"]
    assert isinstance(field.editor, QLineEdit)
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, "often")
    assert field.problem.isVisibleTo(dialog)
    assert field.wrong() == field.editor.accessibleDescription() == "Wants 1 to 300 s"
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert given == []
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, "12")
    assert field.wrong() == ""
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert given == [("a.pace", "12")]
    assert dialog.isVisible()  # Enter belongs to the field


def test_a_switch_and_a_choice_are_handed_on_at_once_and_a_reset_asked_for(qtbot: QtBot, dialog: SettingsDialog) -> None:
    given: list[tuple[str, object]] = []
    dialog.given.connect(lambda key, value: given.append((key, value)))
    switch = dialog.fields["b.tiles"].editor
    assert isinstance(switch, QCheckBox)
    switch.click()
    box = dialog.fields["a.theme"].editor
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert given == [("b.tiles", True), ("a.theme", "light")]
    with qtbot.waitSignal(dialog.reset) as asked:
        dialog.fields["a.theme"].back.click()
    assert asked.args == ["a.theme"]


def test_what_is_told_anew_is_shown_without_being_handed_on(dialog: SettingsDialog) -> None:
    given: list[object] = []
    dialog.given.connect(lambda key, value: given.append(value))
    dialog.show_rows([replace(ROWS[0], text="30", changed=True), ROWS[1], replace(ROWS[2], on=True)])
    editor, switch = dialog.fields["a.pace"].editor, dialog.fields["b.tiles"].editor
    assert isinstance(editor, QLineEdit)
    assert isinstance(switch, QCheckBox)
    assert (editor.text(), switch.isChecked(), given) == ("30", True, [])


def test_sections_lead_to_their_headings(dialog: SettingsDialog) -> None:
    dialog.resize(900, 260)
    dialog.sections.setCurrentRow(1)
    assert dialog.area.verticalScrollBar().value() > 0


def test_profiles_are_listed_worn_and_deleted(qtbot: QtBot, dialog: SettingsDialog) -> None:
    dialog.set_profiles(["Friday", "Rain"], "Rain")
    menu = dialog.profiles.menu()
    actions = {action.text(): action for action in menu.actions()}
    assert dialog.profiles.text() == "Profile: Rain"
    assert (actions["Friday"].isChecked(), actions["Rain"].isChecked()) == (False, True)
    with qtbot.waitSignal(dialog.profile_wanted) as wanted:
        actions["Friday"].trigger()
    assert wanted.args == ["Friday"]
    below = actions["Delete a profile"].menu()
    with qtbot.waitSignal(dialog.profile_removed) as removed:
        below.actions()[1].trigger()  # type: ignore[attr-defined]
    assert removed.args == ["Rain"]


def test_a_start_is_offered_only_where_one_is_needed(dialog: SettingsDialog) -> None:
    assert not dialog.restart.isVisibleTo(dialog)
    dialog.show_later(True)
    assert dialog.restart.isVisibleTo(dialog)


def test_a_section_comes_to_the_top_however_soon_it_is_chosen(qtbot: QtBot) -> None:
    long = "What this means takes many more words than there is room for in a line of the page, and breaks into several"
    rows = [SettingRow(key=f"{s}.{n}", section=s, meaning=long, text="1", usual="1") for s in "abcdef" for n in range(12)]
    made = SettingsDialog(rows, check)
    qtbot.addWidget(made)
    made.show()
    made.sections.setCurrentRow(3)
    qtbot.wait(50)
    assert made.area.verticalScrollBar().value() == made._headings["d"].y() - 8


def test_the_list_of_sections_goes_along_with_what_is_read(qtbot: QtBot) -> None:
    rows = [SettingRow(key=f"{s}.{n}", section=s, meaning="Something", text="1", usual="1") for s in "abcdef" for n in range(6)]
    made = SettingsDialog(rows, check)
    qtbot.addWidget(made)
    made.show()
    made.go_to("f")
    qtbot.wait(50)
    assert made.sections.currentItem().text() == "f"  # which can't come to the top
    bar = made.area.verticalScrollBar()
    for section in ("d", "b", "a"):
        bar.setValue(made._headings[section].y())
        assert made.sections.currentItem().text() == section
