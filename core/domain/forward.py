"""A rule by which events are passed on to another system: which ones, and where to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Forward:
    """``to`` is a webhook's address (``https://…``) or ``mqtt:`` and a topic, where ``{kind}`` and ``{order}`` are put in.

    ``kinds`` are names of events; empty takes all. ``when`` is a condition on what the event holds, as `core.forwarding.choose`
    reads it: paths into it with what they have to lead to, joined by ``all``, ``any`` and ``not``. An empty one always holds.
    """

    id: str
    name: str
    to: str
    kinds: frozenset[str] = frozenset()
    when: dict[str, Any] = field(default_factory=dict)
    enabled: bool = True
    removed: bool = False
