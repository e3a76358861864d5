"""Orders and drivers by as little of their number as is unmistakable: ``17`` and ``d17`` both mean ``D-17``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from core.domain.driver import Driver
from core.domain.errors import UnknownThing
from core.domain.language import ntr, tr
from core.domain.order import Order
from core.domain.world import World

_NUMBER = re.compile(r"(\d+)$")


def order_named(typed: str, world: World) -> Order:
    """Raise UnknownThing, with a line that says what to type, where it is none or several."""
    return world.orders[_named(typed, world.orders, "order", ("", "O-", "O", "#"))]


def driver_named(typed: str, world: World) -> Driver:
    """Raise UnknownThing, with a line that says what to type, where it is none or several."""
    return world.drivers[_named(typed, world.drivers, "driver", ("D-", "D", ""))]


def _named(typed: str, things: Mapping[str, object], kind: str, prefixes: Iterable[str]) -> str:
    for wanted in (typed, typed.upper()):
        if wanted in things:
            return wanted
    bare = re.sub(rf"^(#|{kind[0]}-?)(?=\d)", "", typed, flags=re.IGNORECASE)
    if bare.isdigit():
        for prefix in prefixes:
            if prefix + bare in things:
                return prefix + bare
    folded = typed.casefold()
    fitting = [i for i in things if i.casefold() == folded]
    if not fitting and bare.isdigit():
        fitting = [i for i in things if (end := _NUMBER.search(i)) and end[1].lstrip("0") == bare.lstrip("0")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UnknownThing(
            tr("{typed} may be {kind} {join}: type the whole number", typed=typed, kind=kind, join=" or ".join(fitting[:3]))
        )
    raise UnknownThing(tr("there is no {kind} {typed}", kind=kind, typed=typed))


def which_orders(orders: Sequence[Order]) -> str:
    """``order 2041``, or ``3 orders``."""
    return tr("order {id}", id=orders[0].id) if len(orders) == 1 else tr("{orders} orders", orders=len(orders))


def counted(orders: int, drivers: int) -> str:
    """How many of each, without what there is none of."""
    parts = [ntr("{n:,} order", "{n:,} orders", orders)] if orders else []
    return ", ".join(parts + ([ntr("{n:,} driver", "{n:,} drivers", drivers)] if drivers else []))
