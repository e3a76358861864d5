"""Which events a rule wants.

As in provider rules a condition is a set of values (`core.rules.sets`), here along a path into the event instead of a dimension
of an order; only what looks into a text is a test of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from core.domain.errors import BadInput
from core.domain.forward import Condition, Forward
from core.messaging import topics
from core.rules.operators.numbers import read_bounds
from core.rules.sets import Labels
from core.storage.codec import KINDS


def _among(wanted: Iterable[Any], *, others: bool = False) -> Test:
    labels = Labels(frozenset(wanted), others)
    return lambda held: others if isinstance(held, dict) else labels.holds(held)


def _bounded(**bound: float) -> Test:
    numbers = read_bounds(bound)
    return lambda held: isinstance(held, int | float) and not isinstance(held, bool) and numbers.holds(held)


Test = Callable[[Any], bool]
OPERATORS: dict[str, Callable[[Any], Test]] = {
    "is": lambda wanted: _among((wanted,)),
    "is_not": lambda wanted: _among((wanted,), others=True),
    "one_of": _among,
    "below": lambda wanted: _bounded(below=wanted),
    "above": lambda wanted: _bounded(above=wanted),
    "begins_with": lambda wanted: lambda held: isinstance(held, str) and held.startswith(wanted),
    "contains": lambda wanted: lambda held: isinstance(held, str) and wanted in held,
    "present": lambda wanted: _among((None,), others=wanted),
}
"""What a condition says → whether a value fits it."""
MOST_CONDITIONS = 20


def wants(rule: Forward, event: dict[str, Any]) -> bool:
    """Whether the rule chooses the event, in the shape of `core.api.views.event`."""
    if rule.kinds and event["kind"] not in rule.kinds:
        return False
    return all(_holds(condition, event) for condition in rule.only)


def _holds(condition: Condition, event: dict[str, Any]) -> bool:
    test = _test(condition)
    held = list(_values(event, condition.field.split(".")))
    if condition.op == "is_not":
        return all(map(test, held))
    return any(map(test, held or [None]))


@lru_cache(1000)
def _test(condition: Condition) -> Test:
    return OPERATORS[condition.op](condition.value)


def _values(part: Any, path: list[str]) -> Iterator[Any]:
    """What the path leads to; through a list, to each of its parts."""
    if isinstance(part, list):
        for one in part:
            yield from _values(one, path)
    elif not path:
        yield part
    elif isinstance(part, dict) and path[0] in part:
        yield from _values(part[path[0]], path[1:])


def checked(rule: Forward) -> Forward:
    """Return the rule, or raise BadInput with what is wrong about it."""
    if not rule.name.strip():
        raise BadInput("a forwarding rule needs a name")
    if strange := sorted(rule.kinds - KINDS.keys()):
        raise BadInput(f"there is no kind of event {strange[0]!r}: the kinds are {', '.join(sorted(KINDS))}")
    if len(rule.only) > MOST_CONDITIONS:
        raise BadInput(f"a forwarding rule has {MOST_CONDITIONS} conditions at most")
    for condition in rule.only:
        _check_condition(condition)
    if rule.to.startswith("mqtt:"):
        _check_topic(rule.to[5:])
    else:
        _check_address(rule.to)
    return rule


def _check_condition(condition: Condition) -> None:
    value, op = condition.value, condition.op
    if op not in OPERATORS:
        raise BadInput(f"there is no operator {op!r}: the operators are {', '.join(OPERATORS)}")
    if not condition.field or len(condition.field) > 100:
        raise BadInput("a condition names the field it looks at, for example orders.area_id")
    a_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    fits = {
        "one_of": isinstance(value, tuple),
        "below": a_number,
        "above": a_number,
        "begins_with": isinstance(value, str),
        "contains": isinstance(value, str),
        "present": isinstance(value, bool),
    }.get(op, not isinstance(value, tuple))
    if not fits:
        raise BadInput(f"the condition on {condition.field} can't compare by {op} with {value!r}")


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= 2000
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or not plain or "@" in parts.netloc:
        raise BadInput(f"{address!r} is no address to forward to: give https://host/path, or mqtt:topic")


def _check_topic(topic: str) -> None:
    try:
        filled = topic.format(kind="Delivered", order="O-1")
    except (KeyError, IndexError, ValueError, AttributeError):
        raise BadInput(f"the topic {topic!r} may hold {{kind}} and {{order}} and no other braces") from None
    reserved = filled.startswith(("kerbside/", "owntracks/")) and not filled.startswith(f"{topics.PREFIX}/events")
    if not filled or len(filled) > 200 or any(c in "+#" or not c.isprintable() for c in filled) or filled.startswith("$"):
        raise BadInput(f"the topic {topic!r} can't be published to: use words between slashes, with no + and no #")
    if reserved:
        raise BadInput(f"the topic {topic!r} is the drivers' own: use {topics.PREFIX}/events/… or one beside it")
