"""A merchant: where it is, what it sells, how long it takes, and whose drivers bring it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import tr
from core.domain.merchant import Merchant, OwnDrivers
from widgets.dialogs.ask import AskDialog, form, inset, plain
from widgets.dialogs.new_order import read_place
from widgets.merchants.panel import OWN

NOWHERE = LatLon(0.0, 0.0)


class MerchantDialog(AskDialog):
    """``saved(Merchant, str)`` with what was typed for its place where that is no pair of numbers; ``pick_wanted`` asks for a
    place on the map, answered by `set_place`. ``area`` is the name of the area it lies in."""

    saved = Signal(object, str)
    pick_wanted = Signal()

    def __init__(self, merchant: Merchant, new: bool, area: str, fence_m: float, parent: QWidget | None = None) -> None:
        question = tr("Who is the new merchant?") if new else tr("What is to be known about {name}?", name=merchant.name)
        super().__init__(question, tr("Add merchant") if new else tr("Save"), parent)
        self._merchant, self._new = merchant, new
        self.name, self.place, self.kind, self.goods = QLineEdit(merchant.name), QLineEdit(), QLineEdit(), QLineEdit()
        self.tag, self.fleet = QLineEdit(), QLineEdit(merchant.fleet)
        self.name.setPlaceholderText(tr("For example Trattoria Rosa"))
        self.place.setPlaceholderText(tr("A street, or 45.0312, 9.2011"))
        self.kind.setText(merchant.kind)
        self.goods.setText(merchant.goods)
        self.fleet.setPlaceholderText(tr("none: anybody brings its orders"))
        self.pick = QPushButton(tr("Pick on the map"))
        self.pick.setAutoDefault(False)
        self.pick.clicked.connect(self.pick_wanted)
        self.prep = _number(0, 1440, merchant.prep_min, " min")
        self.fenced, self.fence = (
            QCheckBox(tr("within a distance of its own")),
            _number(1, 5000, merchant.fence_m or fence_m, " m"),
        )
        self.fenced.setChecked(merchant.fence_m is not None)
        self.fence.setEnabled(self.fenced.isChecked())
        self.fenced.toggled.connect(self.fence.setEnabled)
        self.own, self.share = QComboBox(), _number(0, 100, merchant.share_km, " km")
        for how, label in OWN.items():
            self.own.addItem(tr(label), how)
        self.own.setCurrentIndex(self.own.findData(merchant.own_drivers))
        for widget, label in (
            (self.name, tr("Name")),
            (self.place, tr("Place")),
            (self.kind, tr("Kind of shop")),
            (self.goods, tr("Goods")),
            (self.prep, tr("Usual preparation time")),
            (self.fence, tr("Distance that counts as at the shop")),
            (self.fleet, tr("Group of its own drivers")),
            (self.own, tr("Who brings its orders")),
            (self.share, tr("Shops nearby, within")),
            (self.tag, tr("Tag")),
        ):
            widget.setAccessibleName(label)
        if not new:
            self.set_place(merchant.place)
        self._lay_out(area)
        self.fleet.textChanged.connect(lambda _: self._turn())
        self.own.currentIndexChanged.connect(lambda _: self._turn())
        self._turn()
        self.setMinimumWidth(480)

    def _lay_out(self, area: str) -> None:
        self._fields = fields = form()
        fields.addRow(tr("Name"), self.name)
        fields.addRow(tr("Place"), _row(self.place, self.pick))
        fields.addRow(tr("Kind of shop"), self.kind)
        fields.addRow(tr("Goods"), self.goods)
        fields.addRow(tr("Preparation"), self.prep)
        fields.addRow(tr("At the shop"), _row(self.fenced, self.fence))
        fields.addRow(tr("Own drivers"), self.fleet)
        self._whose = _row(self.own, self.share)
        fields.addRow("", self._whose)
        if area:
            fields.addRow(tr("Area"), plain(tr("{area}, by where it lies", area=area)))
        else:
            self.tag.setText(self._merchant.area_id or "")
            self.tag.setPlaceholderText(tr("none; areas on the map tag it by themselves"))
            fields.addRow(tr("Area tag"), self.tag)
        self.body.addLayout(fields)

    def _turn(self) -> None:
        """Whose drivers come first is asked where it has drivers of its own."""
        self._fields.setRowVisible(self._whose, bool(self.fleet.text().strip()))
        self.share.setVisible(self.own.isVisibleTo(self) and self.own.currentData() == OwnDrivers.SHARED)

    def set_place(self, place: LatLon) -> None:
        self.place.setText(f"{place.lat:.6f}, {place.lon:.6f}")

    def act(self) -> None:
        self.show_problem("")
        typed, place = self.place.text().strip(), self._merchant.place
        name = self.name.text().strip()
        if not name:
            self.show_problem(tr("Give the merchant a name"), self.name)
            return
        if not typed:
            self.show_problem(tr("Say where it is: pick it on the map, or type a street or latitude and longitude"), self.place)
            return
        try:
            # As it was written here it is less exact than it is known: only what was changed is read.
            if self._new or typed != f"{place.lat:.6f}, {place.lon:.6f}":
                place = read_place(typed) or place
            unknown = ""
        except BadInput:
            unknown = typed
        tag = self.tag.text().strip() if self.tag.isVisibleTo(self) else self._merchant.area_id
        merchant = replace(
            self._merchant,
            name=name,
            place=place,
            kind=self.kind.text().strip() or "restaurant",
            goods=self.goods.text().strip().lower() or "food",
            prep_min=self.prep.value(),
            fence_m=self.fence.value() if self.fenced.isChecked() else None,
            fleet=self.fleet.text().strip(),
            own_drivers=OwnDrivers(self.own.currentData()),
            share_km=self.share.value(),
            area_id=tag or None,
        )
        self.saved.emit(merchant, unknown)


def _number(low: float, high: float, value: float, unit: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(1)
    box.setValue(value)
    box.setSuffix(unit)
    inset(box)
    return box


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for n, widget in enumerate(widgets):
        row.addWidget(widget, 0 if n else 1)
    return row
