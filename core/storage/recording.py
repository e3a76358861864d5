"""The log folded: the world as it stood at any moment, quick to come to from any other."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.domain.alert import Severity
from core.domain.events import AlertRaised, Change, Delivered, DeliveryFailed
from core.domain.world import World
from core.storage.codec import KINDS, decode
from core.storage.store import Logged, Store

SPACING = 1024
"""Events between two shots of the world, to begin with."""
MOST_SHOTS = 128
"""Beyond these every second one is dropped: a jump in a log of a year takes longer, and memory stays."""
AT_ONCE = 40
"""Events folded before the other threads get their turn: under a millisecond."""
_CODES = {name: code for code, name in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something worth seeing on the way: ``kind`` is alert, late or failed, ``subject`` an order or a driver."""

    at: float
    kind: str
    subject: str
    urgent: bool


class _Shot(NamedTuple):
    seq: int
    world: World


class Recording:
    """Every method belongs to one thread, which need not be the window's. What is handed out may go to any other.

    An event counts from when it was logged, which never runs backwards: a phone's late word stands among those it came with.
    Orders that ended ``keep_s`` before the moment asked for are not in its world, as they would not have been then.
    """

    def __init__(self, store: Store, keep_s: float, spacing: int = SPACING, most_shots: int = MOST_SHOTS) -> None:
        self._store, self._keep_s = store, keep_s
        self._spacing, self._most = spacing, most_shots
        self._at, self._kind = array("d"), array("h")
        self._front = World()
        self._shots = [_Shot(0, World())]
        self._marks: list[Mark] = []

    @property
    def seq(self) -> int:
        """The number of the last event folded."""
        return len(self._at)

    @property
    def first_at(self) -> float:
        """When the log begins; 0 where nothing was logged."""
        return self._at[0] if self._at else 0.0

    @property
    def last_at(self) -> float:
        return self._at[-1] if self._at else 0.0

    def marks(self) -> list[Mark]:
        return list(self._marks)

    def follow(self, pause: Callable[[int], None] = lambda seq: None) -> int:
        """Fold what has been logged since the last time; returns how many events that were.

        ``pause`` is called with the number of the event every few of them: to let others run, to tell how far it is, or, by
        raising, to give up, after which it may go on another time. Raises KerbsideError for an event that can't be read.
        """
        before = self.seq
        while page := self._store.rows_since(self.seq, self._spacing):
            for row in page:
                self._fold(row.at, decode(row.kind, row.body))
                self._kind.append(_CODES[row.kind])
                if self.seq % AT_ONCE == 0:
                    pause(self.seq)
        return self.seq - before

    def _fold(self, at: float, change: Change) -> None:
        at = max(at, self.last_at)
        self._at.append(at)
        self._front.apply(change)
        self._marks += _marks(at, change)
        if self.seq - self._shots[-1].seq >= self._spacing:
            self._front.forget_before(at - self._keep_s)
            self._shots.append(_Shot(self.seq, self._front.copy()))
            if len(self._shots) > self._most:
                # The first, empty one stays; so does the newest.
                self._shots[1:] = self._shots[2::2] if len(self._shots) % 2 else self._shots[1::2]
                self._spacing *= 2

    def seq_at(self, at: float) -> int:
        """The number of the last event that was logged by then; 0 before the first."""
        return bisect_right(self._at, at)

    def world_at(self, at: float) -> World:
        """The world as all that was logged by ``at`` left it: one of its own, to be carried on by `World.apply`."""
        seq = self.seq_at(at)
        shot = self._shots[bisect_right(self._shots, seq, key=lambda one: one.seq) - 1]
        world = shot.world.copy()
        for logged in self._store.events_since(shot.seq, seq - shot.seq) if seq > shot.seq else ():
            world.apply(logged.change)
        world.forget_before(at - self._keep_s)
        return world

    def between(self, after: int, until: float) -> list[tuple[float, Logged]]:
        """The events after number ``after`` that were logged by ``until``, each with when."""
        many = self.seq_at(until) - after
        found = self._store.events_since(after, many) if many > 0 else []
        return [(self._at[one.seq - 1], one) for one in found]

    def step(self, at: float, kinds: frozenset[str], back: bool = False) -> float | None:
        """When the next event of these kinds was logged after ``at``, or the last one before it; ``None`` for none."""
        times = np.array(self._at)
        wanted = np.isin(np.array(self._kind), [_CODES[kind] for kind in kinds])
        found = np.flatnonzero(wanted & ((times < at) if back else (times > at)))
        return float(times[found[-1 if back else 0]]) if len(found) else None


def _marks(at: float, change: Change) -> list[Mark]:
    if isinstance(change, AlertRaised):
        return [Mark(at, "alert", a.subject, a.severity is Severity.CRITICAL) for a in change.alerts]
    if isinstance(change, Delivered):
        late = (o for o in change.orders if o.delivered_at is not None and o.delivered_at > o.due_at)
        return [Mark(at, "late", o.id, True) for o in late]
    if isinstance(change, DeliveryFailed):
        return [Mark(at, "failed", o.id, True) for o in change.orders]
    return []
