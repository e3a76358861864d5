"""What one setting is: its type, unit, range, default and meaning, and how a typed value is read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.language import Message

Value = bool | int | float | str


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
        return Message("{low:g} to {high:g} {unit}", low=self.low, high=self.high, unit=self.unit)

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
            kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
            raise BadInput(f"setting {self.key} wants {kinds[wanted]}, not {value!r}")
        assert isinstance(value, bool | int | float | str)
        if self.choices and value not in self.choices:
            raise BadInput(f"setting {self.key} wants one of {', '.join(self.choices)}, not {value!r}")
        number = not isinstance(value, bool | str)
        if number and not self.low <= float(value) <= self.high:
            raise BadInput(f"setting {self.key} wants {self.low:g} to {self.high:g} {self.unit}, not {value!r}".strip())
        return value
