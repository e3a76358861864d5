"""When a condition becomes an alert, and when the alert is over.

A condition has to last before it is told, and to be gone for a while before it is taken back. One that keeps coming and going
is taken back more and more slowly, so that it is told a few times and then simply stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

MEMORY_S = 1800.0
"""How far back it counts that something has been told before."""
MOST_DOUBLINGS = 4


class Turn(Enum):
    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Rule:
    """Seconds a condition has to last before it is told, and to be gone before it is taken back, the first time."""

    hold_s: float = 0.0
    clear_s: float = 0.0


@dataclass(slots=True)
class Latch:
    """``since`` is when the condition began, ``gone`` when it ended; ``None`` while it does not last, or is not gone."""

    raised: bool = False
    since: float | None = None
    gone: float | None = None
    told: list[float] = field(default_factory=list)

    def step(self, now: float, present: bool | None, rule: Rule) -> Turn | None:
        """The next look at the condition, at epoch seconds that never run backwards.

        ``present`` is ``None`` between the two thresholds, where an alert that stands goes on and none begins.
        """
        if not self.raised:
            if not present:
                self.since = None
                return None
            self.since = now if self.since is None else self.since
            if now - self.since < rule.hold_s:
                return None
            self.raised, self.gone = True, None
            self.told = [at for at in self.told if now - at < MEMORY_S] + [now]
            return Turn.RAISED
        if present is not False:
            self.gone = None
            return None
        self.gone = now if self.gone is None else self.gone
        if now - self.gone < self.patience_s(now, rule):
            return None
        self.raised, self.since, self.gone = False, None, None
        return Turn.CLEARED

    def patience_s(self, now: float, rule: Rule) -> float:
        """How long it has to be gone: twice as long for each time it has been told lately, up to a bound."""
        before = sum(now - at < MEMORY_S for at in self.told) - 1
        return rule.clear_s * float(2 ** min(max(before, 0), MOST_DOUBLINGS))

    def forget_duration(self) -> None:
        """What lasted or was gone until now does not count: nothing could be seen."""
        self.gone = None
        if not self.raised:
            self.since = None
