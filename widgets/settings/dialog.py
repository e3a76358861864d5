"""All settings in one window, made from their declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import tr
from widgets.common.empty import EmptyState
from widgets.common.ground import lay_ground
from widgets.common.search import SearchField
from widgets.dialogs.ask import AskDialog, plain
from widgets.settings.field import SettingField
from widgets.settings.rows import SettingRow

SECTIONS_PX = 192
BUILT_AT_ONCE = 4
EMPTY_PX = 160
"""Fields made in one turn of the loop, so that the window is never held up by a page of them."""


class SettingsDialog(AskDialog):
    """``given(str key, object value)`` and ``reset(str key)`` come as soon as something is changed; nothing waits for a button.

    ``profile_wanted(str)``, ``profile_removed(str)``, ``profile_export_wanted(str)``, ``profile_import_wanted``,
    ``save_profile``, ``import_wanted``, ``export_wanted``, ``reset_all`` and ``restart_wanted`` are the buttons.
    ``check(key, text)`` returns what is wrong with a text.
    """

    given = Signal(str, object)
    reset = Signal(str)
    profile_wanted = Signal(str)
    profile_removed = Signal(str)
    profile_export_wanted = Signal(str)
    profile_import_wanted = Signal()
    save_profile = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    reset_all = Signal()
    restart_wanted = Signal()

    def __init__(self, rows: Sequence[SettingRow], check: Callable[[str, str], str], parent: QWidget | None = None) -> None:
        super().__init__(tr("Settings"), tr("Close"), parent)
        self.cancel.hide()
        self.action.setDefault(False)
        self.action.setAutoDefault(False)
        self._check = check
        self._rows = {row.key: row for row in rows}
        self._waiting = list(rows)
        self.fields: dict[str, SettingField] = {}
        self._headings: dict[str, QLabel] = {}
        self.search = SearchField(tr("Search settings"), tr("Search settings by name, meaning or unit"))
        self.only_changed = QCheckBox(tr("Changed only"))
        self.profiles = QPushButton(tr("Profiles"))
        self._menu = QMenu(self.profiles)
        self.profiles.setMenu(self._menu)
        self.take, self.give, self.all_back = (
            QPushButton(tr("Import…")),
            QPushButton(tr("Export…")),
            QPushButton(tr("Reset all…")),
        )
        self.sections = QListWidget()
        self.sections.setAccessibleName(tr("Sections"))
        self.sections.setFixedWidth(SECTIONS_PX)
        self.sections.addItems(list(dict.fromkeys(row.section for row in rows)))
        self._page = QWidget()
        lay_ground(self._page)
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(8, 0, 12, 8)
        self._column.setSpacing(0)
        self._empty = EmptyState(tr("No setting is called that"), tr("Search for another word"))
        self._empty.setMinimumHeight(EMPTY_PX)  # it has its words only where they have room
        self._empty.hide()
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have the focus, and it goes along
        self.area.setAccessibleName(tr("Settings"))
        self.area.setWidget(self._page)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.told = plain("", "caption")
        self.told.hide()
        self.later = plain(tr("What takes effect at the next start has been changed."))
        self.restart = QPushButton(tr("Start anew now"))
        self._lay_out()
        self._connect()
        self.set_profiles([])
        self._build_some()
        self._building = QTimer(self)
        self._building.timeout.connect(self._build_some)
        self._building.start(0)
        self.search.setFocus()

    def _lay_out(self) -> None:
        bar, middle = QHBoxLayout(), QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.search, 1)
        for widget in (self.only_changed, self.profiles, self.take, self.give, self.all_back):
            bar.addWidget(widget)
        for button in (self.profiles, self.take, self.give, self.all_back, self.restart):
            button.setAutoDefault(False)
        middle.setSpacing(8)
        middle.addWidget(self.sections)
        middle.addWidget(self.area, 1)
        self.body.addLayout(bar)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.told)
        self.row.insertWidget(0, self.later, 1)
        self.row.insertWidget(1, self.restart)
        self.show_later(False)

    def _connect(self) -> None:
        self.search.filter_changed.connect(lambda _: self._filter())
        self.only_changed.toggled.connect(lambda _: self._filter())
        self.sections.currentTextChanged.connect(self.go_to)
        self.area.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.sections.itemClicked.connect(lambda item: self.go_to(item.text()))
        self.take.clicked.connect(self.import_wanted)
        self.give.clicked.connect(self.export_wanted)
        self.all_back.clicked.connect(self.reset_all)
        self.restart.clicked.connect(self.restart_wanted)

    def sizeHint(self) -> QSize:
        return QSize(980, 640)

    def show_rows(self, rows: Sequence[SettingRow]) -> None:
        """The settings as they are now."""
        self._rows = {row.key: row for row in rows}
        self._waiting = [self._rows[row.key] for row in self._waiting]
        for key, field in self.fields.items():
            if field.row != self._rows[key]:
                field.show_row(self._rows[key])
        self.all_back.setEnabled(any(row.changed for row in rows))
        if self.only_changed.isChecked():
            self._filter()

    def set_profiles(self, names: Sequence[str], worn: str = "") -> None:
        """``worn`` is the one whose values all settings have, if there is one."""
        self._menu.clear()
        for name in names:
            action = self._menu.addAction(name)
            action.triggered.connect(partial(self.profile_wanted.emit, name))
            action.setCheckable(True)
            action.setChecked(name == worn)
        if names:
            self._menu.addSeparator()
        self._menu.addAction(tr("Save settings, boards and layout as a profile…"), self.save_profile.emit)
        self._menu.addAction(tr("Import a profile…"), self.profile_import_wanted.emit)
        for title, signal in (
            (tr("Export a profile"), self.profile_export_wanted),
            (tr("Delete a profile"), self.profile_removed),
        ):
            if names:
                menu = self._menu.addMenu(title)
                for name in names:
                    menu.addAction(name).triggered.connect(partial(signal.emit, name))
        self.profiles.setText(tr("Profile: {worn}", worn=worn) if worn else tr("Profiles"))

    def show_done(self, text: str) -> None:
        """Say what was done; an empty text takes it back."""
        self.told.setText(text)
        self.told.setVisible(bool(text))

    def show_later(self, later: bool) -> None:
        """Whether something was changed that takes effect at the next start."""
        self.later.setVisible(later)
        self.restart.setVisible(later)

    def go_to(self, section: str) -> None:
        """Bring the section's heading to the top."""
        self._build_all()
        self._scroll_to(section)
        # Fields that were just built learn only now how wide they are, and so how high their words.
        QTimer.singleShot(0, self, lambda: self._scroll_to(section))

    def _scroll_to(self, section: str) -> None:
        heading = self._headings.get(section)
        if heading is not None and heading.isVisibleTo(self._page):
            self._column.activate()
            self.area.verticalScrollBar().setValue(heading.y() - 8)
            self._mark(section)

    def _scrolled(self, top: int) -> None:
        """The list goes along with what is read."""
        read = [name for name, one in self._headings.items() if one.isVisibleTo(self._page) and one.y() <= top + 16]
        if read:
            self._mark(read[-1])

    def _mark(self, section: str) -> None:
        with QSignalBlocker(self.sections):
            for item in self.sections.findItems(section, Qt.MatchFlag.MatchExactly):
                self.sections.setCurrentItem(item)

    # The page

    def _build_some(self) -> None:
        for row in self._waiting[:BUILT_AT_ONCE]:
            self._build(row)
        del self._waiting[:BUILT_AT_ONCE]
        if not self._waiting and hasattr(self, "_building"):
            self._building.stop()
            self._filter()

    def _build_all(self) -> None:
        while self._waiting:
            self._build_some()

    def _build(self, row: SettingRow) -> None:
        if row.section not in self._headings:
            heading = QLabel(row.section)
            heading.setProperty("kind", "title")
            heading.setContentsMargins(0, 12, 0, 4)
            self._headings[row.section] = heading
            self._column.insertWidget(self._column.count() - 1, heading)
        field = SettingField(row, self._check)
        field.given.connect(self.given)
        field.reset.connect(self.reset)
        self.fields[row.key] = field
        self._column.insertWidget(self._column.count() - 1, field)

    def _filter(self) -> None:
        self._build_all()
        words, changed = self.search.words(), self.only_changed.isChecked()
        there: set[str] = set()
        for field in self.fields.values():
            text = field.row.haystack() if words else ""
            wanted = all(word in text for word in words) and (field.row.changed or not changed)
            field.setVisible(wanted)
            if wanted:
                there.add(field.row.section)
        for section, heading in self._headings.items():
            heading.setVisible(section in there)
        for i in range(self.sections.count()):
            item = self.sections.item(i)
            item.setHidden(item.text() not in there)
        if changed and not words:
            self._empty.set_text(tr("Nothing has been changed"), tr("All settings have their usual values"))
        else:
            self._empty.set_text(tr("No setting is called that"), tr("Search for another word"))
        self._empty.setVisible(not there)
