from __future__ import annotations

import numpy as np
import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.estimation.model import decode, encode, fit, train
from core.estimation.report import score
from core.estimation.samples import Circumstance, Sample, read_samples
from core.simulation.kitchens import Kitchens
from core.simulation.params import SimulationParams

DAY = 86_400.0


def history(days: int, seed: int = 5, shops: int = 40, per_day: int = 12) -> list[Order]:
    """Orders of simulated kitchens, delivered by nobody in particular, so many a day and shop."""
    kitchens = Kitchens(SimulationParams(seed=seed))
    merchants = [Merchant(f"M-{i}", f"Shop {i}", LatLon(41 + i / 100, 3), prep_min=6 + i % 12) for i in range(shops)]
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0, days * DAY, days * shops * per_day))
    orders = []
    for n, (at, shop) in enumerate(zip(times.tolist(), rng.integers(0, shops, len(times)).tolist(), strict=True)):
        merchant = merchants[shop]
        ticket = kitchens.take(str(n), merchant, at)
        orders.append(
            Order(
                str(n), merchant.id, merchant.place, LatLon(41.5, 3.2), at, ticket.ready_at, at + 3600,
                status=Status.DELIVERED, told_ready_at=ticket.estimate_at, readied_at=ticket.ready_at,
                arrived_pickup_at=ticket.ready_at - 60, picked_up_at=ticket.ready_at + 90,
                arrived_dropoff_at=ticket.ready_at + 600, delivered_at=ticket.ready_at + 600 + 60 * (1 + n % 3),
            )
        )  # fmt: skip
    return orders


@pytest.fixture(scope="module")
def samples():
    return read_samples(history(12), 2.0)


def test_habits_of_kitchens_are_learnt_and_beat_the_plain_mean_and_the_merchants_on_held_out_days(samples):
    found = score(samples)[0]
    assert (found.quantity, found.learnt > 3000, found.tried > 1000) == ("preparation", True, True)
    assert found.mae_told_min is not None
    assert found.mae_min < 0.85 * found.mae_told_min
    assert found.mae_min < 0.6 * found.mae_plain_mean_min
    assert 77 < found.kept_80_pct < 83


def test_a_merchant_never_seen_falls_back_on_place_and_hour_and_on_all(samples):
    effects = fit(samples["preparation"])
    assert effects is not None
    plain = effects.minutes(Circumstance("nobody", "nowhere", 3), 10.0, 0.5)
    everyone = np.median([s.minutes / s.told_min for s in samples["preparation"] if s.circumstance.hour == 3])
    assert plain == pytest.approx(10 * everyone, rel=0.1)
    known = [effects.minutes(Circumstance(f"M-{i}", "nowhere", 3), 10.0, 0.5) for i in range(40)]
    assert np.std(known) > 0.5


def test_quantiles_rise_and_scale_with_what_was_told(samples):
    effects = fit(samples["preparation"])
    assert effects is not None
    here = Circumstance("M-1", "", 19, 2)
    rising = [effects.minutes(here, 10.0, q) for q in (0.05, 0.2, 0.5, 0.8, 0.95)]
    assert rising == sorted(rising)
    assert effects.minutes(here, 20.0, 0.8) == pytest.approx(2 * rising[3])


def test_few_orders_teach_nothing():
    few = [Sample(0.0, Circumstance("M", "", 1), 10.0, 12.0)] * 99
    assert fit(few) is None
    assert train({"preparation": few, "pickup_stop": [], "dropoff_stop": []}, 5.0).preparation is None
    with pytest.raises(BadInput, match="two at least"):
        score({"preparation": few})


def test_the_same_history_gives_the_same_estimates_and_they_come_back_from_their_file(samples):
    one, two = train(samples, 7.0), train(samples, 7.0)
    assert encode(one) == encode(two)
    assert decode(encode(one)) == one
    with pytest.raises(BadInput, match="learnt anew"):
        decode(b"{}")
    with pytest.raises(BadInput, match="version 0"):
        decode(encode(one).replace(b'"version":1', b'"version":0'))


def test_where_nobody_says_when_it_is_ready_the_driver_s_wait_tells():
    def order(arrived: float, picked: float) -> Order:
        return Order(
            "1", "M", LatLon(1, 1), LatLon(1, 1), 0.0, 600.0, 3600.0, status=Status.DELIVERED, told_ready_at=600.0,
            arrived_pickup_at=arrived, picked_up_at=picked, arrived_dropoff_at=picked + 60, delivered_at=picked + 120,
        )  # fmt: skip

    def took(*times: float) -> float:
        return read_samples([order(*times)], 2.0)["preparation"][0].minutes

    assert took(300, 1020) == 15.0  # waited twelve minutes, of which two for the stop itself
    assert took(900, 1020) == 10.0  # no wait: as told
    assert took(480, 600) == 8.0  # no wait, and before what was told
