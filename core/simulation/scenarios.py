"""Exercises for dispatchers, as data: how busy it is, and what goes wrong when."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from core.domain.causes import cause
from core.domain.driver import Driver
from core.domain.errors import BadInput
from core.domain.language import Message
from core.domain.merchant import Merchant
from core.simulation.faults import Declines, GpsJump, Injected, KitchenDelay, OutOfReach
from core.simulation.params import SimulationParams

FOLDER = Path(__file__).parents[2] / "resources" / "scenarios"
KINDS = ("battery", "declines", "gps", "kitchen")
_TURNED = frozenset(f.name for f in fields(SimulationParams)) - {"vehicles", "first_order", "window_min"}


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong ``at_min`` after the start for ``for_min``; ``who`` counts drivers, or merchants, from 1."""

    kind: str
    at_min: float
    for_min: float
    who: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """``minutes`` is how long the exercise takes."""

    name: str
    title: str
    text: str
    minutes: float
    params: SimulationParams
    mishaps: tuple[Mishap, ...]

    def faults(self, start: float, drivers: Sequence[Driver], merchants: Sequence[Merchant]) -> list[Injected]:
        """For a run that begins at ``start``, epoch seconds."""
        found = []
        for one in self.mishaps:
            whose = merchants[(one.who - 1) % len(merchants)].id if one.kind == "kitchen" else ""
            whose = whose or drivers[(one.who - 1) % len(drivers)].id
            found.append(fault(one.kind, whose, start + 60 * one.at_min, 60 * one.for_min))
        return found


def fault(kind: str, whose: str, start: float, for_s: float) -> Injected:
    """One of `KINDS`: a driver whose battery is dead, who turns everything down or seems to be 3 km away; a merchant whose
    orders take a quarter of an hour longer."""
    end = start + for_s
    if kind == "battery":
        return OutOfReach(whose, start, end)
    if kind == "declines":
        return Declines(whose, start, end)
    if kind == "gps":
        return GpsJump(whose, start, end, 2400.0, 1800.0)
    if kind == "kitchen":
        return KitchenDelay(whose, start, end, 15.0)
    raise BadInput(Message("what goes wrong is one of {choices}, not {kind!r}", choices=", ".join(KINDS), kind=kind))


def names(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def read_scenario(name: str, folder: Path = FOLDER) -> Scenario:
    """Raises BadInput with one line that says what to change."""
    path = folder / f"{name}.toml"
    if name not in names(folder):
        raise BadInput(
            Message("there is no scenario {name}: choose one of {choices}", name=name, choices=", ".join(names(folder)))
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        figures = table.get("simulation", {})
        unknown = sorted(figures.keys() - _TURNED)
        if unknown:
            raise BadInput(Message("{name}: a simulation has no {choices}", name=path.name, choices=", ".join(unknown)))
        minutes = float(table["minutes"])
        params = replace(SimulationParams(window_min=max(1.0, minutes)), **figures)
        mishaps = tuple(
            Mishap(str(m["kind"]), float(m["at_min"]), float(m["for_min"]), int(m["who"])) for m in table.get("mishap", ())
        )
        for one in mishaps:
            fault(one.kind, "", 0.0, 60 * one.for_min)
        return Scenario(name, str(table["title"]), str(table["text"]), minutes, params, mishaps)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(Message("{name} can't be read: {reason}", name=path.name, reason=cause(error))) from None
