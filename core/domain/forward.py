"""A rule by which events are passed on to another system: which ones, and where to."""

from __future__ import annotations

from dataclasses import dataclass

Literal = str | float | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What an event has to hold: ``field`` is a path into it (``orders.area_id``, ``actor``), ``op`` one of `OPERATORS` in
    `core.forwarding.choose`. Where the path leads to several values, one that fits is enough."""

    field: str
    op: str
    value: Literal | tuple[Literal, ...] = True


@dataclass(frozen=True, slots=True)
class Forward:
    """``to`` is a webhook's address (``https://…``) or ``mqtt:`` and a topic, where ``{kind}`` and ``{order}`` are put in.

    ``kinds`` are names of events; empty takes all. Of ``only`` every condition has to hold.
    """

    id: str
    name: str
    to: str
    kinds: frozenset[str] = frozenset()
    only: tuple[Condition, ...] = ()
    enabled: bool = True
    removed: bool = False
