"""Connections that end together, so that nothing of one core is left on the panels when the next one comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Connectable(Protocol):
    """One of Qt's signals, bound to its object."""

    def connect(self, slot: Callable[..., object], /) -> object: ...
    def disconnect(self, slot: Callable[..., object], /) -> object: ...


class Links:
    def __init__(self) -> None:
        self._ends: list[Callable[[], object]] = []

    def connect(self, signal: Connectable, slot: Callable[..., object]) -> None:
        signal.connect(slot)
        self._ends.append(lambda: signal.disconnect(slot))

    def keep(self, *ends: Callable[[], object]) -> None:
        """What unsubscribes from the bus, and the like."""
        self._ends += ends

    def end(self) -> None:
        while self._ends:
            self._ends.pop()()
