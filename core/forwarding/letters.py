"""What a rule could not pass on yet, and how far it has come in the log, as the database keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from core.storage.store import Store

_CURSOR = "UPDATE forward_cursors SET seq = ? WHERE forward_id = ?"
_KEEP = (
    "INSERT INTO letters (forward_id, seq, order_id, tries, next_at, dead, problem) SELECT ?, ?, ?, ?, ?, ?, ?"
    " WHERE EXISTS (SELECT 1 FROM forward_cursors WHERE forward_id = ?1)"
    " ON CONFLICT (forward_id, seq) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at, dead = excluded.dead,"
    " problem = excluded.problem"
)
_DROP = "DELETE FROM letters WHERE forward_id = ? AND seq = ?"
_COLUMNS = "seq, order_id, tries, next_at, dead, problem"


@dataclass(slots=True)
class Letter:
    """An event to be sent again at ``next_at`` (epoch seconds), after so many tries; a dead one only when asked for."""

    seq: int
    order_id: str | None
    tries: int
    next_at: float
    dead: bool
    problem: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a rule gave up on: of kind ``kind``, ``at`` epoch seconds."""

    forward_id: str
    seq: int
    order_id: str | None
    kind: str
    at: float
    tries: int
    problem: str


def all_dead(store: Store, limit: int = 500) -> list[DeadLetter]:
    """Of every rule, the oldest events first."""
    query = (
        "SELECT forward_id, seq, letters.order_id, kind, at, tries, problem FROM letters JOIN events USING (seq) WHERE dead"
        " ORDER BY seq, forward_id LIMIT ?"
    )
    return [DeadLetter(*row) for row in store.ask(query, limit)]


class Letters:
    """Those of one rule."""

    def __init__(self, store: Store, forward_id: str) -> None:
        self._store = store
        self.forward_id = forward_id

    def cursor(self) -> int | None:
        """The last event that was seen to; ``None`` for a rule that is gone."""
        rows = self._store.ask("SELECT seq FROM forward_cursors WHERE forward_id = ?", self.forward_id)
        return int(rows[0][0]) if rows else None

    def waiting(self) -> list[Letter]:
        return self._letters("NOT dead", 10**9)

    def dead(self, limit: int = 200) -> list[Letter]:
        """The oldest ones first."""
        return self._letters("dead", limit)

    def _letters(self, which: str, limit: int) -> list[Letter]:
        query = f"SELECT {_COLUMNS} FROM letters WHERE forward_id = ? AND {which} ORDER BY seq LIMIT ?"
        rows = self._store.ask(query, self.forward_id, limit)
        return [Letter(seq, order, tries, at, bool(dead), why) for seq, order, tries, at, dead, why in rows]

    def counts(self) -> tuple[int, int]:
        """How many wait to be tried again, and how many are dead."""
        query = "SELECT count(*) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead) FROM letters WHERE forward_id = ?"
        waiting, dead = self._store.ask(query, self.forward_id)[0]
        return int(waiting), int(dead)

    def write(self, cursor: int | None, keep: Sequence[Letter] = (), drop: Sequence[int] = ()) -> Future[int]:
        """Store where the rule stands, all or nothing."""
        own = self.forward_id
        kept = [(own, x.seq, x.order_id, x.tries, x.next_at, int(x.dead), x.problem) for x in keep]
        return self._store.write(
            (),
            extras=[
                (_DROP, [(own, seq) for seq in drop]),
                (_KEEP, kept),
                (_CURSOR, [] if cursor is None else [(cursor, own)]),
            ],
        )
