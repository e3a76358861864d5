"""The language that people read. One of a process, chosen once at its start; English needs no catalogue.

Texts are written in English where they are used: ``tr("Assign to {driver}", driver=name)``. A catalogue is gettext's
(``resources/translations/<language>/LC_MESSAGES/kerbside.mo``); what it lacks stays English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DOMAIN = "kerbside"
CATALOGUES = Path(__file__).parents[2] / "resources" / "translations"

_texts: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"


def use_language(code: str) -> None:
    """Read everything in this language (an ISO 639-1 code) from now on; in English where there is no catalogue of it."""
    global _texts, _code
    _code = code
    _texts = gettext.translation(DOMAIN, CATALOGUES, [code], fallback=True) if code != "en" else gettext.NullTranslations()


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
    said = _texts.gettext(text)
    return said.format(**values) if values else said


def inner(text: str) -> str:
    """A title within a sentence: small in English; elsewhere as it is, since German nouns keep their capital."""
    return text if isinstance(_texts, gettext.GNUTranslations) else text[:1].lower() + text[1:]


def ntr(one: str, many: str, n: int, /, **values: object) -> str:
    """The form for ``n`` of them, by the language's own rule; ``{n}`` stands for the number."""
    return _texts.ngettext(one, many, n).format(n=n, **values)


def mark(text: str, /) -> str:
    """A text that is translated where it is shown, not where it stands (a declaration made before a language is chosen)."""
    return text
