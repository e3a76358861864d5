"""Set-up, the last two pages: who drives, and how their phones join."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.domain.causes import cause
from core.domain.driver import App
from core.domain.errors import BadInput
from core.domain.language import mark, said, tr
from core.domain.vehicle import Vehicle
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.lines import Bit, Lines
from widgets.common.states import vehicle_name
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.dialogs.ask import plain
from widgets.dialogs.files import file_dialog
from widgets.dialogs.setup import DriverDraft
from widgets.dialogs.setup_places import SetupPage
from widgets.drivers.table import app_name

CODE_PX = 300

STEPS: dict[App, tuple[str, ...]] = {
    App.OWNTRACKS: (
        mark("Install OwnTracks from the phone's store, open it once, and allow it the location always"),
        mark(
            "From version 2.6.0 (Android) and 26.2.3 (iPhone) on, the app wants configuration links enabled first: "
            "do so in its settings"
        ),
        mark("Point the phone's camera at the code, open the link in OwnTracks and accept the configuration"),
        mark(
            "Within a minute the driver's position is in the drivers table. OwnTracks has no button to accept an offer: "
            "you accept for them"
        ),
    ),
    App.KERBSIDE: (
        mark("Open the driver's app, and allow it the location always"),
        mark("Scan the code there, or type in what stands below it"),
        mark("Go online in the app: within a minute the driver's position is in the drivers table"),
    ),
}


def _columns() -> tuple[Column[DriverDraft], ...]:
    return (
        Column("Driver", lambda r, m: r.id, width=80),
        Column("Name", lambda r, m: r.name, width=0),
        Column("Vehicle", lambda r, m: vehicle_name(r.vehicle), width=90),
        Column("App", lambda r, m: app_name(r.app), width=100),
        Column("Phone", lambda r, m: r.phone, width=130),
    )


class _TypedField(QLineEdit):
    """Keeps Enter to itself, which would turn the page as well."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class DriversPage(SetupPage):
    """``driver_added(DriverDraft)``, ``driver_removed(str)`` and ``csv_chosen(str path)`` are answered by `set_drivers`."""

    title = mark("Drivers")
    driver_added = Signal(object)
    driver_removed = Signal(str)
    csv_chosen = Signal(str)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.name, self.phone = _TypedField(), _TypedField()
        self.vehicle, self.app = QComboBox(), QComboBox()
        for vehicle in Vehicle:
            self.vehicle.addItem(vehicle_name(vehicle), vehicle)
        self.vehicle.setCurrentIndex(list(Vehicle).index(Vehicle.BIKE))
        for app in (App.OWNTRACKS, App.KERBSIDE):
            self.app.addItem(app_name(app), app)
        top = QGridLayout()
        for column, (field, caption, wide) in enumerate(
            (
                (self.name, tr("Name of the driver"), 3),
                (self.vehicle, tr("Vehicle"), 0),
                (self.app, tr("App on the phone"), 0),
                (self.phone, tr("Phone number"), 2),
            )
        ):
            field.setAccessibleName(caption)
            top.addWidget(plain(caption, "caption"), 0, column)
            top.addWidget(field, 1, column)
            top.setColumnStretch(column, wide)
        self.add, self.remove, self.csv = (
            QPushButton(tr("Add driver")),
            QPushButton(tr("Remove driver")),
            QPushButton(tr("Import from CSV…")),
        )
        for button in (self.add, self.remove, self.csv):
            button.setAutoDefault(False)
        self.model: RowsModel[DriverDraft] = RowsModel(_columns())
        self.view = RowsView(self.model, tr("Drivers of the fleet"))
        self._empty = EmptyOver(self.view, EmptyState(tr("No drivers yet"), tr("Type a name above and press Enter")))
        top.setHorizontalSpacing(8)
        top.setVerticalSpacing(4)
        top.addWidget(self.add, 1, 4)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.csv)
        self.csv_columns = plain(tr("Columns id, name, vehicle, app, phone"), "caption")
        below.addWidget(self.csv_columns, 1)
        below.addWidget(self.remove)
        self.body.addLayout(top)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(below)
        self.remove.setEnabled(False)
        self.add.clicked.connect(self.add_typed)
        self.name.returnPressed.connect(self.add_typed)
        self.phone.returnPressed.connect(self.add_typed)
        self.remove.clicked.connect(self._remove)
        self.csv.clicked.connect(self._choose_csv)
        self.view.selection_changed.connect(lambda ids: self.remove.setEnabled(bool(ids)))

    def set_drivers(self, drivers: Sequence[DriverDraft]) -> None:
        """All drivers registered so far, each with an id."""
        self.model.set_rows(drivers)
        self._empty.show_when(not drivers)

    def drivers(self) -> tuple[DriverDraft, ...]:
        return tuple(self.model.rows)

    def enter(self) -> None:
        self.name.setFocus()

    def add_typed(self) -> None:
        name = self.name.text().strip()
        if not name:
            self.refused.emit(tr("Type the driver's name"))
            return
        self.refused.emit("")
        vehicle, app = self.vehicle.currentData(), self.app.currentData()
        self.driver_added.emit(DriverDraft(name=name, vehicle=Vehicle(vehicle), app=App(app), phone=self.phone.text().strip()))
        self.name.clear()
        self.phone.clear()
        self.name.setFocus()

    def leave(self) -> None:
        if not self.model.rows:
            raise BadInput(tr("add at least one driver, or import them from a CSV file"))

    def _remove(self) -> None:
        for driver_id in self.view.selected_ids():
            self.driver_removed.emit(driver_id)

    def _choose_csv(self) -> None:
        dialog = file_dialog(tr("Which file lists the drivers?"), tr("CSV files (*.csv);;All files (*)").split(";;"), self)
        dialog.fileSelected.connect(self.csv_chosen)
        dialog.open()


