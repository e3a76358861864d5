"""Who is where now: a shape drawn on the map, filters, and the drivers found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.driver import Activity
from core.domain.language import mark, tr
from core.domain.vehicle import Vehicle
from widgets.common.chips import Chips
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.ground import lay_ground
from widgets.common.icons import icon
from widgets.common.states import ACTIVITY, vehicle_name
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment, freshness
from widgets.dialogs.ask import inset
from widgets.drivers.table import RANK, natural

SHAPES = {
    "circle": (mark("Circle"), "circle"),
    "rectangle": (mark("Rectangle"), "rectangle"),
    "outline": (mark("Outline"), "polygon"),
    "reach": (mark("Reachable"), "path"),
}
"""Label and icon of what can be searched."""

NOTHING_YET = (mark("Who is where?"), mark("Choose a shape above and draw it on the map, or right-click a place on the map"))
NOBODY = (
    mark("Nobody is there now"),
    mark("Draw a larger shape, or let more states and vehicles through. The list goes on looking"),
)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """``away_m`` is the distance from the middle of what was searched, in metres; ``fix_at`` epoch seconds."""

    id: str
    name: str
    activity: Activity
    vehicle: Vehicle
    away_m: float
    fix_at: float


def metres(value: float) -> str:
    return f"{round(value)} m" if value < 1000 else tr("{value:.1f} km", value=value / 1000)


COLUMNS: tuple[Column[FoundRow], ...] = (
    Column("Driver", lambda r, m: r.id, sort=lambda r: natural(r.id), width=72),
    Column("Name", lambda r, m: r.name, sort=lambda r: r.name.casefold(), width=0),
    Column(
        "Activity",
        lambda r, m: ACTIVITY[r.activity].label,
        sort=lambda r: RANK[r.activity],
        token=lambda r, m: ACTIVITY[r.activity].token,
        icon=lambda r, m: ACTIVITY[r.activity].icon,
        width=132,
        narrow=114,
    ),
    Column("Vehicle", lambda r, m: vehicle_name(r.vehicle), sort=lambda r: r.vehicle.value, width=70),
    Column("Away", lambda r, m: metres(r.away_m), sort=lambda r: r.away_m, right=True, width=62),
    Column("Last seen", lambda r, m: freshness(m.now - r.fix_at), sort=lambda r: -r.fix_at, right=True, timed=True, width=72),
)


class FindPanel(QWidget):
    """``shape_chosen(str)`` one of `SHAPES`, empty when none is to be drawn any more; ``asked_anew`` when a number or a
    filter has changed; ``cleared`` when the search is over; ``selection_changed(list[str])``, ``activated(str)``,
    ``context_requested(list[str], QPoint)`` as of a table.
    """

    shape_chosen = Signal(str)
    asked_anew = Signal()
    cleared = Signal()
    selection_changed = Signal(list)
    activated = Signal(str)
    context_requested = Signal(list, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self.model = RowsModel(COLUMNS)
        self.view = RowsView(self.model, tr("Drivers found"))
        self.view.sort_at_first(4)
        self.view.selection_changed.connect(self.selection_changed)
        self.view.row_activated.connect(self.activated)
        self.view.context_requested.connect(self.context_requested)
        self._empty = EmptyOver(self.view, EmptyState(tr(NOTHING_YET[0]), tr(NOTHING_YET[1])))
        self._shapes = QButtonGroup(self)
        self._shapes.setExclusive(False)
        self._buttons: dict[str, QToolButton] = {}
        self.clear_button = QPushButton(tr("Clear"))
        self.clear_button.setEnabled(False)
        self.clear_button.clicked.connect(self.cleared)
        shapes = [self._button(key, tr(label), icon_name) for key, (label, icon_name) in SHAPES.items()]
        self.radius = self._number(tr("Radius"), 50, 50_000, 1000, 100, " m")
        self.minutes = self._number(tr("Minutes"), 1, 60, 10, 1, " min")
        self.vehicle = QComboBox()
        self.vehicle.setAccessibleName(tr("Vehicle that has to reach"))
        for vehicle in Vehicle:
            self.vehicle.addItem(tr("by {vehicle}", vehicle=vehicle_name(vehicle)), vehicle.value)
        self.vehicle.setCurrentIndex(list(Vehicle).index(Vehicle.SCOOTER))
        self.vehicle.currentIndexChanged.connect(lambda _: self.asked_anew.emit())
        self._numbers = {"circle": (self.radius,), "reach": (self.minutes, self.vehicle)}
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.hide()
        for widget in (self.radius, self.minutes, self.vehicle):
            widget.hide()
        self.states = Chips(tr("Only drivers who are"), counts=False)
        for activity in _AT_WORK:
            look = ACTIVITY[activity]
            self.states.add(activity.value, look.label, look.icon, look.token)
        self.vehicles = Chips(tr("Only drivers with"), counts=False)
        for vehicle, icon_name in _VEHICLE_ICONS.items():
            self.vehicles.add(vehicle.value, vehicle_name(vehicle), icon_name, "muted")
        for chips in (self.states, self.vehicles):
            chips.chosen_changed.connect(lambda _: self.asked_anew.emit())
        top = QVBoxLayout()
        top.setContentsMargins(8, 8, 8, 8)
        top.setSpacing(8)
        top.addWidget(flowing(*shapes, self.clear_button, gap=4))
        # A layout of hidden things alone would let nothing beside it be wide.
        top.addWidget(flowing(self.radius, self.minutes, self.vehicle))
        top.addWidget(self.told)
        for chips in (self.states, self.vehicles):
            top.addWidget(chips)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)

    def _button(self, key: str, label: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "button")
        button.setCheckable(True)
        button.setText(label)
        button.setIcon(icon(icon_name, "muted"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda on: self.choose_shape(key if on else ""))
        self._buttons[key] = button
        return button

    def _number(self, name: str, low: int, high: int, value: int, step: int, unit: str) -> QSpinBox:
        box = QSpinBox()
        box.setAccessibleName(name)
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setValue(value)
        box.setSuffix(unit)
        inset(box)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda _: self.asked_anew.emit())
        return box

    # What is asked

    def choose_shape(self, shape: str) -> None:
        """As if its button were pressed."""
        self.show_shape(shape, drawing=True)
        self.shape_chosen.emit(shape)

    def show_shape(self, shape: str, drawing: bool) -> None:
        """Mark what is being drawn, and show the numbers that go with what is searched."""
        for key, button in self._buttons.items():
            button.setChecked(drawing and key == shape)
        for key, widgets in self._numbers.items():
            for widget in widgets:
                widget.setVisible(key == shape)

    def chosen_activities(self) -> frozenset[Activity] | None:
        """Those let through; ``None`` for all."""
        return frozenset(map(Activity, self.states.chosen())) or None

    def chosen_vehicles(self) -> frozenset[Vehicle] | None:
        return frozenset(map(Vehicle, self.vehicles.chosen())) or None

    def reach(self) -> tuple[Vehicle, float]:
        """By what, and within how many minutes."""
        return Vehicle(self.vehicle.currentData()), float(self.minutes.value())

    # What is told

    def set_rows(self, rows: Iterable[FoundRow], told: str) -> None:
        """Those found, and in words what was searched and how many there are. Both empty: nothing is being searched."""
        self.model.set_rows(rows)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.clear_button.setEnabled(bool(told))
        self._empty.state.set_text(*map(tr, NOBODY if told else NOTHING_YET))
        self._empty.show_when(not self.model.shown)

    def set_moment(self, moment: Moment) -> None:
        self.model.set_moment(moment)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def select(self, ids: Sequence[str]) -> None:
        self.view.select_ids(ids)


_AT_WORK = (Activity.FREE, Activity.OFFERED, Activity.TO_PICKUP, Activity.WAITING, Activity.CARRYING)
_VEHICLE_ICONS = {
    Vehicle.WALK: "person-simple-walk",
    Vehicle.BIKE: "bicycle",
    Vehicle.SCOOTER: "lightning",
    Vehicle.CAR: "car",
}
