"""What the areas panel shows of one area."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """``vehicles`` are those admitted, empty for all; ``rules`` the titles of the rules that name it."""

    id: str
    name: str
    priority: int = 0
    vehicles: frozenset[Vehicle] = frozenset()
    watched: bool = False
    rules: tuple[str, ...] = ()
    merchants: int = 0
    parts: int = 1
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """What is said about an area beside its shape."""

    name: str = ""
    priority: int = 0
    vehicles: frozenset[Vehicle] = frozenset()
    watched: bool = False
