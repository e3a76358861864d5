"""What has to be told to a driver because of a change. The engine turns these into messages once the change is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.domain.commands import Command
from core.domain.events import Change
from core.domain.offer import Offer


@dataclass(frozen=True, slots=True)
class TellOffer:
    offer: Offer


@dataclass(frozen=True, slots=True)
class TellConfirm:
    driver_id: str
    id: str


@dataclass(frozen=True, slots=True)
class TellRevoke:
    driver_id: str
    offer_id: str | None
    order_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class TellAssign:
    driver_id: str
    order_id: str


Tell = TellOffer | TellConfirm | TellRevoke | TellAssign


@dataclass(slots=True)
class Outcome:
    """What a command led to. ``undo`` are the commands that take it back, first to last; empty where nothing can."""

    changes: list[Change] = field(default_factory=list)
    tells: list[Tell] = field(default_factory=list)
    undo: tuple[Command, ...] = ()
    refused: list[str] = field(default_factory=list)
