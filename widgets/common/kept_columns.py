"""How somebody has arranged the columns of a table, and how that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST_PX, MOST_PX = 20, 4000


@dataclass(frozen=True, slots=True)
class KeptColumns:
    """Columns are named by their places in the declaration. ``shown`` are those there, from the first to the last, the usual
    ones where it is empty; ``widths`` in pixels of those somebody has drawn wider or narrower; ``sort`` a column and whether
    it falls, ``None`` as the table does at first."""

    shown: tuple[int, ...] = ()
    widths: Mapping[int, int] = field(default_factory=dict)
    sort: tuple[int, bool] | None = None

    def written(self) -> dict[str, object]:
        """For JSON; what is as usual is left out."""
        widths = {str(i): px for i, px in self.widths.items()}
        sort = None if self.sort is None else [*self.sort]
        return {key: value for key, value in (("shown", [*self.shown]), ("widths", widths), ("sort", sort)) if value}


def read_columns(raw: object) -> KeptColumns:
    """Raises ValueError. Earlier versions kept a list of the columns shown and nothing else."""
    if isinstance(raw, list):
        raw = {"shown": raw}
    if not isinstance(raw, dict):
        raise ValueError(raw)
    return KeptColumns(_places(raw.get("shown", [])), read_widths(raw.get("widths", {})), read_sort(raw.get("sort")))


def _places(raw: object) -> tuple[int, ...]:
    if not isinstance(raw, list) or not all(type(i) is int for i in raw):
        raise ValueError(raw)
    return tuple(raw)


def read_widths(raw: object) -> dict[int, int]:
    """Raises ValueError."""
    if not isinstance(raw, dict) or not all(type(px) is int and LEAST_PX <= px <= MOST_PX for px in raw.values()):
        raise ValueError(raw)
    return {int(place): px for place, px in raw.items()}


def read_sort(raw: object) -> tuple[int, bool] | None:
    """Raises ValueError."""
    if raw is None:
        return None
    if not (isinstance(raw, list) and len(raw) == 2 and type(raw[0]) is int and type(raw[1]) is bool):
        raise ValueError(raw)
    return raw[0], raw[1]
