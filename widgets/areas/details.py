"""What is said about an area beside its shape: its name, who may drive there, whether it is watched."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from core.domain.language import tr
from core.domain.vehicle import Vehicle
from widgets.areas.rows import AreaDraft
from widgets.common.states import vehicle_name
from widgets.dialogs.ask import AskDialog, form, inset, plain


class AreaDialog(AskDialog):
    """``saved(AreaDraft)`` comes when the button is pressed; whoever hears it closes the dialog or shows a problem."""

    saved = Signal(object)

    def __init__(self, question: str, action: str, draft: AreaDraft, parent: QWidget | None = None) -> None:
        super().__init__(question, action, parent)
        self.name = QLineEdit(draft.name)
        self.name.setPlaceholderText(tr("For example Old town"))
        self.name.setAccessibleName(tr("Name"))
        self.priority = QSpinBox()
        self.priority.setRange(-10_000, 10_000)
        self.priority.setValue(draft.priority)
        self.priority.setAccessibleName(tr("Priority"))
        inset(self.priority)
        self.watched = QCheckBox(tr("Tell when drivers come and go"))
        self.watched.setChecked(draft.watched)
        self.vehicles = {vehicle: QCheckBox(vehicle_name(vehicle)) for vehicle in Vehicle}
        admitted = QHBoxLayout()
        admitted.setSpacing(12)
        for vehicle, box in self.vehicles.items():
            box.setChecked(not draft.vehicles or vehicle in draft.vehicles)
            admitted.addWidget(box)
        admitted.addStretch(1)
        fields = form()
        fields.addRow(tr("Name"), self.name)
        fields.addRow(tr("Vehicles"), admitted)
        fields.addRow("", plain(tr("Only these may pick up or deliver there"), "caption"))
        fields.addRow(tr("Watched"), self.watched)
        fields.addRow(tr("Priority"), self.priority)
        fields.addRow("", plain(tr("Where areas overlap, the highest counts"), "caption"))
        self.body.addLayout(fields)
        self.setMinimumWidth(420)

    def act(self) -> None:
        name = self.name.text().strip()
        chosen = frozenset(vehicle for vehicle, box in self.vehicles.items() if box.isChecked())
        if not name:
            self.show_problem(tr("Give the area a name"), self.name)
        elif not chosen:
            self.show_problem(tr("Admit one vehicle at least"), next(iter(self.vehicles.values())))
        else:
            self.show_problem("")
            everyone = len(chosen) == len(self.vehicles)
            draft = AreaDraft(
                name=name,
                priority=self.priority.value(),
                vehicles=frozenset() if everyone else chosen,
                watched=self.watched.isChecked(),
            )
            self.saved.emit(draft)
