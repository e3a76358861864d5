"""The audit: who changed what when, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import language, mark, tr
from widgets.audit.rows import AuditQuestion, AuditRow
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import Panel
from widgets.common.search import REST_MS
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.time_field import show_as
from widgets.common.words import Moment
from widgets.dialogs.ask import inset, plain

SPANS: dict[str, tuple[str, float]] = {
    "any": (mark("At any time"), 0.0),
    "hour": (mark("The last hour"), 3600.0),
    "day": (mark("The last 24 hours"), 24 * 3600.0),
    "week": (mark("The last 7 days"), 7 * 24 * 3600.0),
    "between": (mark("Between…"), 0.0),
}
"""Label, and how many seconds back."""


def columns() -> tuple[Column[AuditRow], ...]:
    return (
        Column("When", lambda r, m: r.when, tip=lambda r, m: r.when, width=124, narrow=114),
        Column("Who", lambda r, m: r.who, tip=lambda r, m: r.who, width=120, narrow=96),
        Column("What", lambda r, m: r.what, width=176, narrow=136, least=110, wrap=True),
        Column("Thing", lambda r, m: r.thing, tip=lambda r, m: r.thing, width=180, narrow=100, wrap=True),
        Column("Before → after", lambda r, m: r.change, tip=lambda r, m: "\n".join(r.lines), width=0, least=110),
    )


class AuditPanel(Panel):
    """``asked(AuditQuestion)`` when a filter has changed; ``older_wanted`` and ``export_wanted`` by their buttons."""

    asked = Signal(object)
    older_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moment = Moment()
        self.model: RowsModel[AuditRow] = RowsModel(columns())
        self.view = RowsView(self.model, tr("Changes, the newest first"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.group, self.span = QComboBox(), QComboBox()
        self.group.setAccessibleName(tr("Kind of change"))
        self.span.setAccessibleName(tr("Time"))
        for key, (label, _) in SPANS.items():
            self.span.addItem(tr(label), key)
        self.who, self.thing = QLineEdit(), QLineEdit()
        for field, hint, name in (
            (self.who, tr("Who"), tr("Part of the name of who did it")),
            (self.thing, tr("Number, such as D-17"), tr("Number of an order, a driver or another thing")),
        ):
            field.setPlaceholderText(hint)
            field.setAccessibleName(name)
            field.setClearButtonEnabled(True)
        self.who.setFixedWidth(110)
        self.thing.setFixedWidth(170)
        self.since, self.until = self._time(tr("From")), self._time(tr("Until"))
        self.older, self.export = QPushButton(tr("Older")), QPushButton(tr("Export…"))
        self.told = QLabel()
        self.told.setProperty("kind", "caption")
        self.told.setMinimumHeight(28)
        bar = flowing(self.group, self.who, self.thing, self.span, self.since, self.until, self.older, self.export, self.told)
        self.detail = plain()
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.detail.setMargin(8)
        area = QScrollArea()
        area.setAccessibleName(tr("Before → after"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.detail)
        self._area = area
        self._empty = EmptyOver(
            self.view,
            EmptyState(
                tr("Nothing was changed"), tr("Every change of areas, rules, orders and all else is kept and stands here")
            ),
        )
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.view)
        split.addWidget(area)
        split.setStretchFactor(0, 1)
        split.setSizes([440, 180])
        area.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(bar)
        layout.addLayout(row)
        layout.addWidget(split, 1)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS * 2)
        self._rest.timeout.connect(self._ask)
        self.group.currentIndexChanged.connect(lambda _: self._ask())
        self.span.currentIndexChanged.connect(lambda _: self._turn())
        for field in (self.who, self.thing):
            field.textChanged.connect(lambda _: self._rest.start())
        for edit in (self.since, self.until):
            edit.dateTimeChanged.connect(lambda _: self._rest.start())
        self.older.clicked.connect(self.older_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.view.selection_changed.connect(self._selected)
        self.view.context_requested.connect(self.context_requested)
        self._show_times()

    def _time(self, name: str) -> QDateTimeEdit:
        field = QDateTimeEdit()
        field.setLocale(QLocale(language()))
        inset(field)
        show_as(field, tr("d MMM HH:mm"))
        field.setAccessibleName(name)
        field.setMinimumWidth(120)
        return field

    # What is asked

    def set_groups(self, groups: Sequence[tuple[str, str]], chosen: str) -> None:
        """Ids and labels of the kinds that may be filtered by."""
        self.group.blockSignals(True)
        self.group.clear()
        for key, label in groups:
            self.group.addItem(label, key)
        self.group.setCurrentIndex(self.group.findData(chosen))
        self.group.blockSignals(False)

    def question(self) -> AuditQuestion:
        span = str(self.span.currentData())
        since: float | None = None
        until: float | None = None
        if span == "between":
            since, until = self._epoch(self.since), self._epoch(self.until)
        elif SPANS[span][1]:
            since = self.moment.now - SPANS[span][1]
        return AuditQuestion(
            str(self.group.currentData() or ""), self.who.text().strip(), self.thing.text().strip(), since, until
        )

    def _epoch(self, field: QDateTimeEdit) -> float:
        local = datetime.fromisoformat(field.dateTime().toString(Qt.DateFormat.ISODate)[:19])
        return local.replace(tzinfo=self.moment.zone).timestamp()

    def _turn(self) -> None:
        if self.span.currentData() == "between":
            for field, at in ((self.since, self.moment.now - 24 * 3600), (self.until, self.moment.now)):
                local = datetime.fromtimestamp(at, self.moment.zone).replace(microsecond=0, tzinfo=None)
                field.blockSignals(True)
                field.setDateTime(QDateTime.fromString(local.isoformat(), Qt.DateFormat.ISODate))
                field.blockSignals(False)
        self._show_times()
        self._ask()

    def _show_times(self) -> None:
        for field in (self.since, self.until):
            field.setVisible(self.span.currentData() == "between")

    def _ask(self) -> None:
        self._rest.stop()
        self.asked.emit(self.question())

    # What is told

    def set_moment(self, moment: Moment) -> None:
        self.moment = moment

    def set_rows(self, rows: Iterable[AuditRow], told: str, more: bool, bad: bool = False) -> None:
        """The newest first; ``more``: there are older ones."""
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.shown)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.told.setProperty("kind", "error" if bad else "caption")
        self.told.style().polish(self.told)
        self.older.setEnabled(more)
        self._selected(self.view.selected_ids())

    def _selected(self, ids: list[str]) -> None:
        row = next((row for row in self.model.shown if row.id in ids), None)
        self._area.setVisible(row is not None)
        if row is not None:
            head = tr("{what}, {when}, by {who}", what=row.what, when=row.when, who=row.who)
            self.detail.setText("\n".join((head, row.thing, "", *row.lines, *([row.reason] if row.reason else []))))
