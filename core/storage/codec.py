"""Changes and entities as JSON and back to the very same classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from core.domain import events
from core.domain.alert import Alert
from core.domain.causes import cause
from core.domain.driver import Driver, Route
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import AreaCrossed, Change, DispatchChange, FenceCrossed, FenceDwelled
from core.domain.experiment import Experiment
from core.domain.forward import Forward
from core.domain.language import Message, as_text
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.provider import Consignment, Provider
from core.domain.rules import Day, RuleSet, Tally

Entity = (
    Order
    | Offer
    | Route
    | Driver
    | Merchant
    | Area
    | Experiment
    | Alert
    | Forward
    | RuleSet
    | Provider
    | Tally
    | Consignment
    | Day
)
E = TypeVar(
    "E", Order, Offer, Route, Driver, Merchant, Area, Experiment, Alert, Forward, RuleSet, Provider, Tally, Consignment, Day
)
Cell = str | float | int | None

KINDS: dict[str, type[Change]] = {
    name: kind for name, kind in vars(events).items() if isinstance(kind, type) and issubclass(kind, Change)
}
"""Every kind of change by the name it has in the log. A class that is renamed needs a step in the schema."""

# Sets and dictionaries sorted: the same entity is always the same text.
_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=as_text)
_changes = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class StateTable(Generic[E]):
    """A table of current state. ``name`` is also the field of `Change` it is filled from.

    ``columns`` are attributes of the entity, its key first, that are kept beside the body to be searched by.
    """

    name: str
    kind: type[E]
    columns: tuple[str, ...]

    @property
    def upsert(self) -> str:
        """Insert or replace by the key, in the order of `row`."""
        names = (*self.columns, "body")
        updates = ", ".join(f"{n} = excluded.{n}" for n in names[1:])
        places = ", ".join("?" * len(names))
        return (
            f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({places})"
            f" ON CONFLICT ({self.columns[0]}) DO UPDATE SET {updates}"
        )

    def row(self, entity: E) -> tuple[Cell, ...]:
        return (*[_cell(getattr(entity, name)) for name in self.columns], _encoder.encode(entity).decode())

    def decode(self, body: str) -> E:
        """Raise KerbsideError where the body is no such entity."""
        try:
            return msgspec.json.decode(body, type=self.kind)
        except msgspec.DecodeError as error:
            raise KerbsideError(
                Message(
                    "the database holds {name} that can't be read ({reason}): restore a backup",
                    name=self.name,
                    reason=cause(error),
                )
            ) from None


def _cell(value: Cell) -> Cell:
    """SQLite's driver is quick with plain text and slow with a text of another class, such as a `Status`."""
    return str(value) if isinstance(value, str) else value


ORDERS = StateTable("orders", Order, ("id", "status", "status_at", "driver_id"))
OFFERS = StateTable("offers", Offer, ("id", "state", "driver_id"))
ROUTES = StateTable("routes", Route, ("driver_id",))
DRIVERS = StateTable("drivers", Driver, ("id", "removed"))
MERCHANTS = StateTable("merchants", Merchant, ("id",))
AREAS = StateTable("areas", Area, ("id",))
EXPERIMENTS = StateTable("experiments", Experiment, ("name",))
ALERTS = StateTable("alerts", Alert, ("id", "cleared_at"))
RULESETS = StateTable("rulesets", RuleSet, ("id", "version"))
PROVIDERS = StateTable("providers", Provider, ("id", "removed"))
TALLIES = StateTable("tallies", Tally, ("id",))
CONSIGNMENTS = StateTable("consignments", Consignment, ("id", "order_id", "state"))
DAYS = StateTable("days", Day, ("id",))
FORWARDS = StateTable("forwards", Forward, ("id", "removed"))
_PLAIN: tuple[StateTable[Any], ...] = (ORDERS, OFFERS, ROUTES, DRIVERS, MERCHANTS, AREAS, EXPERIMENTS, ALERTS, FORWARDS)
_DISPATCH: tuple[StateTable[Any], ...] = (RULESETS, PROVIDERS, TALLIES, CONSIGNMENTS, DAYS)
STATE_TABLES = _PLAIN + _DISPATCH


def entities(change: Change) -> Iterable[tuple[StateTable[Any], Entity]]:
    """What the change touched, each with the table it belongs to."""
    for table in STATE_TABLES if isinstance(change, DispatchChange) else _PLAIN:
        for entity in getattr(change, table.name):
            yield table, entity


def encode(change: Change) -> str:
    """Raise BadInput for what would not come back as it is: a number that is NaN or infinite, half a surrogate pair.

    Asked before anything is queued, since an event that can't be read again would keep the program from starting.
    """
    kind = type(change).__name__
    try:
        body = _encoder.encode(change)
        _changes[kind].decode(body)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise BadInput(Message("{kind} can't be stored: {reason}", kind=kind, reason=cause(error))) from None
    return body.decode()


def decode(kind: str, body: str) -> Change:
    """Raise KerbsideError where this program does not know the kind or the body does not fit it."""
    decoder = _changes.get(kind)
    if decoder is None:
        raise KerbsideError(
            Message("the log holds an event {kind!r} that this version does not know: use a newer Kerbside", kind=kind)
        )
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise KerbsideError(
            Message(
                "the log holds an event {kind!r} that can't be read ({reason}): restore a backup",
                kind=kind,
                reason=cause(error),
            )
        ) from None


def orders_of(change: Change) -> tuple[str, ...]:
    """The orders a change concerns, the one it is chiefly about first. A route alone concerns none: it follows others."""
    own = [change.order_id] if isinstance(change, FenceCrossed | FenceDwelled) else []
    offered = (order_id for offer in change.offers for order_id in offer.order_ids)
    alarmed = (alert.order_id for alert in change.alerts if alert.order_id is not None)
    return tuple(dict.fromkeys([*own, *(o.id for o in change.orders), *offered, *alarmed]))


def driver_of(change: Change) -> str | None:
    """The driver a change is about, if it is about one."""
    if isinstance(change, FenceCrossed | FenceDwelled | AreaCrossed):
        return change.driver_id
    if change.drivers:
        return change.drivers[0].id
    holders: tuple[Offer | Order | Route | Alert, ...] = (*change.offers, *change.orders, *change.routes, *change.alerts)
    return next((h.driver_id for h in holders if h.driver_id is not None), None)
