"""What the rules panel shows: rules, the words they are made of, what is wrong with them, and what they do."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.rules import Rule

Choice = tuple[str, str]
"""An id, and what it is called."""


@dataclass(frozen=True, slots=True)
class WordForm:
    """A word of conditions or of actions. ``form`` is how its argument is edited: ``pick`` out of ``choices``, ``labels``,
    ``bounds``, ``times``, ``one``, ``chain``, ``shares``, ``nothing`` or ``text`` (JSON). ``unit`` stands behind numbers."""

    word: str
    label: str
    form: str
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    example: str = ""


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