class PhonesPage(SetupPage):
    """``code_requested(str driver id)`` is answered by `set_code`."""

    title = mark("Phones")
    code_requested = Signal(str)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._png = b""
        self.model: RowsModel[DriverDraft] = RowsModel(_columns()[:2])
        self.view = RowsView(self.model, tr("Drivers whose phones are to join"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.view.setFixedWidth(200)
        self.who, self.code, self.steps = QLabel(), QLabel(), Lines(tr("What to do on the phone"))
        self.who.setProperty("kind", "strong")
        self.code.setFixedSize(CODE_PX, CODE_PX)
        self.code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # White in the dark theme too: cameras want dark squares on a light ground, with a quiet edge.
        self.code.setStyleSheet("background: white; color: #1B1F27;")
        self.config = QPlainTextEdit()
        self.config.setReadOnly(True)
        self.config.setAccessibleName(tr("Configuration as text"))
        self.config.setTabChangesFocus(True)
        self.copy, self.save = QPushButton(tr("Copy the text")), QPushButton(tr("Save the code…"))
        for button in (self.copy, self.save):
            button.setAutoDefault(False)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.code)
        buttons.addWidget(self.save)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self.steps)
        words.addWidget(self.config, 1)
        words.addWidget(plain(tr("Code and text hold the driver's password: show them to nobody else."), "caption"))
        inner = QHBoxLayout()
        inner.setSpacing(16)
        inner.addLayout(buttons)
        inner.addLayout(words, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.who)
        right.addLayout(inner, 1)
        page = QWidget()
        whole = QHBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addWidget(self.view)
        whole.addLayout(right, 1)
        # The code can't be made smaller: on a low screen, or with large letters, it is scrolled.
        area = QScrollArea()
        area.setAccessibleName(tr("What to do on the phone"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        self.body.addWidget(area, 1)
        self.view.selection_changed.connect(self._ask)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.config.toPlainText()))
        self.save.clicked.connect(self._save)

    def set_drivers(self, drivers: Sequence[DriverDraft]) -> None:
        self.model.set_rows(drivers)

    def enter(self) -> None:
        if self.model.shown and not self.view.selected_ids():
            self.view.select_ids([self.model.shown[0].id])
        self.view.setFocus()

    def set_code(self, driver_id: str, png: bytes, config: str) -> None:
        """The driver's code as a PNG file, best with one pixel a module, and the same as text; passed over where another driver
        is chosen now.
        """
        if self.view.selected_ids() != [driver_id]:
            return
        self._png = png
        image = QPixmap()
        if image.loadFromData(png):
            # Whole multiples, unsmoothed: blurred squares are hard to scan. Only what is too large is made smaller.
            times = CODE_PX // max(1, image.width())
            smooth = Qt.TransformationMode.FastTransformation if times else Qt.TransformationMode.SmoothTransformation
            size = times * image.width() or CODE_PX
            self.code.setPixmap(image.scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        else:
            self.code.setText(tr("This code can't be drawn:\nuse the text"))
        self.code.setAccessibleName(tr("Code for {driver_id}", driver_id=driver_id))
        self.config.setPlainText(config)
        self.save.setEnabled(bool(png))
        self.copy.setEnabled(bool(config))

    def _ask(self, ids: list[str]) -> None:
        chosen = next((row for row in self.model.shown if ids and row.id == ids[0]), None)
        self._png = b""
        self.code.clear()
        self.config.clear()
        self.save.setEnabled(False)
        self.copy.setEnabled(False)
        self.who.setText(f"{chosen.id} {chosen.name}, {app_name(chosen.app)}" if chosen else "")
        steps = STEPS[chosen.app] if chosen else ()
        self.steps.set_lines([[(Bit(str(i), "muted"),), (Bit(tr(text)),)] for i, text in enumerate(steps, start=1)])
        if chosen:
            self.code_requested.emit(chosen.id)

    def _save(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            filters = [tr("PNG images (*.png)")]
            dialog = file_dialog(tr("Where shall the code be kept?"), filters, self, save_as=f"{ids[0]}.png")
            dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
            dialog.open()

    def save_to(self, path: Path) -> None:
        try:
            path.write_bytes(self._png)
        except OSError as error:
            self.refused.emit(tr("{path} can't be written ({why}): choose another place", path=path, why=said(cause(error))))
