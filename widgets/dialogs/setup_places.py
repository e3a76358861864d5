"""Set-up, the first two pages: which map, which broker."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.domain.errors import BadInput
from core.domain.language import mark, sentence, tr
from widgets.dialogs.ask import form, inset, plain
from widgets.dialogs.files import file_dialog
from widgets.dialogs.setup import BrokerChoice


class SetupPage(QWidget):
    """A page of the set-up. `leave` hands on what was chosen, or raises BadInput with what is missing."""

    title = ""

    def __init__(self) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)

    def enter(self) -> None:
        """The page is about to be seen."""

    def leave(self) -> None:
        """The user goes on."""


class MapPage(SetupPage):
    """``import_requested(str path)`` is answered by `set_progress` and at last `set_report` or `set_failed`."""

    title = mark("Map")
    import_requested = Signal(str)
    import_cancelled = Signal()
    great_circle_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._ready = self._busy = False
        self.with_map = QRadioButton(tr("Streets of my city, from an OpenStreetMap extract"))
        self.without = QRadioButton(tr("No map: straight lines and a usual detour"))
        self.with_map.setChecked(True)
        self.choose = QPushButton(tr("Choose a file…"))
        self.stop = QPushButton(tr("Stop the import"))
        self.bar, self.said = QProgressBar(), plain()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName(tr("Progress of the import"))
        self.said.setAccessibleName(tr("Report of the import"))
        for button in (self.choose, self.stop):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.choose)
        row.addWidget(self.stop)
        row.addStretch(1)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 0, 0, 8)
        inner.setSpacing(8)
        inner.addWidget(
            plain(
                tr(
                    "Travel times and routes follow the roads, and the map shows them with no network. Extracts "
                    "(.osm.pbf) are free at download.geofabrik.de and extract.bbbike.org: "
                    "take one that is little larger than where you deliver."
                )
            )
        )
        inner.addLayout(row)
        inner.addWidget(self.bar)
        inner.addWidget(self.said)
        lower = QVBoxLayout()
        lower.setContentsMargins(24, 0, 0, 0)
        lower.addWidget(plain(tr("Good enough to begin with. A map can be imported at any time, by File, Import.")))
        for widget in (self.with_map, inner, self.without, lower):
            if isinstance(widget, QVBoxLayout):
                self.body.addLayout(widget)
            else:
                self.body.addWidget(widget)
        self.body.addStretch(1)
        self.choose.clicked.connect(self._choose)
        self.stop.clicked.connect(self.import_cancelled)
        self.with_map.toggled.connect(lambda on: self.choose.setEnabled(on and not self._busy))
        self._show_busy(False)
        self.bar.hide()
        self._say("", "")

    def _choose(self) -> None:
        filters = tr("OpenStreetMap extracts (*.osm.pbf *.pbf *.osm);;All files (*)").split(";;")
        dialog = file_dialog(tr("Which extract?"), filters, self)
        dialog.fileSelected.connect(self.start)
        dialog.open()

    def start(self, path: str) -> None:
        """Ask for the import of this file."""
        self._ready = False
        self._show_busy(True)
        self.set_progress(0.0, tr("Reading the file"))
        self.import_requested.emit(path)

    def set_progress(self, share: float, text: str) -> None:
        """``share`` from 0 to 1."""
        self.bar.show()
        self.bar.setValue(round(share * 1000))
        self._say(text, "")

    def set_report(self, text: str) -> None:
        """It is done; ``text`` says what was found."""
        self._ready = True
        self._show_busy(False)
        self.bar.setValue(1000)
        self._say(text, "")

    def set_failed(self, text: str) -> None:
        """It could not be done; ``text`` says why, and what to do."""
        self._show_busy(False)
        self.bar.hide()
        self._say(text, "error")

    def leave(self) -> None:
        if self.without.isChecked():
            self.great_circle_chosen.emit()
        elif self._busy:
            raise BadInput(tr("the map is still being imported: wait for it, or stop it"))
        elif not self._ready:
            raise BadInput(tr("choose the file of your city, or go on without a map"))

    def _show_busy(self, busy: bool) -> None:
        self._busy = busy
        self.stop.setVisible(busy)
        self.choose.setEnabled(not busy)
        self.without.setEnabled(not busy)

    def _say(self, text: str, kind: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        if self.said.property("kind") != kind:
            self.said.setProperty("kind", kind)
            self.said.style().polish(self.said)


class BrokerPage(SetupPage):
    """``broker_chosen(BrokerChoice)`` as the user goes on; ``test_requested(BrokerChoice)`` is answered by `set_result`."""

    title = mark("Broker")
    broker_chosen = Signal(object)
    test_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.body.addWidget(plain(tr("Phones send their positions to a message broker, and get their offers from it.")))
        self.embedded = QRadioButton(tr("The one inside this program, at this computer's address"))
        self.external = QRadioButton(tr("One that runs elsewhere"))
        self.embedded.setChecked(True)
        self.host, self.port = QComboBox(), QSpinBox()
        self.host.setEditable(True)
        inset(self.port)
        self.port.setRange(1, 65535)
        self.port.setValue(1883)
        self.port.setGroupSeparatorShown(False)
        self.url, self.user, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("mqtts://broker.example.org:8883")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.test = QPushButton(tr("Test the connection"))
        self.test.setAutoDefault(False)
        self.said = plain()
        self.inside, self.outside = QWidget(), QWidget()
        fields = form()
        fields.setContentsMargins(24, 0, 0, 0)
        fields.addRow(tr("&Address"), self.host)
        fields.addRow(tr("P&ort"), self.port)
        fields.addRow(
            plain(tr("Phones reach it in the same network, or from outside where your router passes the port on."), "caption")
        )
        self.inside.setLayout(fields)
        fields = form()
        fields.setContentsMargins(24, 0, 0, 0)
        fields.addRow(tr("&Address"), self.url)
        fields.addRow(tr("&User"), self.user)
        fields.addRow(tr("&Password"), self.password)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.test)
        row.addWidget(self.said, 1)
        fields.addRow(row)
        self.outside.setLayout(fields)
        for widget, name in (
            (self.host, tr("Address of this computer")),
            (self.port, tr("Port")),
            (self.url, tr("Address of the broker")),
            (self.user, tr("User at the broker")),
            (self.password, tr("Password at the broker")),
        ):
            widget.setAccessibleName(name)
        for field in (self.host, self.port, self.url, self.user, self.password):
            caption = (self.inside if field in (self.host, self.port) else self.outside).layout()
            assert isinstance(caption, QFormLayout)
            caption.labelForField(field).setMinimumWidth(72)
        for part in (self.embedded, self.inside, self.external, self.outside):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.embedded.toggled.connect(self._show_parts)
        self.test.clicked.connect(self._test)
        self._show_parts()

    def set_addresses(self, addresses: Sequence[str], port: int = 1883) -> None:
        """The addresses this computer has, the likeliest first."""
        self.host.clear()
        self.host.addItems(list(addresses))
        self.port.setValue(port)

    def set_result(self, good: bool, text: str) -> None:
        self.said.setText(text)
        self.said.setProperty("kind", "" if good else "error")
        self.said.style().polish(self.said)

    def choice(self) -> BrokerChoice:
        """What is chosen, or BadInput with what is missing."""
        if self.embedded.isChecked():
            host = self.host.currentText().strip()
            if not host:
                raise BadInput(tr("say at which address phones reach this computer"))
            return BrokerChoice(embedded=True, host=host, port=self.port.value())
        url = self.url.text().strip()
        if not url.startswith(("mqtt://", "mqtts://")):
            raise BadInput(tr("a broker's address begins with mqtt:// or mqtts://"))
        return BrokerChoice(embedded=False, url=url, user=self.user.text().strip(), password=self.password.text())

    def leave(self) -> None:
        self.broker_chosen.emit(self.choice())

    def _test(self) -> None:
        try:
            choice = self.choice()
        except BadInput as error:
            self.set_result(False, sentence(error))
            return
        self.set_result(True, tr("Trying…"))
        self.test_requested.emit(choice)

    def _show_parts(self) -> None:
        inside = self.embedded.isChecked()
        self.inside.setEnabled(inside)
        self.outside.setEnabled(not inside)
