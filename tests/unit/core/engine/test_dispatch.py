"""From the order desk to providers outside and back, with a provider of our own making at the other end of a real line."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import BadInput, CommandRefused, KerbsideError
from core.domain.merchant import Area
from core.domain.order import Status
from core.domain.provider import INTERNAL, ConsignmentState, Provider, ProviderKind
from core.domain.rules import Rule
from core.rules.analysis import Level
from core.rules.split import deviation
from core.signing import sign
from tests.provider_rig import Faults, FaultyProvider
from tests.rigs import DOOR, MERCHANT, Rig

Outside = Callable[..., FaultyProvider]


def ring(place: Any = MERCHANT, size: float = 0.001) -> tuple[Any, ...]:
    lat, lon = place
    corners = [(-size, -size), (-size, size), (size, size), (size, -size), (-size, -size)]
    return tuple(type(MERCHANT)(lat + y, lon + x) for y, x in corners)


@pytest.fixture
def outside(rig: Rig) -> Iterator[Outside]:
    made: list[FaultyProvider] = []

    def make(name: str = "swift", faults: Faults = Faults(), **more: Any) -> FaultyProvider:  # noqa: B008
        known = {k: more.pop(k) for k in list(more) if k in Provider.__dataclass_fields__}
        rig.settings.set("providers.breaker_after", 3)
        provider = FaultyProvider(rig.secrets.issue(name), rig.clock.now, faults, **{"step_s": 1e9, **more})
        made.append(provider)
        values = {"kind": ProviderKind.POLLING, "poll_s": 2.0, "timeout_s": 3.0, **known}
        rig.do(c.SaveProvider(provider=Provider(name, name.title(), url=provider.url, **values)))
        return provider

    yield make
    for provider in made:
        provider.close()


def rules(rig: Rig, *then: dict[str, Any], when: dict[str, Any] | None = None) -> None:
    rig.do(c.SaveRules(rules=tuple(Rule(f"r{n}", when or {}, one) for n, one in enumerate(then))))


def kinds(rig: Rig) -> list[str]:
    return [type(change).__name__ for change in rig.store.history("O-1")]


def move(rig: Rig, provider: FaultyProvider, *states: str, key: str = "O-1.1") -> None:
    """The provider's courier goes on, and is asked about."""
    for state in states:
        provider._step(key, state)
        rig.tick(5, times=5)


def call_back(rig: Rig, key: str, state: str, provider_id: str = "swift", **more: Any) -> None:
    body = json.dumps({"key": key, "state": state, **more}).encode()
    heard = rig.engine.errands.hear(provider_id, body, sign(rig.secrets.get(provider_id), body, rig.clock.now()))
    assert not heard.done()
    rig.tick()
    assert heard.done()


def test_without_rules_everything_is_as_it_was(rig: Rig) -> None:
    order = rig.place()
    assert (order.status, order.provider_id) == (Status.WAITING, None)
    rig.tick()
    assert kinds(rig)[:2] == ["OrderReceived", "OrderQueued"]
    assert rig.engine.errands._line._thread is None


def test_an_order_sent_taken_and_delivered_outside(rig: Rig, outside: Outside) -> None:
    swift = outside()
    rules(rig, {"provider": "swift"})
    assert rig.place().status is Status.SENDING
    assert not swift.held, "nobody is told before it is stored"
    rig.tick(times=3)
    assert rig.status_of() is Status.OUTSIDE
    assert rig.world.consignments["O-1"].remote_id == "R-O-1.1"
    move(rig, swift, "arrived_pickup", "picked_up", "arrived_dropoff", "delivered")
    order = rig.order()
    assert (order.status, order.provider_id, order.driver_id) == (Status.DELIVERED, "swift", None)
    assert order.placed_at < order.arrived_pickup_at < order.picked_up_at < order.arrived_dropoff_at < order.delivered_at
    assert kinds(rig) == [
        "OrderReceived", "ProviderChosen", "ProviderAccepted", "ArrivedAtPickup", "PickedUp", "ArrivedAtDropoff", "Delivered",
    ]  # fmt: skip
    assert not rig.world.consignments
    assert rig.store.rebuild_check() == []


