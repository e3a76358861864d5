"""What is mostly asked of an event before it is passed on. Any other path into it may be typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.presenters.rule_text import Named, condition_text
from app.presenters.things import Things
from core.domain.language import mark, tr
from core.rules.words import Form, Word
from widgets.conditions.words import WordForm

LABELS = {
    "orders.area_id": mark("Order's area"),
    "orders.merchant_id": mark("Order's merchant"),
    "orders.provider_id": mark("Order's provider"),
    "orders.status": mark("Order's state"),
    "orders.value": mark("Order's value"),
    "orders.weight_kg": mark("Order's weight"),
    "orders.customer": mark("Order's customer"),
    "area_id": mark("Area a driver crosses"),
    "entered": mark("The driver"),
    "driver_id": mark("Driver"),
    "actor": mark("Who did it"),
    "reason": mark("Reason"),
}
WORDS = {
    word.word: word
    for word in (
        Word("orders.area_id", Form.PICK, names="area"),
        Word("orders.merchant_id", Form.PICK, names="merchant"),
        Word("orders.provider_id", Form.PICK, names="provider"),
        Word("orders.status", Form.PICK, names="status"),
        Word("orders.value", Form.BOUNDS),
        Word("orders.weight_kg", Form.BOUNDS, unit="kg"),
        Word("orders.customer", Form.TEXT),
        Word("area_id", Form.PICK, names="area"),
        Word("entered", Form.TEXT),
        Word("driver_id", Form.TEXT),
        Word("actor", Form.TEXT),
        Word("reason", Form.TEXT),
    )
}
_CROSSING = (("in", mark("comes in")), ("out", mark("goes out")))


def event_forms(things: Things) -> list[WordForm]:
    """How each is edited."""
    return [_form(word, things) for word in WORDS.values()]


def _form(word: Word, things: Things) -> WordForm:
    if word.word == "entered":
        choices = tuple((key, tr(text)) for key, text in _CROSSING)
        return WordForm(word.word, event_label(word.word), "yes", choices, loose=True)
    choices = tuple(things.choices(word.names)) if word.names else ()
    form = "match" if word.form is Form.TEXT or (word.names and not choices) else word.form.value
    return WordForm(word.word, event_label(word.word), form, choices, word.unit, loose=True)


def event_label(path: str) -> str:
    """What is typed is called as it is."""
    return tr(LABELS[path]) if path in LABELS else path


def event_text(when: Mapping[str, Any], named: Named) -> str:
    """The condition in words; empty for none."""
    return condition_text(when, named, WORDS, event_label)
