"""How times, durations and lateness are written: "12:41", "in 6 min", "+3 min", "0:32"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from core.domain.language import tr

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a view shows its times against: ``now`` in epoch seconds, and the zone clock times are written in."""

    now: float = 0.0
    zone: tzinfo | None = None

    def clock(self, at: float | None, seconds: bool = False) -> str:
        """``18:05``; with seconds ``18:05:09``; empty for ``None``."""
        if at is None:
            return ""
        return datetime.fromtimestamp(at, self.zone).strftime("%H:%M:%S" if seconds else "%H:%M")

    def clock_and_gap(self, at: float | None) -> str:
        """``12:41, in 6 min`` or ``12:29, 6 min ago``."""
        if at is None:
            return ""
        return f"{self.clock(at)}, {gap(at - self.now)}"


def duration(seconds: float) -> str:
    """A length of time in whole minutes, rounded down: ``0 min``, ``4 min``, ``1 h 12 min``, ``3 d 4 h``."""
    minutes = int(max(0.0, seconds) // 60)
    if minutes < 60:
        return tr("{minutes} min", minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return tr("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def freshness(seconds: float) -> str:
    """The age of a position, where seconds matter: ``8 s``, ``4 min``."""
    return f"{int(max(0.0, seconds))} s" if seconds < 60 else duration(seconds)


def clock_off(seconds: float) -> str:
    """By how much a phone's clock is off: ``40 s behind`` where ``seconds`` is above 0, ``3 min ahead`` below it."""
    length = freshness(abs(seconds))
    return tr("{length} behind", length=length) if seconds > 0 else tr("{length} ahead", length=length)


def gap(seconds: float) -> str:
    """``in 6 min``, ``6 min ago``, ``now`` within half a minute."""
    if abs(seconds) < 30:
        return tr("now")
    length = duration(max(60.0, abs(seconds)))
    return tr("in {length}", length=length) if seconds > 0 else tr("{length} ago", length=length)


def countdown(seconds: float) -> str:
    """``0:32``, ``1:05``; ``0:00`` once it is over."""
    left = int(max(0.0, seconds))
    return f"{left // 60}:{left % 60:02d}"


def arrow() -> str:
    """From what was, or comes first, to what follows; in a language that is written from right to left it points there."""
    return tr("→")


def from_to(start: str, end: str) -> str:
    """``Trattoria Rosa → Mill Lane 4``."""
    return f"{start} {arrow()} {end}"


def lateness(minutes: float) -> str:
    """``+3 min`` late, ``−2 min`` early, ``on time`` where it rounds to none."""
    whole = round(minutes)
    if whole == 0:
        return tr("on time")
    length = duration(abs(whole) * 60)
    return tr("+{length}", length=length) if whole > 0 else tr("−{length}", length=length)
