"""How the columns of a table share its width: who becomes narrow, who steps aside, who takes what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from widgets.common.tables import Column

LEAST_STRETCH_PX, ROOM_PX, TITLE_PX, SIGN_PX = 76, 210, 20, 14
"""A column that takes the room that is left stays readable: where it has less than the second, others become narrow; where
less than the first is left, some step aside, and at last the table scrolls. The third is what a title takes besides its words,
the fourth are the words of one that is an icon."""


@dataclass(frozen=True, slots=True)
class Shares:
    """``widths`` of columns by their places; ``aside`` are those for which there is no room. ``enough`` says that the columns
    without a width of their own have what they need at least: they take the rest."""

    widths: dict[int, int]
    aside: frozenset[int]
    enough: bool


def share(
    columns: Sequence[Column[Any]],
    titles: Sequence[int],
    wanted: Sequence[int],
    by_hand: Mapping[int, int],
    room_px: int,
    kept: Iterable[int] = (),
) -> Shares:
    """``titles`` are the widths of the columns' titles, ``wanted`` the places of those that are to be seen.

    Widths that were drawn ``by_hand`` stay; ``kept`` never step aside.
    """
    wide = [i for i in wanted if not columns[i].width]
    steps = {i: _steps(columns[i], titles[i]) for i in wanted if columns[i].width and i not in by_hand}
    least = {i: by_hand[i] if i in by_hand else steps[i][2] for i in wanted if columns[i].width}
    least.update({i: max(columns[i].least or LEAST_STRETCH_PX, titles[i] + TITLE_PX) for i in wide})
    aside = set[int]()
    for i in sorted(
        (i for i in wanted if columns[i].spare and i not in kept), key=lambda i: (columns[i].spare, i), reverse=True
    ):
        if sum(least.values()) <= room_px:
            break
        aside.add(i)
        del least[i]
    wide = [i for i in wide if i in least]
    widths = {i: by_hand[i] if i in by_hand else steps[i][0] for i in least if columns[i].width}
    if wide:
        free = {i: px for i, px in steps.items() if i in widths}
        _narrow(widths, free, room_px, len(wide), sum(least[i] for i in wide))
    enough = room_px - sum(widths.values()) >= sum(least[i] for i in wide)
    if not enough:
        widths.update({i: least[i] for i in wide})
    return Shares(widths, frozenset(aside), enough)


def _steps(column: Column[Any], title_px: int) -> list[int]:
    """As wide as it would be, narrower, and as narrow as it can be."""
    narrow = column.narrow or column.width
    return [max(px, title_px + TITLE_PX) for px in (column.width, narrow, column.least or narrow)]


def _narrow(widths: dict[int, int], steps: Mapping[int, Sequence[int]], room_px: int, wide: int, least_px: int) -> None:
    """Make room for what takes the rest: ``wide`` columns, which need ``least_px`` in all."""
    rest = room_px - sum(widths.values())
    # Those that give most go first: what is left may do for the others.
    for i in sorted(steps, key=lambda i: steps[i][1] - steps[i][0]):
        if rest < ROOM_PX * wide:
            widths[i], rest = steps[i][1], rest + steps[i][0] - steps[i][1]
    # What leaves words out comes last, no further than it must, and of that what leaves out least.
    for i in sorted(steps, key=lambda i: widths[i] - steps[i][2]):
        given = min(max(0, least_px - rest), widths[i] - steps[i][2])
        rest, widths[i] = rest + given, widths[i] - given
