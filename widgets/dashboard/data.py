"""What a chart shows, and what stands above the charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.domain.language import number

Floats = NDArray[np.float64]
Kind = Literal["lines", "stack", "beside", "across"]
"""Lines over time; bars over time, on top of or beside each other; bars across, one row a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One quantity: ``values`` (n,), NaN where there is none. ``hollow`` tells bars apart that have neighbours, not by colour
    alone; lines have a mark of their own by their place."""

    name: str
    token: str
    values: Floats
    digits: int = 1
    hollow: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ChartData:
    """``at`` (n,) is when each span begins, epoch seconds, ``bin_s`` its length; bars across have ``names`` instead.

    ``empty`` is said where there is nothing to show.
    """

    key: str
    title: str
    unit: str
    kind: Kind
    lines: tuple[Line, ...]
    at: Floats
    bin_s: float = 60.0
    names: tuple[str, ...] = ()
    empty: str = ""

    @property
    def nothing(self) -> bool:
        return not any(np.isfinite(line.values).any() for line in self.lines)

    @property
    def count(self) -> int:
        return len(self.names) if self.kind == "across" else len(self.at)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole span; ``token`` colours it where it has a state."""

    name: str
    value: str
    unit: str = ""
    tip: str = ""
    token: str = "text"


def figure(value: float, digits: int) -> str:
    """``1,204`` or ``3.4``, a dash for NaN."""
    return "–" if not np.isfinite(value) else number(value, f",.{digits}f")


NOUGHT = 1e-6
"""Less is what is left of nought when numbers are subtracted."""


def nice_top(highest: float) -> tuple[float, float]:
    """An end of the scale above ``highest`` and a step that divides it: 1, 2 or 5 times a power of ten, about four steps."""
    if not np.isfinite(highest) or highest < NOUGHT:
        return 1.0, 0.5
    rough = highest / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(power * m) for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
    return step * float(np.ceil(highest / step - 1e-9)), step
