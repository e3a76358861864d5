"""How many examples a property is tried with: few in the suite, many where ``make soak`` asks for them by KERBSIDE_SOAK."""

from __future__ import annotations

import os

USUAL, MANY_TIMES = 100, 20
SOAK = bool(os.environ.get("KERBSIDE_SOAK"))


def examples(few: int = USUAL) -> int:
    return few * MANY_TIMES if SOAK else few
