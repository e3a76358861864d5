"""Moments of a recording as they are written, and as they are typed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from core.domain.errors import BadInput
from core.domain.language import tr
from widgets.common.words import MINUS

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_AGO = re.compile(rf"[-{MINUS}]\s*(\d{{1,4}})(?:\s*(s|min|m|h))?")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DATES = ("%d %b", "%d %B", "%d.%m.", "%d/%m")


def time_text(at: float, zone: tzinfo | None) -> str:
    """``24 Nov 14:05:09``."""
    when = datetime.fromtimestamp(at, zone)
    return f"{when.day} {when:%b %H:%M:%S}"


def typed_time(text: str, shown: float, now: float, zone: tzinfo | None) -> float:
    """Epoch seconds of a clock time on the day that is ``shown``, or on a day named before it: ``14:05``, ``14:05:30``,
    ``24 Nov 14:05``, ``2026-11-24 14:05``; ``−10``, ``-90 s``, ``-2 h`` are so long before what is shown.

    What would lie after ``now`` is the day before, or the year before where a day is named. Raises BadInput.
    """
    typed = " ".join(text.split())
    if ago := _AGO.fullmatch(typed.casefold()):
        return shown - float(ago[1]) * _SECONDS[ago[2] or "min"]
    day, _, clock = typed.rpartition(" ")
    found = _CLOCK.fullmatch(clock)
    if found is None or not (int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60):
        raise BadInput(tr("Type a time such as 14:05, 24 Nov 14:05, or −10 for ten minutes back"))
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    base = datetime.fromtimestamp(shown, zone)
    if day:
        base = _day(day, base)
    at = base.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if at.timestamp() > now:
        at = at.replace(year=at.year - 1) if day else at - timedelta(days=1)
    return at.timestamp()


def _day(text: str, base: datetime) -> datetime:
    try:
        date = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        pass
    else:
        return base.replace(year=date.year, month=date.month, day=date.day)
    for form in _DATES:
        try:
            date = datetime.strptime(f"{text} {base.year}", f"{form} %Y")
        except ValueError:
            continue
        return base.replace(month=date.month, day=date.day)
    raise BadInput(tr("Type the day such as 24 Nov or 2026-11-24, then the time"))
