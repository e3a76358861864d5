from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import commands as c
from core.domain.errors import CommandRefused, UnknownThing
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.provider import INTERNAL
from core.domain.rules import Rule
from core.orders.places import names
from tests.rigs import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "kerbside.db")
    made.merchant()
    yield made
    made.close()


def test_saving_a_merchant_is_undone_by_what_was_before(rig: Rig) -> None:
    before = rig.world.merchants["M-1"]
    outcome = rig.do(c.SaveMerchant(merchant=Merchant("M-1", "Rosa and Sons", LatLon(45.1, 9.1))))
    saved = rig.world.merchants["M-1"]
    assert outcome.undo == (c.SaveMerchant(merchant=before, over=saved),)
    new = rig.do(c.SaveMerchant(merchant=Merchant("M-2", "Sushi Ko", LatLon(45.0, 9.0))))
    assert new.undo == (c.RemoveMerchant(merchant_id="M-2"),)
    rig.do(*new.undo)
    assert "M-2" not in rig.world.merchants


def test_a_merchant_that_was_removed_stays_so_after_a_start_and_comes_back_by_undo(rig: Rig) -> None:
    before = rig.world.merchants["M-1"]
    (back,) = rig.do(c.RemoveMerchant(merchant_id="M-1")).undo
    with pytest.raises(UnknownThing):
        rig.place()
    rig.restart()
    assert rig.world.merchants == {}
    assert rig.store.rebuild_check() == []
    rig.do(back)
    assert rig.world.merchants == {"M-1": before}
    rig.restart()
    assert rig.world.merchants == {"M-1": before}


def test_whose_orders_are_under_way_or_whom_a_rule_names_stays(rig: Rig) -> None:
    rig.place()
    with pytest.raises(CommandRefused, match="Rosa still has order O-1"):
        rig.do(c.RemoveMerchant(merchant_id="M-1"))
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.do(c.SaveRules(rules=(Rule("own", {"any": [{"merchant": ["M-1"]}]}, {"provider": INTERNAL}, name="Own"),)))
    with pytest.raises(CommandRefused, match="named by rule Own"):
        rig.do(c.RemoveMerchant(merchant_id="M-1"))
    with pytest.raises(UnknownThing):
        rig.do(c.RemoveMerchant(merchant_id="M-9"))


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ({}, False),
        ({"area": "a"}, True),
        ({"area": ["b", "a"]}, True),
        ({"merchant": ["a"]}, False),
        ({"not": {"any": [{"load": {"above": 1}}, {"area": ["a"]}]}}, True),
        ({"all": [{"area": ["b"]}]}, False),
    ],
)
def test_a_condition_names_a_thing_wherever_in_it(when: dict[str, object], found: bool) -> None:
    assert names(when, "area", "a") is found
