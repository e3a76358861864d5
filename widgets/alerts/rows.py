"""What the alerts panel shows of one alert, or of many that came together."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.alert import AlertKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """``ids`` are the alerts it stands for. ``since`` is when it began, epoch seconds; ``times`` how often it came lately.

    ``new`` is what nobody has seen to; ``state`` says who has, or until when it is snoozed. What is ``eased`` has come right
    again and stands a while longer.
    """

    id: str
    ids: tuple[str, ...]
    kind: AlertKind
    severity: Severity
    text: str
    about: str
    since: float
    times: int = 1
    new: bool = True
    state: str = ""
    owner: str = ""
    snoozed: bool = False
    eased: bool = False

    def haystack(self) -> str:
        return f"{self.text} {self.about} {self.state} {self.owner}".casefold()


def urgency(row: AlertRow) -> tuple[bool, bool, bool, float, str]:
    """New before seen, urgent before the rest, the oldest first; what is snoozed last."""
    return row.snoozed, not row.new, row.severity is not Severity.CRITICAL, row.since, row.id
