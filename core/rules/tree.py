"""Conditions as data: `all`, `any` and `not` over words with an argument each. What a word asks, its reader knows: of an order,
where it is decided who delivers; of an event, where it is chosen what is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, Union

from core.domain.errors import BadInput
from core.domain.language import Message

DEEPEST = 20


class Leaf(Protocol):
    def holds(self, asked: Any, /) -> bool: ...


L = TypeVar("L", bound=Leaf)


@dataclass(frozen=True, slots=True)
class Group(Generic[L]):
    """All of the parts, or with ``one_is_enough`` any of them."""

    parts: tuple[Tree[L], ...]
    one_is_enough: bool = False

    def holds(self, asked: Any) -> bool:
        return (any if self.one_is_enough else all)(part.holds(asked) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not(Generic[L]):
    part: Tree[L]

    def holds(self, asked: Any) -> bool:
        return not self.part.holds(asked)


Tree = Union[Group[L], Not[L], L]  # noqa: UP007 (with a bar, a variable of types is no alias)


def leaves(tree: Tree[L]) -> Iterable[L]:
    if isinstance(tree, Group):
        for part in tree.parts:
            yield from leaves(part)
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        yield tree


def read_tree(data: Mapping[str, Any], read_word: Callable[[str, object], L], depth: int = 0) -> Tree[L]:
    """Raise BadInput with one line that names the word that is wrong, as ``read_word`` does."""
    if depth > DEEPEST:
        raise BadInput(Message("conditions are nested more than {most} deep", most=DEEPEST))
    if not isinstance(data, Mapping):
        raise BadInput(Message("a condition is a table, not {data!r}", data=data))
    # Several words in one table are meant together.
    parts = tuple(_read_part(word, argument, read_word, depth) for word, argument in data.items())
    return parts[0] if len(parts) == 1 else Group(parts)


def _read_part(word: str, argument: object, read_word: Callable[[str, object], L], depth: int) -> Tree[L]:
    if word in {"all", "any"}:
        if not isinstance(argument, list | tuple):
            raise BadInput(Message("{word} wants a list of conditions, not {argument!r}", word=word, argument=argument))
        if not argument and word == "any":
            raise BadInput(Message("any wants one condition at least: with none, nothing could ever meet it"))
        return Group(tuple(read_tree(part, read_word, depth + 1) for part in argument), word == "any")
    if word == "not":
        if not isinstance(argument, Mapping) or not argument:
            raise BadInput(Message("not wants one condition, not {argument!r}", argument=argument))
        return Not(read_tree(argument, read_word, depth + 1))
    return read_word(word, argument)
