"""Every control can be reached and has a name for those who hear the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from widgets.alerts.panel import AlertsPanel
from widgets.dialogs.about import AboutDialog
from widgets.dialogs.assign import AssignDialog
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.first_start import FirstStartDialog
from widgets.dialogs.fleet import FleetDialog
from widgets.dialogs.keys import KeysDialog
from widgets.dialogs.new_order import NewOrderDialog
from widgets.drivers.panel import DriversPanel
from widgets.inspector.panel import InspectorPanel
from widgets.log.panel import LogPanel
from widgets.orders.panel import OrdersPanel
from widgets.settings.dialog import SettingsDialog
from widgets.settings.rows import SettingRow
from widgets.status.bar import StatusPieces
from widgets.status.strip import MessageStrip

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QTableView)


def strip() -> QWidget:
    made = MessageStrip()
    made.show_problem("disk", "The disk is full", "Free some space")
    return made


def status() -> QWidget:
    made = StatusPieces()
    made.set_refused(1)
    made.set_stalest("D-1", "Ana", 3.0)
    made.set_writing(1)
    return made


MAKERS: dict[str, Callable[[], QWidget]] = {
    "orders": OrdersPanel,
    "drivers": DriversPanel,
    "alerts": AlertsPanel,
    "inspector": InspectorPanel,
    "log": LogPanel,
    "status": status,
    "strip": strip,
    "first start": FirstStartDialog,
    "fleet": FleetDialog,
    "assign": lambda: AssignDialog(["1"], []),
    "new order": lambda: NewOrderDialog([]),
    "keys": lambda: KeysDialog([("a", "b", "c")]),
    "confirm": lambda: ConfirmDialog("Why?", "Because", "Do it"),
    "settings": lambda: SettingsDialog([SettingRow(key="a.b", section="A", meaning="How", text="1")], lambda key, text: ""),
    "about": lambda: AboutDialog([("a", "b")]),
}


@pytest.mark.parametrize("which", MAKERS)
def test_every_control_has_a_name(qtbot: QtBot, which: str) -> None:
    widget = MAKERS[which]()
    qtbot.addWidget(widget)
    controls = [w for kind in CONTROLS for w in widget.findChildren(kind) if not w.objectName().startswith("qt_")]
    inner = {w for c in controls if isinstance(c, QComboBox | QAbstractSpinBox) for w in c.findChildren(QWidget)}
    for line in widget.findChildren(QLineEdit):
        # The button that empties a field belongs to it.
        inner.update(line.findChildren(QAbstractButton))
    for table in widget.findChildren(QTableView):
        inner.update(table.findChildren(QAbstractButton))
    named = [c for c in controls if c not in inner]
    assert named or which == "inspector"
    for control in named:
        text = control.text() if isinstance(control, QAbstractButton) else ""
        if not text and control.isHidden():
            continue
        assert control.accessibleName() or text, f"{type(control).__name__} has no name in {which}"


@pytest.mark.parametrize("which", MAKERS)
def test_every_button_that_can_be_clicked_can_be_reached_by_key(qtbot: QtBot, which: str) -> None:
    widget = MAKERS[which]()
    qtbot.addWidget(widget)
    clickable = 0
    for button in widget.findChildren(QAbstractButton):
        leads = button.receivers("2clicked()") or button.receivers("2clicked(bool)") or button.isCheckable()
        if leads and button.objectName() == "" and not isinstance(button.parent(), QLineEdit | QTableView):
            clickable += 1
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{button.text() or button.toolTip()!r} in {which}"
    assert clickable
