"""What the forwarding panel shows: rules by which events are passed on, and letters that did not arrive."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.forward import Forward


@dataclass(frozen=True, slots=True)
class ForwardRow:
    """``waiting`` letters are tried again by themselves, ``dead`` ones only when asked for; ``behind`` counts events that were
    not looked at yet."""

    id: str
    forward: Forward
    what: str
    sent: int = 0
    waiting: int = 0
    dead: int = 0
    behind: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DeadRow:
    """``id`` is the rule's and the event's number."""

    id: str
    rule_id: str
    seq: int
    rule: str
    what: str
    order: str
    at: float
    tries: int
    problem: str
