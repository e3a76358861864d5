"""Everything that can be reached has a name and a role a screen reader can say, and Tab reaches it."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QDialog, QLabel, QLineEdit, QPushButton, QWidget

ASKING = ("order.new", "driver.new", "file.settings", "help.keys", "help.about", "file.http", "file.fleet")


def _controls(top: QWidget) -> Iterator[QWidget]:
    """What can have the focus; not the parts that Qt makes other controls of."""
    for widget in top.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QAbstractScrollArea)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not inner:
            yield widget


def _said(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return face.text(QAccessible.Text.Name) if face is not None else ""


def _buddies(top: QWidget) -> set[QWidget]:
    return {label.buddy() for label in top.findChildren(QLabel) if label.buddy() is not None}


def nameless(top: QWidget) -> list[str]:
    labelled = _buddies(top)
    found = []
    for widget in _controls(top):
        part = isinstance(widget, QLineEdit) and widget.parent() is not None and _said(widget.parentWidget())  # of a spin box
        if not _said(widget) and widget not in labelled and not part:
            chain = " in ".join(type(w).__name__ for w in (widget, widget.parentWidget()) if w is not None)
            found.append(f"{chain} {widget.objectName()}")
    return found


def roleless(top: QWidget) -> list[str]:
    bad = []
    for widget in _controls(top):
        face = QAccessible.queryAccessibleInterface(widget)
        if face is None or face.role() == QAccessible.Role.NoRole:
            bad.append(type(widget).__name__)
    return bad


def unreached(top: QWidget) -> list[str]:
    """Controls that the chain of Tab leaves out."""
    controls = list(_controls(top))
    if not controls:
        return []
    reached, at = {controls[0]}, controls[0].nextInFocusChain()
    while at is not controls[0]:
        reached.add(at)
        at = at.nextInFocusChain()
    return [type(w).__name__ for w in controls if w not in reached]


def test_every_control_of_every_panel_has_a_name_a_role_and_its_turn(rig: Any) -> None:
    rig.order()
    for name, dock in rig.window.docks.items():
        before = dock.toggleViewAction().isChecked()
        rig.window.open_dock(name)
        rig.until(dock.widget().isVisible)
        rig.rest()
        assert (name, nameless(dock.widget())) == (name, [])
        assert (name, roleless(dock.widget())) == (name, [])
        assert (name, unreached(dock.widget())) == (name, [])
        dock.setVisible(before)
    assert nameless(rig.window.statusBar()) == []


@pytest.mark.parametrize("action", ASKING)
def test_every_control_of_a_dialog_has_a_name_a_role_and_its_turn(rig: Any, action: str) -> None:
    rig.action(action).trigger()
    dialog = rig.dialog(QDialog)
    rig.rest()
    try:
        assert nameless(dialog) == []
        assert roleless(dialog) == []
        assert unreached(dialog) == []
        assert dialog.windowTitle()
    finally:
        dialog.reject()


FIELDS = ("order.new", "driver.new", "file.settings", "help.keys", "file.http")


@pytest.mark.parametrize("action", FIELDS)
def test_a_dialog_begins_at_its_first_field_and_tab_ends_at_its_buttons(rig: Any, action: str) -> None:
    rig.action(action).trigger()
    dialog = rig.dialog(QDialog)
    rig.until(lambda: not getattr(dialog, "_waiting", None))  # the fields of the settings come a few at a time
    try:
        dialog.activateWindow()
        rig.until(lambda: dialog.isActiveWindow() and dialog.focusWidget() is not None)
        first = dialog.focusWidget()
        assert not isinstance(first, QPushButton)
        rest = [w for w in _controls(dialog) if w not in (first, dialog.cancel, dialog.action) and w.parent() is not first]
        top = first.mapTo(dialog, QPoint()).y()
        assert all(w.mapTo(dialog, w.rect().bottomLeft()).y() > top for w in rest)  # none stands wholly above it
        dialog.action.setFocus()
        QTest.keyClick(dialog.action, Qt.Key.Key_Tab)  # round again
        assert dialog.focusWidget() not in (dialog.action, dialog.cancel, getattr(dialog, "back", None))
        dialog.action.setFocus()
        for button in (getattr(dialog, "back", None), dialog.cancel):  # from right to left
            if button is not None and button.isVisible():
                QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Backtab)
                assert dialog.focusWidget() is button
    finally:
        dialog.reject()
