"""Moments of a recording as they are written, and as they are typed."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

from core.domain.errors import BadInput
from core.domain.language import day, months, tr
from widgets.common.words import MINUS

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_AGO = re.compile(rf"[-{MINUS}]\s*(\d{{1,4}})(?:\s*(s|min|m|h))?")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DATE = re.compile(r"(\d{1,2})(?:[./] ?(\d{1,2})\.?|\.? ?([^\W\d_]{3,})\.?)")
_ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def time_text(at: float, zone: tzinfo | None) -> str:
    """``24 Nov 14:05:09``."""
    when = datetime.fromtimestamp(at, zone)
    return f"{day(when)} {when:%H:%M:%S}"


def typed_time(text: str, shown: float, now: float, zone: tzinfo | None) -> float:
    """Epoch seconds of a clock time on the day that is ``shown``, or on a day named before it: ``14:05``, ``14:05:30``,
    ``24 Nov 14:05``, ``2026-11-24 14:05``; ``−10``, ``-90 s``, ``-2 h`` are so long before what is shown.

    What would lie after ``now`` is the day before, or the year before where a day is named. Raises BadInput.
    """
    typed = " ".join(text.split())
    if ago := _AGO.fullmatch(typed.casefold()):
        return shown - float(ago[1]) * _SECONDS[ago[2] or "min"]
    named, _, clock = typed.rpartition(" ")
    found = _CLOCK.fullmatch(clock)
    if found is None or not (int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60):
        raise BadInput(tr("Type a time such as 14:05, 24 Nov 14:05, or −10 for ten minutes back"))
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    base = datetime.fromtimestamp(shown, zone)
    if named:
        base = _day(named, base)
    at = base.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if at.timestamp() > now:
        at = at.replace(year=at.year - 1) if named else at - timedelta(days=1)
    return at.timestamp()


def _day(text: str, base: datetime) -> datetime:
    try:
        date = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        pass
    else:
        return base.replace(year=date.year, month=date.month, day=date.day)
    if found := _DATE.fullmatch(text):
        month = int(found[2]) if found[2] else _month(found[3].casefold())
        with suppress(ValueError):
            return base.replace(month=month, day=int(found[1]))
    raise BadInput(tr("Type the day such as 24 Nov or 2026-11-24, then the time"))


def _month(name: str) -> int:
    """1 to 12, short or in full, in the window's language or in English; 0 for no month."""
    own = [month.casefold().rstrip(".") for month in months()]
    return next((n for names in (own, _ENGLISH) for n, m in enumerate(names, 1) if name.startswith(m) or m.startswith(name)), 0)
