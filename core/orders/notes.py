"""Notes of the shift: taken down, struck out again."""

from __future__ import annotations

from dataclasses import replace

from core.domain.commands import Command, StrikeNote, TakeNote
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import NoteStruck, NoteTaken
from core.domain.language import Message
from core.domain.note import Note
from core.orders.draft import Draft

LONGEST = 2000


def take_note(draft: Draft, command: TakeNote) -> None:
    """A note that was struck comes back as it was."""
    text = " ".join(command.text.split())
    if not text or len(text) > LONGEST:
        raise BadInput(Message("a note has 1 to {most:,} characters", most=LONGEST))
    note_id = command.note_id or f"{draft.now:.3f}-{len(draft.world.notes)}"
    note = Note(note_id, draft.now if command.at is None else command.at, draft.actor, text)
    draft.add(NoteTaken(at=draft.now, actor=draft.actor, note=note))
    draft.outcome.undo = (StrikeNote(note_id=note_id, actor=command.actor),)


def strike_note(draft: Draft, command: StrikeNote) -> None:
    note = draft.world.notes.get(command.note_id)
    if note is None:
        raise CommandRefused(Message("there is no such note any more"))
    draft.add(NoteStruck(at=draft.now, actor=draft.actor, note=replace(note, struck=True)))
    back: Command = TakeNote(text=note.text, note_id=note.id, at=note.at, actor=note.author)
    draft.outcome.undo = (back,)
