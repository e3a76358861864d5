import numpy as np
import pytest

from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.simulation.kitchens import Kitchens
from core.simulation.params import SimulationParams

SHOP = Merchant("M-1", "Shop", LatLon(41, 3), prep_min=12)
OTHER = Merchant("M-2", "Other", LatLon(41, 3), prep_min=5)


def test_estimates_are_good_on_the_whole_and_wrong_in_each_case():
    kitchens = Kitchens(SimulationParams(seed=2, habit_spread=0, rush=0))
    tickets = [kitchens.take(f"{i}", SHOP, i * 10_000.0) for i in range(2000)]
    took = np.array([t.ready_at - i * 10_000 for i, t in enumerate(tickets)]) / 60
    said = np.array([t.estimate_at - i * 10_000 for i, t in enumerate(tickets)]) / 60
    assert took.mean() == pytest.approx(12, rel=0.03)
    assert set(said) == {12}
    assert 1.5 < took.std() < 3


def test_a_busy_kitchen_takes_longer_and_says_so():
    kitchens = Kitchens(SimulationParams())
    first = kitchens.take("a", SHOP, 0.0)
    for k in range(9):
        kitchens.take(f"b{k}", SHOP, 0.0)
    tenth = kitchens.take("c", SHOP, 0.0)
    assert first.estimate_at == 12 * 60
    assert tenth.estimate_at == 18 * 60
    later = kitchens.take("d", SHOP, 7200.0)
    assert later.estimate_at - 7200 == 12 * 60


def test_neither_sequence_nor_other_merchants_change_an_order():
    one, two = Kitchens(SimulationParams(seed=9)), Kitchens(SimulationParams(seed=9))
    a, b = one.take("a", SHOP, 0.0), one.take("b", OTHER, 0.0)
    assert (two.take("b", OTHER, 0.0), two.take("a", SHOP, 0.0)) == (b, a)
    assert Kitchens(SimulationParams(seed=10)).take("a", SHOP, 0.0) != a


def test_refusals_come_at_their_rate_soon_and_with_a_reason():
    kitchens = Kitchens(SimulationParams(merchant_refusal_rate=0.1))
    tickets = [kitchens.take(f"{i}", SHOP, i * 10_000.0) for i in range(2000)]
    refused = [(i, t) for i, t in enumerate(tickets) if t.refused_at is not None]
    assert len(refused) == pytest.approx(200, abs=55)
    assert all(0 < t.refused_at - i * 10_000 <= 150 and t.reason.startswith("merchant: ") for i, t in refused)
    assert all(not t.reason for t in tickets if t.refused_at is None)


def test_an_order_from_elsewhere_is_ready_about_when_it_is_said_to_be():
    kitchens = Kitchens(SimulationParams())
    ready = [kitchens.ready_at(f"x{i}", 900.0, 300.0) for i in range(500)]
    assert np.mean(ready) == pytest.approx(900, abs=20)
    assert min(ready) > 300
    assert kitchens.ready_at("x0", 5000.0, 2000.0) == ready[0]
    assert kitchens.ready_at("late", 100.0, 2000.0) == 2000.0
    assert kitchens.ready_at("untold", None, 0.0) > 0


def test_an_order_that_has_left_is_there_no_longer():
    kitchens = Kitchens(SimulationParams())
    kitchens.take("a", SHOP, 0.0)
    assert kitchens.has("a")
    kitchens.done_with("a")
    kitchens.done_with("a")
    assert not kitchens.has("a")


def test_kitchens_have_habits_of_their_own_and_at_their_hours():
    kitchens = Kitchens(SimulationParams(seed=2, prep_spread=0.0))
    shops = [Merchant(f"M-{i}", f"Shop {i}", LatLon(41, 3), prep_min=10) for i in range(200)]

    def took(hour):
        at = hour * 3600.0
        return np.array([kitchens.take(f"{shop.id}-{hour}", shop, at).ready_at - at for shop in shops]) / 600

    night, peak, again = took(4), took(19), took(24 + 19)
    assert peak == pytest.approx(again)
    assert 0.9 < peak.mean() < 1.15
    assert peak.std() > 0.1
    ratio = peak / night
    assert ratio.min() >= 1.0
    assert ratio.max() > 1.3


def test_most_merchants_say_when_it_is_ready_and_when_it_will_be_late():
    kitchens = Kitchens(SimulationParams(seed=4, ready_told_rate=0.5))
    shops = [Merchant(f"M-{i}", f"Shop {i}", LatLon(41, 3), prep_min=10) for i in range(300)]
    tickets = {shop.id: kitchens.take(shop.id, shop, 0.0) for shop in shops}
    said = {}
    for now in range(0, 3600, 10):
        for order_id, ready_at in kitchens.words(float(now)):
            said.setdefault(order_id, []).append((now, ready_at))
    assert 110 < len(said) < 190
    for order_id, words in said.items():
        ticket = tickets[order_id]
        assert words[-1][1] == ticket.ready_at <= words[-1][0]
        if ticket.ready_at > ticket.estimate_at + 60:
            assert words[0][1] > ticket.estimate_at
        else:
            assert len(words) == 1
    kitchens.take("gone", shops[0], 4000.0)
    kitchens.done_with("gone")
    assert kitchens.words(9999.0) == []
