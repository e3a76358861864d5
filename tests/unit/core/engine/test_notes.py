"""Notes of the shift: taken, struck, undone, and there again after a start."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import NoteStruck, NoteTaken
from tests.rigs import Rig


def texts(rig: Rig) -> list[tuple[str, str]]:
    return [(note.author, note.text) for note in rig.world.notes.values()]


def test_a_note_has_its_time_and_its_author_and_stays(rig: Rig) -> None:
    at = rig.clock.now()
    rig.do(c.TakeNote(text="  The lift at Mill Lane 4\n is broken ", actor="Ida"))
    rig.tick(60)
    rig.do(c.TakeNote(text="Rosa closes at 22:00", actor="Bo"))
    assert texts(rig) == [("Ida", "The lift at Mill Lane 4 is broken"), ("Bo", "Rosa closes at 22:00")]
    assert [note.at for note in rig.world.notes.values()] == [at, at + 60]
    rig.restart()
    assert texts(rig) == [("Ida", "The lift at Mill Lane 4 is broken"), ("Bo", "Rosa closes at 22:00")]
    assert rig.store.rebuild_check() == []


def test_what_is_struck_is_gone_and_comes_back_as_it_was(rig: Rig) -> None:
    undo = rig.do(c.TakeNote(text="Rosa closes at 22:00", actor="Bo")).undo
    [note] = rig.world.notes.values()
    rig.tick(60)
    back = rig.do(c.StrikeNote(note_id=note.id, actor="Ida")).undo
    assert rig.world.notes == {}
    rig.restart()
    assert rig.world.notes == {}
    for command in back:
        rig.do(command)
    assert list(rig.world.notes.values()) == [note]
    for command in undo:
        rig.do(command)
    assert rig.world.notes == {}
    assert len(rig.events(NoteTaken, NoteStruck)) == 2  # since the start


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_a_note_says_something(rig: Rig, text: str) -> None:
    with pytest.raises(BadInput, match="characters"):
        rig.do(c.TakeNote(text=text))


def test_what_is_not_there_can_t_be_struck(rig: Rig) -> None:
    with pytest.raises(CommandRefused, match="no such note"):
        rig.do(c.StrikeNote(note_id="n"))


def test_of_yesterday_s_notes_none_are_loaded(rig: Rig) -> None:
    rig.do(c.TakeNote(text="Old news"))
    rig.tick(25 * 3600)
    rig.do(c.TakeNote(text="New"))
    rig.restart()
    assert texts(rig) == [("dispatcher", "New")]
