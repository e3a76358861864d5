"""The audit panel: the event log by page, read in a thread of its own, each change as it was and became."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.presenters.aside import Aside
from app.presenters.asking import Asking
from app.presenters.differences import as_it_is, difference, upkeep_lines
from app.presenters.history_text import actor_word
from app.presenters.kinds import GROUPS, kind_text
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.rule_text import Named
from app.presenters.things import state_name
from core.domain.events import Change, NoteChange, UpkeepChange
from core.domain.language import day, ntr, number, tr
from core.domain.provider import INTERNAL
from core.domain.reasons import worded
from core.domain.rules import RuleSet
from core.engine.dispatch import OWN
from core.rules.facts import NOWHERE
from core.storage.audit import PAGE, Entry, Names, Touched, Wanted, everything, page
from core.storage.codec import driver_of, orders_of
from core.storage.database import StorageError
from widgets.audit.panel import AuditPanel
from widgets.audit.rows import AuditQuestion, AuditRow
from widgets.common.words import Moment

LOOK_MS, WRITTEN_S = 1500, 5.0
MOST = 5000
FIRST_GROUP = "setup"
CSV = ("number", "when", "who", "what", "thing", "before and after", "reason")


class AuditPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: AuditPanel, asking: Asking) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking = deeds, panel, asking
        self._store, self._clock = deeds.engine.store, deeds.engine.clock
        self._aside = Aside("audit", self)
        self._asked, self._busy, self._paged = 0, False, False
        self._rows: list[AuditRow] = []
        self._look = Refresh(self._again, LOOK_MS, self)
        self._links = links = Links()
        links.keep(deeds.engine.bus.subscribe(Change, self._hear))
        links.connect(panel.asked, lambda _: self.ask())
        links.connect(panel.older_wanted, self.older)
        links.connect(panel.export_wanted, self.export)
        groups = [(key, tr(label)) for key, (label, _) in GROUPS.items()]
        panel.set_groups([*groups, ("", tr("Everything"))], FIRST_GROUP)

    def close(self) -> None:
        self._links.end()
        self._look.stop()
        self._aside.close()
        self._panel.set_rows((), "", more=False)
        self.deleteLater()

    def seen(self) -> None:
        if self._panel.isVisible():
            self.ask()

    def _hear(self, change: Change) -> None:
        # Whoever has gone back to older pages is not thrown forward again.
        if self._panel.isVisible() and not self._paged:
            wanted = self._wanted().kinds
            if not wanted or type(change).__name__ in wanted:
                self._look()

    def _again(self) -> None:
        if self._busy:
            self._look()
        elif not self._paged:
            self.ask()

    def _wanted(self) -> Wanted:
        self._panel.set_moment(Moment(self._clock.now(), self._clock.zone))
        return wanted_by(self._panel.question())

    # Pages

    def ask(self) -> None:
        """The newest page of what is asked for now."""
        self._paged = False
        self._read(None)

    def older(self) -> None:
        if self._rows:
            self._paged = True
            self._read(int(self._rows[-1].id))

    def _read(self, before_seq: int | None) -> None:
        self._asked += 1
        asked, wanted, zone, store = self._asked, self._wanted(), self._clock.zone, self._store
        self._busy = True

        def work() -> list[AuditRow]:
            # What was done a moment ago may still be on its way to the disk.
            with suppress(StorageError, TimeoutError):
                store.flush(WRITTEN_S)
            names = Names(store)
            return [audit_row(entry, zone, called(names, entry.seq)) for entry in page(store, wanted, before_seq)]

        def told(rows: list[AuditRow]) -> None:
            if asked != self._asked:
                return
            self._busy = False
            self._rows = [*self._rows, *rows][:MOST] if before_seq is not None else rows
            more = len(rows) == PAGE and len(self._rows) < MOST
            count = len(self._rows)
            text = ntr("{n} change", "{n} changes", count) if not more else tr("The last {n} changes", n=number(count))
            self._panel.set_rows(self._rows, text if count else "", more)

        def failed(text: str) -> None:
            if asked == self._asked:
                self._busy = False
                self._panel.set_rows((), f"{text[:1].upper()}{text[1:]}", more=False, bad=True)

        self._aside.do(work, told, failed)

    # As a file

    def export(self) -> None:
        name = datetime.fromtimestamp(self._clock.now(), self._clock.zone).strftime("changes-%Y-%m-%d.csv")
        self._asking.save_file(tr("Where are the changes to be saved?"), ("CSV (*.csv)",), name, self.write_file)

    def write_file(self, path: Path) -> None:
        """All that is asked for now, however many pages it is."""
        wanted, zone, store = self._wanted(), self._clock.zone, self._store
        self._deeds.window.tell(tr("Writing the changes to {file}…", file=path.name))

        def work() -> int:
            names = Names(store)
            rows = (audit_row(entry, zone, called(names, entry.seq)) for entry in everything(store, wanted))
            return write_csv(path, rows, zone)

        def done(count: int) -> None:
            self._deeds.window.tell(ntr("{n} change saved as {file}", "{n} changes saved as {file}", count, file=str(path)))

        def failed(why: str) -> None:
            self._deeds.window.tell(tr("{path} can't be written: {why}", path=path, why=why), bad=True)

        self._aside.do(work, done, failed)


def wanted_by(question: AuditQuestion) -> Wanted:
    kinds = GROUPS[question.group][1] if question.group else frozenset[str]()
    return Wanted(kinds, question.who, question.thing, question.since, question.until)


def called(names: Names, seq: int) -> Named:
    """Things as they were called at that change; by their ids where they never had a name."""

    def named(kind: str, thing_id: str) -> str:
        if kind == "area" and thing_id == NOWHERE:
            return tr("outside all areas")
        if kind == "status":
            return state_name(thing_id)
        if kind not in {"area", "merchant", "provider"}:
            return thing_id
        own = OWN.name if (kind, thing_id) == ("provider", INTERNAL) else thing_id
        return names.of(f"{kind}s", thing_id, seq) or own

    return named


def audit_row(entry: Entry, zone: tzinfo | None, named: Named = as_it_is) -> AuditRow:
    change = entry.change
    told = [(one, difference(one.before, one.after, zone, named)) for one in entry.touched]
    several = len(told) > 1
    lines = [f"{_name(one)}: {line}" if several else line for one, differences in told for line in differences]
    if isinstance(change, UpkeepChange):
        lines = upkeep_lines(change)
    if isinstance(change, NoteChange):
        lines = [change.note.text]
    if entry.more:
        lines.append(ntr("and {n} more", "and {n} more", entry.more))
    at = datetime.fromtimestamp(change.at, zone)
    when = f"{day(at)} {at:%H:%M}"
    what = kind_text(type(change).__name__)
    return AuditRow(
        str(entry.seq),
        change.at,
        when,
        actor_word(change.actor),
        what,
        _things(entry),
        tuple(lines),
        worded(change.reason),
    )


def _things(entry: Entry) -> str:
    names = list(dict.fromkeys(_name(one) for one in entry.touched))
    if isinstance(entry.change, UpkeepChange):
        names = [one.title for one in entry.change.altered]
    elif not names:
        driver = driver_of(entry.change)
        names = [*orders_of(entry.change), *([driver] if driver else [])]
    shown = ", ".join(names[:2])
    more = len(names) - 2 + entry.more
    return f"{shown}, +{more}" if more > 0 else shown


def _name(one: Touched) -> str:
    if isinstance(one.after, RuleSet):
        return tr("Rules")
    return str(getattr(one.after, "name", "") or one.id)


def write_csv(path: Path, rows: Iterable[AuditRow], zone: tzinfo | None) -> int:
    """Write the rows; returns how many there were. What a spreadsheet would take for a formula is written as text."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(CSV)
        for row in rows:
            when = datetime.fromtimestamp(row.at, zone).isoformat(timespec="seconds")
            cells = (row.id, when, row.who, row.what, row.thing, "; ".join(row.lines), row.reason)
            out.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell for cell in cells])
            written += 1
    return written
