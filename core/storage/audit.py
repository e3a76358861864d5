"""The event log as an audit: who changed what when, from what to what."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.domain.events import Change
from core.storage.codec import (
    AREAS,
    DAYS,
    DRIVERS,
    EXPERIMENTS,
    FORWARDS,
    MERCHANTS,
    ORDERS,
    PROVIDERS,
    RULESETS,
    Cell,
    Entity,
    entities,
)
from core.storage.store import NOTE_KINDS, SETUP_KINDS, Logged, Store
from core.storage.upkeep import UPKEEP_KINDS

PAGE = 200
LOOKED_UP = 5
"""Of a change that touched more things than this, only so many are told as they were before."""
MOST_NAMES = 10_000
"""Versions of one thing that are looked through for its name."""


CARRIERS: dict[str, tuple[str, ...]] = {
    AREAS.name: ("AreaSaved", "AreaRemoved"),
    MERCHANTS.name: ("MerchantRegistered", "MerchantRemoved", "MerchantsTagged"),
    DRIVERS.name: ("DriverRegistered", "DriverChanged", "DriverRemoved"),
    RULESETS.name: ("RulesSaved",),
    PROVIDERS.name: ("ProviderSaved", "ProviderRemoved"),
    FORWARDS.name: ("ForwardSaved", "ForwardRemoved"),
    EXPERIMENTS.name: ("ExperimentSaved",),
    DAYS.name: ("WeatherTold",),
    ORDERS.name: (),
}
"""What is told as it was and is, and the kinds of events that set it; orders have an index of their own. Offers, routes and
counts follow from what is told of orders; where drivers are and what alerts say stands in the kind of event itself."""

PEOPLE_KINDS = ("MerchantsTagged", "ExperimentSaved", "DriverRegistered", "DriverChanged", "DriverRemoved")
"""As in the second index of the schema."""
_INDEXED = (SETUP_KINDS, PEOPLE_KINDS, NOTE_KINDS, UPKEEP_KINDS)


def _quoted(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty asks for everything. ``thing`` is an id, ``actor`` a part of who did it; times in epoch seconds,
    ``until`` without it.
    ``mentions``: the id stands somewhere in the change."""

    kinds: frozenset[str] = frozenset()
    actor: str = ""
    thing: str = ""
    since: float | None = None
    until: float | None = None
    mentions: str = ""

    def where(self, of_order: bool) -> tuple[str, list[Cell]]:
        """A condition in SQL for all but the kinds, and its values; ``of_order``: the thing is an order, which has an index."""
        parts, values = ["true"], list[Cell]()
        if self.actor:
            # ``key:Shop`` is read as "key Shop", and may be asked for as both.
            parts.append("instr(lower(replace(actor, ':', ' ')), ?)")
            values.append(self.actor.lower().replace(":", " "))
        if self.thing and of_order:
            parts.append("seq IN (SELECT seq FROM event_orders WHERE order_id = ?)")
            values.append(self.thing)
        elif self.thing:
            parts.append("(driver_id = ? OR instr(body, ?))")
            values += [self.thing, f'"{key_of(self.thing)}"']
        if self.mentions:
            parts.append("instr(body, ?)")
            values.append(f'"{key_of(self.mentions)}"')
        if self.since is not None:
            parts.append("at >= ?")
            values.append(self.since)
        if self.until is not None:
            parts.append("at < ?")
            values.append(self.until)
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class Touched:
    """A thing as it was before a change, ``None`` where there was none, and after it. Where the kind of change sets nothing of
    it (a driver came online), both are the same."""

    table: str
    id: str
    before: Entity | None
    after: Entity


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    change: Change
    touched: tuple[Touched, ...]
    more: int = 0
    """Things that were touched as well and were not looked up."""


def key_of(thing_id: str) -> str:
    """An id as it stands in the log's JSON, without its quotation marks."""
    return json.dumps(thing_id, ensure_ascii=False)[1:-1]


def page(store: Store, wanted: Wanted, before_seq: int | None = None, limit: int = PAGE) -> list[Entry]:
    """Of what is wanted the last ``limit`` entries, newest first; with ``before_seq`` those before it. Not for the engine's
    thread."""
    before = before_seq if before_seq is not None else 2**62
    return list(_told(store, _select(store, wanted, "seq < ?", before, "DESC", limit)))


PEOPLE_PAGE, PEOPLE_SPAN = 300, 200_000


def by_people(store: Store, before_seq: int) -> list[Logged]:
    """What people at a desk changed before that number, newest first: the last 300 of the last 200,000 changes. Whoever is no
    person is the system itself, or is named with what they are (``driver:D-1``). Not for the engine's thread."""
    return store.logged(
        "SELECT seq, kind, body FROM events WHERE seq < ? AND seq >= ? AND instr(actor, ':') = 0"
        " AND actor NOT IN ('system', 'matcher', 'customer', 'rules', 'merchant', 'simulator', 'settings.toml')"
        " ORDER BY seq DESC LIMIT ?",
        before_seq,
        before_seq - PEOPLE_SPAN,
        PEOPLE_PAGE,
    )


