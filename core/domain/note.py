"""What a dispatcher writes down for whoever comes next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """``at`` is epoch seconds. A note that is ``struck`` stands no more."""

    id: str
    at: float
    author: str
    text: str
    struck: bool = False
