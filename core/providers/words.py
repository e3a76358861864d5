"""What providers say, in JSON: read with care, since anybody may say anything."""

from __future__ import annotations

import json
import math
from typing import Any

from core.domain.errors import BadInput
from core.domain.language import Message
from core.providers.carrier import Answer, Fate

ASKED_AT_ONCE = 100
"""Orders asked about in one call."""
LONGEST_REASON = 200
_TOLD = frozenset(Fate) - {Fate.NOT_SENT, Fate.DOUBTFUL}


def answer_of(told: Any, key: str) -> Answer | None:
    """The answer of that key, or ``None`` where this is none."""
    if (
        not isinstance(told, dict)
        or told.get("key", key) != key
        or not isinstance(told.get("state"), str)
        or told["state"] not in _TOLD
    ):
        return None
    remote_id = told.get("id", "")
    return Answer(Fate(told["state"]), reason_of(told), text(remote_id, 100), number(told.get("at")))


def read_callback(body: bytes) -> tuple[str, Answer]:
    """Key and answer of what a provider calls back with. Raises BadInput with what is wrong."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput(Message("the body is no JSON")) from None
    key = told.get("key") if isinstance(told, dict) else None
    if not isinstance(key, str) or not key:
        raise BadInput(Message("key is missing: the one the order was sent with"))
    answer = answer_of(told, key)
    if answer is None:
        raise BadInput(Message("state must be one of {choices}", choices=", ".join(sorted(_TOLD))))
    return key, answer


def number(value: object) -> float | None:
    """A number that is one; anything else is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def text(value: object, longest: int = LONGEST_REASON) -> str:
    """One line that can be stored, whatever was said."""
    return " ".join(str(value).encode("utf-8", "replace").decode().split())[:longest]


def as_number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def reason_of(told: Any) -> str:
    return text(told.get("reason", "")) if isinstance(told, dict) else ""


def error_text(error: Exception) -> str:
    return text(error) or type(error).__name__
