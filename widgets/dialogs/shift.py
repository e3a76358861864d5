"""The shift of one driver, or of many at once: what is left empty stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from core.domain.language import ntr, tr
from core.domain.vehicle import Vehicle
from widgets.common.states import vehicle_name
from widgets.dialogs.ask import AskDialog, form, plain


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """As it was typed; ``None`` is left as it is, an empty text takes away what there was."""

    shift_start: str | None = None
    shift_end: str | None = None
    breaks: str | None = None
    group: str | None = None
    vehicle: str | None = None
    open: bool = False


class ShiftDialog(AskDialog):
    """``planned(ShiftDraft)`` when the button is pressed; whoever hears it closes the dialog, or says what is wrong.

    A field in which nothing is changed stays ``None``. Of several drivers a field is filled where all have the same.
    """

    planned = Signal(object)

    def __init__(self, name: str, count: int, now: ShiftDraft, groups: Iterable[str], parent: QWidget | None = None) -> None:
        question = (
            tr("When does {name} work?", name=name)
            if count == 1
            else ntr("When does {n} driver work?", "When do {n} drivers work?", count)
        )
        super().__init__(question, tr("Save shift") if count == 1 else ntr("Save {n} shift", "Save {n} shifts", count), parent)
        self._before = now
        several = tr("different")
        self.start, self.end = QLineEdit(now.shift_start or ""), QLineEdit(now.shift_end or "")
        self.breaks = QLineEdit(now.breaks or "")
        for field, was, example in (
            (self.start, now.shift_start, "18:00"),
            (self.end, now.shift_end, "23:30"),
            (self.breaks, now.breaks, "20:00-20:30, 22:00-22:15"),
        ):
            field.setPlaceholderText(several if was is None else tr("such as {example}", example=example))
        self.unfixed = QCheckBox(tr("No fixed shift: at work whenever the phone is on"))
        for field in (self.start, self.end, self.breaks):
            self.unfixed.toggled.connect(field.setDisabled)
        self.group = QComboBox()
        self.group.setEditable(True)
        self.group.addItems(sorted(set(groups) - {""}, key=str.casefold))
        self.group.setCurrentText(now.group or "")
        line = self.group.lineEdit()
        if line is not None:
            line.setPlaceholderText(several if now.group is None else tr("none"))
        self.vehicle = QComboBox()
        if now.vehicle is None:
            self.vehicle.addItem(several, "")
        for vehicle in Vehicle:
            self.vehicle.addItem(vehicle_name(vehicle), vehicle.value)
        self.vehicle.setCurrentIndex(max(0, self.vehicle.findData(now.vehicle or "")))
        fields = form()
        fields.addRow(tr("From"), self.start)
        fields.addRow(tr("To"), self.end)
        fields.addRow(tr("Breaks"), self.breaks)
        fields.addRow("", self.unfixed)
        fields.addRow(tr("Group"), self.group)
        fields.addRow(tr("Vehicle"), self.vehicle)
        self.body.addLayout(fields)
        self.body.addWidget(
            plain(tr("A time before the beginning is one of the day after. Nobody is asked into a planned break"), "caption")
        )
        self.resize(420, 320)
        self.start.setFocus()

    def act(self) -> None:
        before = self._before

        def changed(text: str, was: str | None) -> str | None:
            text = text.strip()
            return None if text == (was or "") else text

        vehicle = str(self.vehicle.currentData())
        self.planned.emit(
            ShiftDraft(
                shift_start=changed(self.start.text(), before.shift_start),
                shift_end=changed(self.end.text(), before.shift_end),
                breaks=changed(self.breaks.text(), before.breaks),
                group=changed(self.group.currentText(), before.group),
                vehicle=vehicle if vehicle and vehicle != before.vehicle else None,
                open=self.unfixed.isChecked(),
            )
        )