def everything(store: Store, wanted: Wanted) -> Iterator[Entry]:
    """All of it, oldest first, read page by page."""
    at = 0
    while found := _select(store, wanted, "seq > ?", at, "ASC", PAGE):
        yield from _told(store, found)
        at = found[-1].seq


def _select(store: Store, wanted: Wanted, edge: str, at: int, order: str, limit: int) -> list[Logged]:
    """Kinds that have an index are looked up in it one by one; any other is frequent enough to be met soon."""
    of_order = bool(wanted.thing and store.ask("SELECT 1 FROM event_orders WHERE order_id = ? LIMIT 1", wanted.thing))
    where, values = wanted.where(of_order)
    base = f"SELECT seq, kind, body FROM events WHERE {edge} AND {where}"
    index_of = {kind: kinds for kinds in _INDEXED for kind in kinds}
    if not wanted.kinds or not wanted.kinds <= index_of.keys():
        # What is expected changes nothing; with it, a page of the audit would be a minute of the matcher's.
        named = f" AND kind IN ({_quoted(sorted(wanted.kinds))})" if wanted.kinds else " AND kind <> 'ArrivalsExpected'"
        return store.logged(f"{base}{named} ORDER BY seq {order} LIMIT ?", at, *values, limit)
    # The list of the index has to stand in the query as it does there, or SQLite does not use it.
    parts = [
        f"SELECT * FROM ({base} AND kind = '{kind}' AND kind IN ({_quoted(index_of[kind])}) ORDER BY seq {order} LIMIT ?)"
        for kind in sorted(wanted.kinds)
    ]
    query = f"{' UNION ALL '.join(parts)} ORDER BY seq {order} LIMIT ?"
    return store.logged(query, *[at, *values, limit] * len(parts), limit)


def area_versions(store: Store, area_id: str) -> list[Logged]:
    """Every change of an area, oldest first. Reads the disk: not for the engine's thread."""
    query = "SELECT seq, kind, body FROM events WHERE kind IN ('AreaSaved', 'AreaRemoved') ORDER BY seq"
    return [one for one in store.logged(query) if any(area.id == area_id for area in one.change.areas)]


def _told(store: Store, logged: Iterable[Logged]) -> Iterator[Entry]:
    for one in logged:
        audited = [(table, entity) for table, entity in entities(one.change) if table.name in CARRIERS]
        touched = []
        for table, entity in audited[:LOOKED_UP]:
            thing_id = str(getattr(entity, table.columns[0]))
            sets = table is ORDERS or type(one.change).__name__ in CARRIERS[table.name]
            before = _before(store, table.name, thing_id, one.seq) if sets else entity
            touched.append(Touched(table.name, thing_id, before, entity))
        yield Entry(one.seq, one.change, tuple(touched), len(audited) - len(touched))


def _before(store: Store, table: str, thing_id: str, seq: int) -> Entity | None:
    """The thing as the last change before ``seq`` left it."""
    # The id is looked for in the text, where another field may hold it as well: then the one before that is looked at.
    wanted = Wanted(frozenset(CARRIERS[table]), mentions=thing_id)
    while found := _last(store, table, thing_id, wanted, seq):
        (one,) = found
        for of, entity in entities(one.change):
            if of.name == table and str(getattr(entity, of.columns[0])) == thing_id:
                return entity
        seq = one.seq
    return None


class Names:
    """What areas, merchants and providers were called. What was looked up is kept: one for each page."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str], tuple[list[int], list[str]]] = {}

    def of(self, table: str, thing_id: str, seq: int) -> str:
        """Its name once the change ``seq`` was made; empty where the log knows of no such thing until then."""
        known = self._known.get((table, thing_id))
        if known is None:
            known = self._known[table, thing_id] = self._history(table, thing_id)
        seqs, names = known
        at = bisect_right(seqs, seq)
        return names[at - 1] if at else ""

    def _history(self, table: str, thing_id: str) -> tuple[list[int], list[str]]:
        # Tagging renames nobody, and is by far the longest of the changes in which an id may stand.
        wanted = Wanted(frozenset(CARRIERS[table]) - {"MerchantsTagged"}, mentions=thing_id)
        seqs, names = list[int](), list[str]()
        for one in _select(self._store, wanted, "seq > ?", 0, "ASC", MOST_NAMES):
            for of, entity in entities(one.change):
                if of.name == table and str(getattr(entity, of.columns[0])) == thing_id:
                    seqs.append(one.seq)
                    names.append(str(getattr(entity, "name", "")))
        return seqs, names


def _last(store: Store, table: str, thing_id: str, wanted: Wanted, seq: int) -> list[Logged]:
    if table != ORDERS.name:
        return _select(store, wanted, "seq < ?", seq, "DESC", 1)
    query = "SELECT e.seq, kind, body FROM event_orders o JOIN events e USING (seq) WHERE o.order_id = ? AND o.seq < ?"
    return store.logged(f"{query} ORDER BY o.seq DESC LIMIT 1", thing_id, seq)
