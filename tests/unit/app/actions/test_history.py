"""Undo and redo as such, on a drawing board whose commands are its opposites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from app.actions.history import History
from core.domain.commands import Command
from core.domain.errors import CommandRefused


@dataclass(frozen=True, kw_only=True)
class Put(Command):
    what: str


@dataclass(frozen=True, kw_only=True)
class Take(Command):
    what: str


class Board:
    def __init__(self) -> None:
        self.has: list[str] = []

    def execute(self, command: Command) -> Sequence[Command]:
        if isinstance(command, Put):
            if command.what in self.has:
                raise CommandRefused(f"{command.what} is there already")
            self.has.append(command.what)
            return (Take(what=command.what),) if command.what != "ink" else ()
        assert isinstance(command, Take)
        if command.what not in self.has:
            raise CommandRefused(f"there is no {command.what}")
        self.has.remove(command.what)
        return (Put(what=command.what),)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def history(board: Board) -> History:
    return History(board.execute)


def put(*what: str) -> list[Command]:
    return [Put(what=w) for w in what]


def test_a_deed_of_several_commands_is_undone_backwards_and_redone(board: Board, history: History) -> None:
    assert history.do("Put a and b", *put("a", "b")) == []
    assert (board.has, history.undo_text, history.redo_text) == (["a", "b"], "Put a and b", None)
    assert history.undo() == []
    assert (board.has, history.undo_text, history.redo_text) == ([], None, "Put a and b")
    assert history.redo() == []
    assert (board.has, history.undo_text) == (["a", "b"], "Put a and b")


def test_the_refused_part_of_a_deed_is_told_and_the_rest_stands(board: Board, history: History) -> None:
    history.do("Put a", *put("a"))
    assert history.do("Put a and b", *put("a", "b")) == ["a is there already"]
    assert board.has == ["a", "b"]
    history.undo()
    assert board.has == ["a"]
    history.redo()
    assert board.has == ["a", "b"]


def test_what_was_refused_whole_or_has_no_way_back_is_not_remembered(board: Board, history: History) -> None:
    history.do("Put a", *put("a"))
    history.undo()
    assert history.do("Take c", Take(what="c")) == ["there is no c"]
    assert history.redo_text == "Put a"  # nothing new was done
    history.do("Spill ink", *put("ink"))
    assert (history.undo_text, board.has) == (None, ["ink"])


def test_doing_something_new_forgets_what_was_undone(board: Board, history: History) -> None:
    history.do("Put a", *put("a"))
    history.undo()
    history.do("Put b", *put("b"))
    assert (history.redo_text, history.redo(), board.has) == (None, [], ["b"])


def test_an_undo_that_is_partly_refused_goes_as_far_as_it_can(board: Board, history: History) -> None:
    history.do("Put a and b", *put("a", "b"))
    board.has.remove("b")  # somebody else took it
    assert history.undo() == ["there is no b"]
    assert (board.has, history.redo_text) == ([], "Put a and b")
    history.do("Put c", *put("c"))
    board.has.clear()
    assert history.undo() == ["there is no c"]
    assert (history.undo_text, history.redo_text) == (None, None)  # neither can be tried again


def test_with_nothing_to_undo_nothing_happens(board: Board, history: History) -> None:
    assert (history.undo(), history.redo(), board.has) == ([], [], [])


def test_only_so_many_deeds_are_kept(board: Board) -> None:
    history = History(board.execute, limit=3)
    for what in "abcde":
        history.do(f"Put {what}", *put(what))
    for _ in range(5):
        history.undo()
    assert board.has == ["a", "b"]


def standings(history: History) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(record.text, record.standing.value, record.refused) for record in history.records()]


def test_what_was_done_is_told_with_whether_it_stands(board: Board) -> None:
    history = History(board.execute, stamp=lambda: (1000.0, "Kim"))
    told: list[int] = []
    history.changed.append(lambda: told.append(len(history.records())))
    history.do("Put a", *put("a"))
    history.do("Put ink", *put("ink"))
    history.do("Put a again", *put("a"))
    history.do("Put b and a", *put("b", "a"))
    assert standings(history) == [
        ("Put a", "done", ()),
        ("Put ink", "final", ()),
        ("Put b and a", "done", ("a is there already",)),
    ]
    assert {(record.at, record.actor) for record in history.records()} == {(1000.0, "Kim")}
    history.undo()
    assert standings(history)[-1] == ("Put b and a", "undone", ())
    history.redo()
    assert standings(history)[-1][1] == "done"
    history.undo()
    history.do("Put c", *put("c"))
    assert [standing for _, standing, _ in standings(history)] == ["done", "final", "undone", "done"]
    assert told == [1, 2, 2, 3, 3, 3, 3, 4]


def test_what_is_beyond_the_limit_or_can_t_be_undone_any_more_is_final(board: Board) -> None:
    history = History(board.execute, limit=1)
    history.do("Put a", *put("a"))
    history.do("Put b", *put("b"))
    assert [standing for _, standing, _ in standings(history)] == ["final", "done"]
    board.has.remove("b")
    assert history.undo_commands == (Take(what="b"),)
    history.undo()
    assert standings(history)[-1] == ("Put b", "final", ("there is no b",))
