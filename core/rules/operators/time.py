"""Time of day and day of the week, by the local clock."""

from __future__ import annotations

import re

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.facts import MINUTES_A_DAY, dimension, minute_of_week
from core.rules.operators import one_of, operator
from core.rules.sets import Numbers

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = len(DAYS) * MINUTES_A_DAY


def _minute(text: object) -> int:
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", text) if isinstance(text, str) else None
    if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > MINUTES_A_DAY:
        raise BadInput(Message("times such as 18:30, not {text!r}", text=text))
    return int(found[1]) * 60 + int(found[2])


def read_times(argument: object) -> Numbers:
    """``{"from": "22:00", "to": "02:00", "days": ["fri"]}``. A span over midnight belongs to the day on which it begins."""
    if not isinstance(argument, dict) or not argument or argument.keys() - {"from", "to", "days"}:
        raise BadInput(
            Message(
                'from, to and days, such as {{from = "18:00", to = "22:00", days = ["fri"]}}, not {argument!r}',
                argument=argument,
            )
        )
    days = one_of(argument["days"], DAYS) if "days" in argument else DAYS
    begin, end = _minute(argument.get("from", "0:00")), _minute(argument.get("to", "24:00"))
    if begin == end:
        raise BadInput(Message("two different times, not {time} twice", time=argument.get("from", "0:00")))
    length = (end - begin) % MINUTES_A_DAY or MINUTES_A_DAY
    spans = []
    for day in days:
        start = (DAYS.index(day) * MINUTES_A_DAY + begin) % WEEK
        spans.append(_span(start, min(start + length, WEEK)))
        if start + length > WEEK:
            spans.append(_span(0, start + length - WEEK))
    return Numbers.union(spans)


def _span(begin: int, end: int) -> Numbers:
    return Numbers.between((float(begin), 0), (float(end), 0))


dimension("time", lambda facts: minute_of_week(facts.local), numeric=True, low=0.0, below=float(WEEK), known=True)
operator("time", "time", read_times, 'time = {from = "18:00", to = "22:00", days = ["fri", "sat"]}')
