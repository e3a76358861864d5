"""Notes of the shift and the handover sheet: on the screen, as a PDF, on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QPdfWriter

from app.actions.deeds import Deeds
from app.handover_sheet import as_html, handover, print_on
from app.presenters.asking import Asking
from app.presenters.history_text import actor_word
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.saving import Saver
from core.domain.commands import StrikeNote, TakeNote
from core.domain.events import NoteChange
from core.domain.language import ntr, tr
from widgets.common.words import Moment
from widgets.dialogs.sheet import SheetDialog
from widgets.handover.panel import HandoverPanel, NoteRow

NOTES_MS = 100


class HandoverPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: HandoverPanel, asking: Asking, saver: Saver) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking, self._saver = deeds, panel, asking, saver
        self._engine = deeds.engine
        self._refresh = Refresh(self._show, NOTES_MS, self)
        self._links = Links()
        self._links.keep(self._engine.bus.subscribe(NoteChange, self._refresh))
        self._links.connect(panel.written, self.write)
        self._links.connect(panel.strike_asked, self.strike)
        self._links.connect(panel.sheet_asked, self.show_sheet)
        self._show()

    def close(self) -> None:
        self._links.end()
        self._refresh.stop()
        self._panel.set_rows((), Moment())

    def _moment(self) -> Moment:
        return Moment(self._engine.clock.now(), self._engine.clock.zone)

    def _show(self) -> None:
        notes = sorted(self._engine.world.notes.values(), key=lambda note: (-note.at, note.id))
        self._panel.set_rows((NoteRow(n.id, n.at, actor_word(n.author), n.text) for n in notes), self._moment())

    def write(self, text: str) -> None:
        self._deeds.carry_out(tr("Note taken"), [TakeNote(text=text, actor=self._deeds.own_name())])

    def strike(self, ids: Sequence[str]) -> None:
        commands = [StrikeNote(note_id=i, actor=self._deeds.own_name()) for i in ids]
        self._deeds.carry_out(ntr("{n} note struck out", "{n} notes struck out", len(ids)), commands)

    def show_sheet(self) -> None:
        moment, engine = self._moment(), self._engine
        sheet = handover(
            engine.world, engine.positions, engine.silent(moment.now), moment, self._deeds.own_name(), engine.matching_paused
        )
        html = as_html(sheet)
        dialog = SheetDialog(tr("What does the next shift have to know?"), html, self._asking.window)
        day = datetime.fromtimestamp(moment.now, moment.zone)
        dialog.save_asked.connect(
            lambda: self._saver.ask(
                tr("Where is the sheet to be saved?"),
                f"handover-{day:%Y-%m-%d-%H%M}.pdf",
                "PDF",
                lambda path: save_pdf(html, path),
            )
        )
        dialog.print_asked.connect(lambda: self._print(html))
        self._asking.show(dialog)

    def _print(self, html: str) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # brings the system's printing, which few sessions need

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self._asking.window)
        dialog.accepted.connect(lambda: print_on(printer, html))
        self._asking.show(dialog)


def save_pdf(html: str, path: Path) -> None:
    """Raises OSError where it can't be written: Qt would say nothing."""
    with path.open("wb"):
        pass
    writer = QPdfWriter(str(path))
    writer.setTitle(path.stem)
    writer.setCreator("Kerbside")
    print_on(writer, html)
