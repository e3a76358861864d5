"""The language that people read. One of a process, chosen once at its start; English needs no catalogue.

Texts are written in English where they are used: ``tr("Assign to {driver}", driver=name)``. A catalogue is gettext's
(``resources/translations/<language>/LC_MESSAGES/kerbside.mo``); what it lacks stays English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from numbers import Real
from pathlib import Path
from typing import Any, Self

DOMAIN = "kerbside"
CATALOGUES = Path(__file__).parents[2] / "resources" / "translations"

_texts: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"
_ENGLISH = "1,234.5"
_signs: dict[int, str] = {}
"""What this language writes instead of the comma between thousands and of the decimal point; empty where it writes these."""


def use_language(code: str) -> None:
    """Read everything in this language (an ISO 639-1 code) from now on; in English where there is no catalogue of it."""
    global _texts, _code, _signs
    _texts = gettext.translation(DOMAIN, CATALOGUES, [code], fallback=True) if code != "en" else gettext.NullTranslations()
    _code = code if isinstance(_texts, gettext.GNUTranslations) else "en"
    example = tr("1,234.5")  # a translator writes it as the language does
    _signs = {} if example == _ENGLISH else {ord(","): example[1], ord("."): example[-2]}


def language() -> str:
    """The code of the language in use."""
    return _code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """This language for a while: of what a worker writes for people, whose own process speaks none."""
    before = _code
    use_language(code)
    try:
        yield
    finally:
        use_language(before)


def tr(text: str, /, **values: object) -> str:
    """The text in the language in use; ``{name}`` stands for the value of that name."""
    said = _texts.gettext(text) if text else ""  # under the empty text a catalogue keeps what it says of itself
    return said.format(**_written(values)) if values else said


def number(value: float, form: str = ",") -> str:
    """A number as the language writes it, in a format of Python's: ``number(1234.5, ",.1f")`` is ``1.234,5`` in German."""
    written = format(value, form)
    return written.translate(_signs) if _signs else written


def day(at: datetime, *, year: bool = False) -> str:
    """``24 Nov``, with its year ``24 Nov 2026``."""
    date = tr("{day} {month}", day=at.day, month=months()[at.month - 1])
    return f"{date} {at.year}" if year else date


def date(at: datetime) -> str:
    """``Tuesday 24 November 2026``."""
    weekdays = tr("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
    whole = tr("January February March April May June July August September October November December").split()
    said = {"weekday": weekdays[at.weekday()], "day": str(at.day), "month": whole[at.month - 1], "year": str(at.year)}
    return tr("{weekday} {day} {month} {year}", **said)


def months() -> list[str]:
    """The names of the twelve, short."""
    return tr("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


class _Number:
    """A value that a text writes as its language does."""

    __slots__ = ("_value",)

    def __init__(self, value: Real) -> None:
        self._value = value

    def __format__(self, form: str) -> str:
        return format(self._value, form).translate(_signs)

    def __repr__(self) -> str:
        return repr(self._value)


def _written(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _Number(value) if isinstance(value, Real) else value for name, value in values.items()} if _signs else values


def inner(text: str) -> str:
    """A title within a sentence: small in English; elsewhere as it is, since German nouns keep their capital."""
    return text if isinstance(_texts, gettext.GNUTranslations) else text[:1].lower() + text[1:]


def ntr(one: str, many: str, n: int, /, **values: object) -> str:
    """The form for ``n`` of them, by the language's own rule; ``{n}`` stands for the number."""
    return _texts.ngettext(one, many, n).format(**_written({"n": n, **values}))


def mark(text: str, /) -> str:
    """A text that is translated where it is shown, not where it stands (a declaration made before a language is chosen)."""
    return text


class Message(str):
    """A text that arises in the core, where no language is spoken: English (logs, HTTP), with what it was made of beside it,
    so that the window can say it in its own (`said`).

    ``Message("{n} of {what}", n=3, what=Message("Rain"))``: values may be messages themselves; of a tuple, parts stand behind
    commas.
    """

    __slots__ = ("text", "values")
    text: str
    values: dict[str, Any]

    def __new__(cls, text: str, /, **values: Any) -> Self:
        shown = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}
        made = super().__new__(cls, text.format(**shown) if values else text)
        made.text, made.values = text, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.text,), self.values


def first_of(texts: Sequence[str], most: int) -> Message:
    """The first few of many, and how many more there are."""
    shown = {f"text_{n}": text for n, text in enumerate(texts[:most])}
    first = Message("; ".join(f"{{{name}}}" for name in shown), **shown)
    rest = len(texts) - len(shown)
    return Message("{first}; and {rest} more", first=first, rest=rest) if rest else first


def as_text(value: object) -> str:
    """For msgspec, which writes no class of a text's but `str` itself: a message as what it says in English."""
    if isinstance(value, Message):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be written")


def from_text(kind: type, value: object) -> object:
    """For msgspec, the way back: what a message was made of is not kept."""
    if kind is Message and isinstance(value, str):
        return Message(value)
    raise TypeError(f"{kind.__name__} can't be read")


def said(text: str) -> str:
    """A message in the language in use; any other text as it is."""
    return tr(text.text, **{name: _said(value) for name, value in text.values.items()}) if isinstance(text, Message) else text


def _said(value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(map(said, value))
    return said(value) if isinstance(value, str) else value


def line(error: BaseException) -> str:
    """What an error says, in the language in use."""
    what = error.args[0] if error.args else ""
    return said(what) if isinstance(what, Message) else str(error)


def sentence(error: BaseException) -> str:
    """The same as a sentence."""
    return capital(line(error))


def capital(text: str) -> str:
    """With a capital first letter, unless it begins with the name of a file or a setting."""
    return text[:1].upper() + text[1:] if text.replace(",", " ").partition(" ")[0].isalpha() else text
