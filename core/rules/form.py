"""Rules as a file: TOML or JSON of the same shape, with the number of the form in front."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import msgspec
import tomli_w

from core.domain.errors import BadInput
from core.domain.rules import Rule
from core.rules.ruleset import Rules

FORM = 1
_FIELDS = set(Rule.__dataclass_fields__)


def to_json(rules: Iterable[Rule]) -> str:
    return json.dumps(_table(rules), indent=2, ensure_ascii=False) + "\n"


def to_toml(rules: Iterable[Rule]) -> str:
    return tomli_w.dumps(_table(rules))


def from_text(text: str) -> tuple[Rule, ...]:
    """Either form. Raises BadInput with one line that says which rule, or where in the text, is wrong."""
    try:
        table = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"these rules are neither JSON nor TOML: {error}") from None
    if not isinstance(table, dict) or table.get("form") != FORM:
        found = table.get("form") if isinstance(table, dict) else None
        raise BadInput(f"rules begin with form = {FORM}, not {found!r}: newer forms need a newer Kerbside")
    rules = table.get("rules", [])
    if table.keys() - {"form", "rules"} or not isinstance(rules, list):
        raise BadInput("beside form, there is only a list of rules")
    read = tuple(_rule(entry, number) for number, entry in enumerate(rules, start=1))
    Rules(read)
    return read


def _table(rules: Iterable[Rule]) -> dict[str, Any]:
    plain = Rule("")
    return {
        "form": FORM,
        "rules": [
            {k: v for k, v in asdict(rule).items() if k in {"id", "when", "then"} or v != getattr(plain, k)} for rule in rules
        ],
    }


def _rule(entry: object, number: int) -> Rule:
    if not isinstance(entry, dict):
        raise BadInput(f"rule {number} is no table but {entry!r}")
    strange = sorted(entry.keys() - _FIELDS)
    if strange:
        raise BadInput(f"rule {entry.get('id', number)}: there is no field {strange[0]}: use {', '.join(sorted(_FIELDS))}")
    try:
        return msgspec.convert(entry, Rule)
    except msgspec.ValidationError as error:
        raise BadInput(f"rule {entry.get('id', number)}: {error}") from None
