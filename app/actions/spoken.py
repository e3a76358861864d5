"""The command line: a verb, then what it is about. ``assign 2041 17`` gives order 2041 to driver D-17.

One table of verbs; the finder's hints, its completions and what is carried out all come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from app.actions.naming import driver_named, order_named, which_orders
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import KerbsideError
from core.domain.language import mark, sentence, tr
from core.domain.order import Order
from core.domain.world import World


class Slot(Enum):
    """What a verb is followed by; the value is how it is written in a hint."""

    ORDERS = mark("ORDER…")
    DRIVER = mark("DRIVER")
    WORDS = mark("WHY")


Make = Callable[[Sequence[Order], Driver | None, str], list[c.Command]]


@dataclass(frozen=True, slots=True)
class Verb:
    """``says`` is the deed in words, with ``{orders}`` and ``{driver}``."""

    word: str
    slots: tuple[Slot, ...]
    meaning: str
    says: str
    make: Make

    @property
    def usage(self) -> str:
        return " ".join((self.word, *(tr(slot.value) for slot in self.slots)))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line means so far.

    ``commands`` is empty until the line is whole. ``problem`` says what is wrong or missing; it is ``certain`` where no ending
    of the word now being typed could mend it. ``wants`` are the slots that the
    word now being typed, ``word``, may fill; ``head`` is the line before it.
    """

    verb: Verb | None
    text: str = ""
    commands: tuple[c.Command, ...] = ()
    problem: str = ""
    certain: bool = False
    wants: tuple[Slot, ...] = ()
    head: str = ""
    word: str = ""


def _each(make: Callable[[str], c.Command]) -> Make:
    return lambda orders, driver, words: [make(order.id) for order in orders]


def _giving(kind: type[c.AssignOrder] | type[c.OfferOrder]) -> Make:
    def make(orders: Sequence[Order], driver: Driver | None, words: str) -> list[c.Command]:
        assert driver is not None
        return [kind(order_id=order.id, driver_id=driver.id) for order in orders]

    return make


def _presence(presence: Presence) -> Make:
    def make(orders: Sequence[Order], driver: Driver | None, words: str) -> list[c.Command]:
        assert driver is not None
        return [c.SetPresence(driver_id=driver.id, presence=presence)]

    return make


def _failing(orders: Sequence[Order], driver: Driver | None, words: str) -> list[c.Command]:
    return [c.RecordProgress(order_id=orders[0].id, event="failed", reason=words)]


_O, _D, _W = Slot.ORDERS, Slot.DRIVER, Slot.WORDS

VERBS: tuple[Verb, ...] = (
    Verb("assign", (_O, _D), "Give orders to a driver", "Assign {orders} to {driver}", _giving(c.AssignOrder)),
    Verb("offer", (_O, _D), "Ask a driver about orders", "Offer {orders} to {driver}", _giving(c.OfferOrder)),
    Verb("take", (_O,), "Take orders back from the driver", "Take back {orders}",
         _each(lambda i: c.UnassignOrder(order_id=i))),
    Verb("hold", (_O,), "Hold orders", "Hold {orders}", _each(lambda i: c.HoldOrder(order_id=i))),
    Verb("release", (_O,), "Release held orders", "Release {orders}", _each(lambda i: c.ReleaseOrder(order_id=i))),
    Verb("cancel", (_O,), "Cancel orders", "Cancel {orders}", _each(lambda i: c.CancelOrder(order_id=i))),
    Verb("reinstate", (_O,), "Bring cancelled orders back", "Reinstate {orders}",
         _each(lambda i: c.ReinstateOrder(order_id=i))),
    Verb("accept", (_O,), "Accept for the driver", "Accept {orders}", _each(lambda i: c.AcceptFor(order_id=i))),
    Verb("picked", (_O,), "Mark orders as picked up", "Mark as picked up: {orders}",
         _each(lambda i: c.RecordProgress(order_id=i, event="picked_up"))),
    Verb("delivered", (_O,), "Mark orders as delivered", "Mark as delivered: {orders}",
         _each(lambda i: c.RecordProgress(order_id=i, event="delivered"))),
    Verb("failed", (_O, _W), "Mark an order as failed, and say why", "Mark as failed: {orders}", _failing),
    Verb("break", (_D,), "Send a driver on a break", "Break for {driver}", _presence(Presence.BREAK)),
    Verb("back", (_D,), "Bring a driver back from the break", "Back from the break: {driver}", _presence(Presence.ONLINE)),
)  # fmt: skip

BY_WORD = {verb.word: verb for verb in VERBS}


def hear(line: str, world: World) -> Heard:
    """Read a line, whole or in the making. Never raises: what is wrong is in ``problem``."""
    tokens = line.split()
    fresh = not line or line[-1].isspace()
    word = "" if fresh or not tokens else tokens[-1]
    head = line if fresh else line[: len(line) - len(word)]
    if not tokens:
        return Heard(None)
    verb = BY_WORD.get(tokens[0].casefold())
    if verb is None or (len(tokens) == 1 and not fresh):
        problem = (
            ""
            if any(w.startswith(tokens[0].casefold()) for w in BY_WORD)
            else tr("There is no command {tokens}", tokens=tokens[0])
        )
        return Heard(verb, problem=problem, certain=bool(problem), head=head, word=word)
    rest = tokens[1:]
    whole = len(rest) if fresh else len(rest) - 1
    wants = _wants(verb, whole)
    try:
        text, commands = _read(verb, rest, world)
    except KerbsideError as error:
        return Heard(
            verb, problem=sentence(error), certain=_fails(verb, rest[:whole], world), wants=wants, head=head, word=word
        )
    missing = tr("Type {usage}", usage=verb.usage) if not commands else ""
    return Heard(verb, text, commands, missing, wants=wants, head=head, word=word)


def _fails(verb: Verb, words: Sequence[str], world: World) -> bool:
    try:
        _read(verb, words, world)
    except KerbsideError:
        return True
    return False


def _wants(verb: Verb, before: int) -> tuple[Slot, ...]:
    """The slots that the next word may fill, with so many words before it."""
    if Slot.WORDS in verb.slots:
        return (Slot.ORDERS,) if before == 0 else (Slot.WORDS,)
    if verb.slots == (Slot.DRIVER,):
        return (Slot.DRIVER,) if before == 0 else ()
    if Slot.DRIVER in verb.slots and before > 0:
        return (Slot.DRIVER, Slot.ORDERS)
    return (Slot.ORDERS,)


def _read(verb: Verb, rest: Sequence[str], world: World) -> tuple[str, tuple[c.Command, ...]]:
    """The deed in words and its commands, none while words are missing; raises KerbsideError for a thing there is none of."""
    names, words, driver = list(rest), "", None
    if Slot.WORDS in verb.slots:
        names, words = names[:1], " ".join(names[1:])
    if Slot.DRIVER in verb.slots:
        wanted = 2 if Slot.ORDERS in verb.slots else 1
        if len(names) > 1 and wanted == 1:
            raise KerbsideError(tr("type {usage}, with one driver", usage=verb.usage))
        typed = names.pop() if len(names) >= wanted else None
        orders = list({order.id: order for order in (order_named(name, world) for name in names)}.values())
        driver = driver_named(typed, world) if typed is not None else None
        complete = driver is not None
    else:
        orders = list({order.id: order for order in (order_named(name, world) for name in names)}.values())
        complete = bool(orders)
    if not complete:
        return "", ()
    which = which_orders(orders) if orders else ""
    text = tr(verb.says).format(orders=which, driver=driver.name if driver is not None else "")
    return text, tuple(verb.make(orders, driver, words))