def test_a_refusal_brings_the_next_of_the_chain_and_at_the_end_our_own_fleet(rig: Rig, outside: Outside) -> None:
    no = Faults(refuse=1.0)
    swift, hermes = outside("swift", no), outside("hermes", no)
    rules(rig, {"chain": ["swift", "hermes", "internal"]})
    rig.place()
    rig.tick(times=6)
    assert (rig.status_of(), rig.order().provider_id) in {(Status.WAITING, INTERNAL), (Status.OFFERED, INTERNAL)}
    assert (swift.refused, hermes.refused) == ({"O-1.1"}, {"O-1.2"})


def test_with_nobody_left_it_is_held_for_a_dispatcher(rig: Rig, outside: Outside) -> None:
    outside("swift", Faults(refuse=1.0))
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(times=4)
    assert rig.status_of() is Status.HELD
    (told,) = rig.events(e.NoProviderLeft)
    assert told.reason == "instead of Swift: no provider can take it"
    rig.do(c.SendToProvider(order_id="O-1", provider_id=INTERNAL))
    assert rig.status_of() is Status.WAITING


def test_an_answer_lost_on_the_way_is_asked_for_and_not_sent_to_another(rig: Rig, outside: Outside) -> None:
    swift, hermes = outside("swift", Faults(drop_after=1.0)), outside("hermes")
    rules(rig, {"chain": ["swift", "hermes"]})
    rig.place()
    rig.tick(times=3)
    (doubt,) = rig.engine.errands.doubtful()
    assert doubt[0].id == "O-1.1"
    swift.faults = Faults()
    rig.tick(times=60)
    assert rig.status_of() is Status.OUTSIDE
    assert (len(swift.held), len(hermes.held)) == (1, 0)
    assert rig.engine.errands.doubtful() == []


def test_one_that_never_answers_again_keeps_the_order_until_a_person_settles_it(rig: Rig, outside: Outside) -> None:
    outside("swift", Faults(drop_after=1.0), decide_s=30.0)
    hermes = outside("hermes")
    rules(rig, {"chain": ["swift", "hermes"]})
    rig.place()
    rig.tick(5, times=60)
    assert rig.status_of() is Status.SENDING
    assert hermes.held == {}
    rig.do(c.SettleConsignment(order_id="O-1", has_it=False))
    rig.tick(times=4)
    assert (rig.status_of(), rig.order().provider_id) == (Status.OUTSIDE, "hermes")


def test_one_that_cannot_be_reached_is_left_alone_and_told_of(rig: Rig, outside: Outside) -> None:
    hermes = outside("hermes")
    gone = Provider("gone", "Gone", ProviderKind.WEBHOOK, "http://127.0.0.1:9/", tries=1)
    rig.do(c.SaveProvider(provider=gone))
    rules(rig, {"chain": ["gone", "hermes"]})
    for n in range(1, 6):
        rig.place(f"O-{n}")
        rig.tick(times=4)
    assert all(rig.order(f"O-{n}").provider_id == "hermes" for n in range(1, 6))
    assert len(hermes.held) == 5
    (view,) = [v for v in rig.engine.setup.providers() if v.provider.id == "gone"]
    assert (view.breaker.value, view.open) == ("open", 0)
    assert "can't be reached" in view.problem
    assert "O-5.1" in hermes.held, "it is not even tried while the breaker is open"


def test_a_restart_sends_no_second_order(rig: Rig, outside: Outside) -> None:
    swift = outside()
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick()
    rig.restart()
    rig.tick(times=5)
    assert rig.status_of() is Status.OUTSIDE
    rig.restart()
    move(rig, swift, "picked_up", "delivered")
    assert rig.status_of() is Status.DELIVERED
    assert swift.delivered == {"O-1": 1}


