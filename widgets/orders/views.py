"""Boards by name: what each lets through, how it groups and sorts; kept as text between starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from core.domain.language import tr
from widgets.common.kept_columns import read_widths
from widgets.orders.grouping import GROUPINGS
from widgets.orders.rows import Section

MOST_BESIDE = 6
"""So many boards can have docks of their own."""


@dataclass(frozen=True, slots=True)
class BoardView:
    """``sections`` are the names of the queues that are let through, all where it is empty; ``sort`` is a column and whether it
    falls, ``None`` puts what needs a hand first. ``columns`` are the places of those shown, the usual ones where it is empty;
    ``widths`` in pixels, by place, of those somebody has drawn wider or narrower. ``beside`` is the number of the dock it
    has to itself, 0 among the tabs."""

    name: str
    text: str = ""
    sections: tuple[str, ...] = ()
    group: str = "state"
    sort: tuple[int, bool] | None = None
    beside: int = 0
    columns: tuple[int, ...] = ()
    widths: Mapping[int, int] = field(default_factory=dict)


def first_view() -> BoardView:
    return BoardView(tr("All orders"))


def written(views: Iterable[BoardView]) -> str:
    return json.dumps([asdict(view) for view in views])


def read(text: str) -> list[BoardView]:
    """What can be understood of it, the plain board where nothing can: one at least among the tabs, no two in one dock."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = []
    views = [view for one in raw if isinstance(one, dict) and (view := _view(one)) is not None] if isinstance(raw, list) else []
    taken: set[int] = set()
    for i, view in enumerate(views):
        if view.beside in taken:
            views[i] = replace(view, beside=0)
        taken.add(view.beside or -1)
    return views if any(not view.beside for view in views) else [first_view(), *views]


def is_sound(text: str) -> bool:
    """Whether all of it can be understood."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, list) and all(isinstance(one, dict) and _view(one) is not None for one in raw)


def changed_as(was: str, to: str, now: str) -> str:
    """``now`` with what differs between ``was`` and ``to``, and no more: a filter that has been set since then stays."""
    before, target, present = read(was), read(to), {view.name: view for view in read(now)}
    named, in_place = {view.name: view for view in before}, len(before) == len(target)

    def one(place: int, view: BoardView) -> BoardView:
        source = named.get(view.name) or (before[place] if in_place else None)
        known = present.get(source.name) if source is not None else None
        if source is None or known is None:
            return view
        return replace(known, **{part: value for part, value in _parts(view).items() if value != _parts(source)[part]})

    return written(one(place, view) for place, view in enumerate(target))


def _parts(view: BoardView) -> dict[str, Any]:
    return {part.name: getattr(view, part.name) for part in fields(view)}


def _view(raw: dict[str, object]) -> BoardView | None:
    name, text, group = raw.get("name"), raw.get("text", ""), raw.get("group", "state")
    if not isinstance(name, str) or not name.strip() or not isinstance(text, str):
        return None
    known = {section.name for section in Section}
    named = raw.get("sections")
    sections = tuple(s for s in named if s in known) if isinstance(named, list) else ()
    sort = raw.get("sort")
    beside = raw.get("beside", 0)
    columns, widths = raw.get("columns"), dict[int, int]()
    with suppress(ValueError):
        widths = read_widths(raw.get("widths", {}))
    is_sort = isinstance(sort, list) and len(sort) == 2 and isinstance(sort[0], int) and isinstance(sort[1], bool)
    return BoardView(
        name,
        text,
        sections,
        group if isinstance(group, str) and group in GROUPINGS else "state",
        (sort[0], sort[1]) if is_sort and isinstance(sort, list) else None,
        beside if type(beside) is int and 0 <= beside <= MOST_BESIDE else 0,
        tuple(i for i in columns if type(i) is int) if isinstance(columns, list) else (),
        widths,
    )
