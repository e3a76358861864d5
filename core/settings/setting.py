"""What one setting is: its type, unit, range, default and meaning, and how a typed value is read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.language import Message

Value = bool | int | float | str
_KINDS = {
    bool: Message("true or false"),
    int: Message("a whole number"),
    float: Message("a number"),
    str: Message("a text"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """``low`` and ``high`` bound a number; ``choices`` bounds a text. ``unit`` is shown beside the value.

    ``live`` settings take effect at once, the others when the core starts the next time.
    """

    key: str
    default: Value
    description: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    live: bool = True

    @property
    def range(self) -> str:
        """What a number may be, in words: ``1 to 300 s``; empty where nothing bounds it."""
        if isinstance(self.default, bool | str) or math.isinf(self.low) or math.isinf(self.high):
            return ""
        if not self.unit:
            return Message("{low:g} to {high:g}", low=self.low, high=self.high)
        return Message("{low:g} to {high:g} {unit}", low=self.low, high=self.high, unit=Message(self.unit))

    def read(self, text: str) -> Value:
        """The value of a text as a person types it: a decimal comma serves as well as a point. BadInput as by `checked`."""
        text = text.strip()
        if isinstance(self.default, bool):
            return self.checked(
                {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(text.casefold(), text)
            )
        if isinstance(self.default, str):
            return self.checked(text)
        number = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
        try:
            return self.checked(int(number) if isinstance(self.default, int) else float(number))
        except ValueError:
            return self.checked(text)

    def checked(self, value: object) -> Value:
        """Return the value as the setting's type, or raise BadInput with what is allowed."""
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            raise self._unfit(_KINDS[wanted], value)
        assert isinstance(value, bool | int | float | str)
        if self.choices and value not in self.choices:
            raise self._unfit(Message("one of {choices}", choices=self.choices), value)
        number = not isinstance(value, bool | str)
        if number and not self.low <= float(value) <= self.high:
            raise self._unfit(self.range or Message("{low:g} to {high:g}", low=self.low, high=self.high), value)
        return value

    def _unfit(self, wanted: str, value: object) -> BadInput:
        problem = Message("wants {wanted}, not {value!r}", wanted=wanted, value=value)
        return BadInput(Message("setting {key} {problem}", key=self.key, problem=problem))
