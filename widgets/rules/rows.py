"""What the rules panel shows: rules, what is wrong with them, and what they do."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class RuleRow:
    """``when`` and ``then`` are the rule in words; ``wrong`` says what is wrong with it, ``bad`` that it can't be saved so."""

    id: str
    rule: Rule
    when: str
    then: str
    wrong: tuple[str, ...] = ()
    bad: bool = False


@dataclass(frozen=True, slots=True)
class FindingRow:
    """``level`` is ``error``, ``warning`` or ``note``; ``rule_id`` and ``area_id`` what it is about, if anything."""

    id: str
    level: str
    text: str
    rule_id: str = ""
    area_id: str = ""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """Orders a provider was given first, and would have been given."""

    id: str
    name: str
    was: int
    would: int


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A provider's share of one split in one area: what is asked and what it has, in percent; ``off`` in orders."""

    id: str
    rule: str
    area: str
    provider: str
    asked_pct: float
    held_pct: float
    orders: int
    off: float
