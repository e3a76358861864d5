"""Everything that can be reached has a name and a role a screen reader can say, and Tab reaches it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QDialog, QLabel, QLineEdit, QPushButton, QWidget

OF_A_PART_PX = 60
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


def _luminance(widget: QWidget) -> NDArray[np.float64]:
    """Relative luminance of each pixel of the control as it looks now, shape (height, width)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1] / 255
    linear = np.where(flat <= 0.04045, flat / 12.92, ((flat + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _kind(widget: QWidget) -> tuple[str, ...]:
    """Controls of one kind have one rule of the style sheet."""
    checked = getattr(widget, "isChecked", lambda: False)()
    return (type(widget).__name__, str(widget.property("kind")), str(bool(getattr(widget, "isDefault", bool)())), str(checked))


def unseen(top: QWidget, told: set[tuple[str, ...]], until: Any) -> list[str]:
    """Kinds of controls that hardly look different with the focus: at 3 to 1 fewer pixels than half their outline, or that of a
    part of them, such as a tab."""
    found = []
    for widget in list(_controls(top)):
        if not widget.isEnabled() or _kind(widget) in told or type(widget).__name__ == "QWebEngineView":
            continue
        told.add(_kind(widget))
        widget.clearFocus()
        until(lambda w=widget: not w.hasFocus())
        before = _luminance(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        until(widget.hasFocus)
        after = _luminance(widget)
        if before.shape != after.shape:
            continue  # what grows or shrinks is seen
        ratio = (np.maximum(before, after) + 0.05) / (np.minimum(before, after) + 0.05)
        if (ratio >= 3).sum() < min(sum(before.shape) / 2, OF_A_PART_PX):
            found.append(" ".join(_kind(widget)))
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whoever_goes_by_tab_sees_where_they_are(rig: Any, theme: str) -> None:
    rig.order()
    rig.action(f"view.{theme}").trigger()
    told: set[tuple[str, ...]] = set()
    found = {}
    try:
        for name, dock in rig.window.docks.items():
            before = dock.toggleViewAction().isChecked()
            rig.window.open_dock(name)
            rig.until(dock.widget().isVisible)
            rig.window.activateWindow()
            rig.until(rig.window.isActiveWindow)
            rig.rest()
            found[name] = unseen(dock.widget(), told, rig.until)
            dock.setVisible(before)
        for action in ASKING:
            rig.action(action).trigger()
            dialog = rig.dialog(QDialog)
            dialog.activateWindow()
            rig.until(dialog.isActiveWindow)
            rig.rest()
            try:
                found[action] = unseen(dialog, told, rig.until)
            finally:
                dialog.reject()
        assert {where: kinds for where, kinds in found.items() if kinds} == {}
        assert len({kind[0] for kind in told}) > 12
    finally:
        rig.action("view.light").trigger()
