"""What the finder lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """``id`` is told when it is chosen. ``fill`` is what Tab, or Enter, writes into the field instead, where it is not empty.

    ``able`` is false for what can't be done now; it is listed, so that one learns that it is there.
    """

    id: str
    title: str
    detail: str = ""
    keys: str = ""
    icon: str = ""
    token: str = "muted"
    fill: str = ""
    able: bool = True
