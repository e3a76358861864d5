"""Why a change came about, where the program itself says so. A reason is kept as its English text, in the database and beyond;
whoever shows one to a person has it recognised (`worded`) by the template it was made from."""

from __future__ import annotations

import re
from string import Formatter

from core.domain.language import language, mark, number, tr

BY_RULE = mark("rule {rule}")
BY_DISPATCHER = mark("by the dispatcher")
NOBODY_CAN = mark("{why}: no provider can take it")
NOBODY_CAN_OF = mark("{why}: no provider can take it ({tried})")
INSTEAD = mark("instead of {provider}")
TO_GO_TO = mark("to go to {provider}")
GIVEN_UP = mark("given up on the way: {why}")
CONTRADICTS = mark("{provider} says {word}, which can't be: call them")
OF_PROVIDER = mark("{provider}: {why}")
ORDER_OVER = mark("the order has ended")
NEVER_SENT = mark("cancelled before it was sent")
OUT_OF_REACH = mark("can't be reached")
NEARER = mark("{driver} is nearer in time than {other}")
NOT_MOVED = mark("{driver} has not moved for {minutes} min")
NO_ANSWER = mark("no answer in time")
TURNED_DOWN = mark("turned down")
HANDED_BACK = mark("handed back")
BY_MISTAKE = mark("placed by mistake")
CANCELLED = mark("cancelled by the dispatcher")
TAKEN_BACK = mark("taken back by the dispatcher")
PUT_ON_HOLD = mark("put on hold")
CHANGED = mark("the order has changed")
GIVEN_TO = mark("given to {driver}")
DRIVER_REMOVED = mark("driver removed")
READY = mark("is ready")
LATER = mark("{minutes} min later")
EARLIER = mark("{minutes} min earlier")
NOT_AT_PICKUP = mark("not at the pick-up yet")
NOT_PICKED_UP = mark("not picked up")
NOT_AT_DOOR = mark("not at the door yet")
NOT_DELIVERED = mark("not delivered")
NOT_FAILED = mark("not failed")
HEARD = mark("heard from again")
SILENT = mark("silent")
EXPECTED = mark("near {near} {expected} orders are expected within {minutes} min, {supply} free there")
SWITCHED_OFF = mark("switched off")
HAS_ORDER = mark("has an order")
ON_BREAK = mark("on a break")
WENT_OFFLINE = mark("went offline")
DAMAGED = mark("read from a damaged database")
ARRIVED = mark("has got there")
NOT_THERE = mark("is not there in time")
# What simulated people say.
BY_MERCHANT = mark("merchant: {why}")
SOLD_OUT = mark("sold out")
TOO_BUSY = mark("kitchen too busy")
CLOSING = mark("closing early")
MISSING = mark("an ingredient is missing")
TOO_FAR = mark("too far")
WRONG_WAY = mark("wrong direction")
TRAFFIC = mark("traffic")
NEED_REST = mark("need a rest")

_NUMBER = re.compile(r"\d+(?:\.(\d+))?")


def _pattern(template: str) -> re.Pattern[str]:
    parts = Formatter().parse(template)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts), re.DOTALL)


_ALL = [text for name, text in globals().items() if name.isupper() and isinstance(text, str)]
# What begins with words of its own is recognised before what begins with anything.
_PATTERNS = [(text, _pattern(text)) for text in sorted(_ALL, key=lambda text: (text.startswith("{"), text == OF_PROVIDER))]


def worded(reason: str) -> str:
    """A reason in the language in use; what somebody has written themselves as it is."""
    if language() == "en":
        return reason
    for template, pattern in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return tr(template, **{name: _value(value) for name, value in found.groupdict().items()})
    return reason


def _value(text: str) -> str:
    found = _NUMBER.fullmatch(text)
    return worded(text) if found is None else number(float(text), f".{len(found[1] or '')}f")
