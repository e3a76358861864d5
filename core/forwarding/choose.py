"""Which events a rule wants.

Its condition is a tree as in the rules on providers (`core.rules.tree`), whose words are paths into the event instead of
dimensions of an order: `{"orders.area_id": ["old-town"], "not": {"reason": {"contains": "test"}}}`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.forward import Forward
from core.domain.language import Message
from core.messaging import topics
from core.rules.operators.numbers import BOUNDS, read_bounds
from core.rules.sets import Labels
from core.rules.tree import Tree, leaves, read_tree
from core.storage.codec import KINDS

Fits = Callable[[Any], bool]
MOST_CONDITIONS = 100
LONGEST_PATH = 100


def _begins_with(wanted: object) -> Fits:
    text = _text(wanted)
    return lambda held: isinstance(held, str) and held.startswith(text)


def _contains(wanted: object) -> Fits:
    text = _text(wanted)
    return lambda held: isinstance(held, str) and text in held


def _present(wanted: object) -> Fits:
    if not isinstance(wanted, bool):
        raise BadInput(Message("true or false, not {wanted!r}", wanted=wanted))
    return lambda held: (held is not None) is wanted


def _text(wanted: object) -> str:
    if not isinstance(wanted, str) or not wanted:
        raise BadInput(Message("a text, not {wanted!r}", wanted=wanted))
    return wanted


LOOKS: dict[str, Callable[[object], Fits]] = {"begins_with": _begins_with, "contains": _contains, "present": _present}
"""What may be asked of a value beside which it is and how great it is."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One of the values that the path leads to has to fit; where it leads to none, "nothing" has to."""

    path: tuple[str, ...]
    fits: Fits

    def holds(self, event: dict[str, Any], /) -> bool:
        return any(map(self.fits, list(_values(event, self.path)) or [None]))


def _values(part: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """What the path leads to; through a list, to each of its parts."""
    if isinstance(part, list):
        for one in part:
            yield from _values(one, path)
    elif not path:
        yield part
    elif isinstance(part, dict) and path[0] in part:
        yield from _values(part[path[0]], path[1:])


def _read_path(path: str, argument: object) -> Looked:
    if not path or len(path) > LONGEST_PATH:
        raise BadInput(Message("a condition names what it looks at in the event, for example orders.area_id"))
    try:
        return Looked(tuple(path.split(".")), _read_fits(argument))
    except BadInput as error:
        raise BadInput(Message("the condition on {path} wants {reason}", path=path, reason=cause(error))) from None


def _read_fits(argument: object) -> Fits:
    if not isinstance(argument, dict):
        return _among(argument)
    if argument and argument.keys() <= BOUNDS.keys():
        numbers = read_bounds(argument)
        return lambda held: isinstance(held, int | float) and not isinstance(held, bool) and numbers.holds(held)
    if len(argument) != 1 or next(iter(argument)) not in LOOKS:
        raise BadInput(
            Message(
                "a value, a list of values, or one of {choices} with its own, not {argument!r}",
                choices=", ".join((*BOUNDS, *LOOKS)),
                argument=argument,
            )
        )
    word, wanted = next(iter(argument.items()))
    return LOOKS[word](wanted)


def _among(argument: object) -> Fits:
    wanted: Any = argument if isinstance(argument, list | tuple) else [argument]
    plain = (isinstance(one, str | int | float) and (isinstance(one, str) or math.isfinite(one)) for one in wanted)
    if not wanted or not all(plain):
        raise BadInput(Message("texts, numbers, true or false, not {argument!r}", argument=argument))
    labels = Labels(frozenset(wanted))
    return lambda held: not isinstance(held, dict) and labels.holds(held)


def chooser(rule: Forward) -> Callable[[dict[str, Any]], bool]:
    """Whether the rule chooses an event, in the shape of `core.api.views.event`. Raises BadInput with what is wrong with its
    condition."""
    when: Tree[Looked] = read_tree(rule.when, _read_path)
    if sum(1 for _ in leaves(when)) > MOST_CONDITIONS:
        raise BadInput(Message("a forwarding rule has {most} conditions at most", most=MOST_CONDITIONS))
    return lambda event: (not rule.kinds or event["kind"] in rule.kinds) and when.holds(event)


def checked(rule: Forward) -> Forward:
    """Return the rule, or raise BadInput with what is wrong about it."""
    if not rule.name.strip():
        raise BadInput(Message("a forwarding rule needs a name"))
    if strange := sorted(rule.kinds - KINDS.keys()):
        raise BadInput(
            Message(
                "there is no kind of event {strange!r}: the kinds are {choices}",
                strange=strange[0],
                choices=", ".join(sorted(KINDS)),
            )
        )
    chooser(rule)
    if rule.to.startswith("mqtt:"):
        _check_topic(rule.to[5:])
    else:
        _check_address(rule.to)
    return rule


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= 2000
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or not plain or "@" in parts.netloc:
        raise BadInput(
            Message("{address!r} is no address to forward to: give https://host/path, or mqtt:topic", address=address)
        )


def _check_topic(topic: str) -> None:
    try:
        filled = topic.format(kind="Delivered", order="O-1")
    except (KeyError, IndexError, ValueError, AttributeError):
        raise BadInput(
            Message("the topic {topic!r} may hold {{kind}} and {{order}} and no other braces", topic=topic)
        ) from None
    if not filled or len(filled) > 200 or any(c in "+#" or not c.isprintable() for c in filled) or filled.startswith("$"):
        raise BadInput(
            Message("the topic {topic!r} can't be published to: use words between slashes, with no + and no #", topic=topic)
        )
    if not topics.is_for_others(filled):
        raise BadInput(
            Message(
                "the topic {topic!r} is the drivers' own: use {prefix}/events/… or one beside it",
                topic=topic,
                prefix=topics.PREFIX,
            )
        )
