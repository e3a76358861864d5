"""How calls to a provider have gone lately."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

REMEMBERED = 200


@dataclass(slots=True)
class Health:
    """Counts since the start. ``seconds`` are the lengths of the last calls, ``problem`` what went wrong with the last one."""

    sent: int = 0
    retries: int = 0
    doubts: int = 0
    calls: int = 0
    failures: int = 0
    callbacks: int = 0
    problem: str = ""
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def note(self, seconds: float, problem: str) -> None:
        """A call that took so long; ``problem`` is empty where it went well."""
        self.calls += 1
        self.seconds.append(seconds)
        self.failures += bool(problem)
        self.problem = problem

    def latency_s(self, percent: float) -> float:
        """The ``percent``-th percentile of the last calls' seconds, nearest rank; 0 where there were none."""
        if not self.seconds:
            return 0.0
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
