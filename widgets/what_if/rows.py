"""What the what-if panel shows: what was tried, and how things would stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepRow:
    """One thing that was tried. ``refused`` says why it, or a part of it, is not possible any more."""

    id: str
    text: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as things stand and as they would stand, written out; ``change`` is empty where there is none. ``better`` is
    ``None`` where the change is neither good nor bad."""

    id: str
    name: str
    now: str
    tried: str
    change: str = ""
    better: bool | None = None