def test_a_cancelled_order_is_called_back_and_one_on_its_way_is_not(rig: Rig, outside: Outside) -> None:
    swift = outside()
    rules(rig, {"provider": "swift"})
    rig.place("O-1")
    rig.place("O-2")
    rig.tick(times=3)
    rig.do(c.CancelOrder(order_id="O-1"))
    assert rig.status_of() is Status.OUTSIDE, "not before the provider says so"
    assert rig.world.consignments["O-1"].state is ConsignmentState.RECALLING
    rig.tick(times=3)
    assert rig.status_of() is Status.CANCELLED
    assert swift.held["O-1.1"].state == "cancelled"
    move(rig, swift, "picked_up", key="O-2.1")
    with pytest.raises(CommandRefused, match="on its way with Swift"):
        rig.do(c.CancelOrder(order_id="O-2"))


def test_a_recall_that_comes_too_late_leaves_it_where_it_is(rig: Rig, outside: Outside) -> None:
    swift = outside(poll_s=600.0)
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(times=3)
    swift._step("O-1.1", "picked_up")
    rig.do(c.SendToProvider(order_id="O-1", provider_id=INTERNAL))
    rig.tick(times=3)
    assert len(rig.events(e.ProviderKept)) == 1
    assert rig.status_of() is Status.OUTSIDE
    assert rig.order().picked_up_at is not None


def test_a_dispatcher_sends_an_order_elsewhere(rig: Rig, outside: Outside) -> None:
    swift, hermes = outside("swift"), outside("hermes")
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(times=3)
    rig.do(c.SendToProvider(order_id="O-1", provider_id="hermes"))
    rig.tick(times=5)
    assert (rig.order().provider_id, swift.held["O-1.1"].state) == ("hermes", "cancelled")
    with pytest.raises(CommandRefused, match="has order O-1 already"):
        rig.do(c.SendToProvider(order_id="O-1", provider_id="hermes"))
    assert list(hermes.held) == ["O-1.2"]


def test_callbacks_in_any_order_twice_and_late(rig: Rig, outside: Outside) -> None:
    outside(kind=ProviderKind.WEBHOOK, poll_s=600.0)
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick()
    placed = rig.order().placed_at
    for state, at in [("picked_up", 3), ("accepted", 1), ("picked_up", 3), ("arrived_pickup", 2), ("delivered", 9)] * 2:
        call_back(rig, "O-1.1", state, at=placed + at / 10)
    order = rig.order()
    assert order.status is Status.DELIVERED
    assert (order.arrived_pickup_at, order.picked_up_at) == (placed + 0.2, placed + 0.3)
    assert len(rig.events(e.Delivered)) == len(rig.events(e.PickedUp)) == 1
    assert rig.events(e.ProviderContradicted) == []


def test_a_callback_with_another_secret_or_about_a_stranger_changes_nothing(rig: Rig, outside: Outside) -> None:
    outside(kind=ProviderKind.WEBHOOK)
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(times=3)
    body = b'{"key":"O-1.1","state":"delivered"}'
    for provider_id, secret, what in (("swift", "guessed", body), ("nobody", "s", body), ("swift", "", b"{}")):
        with pytest.raises(KerbsideError):
            rig.engine.errands.hear(provider_id, what, sign(secret, what, rig.clock.now()))
    for key in ("O-9.1", "O-1.7", "", "O-1"):
        if key:
            call_back(rig, key, "accepted")
    assert rig.status_of() is Status.OUTSIDE


def test_a_provider_that_delivers_what_it_gave_up_is_reported(rig: Rig, outside: Outside) -> None:
    outside(kind=ProviderKind.WEBHOOK, poll_s=600.0)
    rules(rig, {"chain": ["swift", "internal"]})
    rig.place()
    rig.tick(times=3)
    call_back(rig, "O-1.1", "cancelled", reason="puncture")
    assert rig.order().provider_id == INTERNAL
    call_back(rig, "O-1.1", "delivered")
    (told,) = rig.events(e.ProviderContradicted)
    assert told.reason == "Swift says delivered, which can't be: call them"


def test_a_refusal_by_rule_is_kept_with_its_reason(rig: Rig) -> None:
    rig.do(c.SaveRules(rules=(Rule("heavy", {"weight_kg": {"above": 10}}, {"refuse": True}, "Too heavy"),)))
    assert rig.place(weight_kg=11.0).status is Status.CANCELLED
    assert rig.place("O-2").status is Status.WAITING
    (told,) = rig.events(e.OrderRefused)
    assert told.reason == "rule Too heavy"


