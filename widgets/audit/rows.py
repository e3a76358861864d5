"""What the audit shows of one change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditRow:
    """``at`` epoch seconds, ``when`` as it is read; ``lines`` tell each thing as it was and as it became."""

    id: str
    at: float
    when: str
    who: str
    what: str
    thing: str
    lines: tuple[str, ...] = ()
    reason: str = ""

    @property
    def change(self) -> str:
        """The first thing of it, and how many more there are: a row has room for no more."""
        first, *more = (*self.lines, *([self.reason] if self.reason else [])) or ("",)
        return f"{first}, +{len(more)}" if more else first


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """``group`` is one of the groups offered, empty for every kind; times in epoch seconds, ``None`` for any."""

    group: str = ""
    who: str = ""
    thing: str = ""
    since: float | None = None
    until: float | None = None
