"""Merchants and areas: saved, removed, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.errors import CommandRefused, UnknownThing
from core.domain.rules import Rule
from core.orders.places import names
from tests.rigs import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Any:
    made = Rig(tmp_path / "kerbside.db")
    made.merchant()
    yield made
    made.close()


def test_a_merchant_is_removed_and_comes_back(rig: Rig) -> None:
    before = rig.world.merchants["M-1"]
    outcome = rig.do(c.RemoveMerchant(merchant_id="M-1", actor="ada"))
    assert rig.world.merchants == {}
    with pytest.raises(UnknownThing):
        rig.place()
    rig.restart()
    assert rig.world.merchants == {}
    for command in outcome.undo:
        rig.do(command)
    assert rig.world.merchants["M-1"] == before
    rig.tick()
    kinds = [(type(one.change).__name__, one.change.actor) for one in rig.store.events_since(0)]
    assert kinds == [("MerchantRegistered", "dispatcher"), ("MerchantRemoved", "ada"), ("MerchantRegistered", "ada")]
    assert rig.store.rebuild_check() == []


def test_saving_a_merchant_is_undone(rig: Rig) -> None:
    before = rig.world.merchants["M-1"]
    rig.merchant(name="Rosa e figli")
    outcome = rig.do(c.SaveMerchant(merchant=before))
    assert [c.merchant.name for c in outcome.undo] == ["Rosa e figli"]  # type: ignore[attr-defined]


def test_who_still_has_orders_or_is_named_by_a_rule_stays(rig: Rig) -> None:
    rig.place("O-1")
    with pytest.raises(CommandRefused, match="Rosa still has order O-1"):
        rig.do(c.RemoveMerchant(merchant_id="M-1"))
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.do(c.SaveRules(rules=(Rule("r", {"not": {"merchant": "M-1"}}, {"provider": "internal"}, "All but Rosa"),)))
    with pytest.raises(CommandRefused, match="Rosa is named by rule All but Rosa"):
        rig.do(c.RemoveMerchant(merchant_id="M-1"))
    rig.do(c.SaveRules(rules=()))
    rig.do(c.RemoveMerchant(merchant_id="M-1"))
    assert rig.world.merchants == {}


@pytest.mark.parametrize(
    ("when", "named"),
    [
        ({}, False),
        ({"area": "a"}, True),
        ({"area": ["b", "a"]}, True),
        ({"merchant": "a"}, False),
        ({"any": [{"not": {"all": [{"area": ["a"]}]}}, {"kind": "x"}]}, True),
    ],
)
def test_what_a_condition_names(when: object, named: bool) -> None:
    assert names(when, "area", "a") is named
