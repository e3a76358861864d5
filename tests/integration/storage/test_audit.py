"""The audit read from a real database: pages, filters, and each thing as it was before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.events import KeyMade
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.provider import INTERNAL
from core.domain.rules import Rule
from core.domain.upkeep import Altered
from core.settings import BY_KEY
from core.storage.audit import PEOPLE_KINDS, Names, Wanted, area_versions, everything, page
from core.storage.store import NOTE_KINDS, SETUP_KINDS
from core.storage.upkeep import UPKEEP_KINDS, Spool
from tests.rigs import START, Rig

RING = tuple(LatLon(*p) for p in ((44.9, 8.9), (44.9, 9.1), (45.1, 9.1), (45.1, 8.9), (44.9, 8.9)))
AREA = Area("old-town", "Old town", ((RING,),))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "kerbside.db")
    made.merchant()
    made.driver()
    made.tick()
    yield made
    made.close()


def read(rig: Rig, **wanted: Any) -> list[Any]:
    rig.store.flush()
    return page(rig.store, Wanted(**wanted))


def test_a_change_is_told_with_what_was_before(rig: Rig) -> None:
    rig.do(c.SaveArea(area=AREA, actor="ida"))
    rig.tick(5)
    rig.do(c.SaveArea(area=replace(AREA, name="Citadel"), actor="bo"))
    newest, oldest = read(rig, kinds=frozenset({"AreaSaved"}))
    assert (oldest.change.actor, oldest.touched[0].before) == ("ida", None)
    assert newest.change.actor == "bo"
    assert (newest.touched[0].before.name, newest.touched[0].after.name) == ("Old town", "Citadel")
    assert newest.change.at - oldest.change.at == 5
    assert [one.change.areas[0].version for one in area_versions(rig.store, "old-town")] == [1, 2]


def test_what_was_changed_by_another_kind_of_event_is_known(rig: Rig) -> None:
    """A merchant is tagged by an area; its next change must not claim the tag for itself."""
    rig.do(c.SaveArea(area=AREA))
    merchant = rig.world.merchants["M-1"]
    assert merchant.area_id == "old-town"
    rig.do(c.SaveMerchant(merchant=replace(merchant, name="Rosa and Sons")))
    saved = read(rig, kinds=frozenset({"MerchantRegistered"}))[0]
    assert saved.touched[0].before == merchant
    tagged = read(rig, kinds=frozenset({"MerchantsTagged"}))[0]
    assert (tagged.touched[0].before.area_id, tagged.touched[0].after.area_id) == (None, "old-town")


def test_an_order_s_steps_follow_each_other(rig: Rig) -> None:
    rig.place("O-1")
    rig.place("O-10")
    rig.do(c.HoldOrder(order_id="O-1"))
    rig.do(c.ReleaseOrder(order_id="O-1"))
    found = read(rig, thing="O-1")
    statuses = [(t.before and t.before.status.value, t.after.status.value) for e in found for t in e.touched]
    assert statuses[:2] == [("held", "waiting"), ("waiting", "held")]
    assert {t.id for e in found for t in e.touched} == {"O-1"}
    for newer, older in pairwise(found):
        assert newer.touched[0].before == older.touched[-1].after


def test_coming_online_is_no_change_of_a_driver_s_data(rig: Rig) -> None:
    found = read(rig, kinds=frozenset({"DriverCameOnline"}))
    assert found[0].touched[0].before == found[0].touched[0].after


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ({"actor": "IDA"}, {"RulesSaved"}),
        ({"thing": "D-1"}, {"DriverRegistered", "DriverCameOnline", "DriverWentOffline"}),
        ({"thing": "old-town"}, {"AreaSaved", "MerchantsTagged"}),
        ({"since": START + 100}, {"RulesSaved", "DriverWentOffline"}),
        ({"until": START + 100, "kinds": frozenset({"RulesSaved", "AreaSaved"})}, {"AreaSaved"}),
        ({"thing": "nobody"}, set()),
    ],
)
def test_filters(rig: Rig, wanted: dict[str, Any], kinds: set[str]) -> None:
    rig.do(c.SaveArea(area=AREA))
    rig.tick(200)
    rig.do(c.SaveRules(rules=(Rule("r", {}, {"provider": INTERNAL}),), actor="key:Ida"))
    assert {type(entry.change).__name__ for entry in read(rig, **wanted)} == kinds


def test_pages_and_the_whole_hold_the_same(rig: Rig) -> None:
    for n in range(7):
        rig.do(c.SaveArea(area=replace(AREA, name=f"Name {n}")))
        rig.place(f"O-{n}")
    rig.store.flush()
    for wanted in (Wanted(), Wanted(frozenset(SETUP_KINDS)), Wanted(frozenset(SETUP_KINDS) | frozenset(PEOPLE_KINDS))):
        whole = [entry.seq for entry in everything(rig.store, wanted)]
        assert whole == sorted(whole)
        paged: list[int] = []
        before = None
        while found := page(rig.store, wanted, before, 3):
            paged += [entry.seq for entry in found]
            before = paged[-1]
        assert paged == whole[::-1]


def test_of_many_touched_at_once_only_some_are_looked_up(rig: Rig) -> None:
    for n in range(30):
        rig.merchant(id=f"M-{n}", name=f"Shop {n}")
    rig.do(c.SaveArea(area=AREA))
    tagged = read(rig, kinds=frozenset({"MerchantsTagged"}))[0]
    assert (len(tagged.touched), tagged.more) == (5, 25)


def test_rare_kinds_are_found_by_their_index(rig: Rig) -> None:
    """However many orders there are: without the index, looking for who changed an area would read all of them."""
    rig.store.flush()
    asked: list[str] = []
    real = rig.store.logged

    def spy(query: str, *values: Any) -> Any:
        asked.append(query)
        with closing(sqlite3.connect(rig.store.path)) as other:
            plan = other.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        assert all("SCAN events" not in step[3] for step in plan), plan
        return real(query, *values)

    rig.store.logged = spy  # type: ignore[method-assign]
    rig.do(c.SaveArea(area=AREA))
    Spool(rig.path).put(KeyMade(at=1.0, actor="terminal:ida", altered=(Altered("ab12", "Shop"),)))
    rig.tick()
    rig.store.flush()
    page(rig.store, Wanted(frozenset((*SETUP_KINDS, *PEOPLE_KINDS, *NOTE_KINDS, *UPKEEP_KINDS))))
    rig.restart()
    rig.place("O-1")
    rig.store.flush()
    page(rig.store, Wanted(thing="O-1"))
    assert len(asked) > 4


def test_what_was_done_beside_the_world_is_found_by_what_who_and_kind(rig: Rig) -> None:
    rig.settings.set("matching.cycle_s", 5)
    rig.settings.save()
    Spool(rig.path).put(KeyMade(at=START + 0.5, actor="terminal:ida", altered=(Altered("ab12", "Shop", None, "orders:read"),)))
    rig.do(c.TakeNote(text="Bridge closed", actor="bo"))
    rig.tick()
    upkeep = frozenset(UPKEEP_KINDS)
    key, settings = read(rig, kinds=upkeep)
    assert settings.change.altered == (
        Altered("matching.cycle_s", "", 10.0, 5.0),
        Altered("tracking.fastest_kmh", "", BY_KEY["tracking.fastest_kmh"].default, 0.0),
    )
    for wanted in ({"thing": "ab12"}, {"thing": "Shop"}, {"actor": "terminal ida"}, {"actor": "TERMINAL:"}):
        assert [entry.change for entry in read(rig, **wanted)] == [key.change]
    assert [entry.change for entry in read(rig, thing="matching.cycle_s", kinds=upkeep)] == [settings.change]
    assert [entry.change.note.text for entry in read(rig, kinds=frozenset(NOTE_KINDS))] == ["Bridge closed"]
    assert [entry.change for entry in everything(rig.store, Wanted(kinds=upkeep))] == [settings.change, key.change]
    rig.restart()
    assert read(rig, kinds=upkeep)[:2] == [key, settings]


def test_a_thing_has_the_name_it_had_at_each_change(rig: Rig) -> None:
    rig.do(c.SaveArea(area=AREA))
    rig.do(c.SaveArea(area=replace(AREA, id="other", name="old-town")))
    tagged = read(rig, kinds=frozenset({"MerchantsTagged"}))[-1].seq
    rig.do(c.SaveArea(area=replace(AREA, name="Citadel")))
    renamed = rig.store.flush()
    rig.do(c.RemoveArea(area_id="old-town"))
    names = Names(rig.store)
    assert [names.of("areas", "old-town", seq) for seq in (0, tagged, renamed, rig.store.flush())] == [
        "", "Old town", "Citadel", "Citadel"
    ]  # fmt: skip
    assert names.of("merchants", "M-1", tagged) == rig.world.merchants["M-1"].name
    assert names.of("areas", "nowhere", tagged) == ""
