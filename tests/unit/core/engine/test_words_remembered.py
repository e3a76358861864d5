"""Words are remembered for a set time: long enough that none is acted on twice, and never without end."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from core.domain.events import MessageRefused
from core.engine.engine import WORDS_KEPT_S
from core.engine.words import MOST_OF_ONE, HeardWords
from tests.rigs import Rig


def test_what_is_old_is_forgotten_and_what_is_not_is_kept() -> None:
    words = HeardWords({"D-1": {"a"}}, 100.0)
    assert not words.note("D-1", "a", 150.0)
    assert words.note("D-1", "b", 200.0)
    assert words.note("D-2", "a", 50.0)
    words.forget_before(150.0)
    assert (words.of("D-1"), words.of("D-2"), len(words)) == ({"b"}, set(), 1)


def test_one_driver_who_never_stops_talking_fills_nothing() -> None:
    words = HeardWords({}, 0.0)
    for n in range(3 * MOST_OF_ONE):
        assert words.note("D-1", f"w{n}", float(n))
    assert len(words) == MOST_OF_ONE
    assert not words.note("D-1", f"w{3 * MOST_OF_ONE - 1}", 1e6)


def test_a_day_later_memory_and_disk_have_let_go_of_them(rig: Rig) -> None:
    for _ in range(20):
        rig.say("D-1", "delivered", order="O-9")
    rig.tick()
    assert len(rig.engine._words) == 20
    last = rig.say("D-1", "delivered", order="O-9")
    rig.tick()
    rig.tick(WORDS_KEPT_S - 7200)
    assert len(rig.engine._words) == 21
    refused = len(rig.events(MessageRefused))
    rig.say("D-1", "delivered", word_id=last, order="O-9")
    rig.tick()
    assert len(rig.events(MessageRefused)) == refused  # known still: not even looked at
    rig.tick(7200)
    rig.say("D-1", "delivered", order="O-9")
    rig.tick(3700)
    rig.store.flush()
    assert len(rig.engine._words) == 1
    with closing(sqlite3.connect(rig.path)) as read:
        assert read.execute("SELECT count(*) FROM words").fetchone() == (1,)
