"""Where drivers were: one driver's way with its stops, everyone at a moment, who was near a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.geo import LatLon
from core.domain.language import language, mark, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.ground import lay_ground
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.time_field import show_as
from widgets.common.words import Moment, duration, freshness
from widgets.dialogs.ask import inset
from widgets.drivers.table import natural
from widgets.find.panel import metres

SPAN_S = 3600.0
_FORMAT = mark("d MMM HH:mm:ss")


@dataclass(frozen=True, slots=True)
class PastRow:
    """A stop (``id`` is its number) or a driver; ``away_m`` is how near a driver came. Times in epoch seconds."""

    id: str
    name: str
    since: float
    until: float
    place: LatLon
    away_m: float = 0.0


_DRIVER: Column[PastRow] = Column("Driver", lambda r, m: r.id, sort=lambda r: natural(r.id), width=72)
_NAME: Column[PastRow] = Column("Name", lambda r, m: r.name, sort=lambda r: r.name.casefold(), width=0)
_FROM: Column[PastRow] = Column("From", lambda r, m: m.clock(r.since, seconds=True), sort=lambda r: r.since, width=82)
_TO: Column[PastRow] = Column("To", lambda r, m: m.clock(r.until, seconds=True), sort=lambda r: r.until, width=82)
_STAYED: Column[PastRow] = Column(
    "Stayed", lambda r, m: duration(r.until - r.since), sort=lambda r: r.until - r.since, right=True, width=70
)


@dataclass(frozen=True, slots=True)
class Question:
    label: str
    act: str
    columns: tuple[Column[PastRow], ...]
    needs: frozenset[str]
    hint: str
    nothing: str


QUESTIONS: dict[str, Question] = {
    "track": Question(
        "A driver's way",
        "Show the way",
        (
            Column("Stop", lambda r, m: r.id, sort=lambda r: natural(r.id), width=44),
            Column("Place", lambda r, m: r.name, sort=lambda r: r.name.casefold(), width=0),
            _FROM,
            _TO,
            _STAYED,
        ),
        frozenset({"driver", "since", "until"}),
        "Type a driver's number or name, or select one, then press Show the way",
        "No stop of two minutes or longer in this time",
    ),
    "moment": Question(
        "Everyone at a time",
        "Show everyone",
        (
            _DRIVER,
            _NAME,
            Column("Last seen", lambda r, m: m.clock(r.since, seconds=True), sort=lambda r: r.since, width=76),
            Column("Before", lambda r, m: freshness(r.until - r.since), sort=lambda r: r.until - r.since, right=True, width=66),
        ),
        frozenset({"until"}),
        "Set the time, then press Show everyone",
        "Nobody reported in the five minutes before that time",
    ),
    "near": Question(
        "Who was near a place",
        "Pick the place",
        (
            _DRIVER,
            _NAME,
            _FROM,
            _TO,
            Column("Nearest", lambda r, m: metres(r.away_m), sort=lambda r: r.away_m, right=True, width=70),
        ),
        frozenset({"since", "until", "radius"}),
        "Set the times, press Pick the place, and click on the map",
        "Nobody was within that distance in this time",
    ),
}


class HistoryPanel(QWidget):
    """``asked(str)`` a key of `QUESTIONS`, when its button is pressed; ``cleared``; ``chosen(str)`` the id of a row;
    ``activated(str)``; ``export_asked``."""

    asked = Signal(str)
    cleared = Signal()
    chosen = Signal(str)
    activated = Signal(str)
    export_asked = Signal()
    context_requested = Signal(list, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self.moment = Moment()
        self.what = QComboBox()
        self.what.setAccessibleName(tr("Question"))
        self.driver = QLineEdit()
        self.driver.setPlaceholderText(tr("Driver, D-17 or a name"))
        self.driver.setAccessibleName(tr("Driver"))
        self.driver.setMinimumWidth(190)
        self.since, self.until = self._time(tr("From")), self._time(tr("Until"))
        self.radius = QSpinBox()
        self.radius.setRange(10, 20_000)
        self.radius.setSingleStep(50)
        self.radius.setValue(200)
        self.radius.setPrefix(tr("within") + " ")
        self.radius.setSuffix(" m")
        self.radius.setAccessibleName(tr("Within metres"))
        self.act = QPushButton()
        self.act.setProperty("kind", "primary")
        self._until_word = QLabel(tr("to"))
        times = QWidget()
        between = QHBoxLayout(times)
        between.setContentsMargins(0, 0, 0, 0)
        between.setSpacing(8)
        for part in (self.since, self._until_word, self.until):
            between.addWidget(part)
        form = flowing(self.what, self.driver, times, self.radius, self.act)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.export = QPushButton(tr("Export…"))
        self.clear_button = QPushButton(tr("Clear"))
        self.pages = QStackedWidget()
        self.views: dict[str, RowsView[PastRow]] = {}
        self._empties: dict[str, EmptyOver] = {}
        for key, question in QUESTIONS.items():
            self.what.addItem(tr(question.label), key)
            self.pages.addWidget(self._table(key, question))
        top = QVBoxLayout()
        top.setContentsMargins(8, 8, 8, 8)
        top.setSpacing(8)
        top.addWidget(form)
        # A layout of hidden things alone would let nothing beside it be wide.
        top.addWidget(self.told)
        top.addWidget(flowing(self.export, self.clear_button))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.pages, 1)
        self.what.currentIndexChanged.connect(lambda _: self._turn())
        self.act.clicked.connect(lambda: self.asked.emit(self.question()))
        self.driver.returnPressed.connect(lambda: self.asked.emit(self.question()))
        self.clear_button.clicked.connect(self.cleared)
        self.export.clicked.connect(self.export_asked)
        self._turn()
        self.show_answer("")

    def _time(self, name: str) -> QDateTimeEdit:
        field = QDateTimeEdit()
        show_as(field, tr(_FORMAT))
        field.setAccessibleName(name)
        field.setMinimumWidth(150)
        field.setLocale(QLocale(language()))  # months by their names
        inset(field)
        return field

    def _table(self, key: str, question: Question) -> RowsView[PastRow]:
        model: RowsModel[PastRow] = RowsModel(question.columns)
        view = self.views[key] = RowsView(model, tr(question.label))
        view.sort_at_first(0)
        view.selection_changed.connect(lambda ids: self.chosen.emit(ids[0]) if ids else None)
        view.row_activated.connect(self.activated)
        if key != "track":
            view.context_requested.connect(self.context_requested)
        self._empties[key] = EmptyOver(view, EmptyState(tr(question.label), tr(question.hint)))
        return view

    def _turn(self) -> None:
        """Show what the question needs, and nothing else."""
        question = QUESTIONS[self.question()]
        fields = {"driver": self.driver, "since": self.since, "until": self.until, "radius": self.radius}
        for name, field in fields.items():
            field.setVisible(name in question.needs)
        self._until_word.setVisible({"since", "until"} <= question.needs)
        self.act.setText(tr(question.act))
        self.pages.setCurrentWidget(self.views[self.question()])
        self.cleared.emit()

    # What is asked

    def question(self) -> str:
        return str(self.what.currentData())

    def ask(self, question: str) -> None:
        """Turn to a question, its times as they are."""
        self.what.setCurrentIndex(list(QUESTIONS).index(question))

    def span(self) -> tuple[float, float]:
        """From and to, in epoch seconds."""
        return self._epoch(self.since), self._epoch(self.until)

    def set_span(self, since: float, until: float) -> None:
        for field, at in ((self.since, since), (self.until, until)):
            local = datetime.fromtimestamp(at, self.moment.zone).replace(microsecond=0, tzinfo=None)
            field.setDateTime(QDateTime.fromString(local.isoformat(), Qt.DateFormat.ISODate))

    def _epoch(self, field: QDateTimeEdit) -> float:
        local = datetime.fromisoformat(field.dateTime().toString(Qt.DateFormat.ISODate)[:19])
        return local.replace(tzinfo=self.moment.zone).timestamp()

    # What is told

    def set_moment(self, moment: Moment) -> None:
        self.moment = moment
        for view in self.views.values():
            model = view.model()
            assert isinstance(model, RowsModel)
            model.set_moment(moment)

    def show_answer(self, told: str, rows: Iterable[PastRow] = (), exports: bool = False, bad: bool = False) -> None:
        """Rows of the question that is shown, and in words what they are; ``told`` empty where nothing is asked."""
        question, key = QUESTIONS[self.question()], self.question()
        for other, view in self.views.items():
            model = view.model()
            assert isinstance(model, RowsModel)
            model.set_rows(rows if other == key else ())
            if other == key:
                empty = self._empties[key]
                answered = bool(told) and not bad
                empty.state.set_text(tr(question.label), tr(question.nothing if answered else question.hint))
                empty.show_when(not model.shown)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.told.setProperty("kind", "error" if bad else "")
        self.told.style().polish(self.told)
        self.export.setVisible(exports)
        self.clear_button.setVisible(bool(told))

    def set_row_px(self, px: int) -> None:
        for view in self.views.values():
            view.set_row_px(px)
