"""What a word of conditions or of actions is called, and how its argument is edited."""

from __future__ import annotations

from dataclasses import dataclass

Choice = tuple[str, str]
"""An id, and what it is called."""


@dataclass(frozen=True, slots=True)
class WordForm:
    """``form`` is how the argument is edited: ``pick`` out of ``choices``, ``labels``, ``bounds``, ``times``, ``yes``,
    ``match``, ``one``, ``chain``, ``shares``, ``nothing`` or ``text`` (JSON). ``unit`` stands behind numbers. ``loose``: what
    does not fit the form may be anything that ``match`` takes."""

    word: str
    label: str
    form: str
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    example: str = ""
    loose: bool = False
