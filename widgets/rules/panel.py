"""The rules by which orders go to providers: in the order in which they are asked, with what is wrong, tried out, and held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import mark, ntr, number, tr
from core.domain.rules import Rule
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import stacked
from widgets.common.reorder import OrderedModel, OrderedView
from widgets.common.setup_panel import SetupPanel, Tool
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import MINUS
from widgets.conditions.words import Choice, WordForm
from widgets.rules.form import RuleForm
from widgets.rules.rows import FindingRow, RuleRow, ShareRow, TrialRow

SPANS = {"yesterday": mark("Yesterday's orders"), "day": mark("The last 24 hours"), "today": mark("Today's orders")}
_LEVEL = {"error": ("warning-octagon", "late"), "warning": ("warning", "offered"), "note": ("info", "muted")}


def columns() -> tuple[Column[RuleRow], ...]:
    def icon_of(row: RuleRow) -> str:
        if row.wrong:
            return "warning-octagon" if row.bad else "warning"
        return "check" if row.rule.enabled else "pause"

    def token(row: RuleRow) -> str:
        if row.wrong:
            return "late" if row.bad else "offered"
        return "text" if row.rule.enabled else "muted"

    return (
        Column(
            "Rule",
            lambda r, m: r.rule.title if r.rule.enabled else tr("{rule} (off)", rule=r.rule.title),
            token=lambda r, m: token(r),
            icon=lambda r, m: icon_of(r),
            tip=lambda r, m: "\n".join(r.wrong) or r.rule.title,
            width=150,
            wrap=True,
        ),
        Column("When", lambda r, m: r.when, width=0, wrap=True),
        Column("Then", lambda r, m: r.then, width=150, wrap=True),
    )


def finding_columns() -> tuple[Column[FindingRow], ...]:
    return (
        Column(
            "What is to be looked at",
            lambda r, m: r.text[:1].upper() + r.text[1:],
            token=lambda r, m: _LEVEL[r.level][1],
            icon=lambda r, m: _LEVEL[r.level][0],
            width=0,
            wrap=True,
        ),
    )


def _signed(count: int) -> str:
    return f"{'+' if count > 0 else MINUS if count else ''}{number(abs(count))}"


def trial_columns() -> tuple[Column[TrialRow], ...]:
    return (
        Column("Provider", lambda r, m: r.name, sort=lambda r: r.name.casefold(), width=0),
        Column("Was", lambda r, m: number(r.was), sort=lambda r: r.was, right=True, width=70),
        Column("Would be", lambda r, m: number(r.would), sort=lambda r: r.would, right=True, width=80),
        Column("Change", lambda r, m: _signed(r.would - r.was), sort=lambda r: r.would - r.was, right=True, width=80),
    )


def share_columns() -> tuple[Column[ShareRow], ...]:
    return (
        Column("Rule", lambda r, m: r.rule, sort=lambda r: r.rule.casefold(), width=96),
        Column("Area", lambda r, m: r.area, sort=lambda r: r.area.casefold(), width=84),
        Column("Provider", lambda r, m: r.provider, sort=lambda r: r.provider.casefold(), width=0),
        Column("Target", lambda r, m: f"{number(r.asked_pct, '.1f')} %", sort=lambda r: r.asked_pct, right=True, width=74),
        Column(
            "Reached",
            lambda r, m: f"{number(r.held_pct, '.1f')} %",
            sort=lambda r: r.held_pct,
            right=True,
            width=74,
        ),
        Column("Orders", lambda r, m: number(r.orders), sort=lambda r: r.orders, right=True, width=62),
        Column(
            "Off",
            lambda r, m: number(r.off, "+.1f").replace("-", MINUS),
            sort=lambda r: r.off,
            right=True,
            width=54,
            name=tr("How many orders it is ahead of its share, or behind"),
        ),
    )


class _View(OrderedView[RuleRow]):
    """Space switches the rule on or off."""

    toggled = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            for row_id in self.selected_ids():
                self.toggled.emit(row_id)
        else:
            super().keyPressEvent(event)


class RulesPanel(SetupPanel):
    """``wanted(str)`` the action of a button; ``moved(list[str])`` the order wanted; ``toggled(str)``, ``chosen(str)`` a rule;
    ``edited(Rule)``; ``trial_wanted(str)`` one of `SPANS`; ``looked`` once a second while shares can be seen;
    ``weather_told(str)`` what a person says of today.
    """

    tools = (
        Tool("rule.add", mark("Add"), "plus"),
        Tool("rule.copy", mark("Copy"), "copy", least=1),
        Tool("rule.remove", mark("Remove"), "trash", least=1),
    )

    moved = Signal(list)
    toggled = Signal(str)
    chosen = Signal(str)
    edited = Signal(object)
    trial_wanted = Signal(str)
    looked = Signal()
    weather_told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: OrderedModel[RuleRow] = OrderedModel(columns())
        self.view = _View(self.model, tr("Rules, the first that holds decides"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.save, self.discard = QPushButton(tr("Save rules")), QPushButton(tr("Discard"))
        self.save.setProperty("kind", "primary")
        for button, action in ((self.save, "rule.save"), (self.discard, "rule.discard")):
            button.clicked.connect(lambda _=False, action=action: self.wanted.emit(action))
        self.weather = QComboBox()
        self.weather.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.weather.setAccessibleName(tr("Today's weather, for rules that ask for it"))
        self.weather.setToolTip(tr("Today's weather, for rules that ask for it"))
        self.weather.activated.connect(lambda _: self.weather_told.emit(self.weather.currentData()))
        tools = self.toolbar(self.save, self.discard, self.weather)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setProperty("kind", "caption")
        self._empty = self.offer(
            self.view,
            tr("No rules yet"),
            tr("Every order goes to our own drivers. A rule gives some to a provider: by area, time, weather, load…"),
            tr("Add a rule"),
            "rule.add",
        )
        self.form = RuleForm()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Rules"))
        self.tabs.setDocumentMode(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.form)
        self._pages.addWidget(
            EmptyState(tr("No rule is selected"), tr("Choose one above to see when it holds and what it does"))
        )
        self.tabs.addTab(self._pages, tr("Rule"))
        self.tabs.addTab(self._findings(), tr("To look at"))
        self.tabs.addTab(self._trial(), tr("Try out"))
        self.tabs.addTab(self._shares(), tr("Shares"))
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(stacked((tools, self.told), self.view))
        self.splitter.addWidget(self.tabs)
        self.splitter.setSizes([260, 420])
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._look)
        self._second.start()
        self.tabs.currentChanged.connect(lambda _: self._look())
        self.view.moved.connect(self.moved)
        self.view.toggled.connect(self.toggled)
        self.view.context_requested.connect(self.context_requested)
        self.view.selection_changed.connect(self._selected)
        self.view.row_activated.connect(lambda _: self.show_tab("form"))
        self.form.edited.connect(self.edited)
        self.set_state("", changed=False, savable=False)

    def _findings(self) -> QWidget:
        self.findings: RowsModel[FindingRow] = RowsModel(finding_columns())
        self.findings_view = RowsView(self.findings, tr("What is to be looked at"))
        self.findings_view.row_activated.connect(self._go_to)
        self.findings_view.selection_changed.connect(lambda ids: self._go_to(ids[0]) if ids else None)
        self._fine = EmptyOver(
            self.findings_view,
            EmptyState(tr("Nothing to look at"), tr("No rule contradicts another, each can fire, and every area has one")),
        )
        return self.findings_view

    def _trial(self) -> QWidget:
        self.trial: RowsModel[TrialRow] = RowsModel(trial_columns())
        self.trial_view = RowsView(self.trial, tr("Orders by provider, as they were and would have been"))
        self.trial_view.sort_at_first(2, falling=True)
        self.span, self.try_button, self.trial_told = QComboBox(), QPushButton(tr("Try these rules")), QLabel()
        self.span.setAccessibleName(tr("Which orders"))
        for key, label in SPANS.items():
            self.span.addItem(tr(label), key)
        self.trial_told.setWordWrap(True)
        self.try_button.clicked.connect(lambda: self.trial_wanted.emit(self.span.currentData()))
        self._untried = EmptyOver(
            self.trial_view,
            EmptyState(
                tr("Not tried yet"), tr("See what these rules would have done with orders there were, before you save them")
            ),
        )
        return stacked((flowing(self.span, self.try_button), self.trial_told), self.trial_view)

    def _shares(self) -> QWidget:
        self.shares: RowsModel[ShareRow] = RowsModel(share_columns())
        self.shares_view = RowsView(self.shares, tr("Shares held against those asked"))
        self.shares_view.sort_at_first(0)
        self._unshared = EmptyOver(
            self.shares_view,
            EmptyState(
                tr("No shares yet"), tr("Once a saved rule shares orders out, what each provider has stands here, live")
            ),
        )
        return self.shares_view

    # What is told

    def set_words(self, operators: Sequence[WordForm], actions: Sequence[WordForm], providers: Sequence[Choice]) -> None:
        self.form.set_words(operators, actions, providers)

    def set_rows(self, rows: Iterable[RuleRow]) -> None:
        """In the order in which they are asked."""
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.shown)
        self._show_form()

    def set_state(self, told: str, changed: bool, savable: bool) -> None:
        """What there is to be said of the whole, and whether it has been changed and can be saved."""
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.save.setVisible(changed)
        self.discard.setVisible(changed)
        self.save.setEnabled(savable)

    def set_weather(self, choices: Sequence[Choice], today: str) -> None:
        """What the weather of a day can be, and what was said of today; empty for nothing."""
        if self.weather.count() != len(choices):
            self.weather.clear()
            for key, label in choices:
                self.weather.addItem(label, key)
        self.weather.setCurrentIndex(max(0, self.weather.findData(today)))

    def set_findings(self, rows: Sequence[FindingRow]) -> None:
        self.findings.set_rows(rows)
        self._fine.show_when(not rows)
        self.tabs.setTabText(1, ntr("To look at ({n})", "To look at ({n})", len(rows)) if rows else tr("To look at"))

    def set_trial(self, told: str, rows: Iterable[TrialRow], busy: bool = False, bad: bool = False) -> None:
        self.trial.set_rows(rows)
        self._untried.show_when(not self.trial.shown)
        self._untried.state.setVisible(not self.trial.shown and not told)
        self.try_button.setEnabled(not busy)
        self.trial_told.setText(told)
        self.trial_told.setVisible(bool(told))
        self.trial_told.setProperty("kind", "error" if bad else "")
        self.trial_told.style().polish(self.trial_told)

    def set_shares(self, rows: Iterable[ShareRow]) -> None:
        self.shares.set_rows(rows)
        self._unshared.show_when(not self.shares.shown)

    def select(self, rule_id: str) -> None:
        self.view.select_ids([rule_id] if rule_id else [])

    def selected(self) -> str:
        return next(iter(self.view.selected_ids()), "")

    def show_tab(self, name: str) -> None:
        """``form``, ``findings``, ``trial`` or ``shares``."""
        self.tabs.setCurrentIndex(("form", "findings", "trial", "shares").index(name))

    def rule(self) -> Rule | None:
        return self.form.rule

    # Within

    def _go_to(self, finding_id: str) -> None:
        found = next((row for row in self.findings.shown if row.id == finding_id), None)
        if found is not None and found.rule_id:
            self.select(found.rule_id)

    def _show_form(self) -> None:
        row = next((row for row in self.model.shown if row.id == self.selected()), None)
        self.able(0 if row is None else 1)
        self._pages.setCurrentIndex(0 if row is not None else 1)
        self.form.show_rule(
            row.rule if row is not None else None, row.wrong if row is not None else (), row is not None and row.bad
        )

    def _selected(self, ids: list[str]) -> None:
        self._show_form()
        self.chosen.emit(ids[0] if ids else "")

    def _look(self) -> None:
        if self.isVisible() and self.tabs.currentWidget() is self.shares_view:
            self.looked.emit()
