"""Everything that has a name, and the few of it that fit what is typed: a scan over folded texts, quick enough for each key."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
MANY = 300
"""Of more than so many of one kind that fit, only those are ranked whose name begins with what is typed."""
_NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Named:
    """``name`` is what it is chiefly called, ``text`` all that it is found by; both folded to one case.

    ``number`` is the figures its key ends in.
    """

    kind: str
    key: str
    name: str
    text: str
    number: str
    source: object


class Finder:
    """Keeps the folded text of each thing, made anew only for what has changed since the last `sync`."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Named]] = {}

    def sync(self, kind: str, things: Mapping[str, T], words: Callable[[T], tuple[str, str]]) -> None:
        """Know these things of a kind and no others. ``words`` gives a thing's name, and what else it is found by.

        A thing that is the same object as before is taken to be unchanged.
        """
        known = self._kinds.get(kind, {})
        kept: dict[str, Named] = {}
        for key, thing in things.items():
            named = known.get(key)
            if named is None or named.source is not thing:
                name, more = words(thing)
                number = _NUMBER.search(key)
                text = f"{name} {more}".casefold()
                named = Named(kind, key, name.casefold(), text, number[0] if number is not None else "", thing)
            kept[key] = named
        self._kinds[kind] = kept

    def find(self, typed: str, limit: int = 40, per_kind: int = 12, kinds: Collection[str] | None = None) -> list[Named]:
        """The best fitting, of some ``kinds`` alone where they are given.

        Every word typed has to be in a thing's text. Best is whose name is what is typed, or whose number is; then whose
        name begins with it; then whose name has a word that does; then the rest. Of what fits equally well, those of the
        kind that was told first come first.
        """
        words = typed.casefold().split()
        if not words:
            return []
        whole, first = " ".join(words), words[0]
        found: list[tuple[int, int, int, str, Named]] = []
        for place, (kind, things) in enumerate(self._kinds.items()):
            if kinds is not None and kind not in kinds:
                continue
            fitting: Iterable[Named] = things.values()
            for word in words:
                fitting = [named for named in fitting if word in named.text]
            fitting = list(fitting)
            if len(fitting) > MANY:
                begin = [n for n in fitting if n.name.startswith(whole) or n.number == whole]
                fitting = (begin or fitting)[:MANY]
            ranked = [(_rank(named, whole, first), place, len(named.name), named.key, named) for named in fitting]
            found += heapq.nsmallest(per_kind, ranked, key=lambda r: r[:4])
        found.sort(key=lambda r: r[:4])
        return [named for *_, named in found[:limit]]


def _rank(named: Named, whole: str, first: str) -> int:
    name = named.name
    if whole in (name, named.key.casefold()):
        return 0
    if named.number == whole:
        return 1
    if name.startswith(whole):
        return 2
    if f" {first}" in name:
        return 3
    return 4
