"""From the order desk to providers outside and back, with a provider of our own making at the other end of a real line."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import CommandRefused, KerbsideError
from core.domain.order import Status
from core.domain.provider import INTERNAL, ConsignmentState, Provider, ProviderKind
from core.domain.rules import Rule
from core.rules.split import deviation
from core.signing import sign
from tests.examples import examples
from tests.provider_rig import Faults, FaultyProvider
from tests.rigs import Rig

from .conftest import Outside, rules


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
    assert rig.engine.errands.calls._line._thread is None


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


def test_an_order_that_is_with_a_provider_is_not_changed_behind_its_back(rig: Rig, outside: Outside) -> None:
    outside()
    rules(rig, {"provider": "swift"})
    rig.place()
    rig.tick(5, times=3)
    assert rig.status_of() is Status.OUTSIDE
    with pytest.raises(CommandRefused, match="is with a provider"):
        rig.do(c.ChangeOrder(order_id="O-1", note="ring twice"))
    rig.do(c.ChangeOrder(order_id="O-1"))  # nothing is asked for


STEPS = st.lists(st.sampled_from(["order", "order", "order", "restart", "rules", "asleep", "awake", "tick"]), max_size=60)


@settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
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
                shares = {v.provider_id: v.orders for v in rig.engine.setup.shares() if not v.without}
                assert shares == {p: counts[True][p] for p in weights}
        finally:
            rig.close()


def test_shares_are_told_also_while_a_provider_is_out(rig: Rig) -> None:
    for provider_id in ("a", "b"):
        rig.do(c.SaveProvider(provider=Provider(provider_id, provider_id, ProviderKind.POLLING, "http://127.0.0.1:9/")))
    rig.do(c.SaveRules(rules=(Rule("all", {}, {"split": {"a": 50, "b": 25, "internal": 25}}),)))
    rig.engine.matching_paused = True
    out = Provider("a", "a", ProviderKind.POLLING, "http://127.0.0.1:9/", enabled=False)
    rig.do(c.SaveProvider(provider=out))
    for n in range(4):
        rig.place(f"O-{n}")
    told = [(v.area_id, v.provider_id, v.asked_pct, v.held_pct, v.orders, v.without) for v in rig.engine.setup.shares()]
    assert told == [("none", "b", 50.0, 50.0, 2, ("a",)), ("none", "internal", 50.0, 50.0, 2, ("a",))]
    rig.do(c.SaveProvider(provider=replace(out, enabled=True)))
    rig.place("O-5")
    assert [(v.provider_id, v.orders) for v in rig.engine.setup.shares() if not v.without] == [
        ("a", 1), ("b", 0), ("internal", 0)
    ]  # fmt: skip


def test_a_quote_is_asked_of_whoever_it_is(rig: Rig, outside: Outside) -> None:
    from core.providers.carrier import Parcel

    outside()
    order = rig.place()
    quote = rig.engine.errands.quote("swift", Parcel("Q-1", order, "Rosa", order.due_at)).result(5)
    assert (quote.takes_it, quote.minutes, quote.price, quote.currency) == (True, 25.0, 6.5, "EUR")
    own = rig.engine.errands.quote(INTERNAL, Parcel("Q-1", order, "Rosa", order.due_at)).result(5)
    assert (own.takes_it, own.minutes) == (True, 40.0)
