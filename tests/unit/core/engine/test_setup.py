"""Providers, rules, areas, merchants and the weather as they are set up; and what rules would have done."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import BadInput, CommandRefused
from core.domain.merchant import Area
from core.domain.order import Status
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from core.rules.analysis import Level
from tests.rigs import DOOR, MERCHANT, Rig

from .conftest import Outside, rules


def ring(place: Any = MERCHANT, size: float = 0.001) -> tuple[Any, ...]:
    lat, lon = place
    corners = [(-size, -size), (-size, size), (size, size), (size, -size), (-size, -size)]
    return tuple(type(MERCHANT)(lat + y, lon + x) for y, x in corners)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "a b"}, "use letters, figures and dashes"),
        ({"name": " "}, "needs a name"),
        ({"url": "ftp://x"}, "must be of the form https://host/path"),
        ({"id": "internal"}, "is the id of our own fleet"),
        ({"timeout_s": 0.0}, "the time limit of a call must be 0.1 to 60"),
        ({"cap_per_hour": -1}, "the cap must be a number"),
        ({"poll_s": float("nan")}, "the time between questions"),
    ],
)
def test_a_provider_that_cannot_be_is_refused_in_one_line(rig: Rig, change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        rig.do(c.SaveProvider(provider=Provider(**{"id": "x", "name": "X", "url": "https://x.example", **change})))


def test_rules_are_versioned_and_undone_and_two_editors_do_not_overwrite_each_other(rig: Rig) -> None:
    rules(rig, {"provider": "internal"})
    first = rig.world.ruleset
    outcome = rig.do(c.SaveRules(rules=(), based_on=first.version, actor="ada"))
    with pytest.raises(CommandRefused, match="changed meanwhile"):
        rig.do(c.SaveRules(rules=(), based_on=first.version))
    for command in outcome.undo:
        rig.do(command)
    assert rig.world.ruleset.rules == first.rules
    rig.tick()
    saved = [one.change for one in rig.store.events_since(0) if isinstance(one.change, e.RulesSaved)]
    assert [change.actor for change in saved] == ["dispatcher", "ada", "ada"]
    with pytest.raises(BadInput, match="there is no provider nobody"):
        rules(rig, {"provider": "nobody"})


def test_what_rules_name_stays(rig: Rig, outside: Outside) -> None:
    outside()
    rig.do(c.SaveArea(area=Area("a", "Old town", ((ring(),),))))
    rules(rig, {"provider": "swift"}, when={"not": {"area": "a"}})
    for command in (c.RemoveProvider(provider_id="swift"), c.RemoveArea(area_id="a")):
        with pytest.raises(CommandRefused, match="is named by rule r0"):
            rig.do(command)
    rules(rig)
    rig.do(c.RemoveArea(area_id="a"))
    rig.do(c.RemoveProvider(provider_id="swift"))
    assert (rig.world.areas, rig.world.providers) == ({}, {})


def test_merchants_are_tagged_when_they_come_and_when_areas_change(rig: Rig) -> None:
    def tag() -> str | None:
        return rig.world.merchants["M-1"].area_id

    whole, hole = ring(size=0.01), ring(size=0.0005)
    outcome = rig.do(c.SaveArea(area=Area("wide", "Wide", ((whole,),))))
    assert tag() == "wide"
    rig.do(c.SaveArea(area=Area("near", "Near", ((ring(),),), priority=2)))
    assert tag() == "near"
    rig.do(c.SaveArea(area=Area("near", "Near", ((ring(), hole),), priority=2)))
    assert (tag(), rig.world.areas["near"].version) == ("wide", 2)
    rig.do(c.SaveArea(area=Area("near", "Near", ((ring(DOOR),), (ring(),)), priority=2)))
    assert tag() == "near"
    rig.do(c.RemoveArea(area_id="near"))
    assert tag() == "wide"
    for command in outcome.undo:
        rig.do(command)
    assert tag() is None
    rig.merchant(area_id="of its own")
    assert tag() == "of its own"
    rig.restart()
    assert (tag(), rig.world.areas) == ("of its own", {})
    assert rig.store.rebuild_check() == []


@pytest.mark.parametrize(
    ("area", "says"),
    [
        (Area("a", " ", ((ring(),),)), "needs an id and a name"),
        (Area("a", "A", ()), "has no outline"),
        (Area("a", "A", ((ring()[:3],),)), "three corners at least"),
        (Area("a", "A", ((ring()[:4],),)), "ends where it began"),
        (Area("none", "A", ((ring(),),)), "can't be called none"),
        (Area("a", "A", (((*ring()[:2], *ring()[:2], ring()[0]),),)), "outline"),
    ],
)
def test_an_area_that_is_none_is_refused_in_one_line(rig: Rig, area: Area, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        rig.do(c.SaveArea(area=area))


def test_weather_is_of_its_day_and_can_be_taken_back(rig: Rig) -> None:
    rig.do(c.SaveRules(rules=(Rule("wet", {"weather": "rain"}, {"refuse": True}),)))
    outcome = rig.do(c.TellWeather(weather="rain"))
    assert rig.place().status is Status.CANCELLED
    for command in outcome.undo:
        rig.do(command)
    assert rig.place("O-2").status is Status.WAITING
    with pytest.raises(BadInput, match="the weather is one of dry, rain"):
        rig.do(c.TellWeather(weather="fine"))
    with pytest.raises(BadInput, match="a date such as"):
        rig.do(c.TellWeather(weather="dry", date="tomorrow"))


def test_a_dry_run_tells_what_rules_would_have_done(rig: Rig) -> None:
    rig.do(c.SaveProvider(provider=Provider("swift", "Swift", ProviderKind.POLLING, "http://127.0.0.1:9/")))
    rig.do(c.SaveProvider(provider=Provider("few", "Few", ProviderKind.POLLING, "http://127.0.0.1:9/", cap_per_hour=2)))
    rig.engine.matching_paused = True
    rig.place("before")
    rig.tick(86400)
    start = rig.clock.now()
    for n in range(10):
        rig.place(f"O-{n}", weight_kg=1.0 + n)
        rig.tick()
    rig.do(c.SaveRules(rules=(Rule("all", {}, {"refuse": True}),)))
    rig.place("O-10")
    rig.tick()
    end = rig.clock.now()
    rig.tick(60)
    rig.place("after")
    rig.tick()
    tried = [
        Rule("heavy", {"weight_kg": {"above": 9}}, {"refuse": True}),
        Rule("busy", {"waiting": {"at_least": 7}}, {"chain": ["few", "swift"]}),
        Rule("split", {}, {"split": {"swift": 1, "internal": 1}}),
    ]
    before = rig.world.ruleset
    told = rig.engine.setup.dry_run(tried, rig.store, start, end)
    assert rig.world.ruleset == before
    assert [o.order_id for o in told.orders] == [f"O-{n}" for n in range(11)]
    assert [o.was for o in told.orders] == ["internal"] * 10 + ["refused"]
    # One order waited from the day before; with the sixth, seven do.
    assert [o.would_rule for o in told.orders] == ["split"] * 6 + ["busy"] * 3 + ["heavy", "busy"]
    assert [o.would for o in told.orders][6:] == ["few", "few", "swift", "refused", "swift"]
    assert told.by_provider()["refused"] == (1, 1)
    assert told.by_provider()["internal"] == (10, 3)
    assert told.by_area()["none", "few"] == (0, 2)
    assert told.by_rule()["busy"] == (0, 4)
    assert {o.order_id for o in told.changed} == {o.order_id for o in told.orders if o.was != o.would}
    with pytest.raises(BadInput, match="no provider nobody"):
        rig.engine.setup.dry_run([Rule("x", {}, {"provider": "nobody"})], rig.store, start, end)


def test_a_dry_run_goes_on_from_the_shares_and_caps_there_were(rig: Rig, outside: Outside) -> None:
    outside(cap_per_hour=4)
    split = Rule("split", {}, {"split": {"swift": 1, "internal": 2}})
    rig.do(c.SaveRules(rules=(split,)))
    before = [rig.place(f"B-{n}").provider_id for n in range(4)]
    rig.tick()
    start = rig.clock.now()
    was = [rig.place(f"O-{n}").provider_id for n in range(12)]
    rig.tick()
    told = rig.engine.setup.dry_run([split], rig.store, start, rig.clock.now() + 1)
    # The same rules on the same orders do what was done: no share begins anew, and the cap counts what came before.
    assert [o.would for o in told.orders] == [o.was for o in told.orders] == was
    assert told.changed == ()
    assert before.count("swift") == 1
    assert (before + was).count("swift") == 4  # by its share it would have been five


def test_findings_know_the_areas_there_are(rig: Rig) -> None:
    rig.do(c.SaveArea(area=Area("a", "Old town", ((ring(),),))))
    (finding,) = rig.engine.setup.check([])
    assert (finding.level, finding.text) == (Level.WARNING, "area Old town has no rule: its orders go to our own fleet")