def test_a_cap_holds_for_its_hour_and_across_a_restart(rig: Rig, outside: Outside) -> None:
    outside(cap_per_hour=3)
    rules(rig, {"chain": ["swift", "internal"]})
    given = []
    for n in range(8):
        given.append(rig.place(f"O-{n}").provider_id)
        if n == 1:
            rig.tick()
            rig.restart()
        rig.tick(3600.0 if n == 5 else 1.0)
    assert given == ["swift"] * 3 + ["internal"] * 3 + ["swift"] * 2


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


def test_an_order_that_is_with_a_provider_is_not_changed_behind_its_back(rig: Rig, outside: Outside) -> None:
    outside()
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(5, times=3)
    assert rig.status_of() is Status.OUTSIDE
    with pytest.raises(CommandRefused, match="is with a provider"):
        rig.do(c.ChangeOrder(order_id="O-1", note="ring twice"))
    rig.do(c.ChangeOrder(order_id="O-1"))  # nothing is asked for


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


STEPS = st.lists(st.sampled_from(["order", "order", "order", "restart", "rules", "asleep", "awake", "tick"]), max_size=60)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.sampled_from([{"internal": 1, "a": 1}, {"internal": 20, "a": 30, "b": 50}, {"a": 7, "b": 2, "internal": 4}]))
def test_shares_hold_whatever_happens_in_between(course: list[str], weights: dict[str, int]) -> None:
    """While the same providers can take orders, nobody is off by more than one: across restarts, edits and absences."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder, "kerbside.db"))
        try:
            rig.merchant()
            rig.engine.matching_paused = True
            for name in ("a", "b"):
                # Nobody listens there: each order falls back, which its share must not notice.
                rig.do(c.SaveProvider(provider=Provider(name, name, ProviderKind.POLLING, "http://127.0.0.1:9/", tries=1)))
            rig.settings.set("providers.breaker_after", 100)
            saved = (Rule("shared", {}, {"split": weights}),)
            rig.do(c.SaveRules(rules=saved))
            counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
            awake = True
            for n, step in enumerate(course):
                match step:
                    case "order":
                        rig.place(f"O-{n}")
                        (chosen,) = [x for x in rig.events(e.ProviderChosen)[-1:] if x.rule_id]
                        counts[awake][chosen.orders[0].provider_id] += 1
                        some = {p: w for p, w in weights.items() if awake or p != "a"}
                        assert max(abs(off) for off in deviation(some, counts[awake]).values()) < 1
                        if n % 2:
                            rig.tick()
                    case "restart":
                        rig.restart()
                        rig.engine.matching_paused = True
                    case "rules":
                        rig.do(
                            c.SaveRules(
                                rules=(Rule("other", {"area": "none", "value": {"above": 5}}, {"refuse": True}), *saved)
                            )
                        )
                    case "asleep" | "awake":
                        awake = step == "awake"
                        rig.do(
                            c.SaveProvider(
                                provider=Provider("a", "a", ProviderKind.POLLING, "http://127.0.0.1:9/", awake, tries=1)
                            )
                        )
                    case _:
                        rig.tick(2)
            rig.tick()
            assert rig.store.rebuild_check() == []
            if counts[True]:
                shares = {v.provider_id: v.orders for v in rig.engine.setup.shares()}
                assert shares == {p: counts[True][p] for p in weights}
        finally:
            rig.close()


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


def test_a_quote_is_asked_of_whoever_it_is(rig: Rig, outside: Outside) -> None:
    from core.providers.carrier import Parcel

    outside()
    order = rig.place()
    quote = rig.engine.errands.quote("swift", Parcel("Q-1", order, "Rosa", order.due_at)).result(5)
    assert (quote.takes_it, quote.minutes, quote.price, quote.currency) == (True, 25.0, 6.5, "EUR")
    own = rig.engine.errands.quote(INTERNAL, Parcel("Q-1", order, "Rosa", order.due_at)).result(5)
    assert (own.takes_it, own.minutes) == (True, 40.0)
