"""A new order, typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from core.domain.errors import BadInput
from core.domain.geo import LatLon, checked_place
from core.domain.language import sentence, tr
from widgets.dialogs.ask import AskDialog, form, inset


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """``dropoff`` is ``None`` where only an address was given: it has to be found. ``due_in_min`` counts from now."""

    merchant_id: str
    address: str
    dropoff: LatLon | None
    customer: str
    note: str
    due_in_min: int
    weight_kg: float


def read_place(text: str) -> LatLon | None:
    """``59.913, 10.752`` as a place; ``None`` for an empty text, BadInput for what is no place."""
    if not text.strip():
        return None
    parts = text.replace(";", ",").replace(",", " ").split()
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        raise BadInput(tr("write the place as latitude and longitude, like 59.913, 10.752")) from None
    return checked_place(lat, lon)


class NewOrderDialog(AskDialog):
    """``placed(NewOrder)`` leaves the dialog open: whoever takes it calls `accept`, or `show_problem` with what to mend.

    ``pick_requested`` asks for a place on the map (answered by `set_place`), ``address_typed(str)`` for addresses that fit
    (answered by `set_addresses`).
    """

    placed = Signal(object)
    pick_requested = Signal()
    address_typed = Signal(str)

    def __init__(self, merchants: Sequence[tuple[str, str]], promise_min: int = 40, parent: QWidget | None = None) -> None:
        """``merchants`` are (id, name)."""
        super().__init__(tr("What is to be delivered?"), tr("Place order"), parent)
        self.merchant = QComboBox()
        self.merchant.setEditable(True)
        self.merchant.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for merchant_id, name in merchants:
            self.merchant.addItem(name, merchant_id)
        self.merchant.setCurrentIndex(-1)
        completer = QCompleter(self.merchant.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.merchant.setCompleter(completer)
        self.address, self.place = QLineEdit(), QLineEdit()
        self._addresses = QStringListModel(self)
        known = QCompleter(self._addresses, self)
        known.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.address.setCompleter(known)
        self.address.textEdited.connect(self.address_typed)
        self.place.setPlaceholderText("59.913, 10.752")
        self.pick = QPushButton(tr("Pick on the map"))
        self.pick.setAutoDefault(False)
        self.pick.clicked.connect(self.pick_requested)
        self.customer, self.note = QLineEdit(), QLineEdit()
        self.due, self.weight = QSpinBox(), QDoubleSpinBox()
        for number in (self.due, self.weight):
            inset(number)
        self.due.setRange(5, 1440)
        self.due.setPrefix(tr("in") + " ")
        self.due.setSuffix(" min")
        self.due.setValue(promise_min)
        self.weight.setRange(0.1, 1000.0)
        self.weight.setDecimals(1)
        self.weight.setSuffix(" kg")
        self.weight.setValue(1.0)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self.place, 1)
        where.addWidget(self.pick)
        fields = form()
        fields.addRow(tr("&Merchant"), self.merchant)
        fields.addRow(tr("&Address"), self.address)
        place = QLabel(tr("&Place"))
        place.setBuddy(self.place)
        fields.addRow(place, where)
        fields.addRow(tr("&Customer"), self.customer)
        fields.addRow(tr("&Note"), self.note)
        fields.addRow(tr("&Due"), self.due)
        fields.addRow(tr("&Weight"), self.weight)
        names = {
            self.merchant: tr("Merchant"),
            self.address: tr("Address"),
            self.place: tr("Place as latitude and longitude"),
            self.customer: tr("Customer"),
            self.note: tr("Note for the driver"),
            self.due: tr("Due in minutes"),
            self.weight: tr("Weight in kilograms"),
        }
        for widget, name in names.items():
            widget.setAccessibleName(name)
        self.body.addLayout(fields)
        self.setMinimumWidth(440)

    def set_place(self, place: LatLon, address: str = "") -> None:
        """A place was picked on the map; ``address`` replaces what is typed where it is known."""
        self.place.setText(f"{place.lat:.6f}, {place.lon:.6f}")
        if address:
            self.address.setText(address)

    def set_addresses(self, addresses: Sequence[str]) -> None:
        self._addresses.setStringList(list(addresses))

    def act(self) -> None:
        try:
            order = self.read()
        except BadInput as error:
            self.show_problem(sentence(error))
            return
        self.show_problem("")
        self.placed.emit(order)

    def read(self) -> NewOrder:
        """What is typed, or BadInput with what is missing."""
        typed = self.merchant.currentText().strip()
        at = self.merchant.findText(typed, Qt.MatchFlag.MatchFixedString)
        if not typed or at < 0:
            if not self.merchant.count():
                raise BadInput(
                    tr("there is no merchant yet: add one under Manage, Merchants, or import a list with File, Import")
                )
            which = tr("there is no merchant {typed!r}: ", typed=typed) if typed else ""
            raise BadInput(tr("{which}choose the merchant from the list", which=which))
        dropoff = read_place(self.place.text())
        address = self.address.text().strip()
        if dropoff is None and not address:
            raise BadInput(tr("say where it goes: an address, or a place"))
        return NewOrder(
            merchant_id=str(self.merchant.itemData(at)),
            address=address,
            dropoff=dropoff,
            customer=self.customer.text().strip(),
            note=self.note.text().strip(),
            due_in_min=self.due.value(),
            weight_kg=self.weight.value(),
        )
