import numpy as np
import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon, distance_m
from core.domain.merchant import Merchant
from core.domain.vehicle import CAPACITY, Vehicle
from core.simulation.customers import Customers, offsets_m, popularity, promise_s
from core.simulation.params import CityFacts, SimulationParams

PARAMS = SimulationParams(seed=3)


@pytest.fixture(scope="module")
def wishes(city):
    customers = Customers(city, PARAMS)
    return [customers.wish() for _ in range(3000)]


def trips_m(wishes):
    return np.array([distance_m(w.merchant.place, w.dropoff) for w in wishes])


def test_people_order_from_near(wishes):
    away = trips_m(wishes)
    assert away.max() <= PARAMS.trip_max_m + 20
    assert away.min() >= 150 - 20
    assert 700 < np.median(away) < 1400


def test_homes_stand_on_streets_inside_the_city(city, wishes):
    south, west, north, east = city.bounds
    assert len(wishes) > 300
    for wish in wishes[:300]:
        assert south <= wish.dropoff.lat <= north
        assert west <= wish.dropoff.lon <= east
        assert offsets_m(wish.dropoff, city.nodes).min() < 18
        assert wish.address == city.address(wish.dropoff)


def test_without_streets_customers_live_anywhere_in_reach(city):
    bare = CityFacts(city.bounds, city.merchants, np.empty((0, 2)), city.address)
    customers = Customers(bare, PARAMS)
    away = trips_m([customers.wish() for _ in range(2000)])
    assert away.max() <= PARAMS.trip_max_m + 1
    assert 700 < np.median(away) < 1400
    places = {customers.wish().dropoff for _ in range(50)}
    assert len(places) == 50


def test_merchants_get_orders_by_their_popularity(city, wishes):
    shares = popularity(city.merchants, PARAMS)
    assert shares.sum() == pytest.approx(1)
    got = {m.id: 0 for m in city.merchants}
    for wish in wishes:
        got[wish.merchant.id] += 1
    best = int(np.argmax(shares))
    expected = shares[best] * len(wishes)
    assert got[city.merchants[best].id] == pytest.approx(expected, abs=4 * expected**0.5)


def test_a_merchant_keeps_its_popularity_whatever_stands_before_it_in_the_list(city):
    there = popularity(city.merchants, PARAMS)
    back = popularity(city.merchants[::-1], PARAMS)
    assert np.allclose(there, back[::-1])


def test_few_orders_are_too_heavy_for_a_bike_and_none_for_a_scooter(wishes):
    weights = np.array([w.weight_kg for w in wishes])
    assert weights.min() > 0
    assert weights.max() <= CAPACITY[Vehicle.SCOOTER].weight_kg
    assert np.mean(weights > CAPACITY[Vehicle.BIKE].weight_kg) < 0.03
    assert max(w.volume_l for w in wishes) <= CAPACITY[Vehicle.BIKE].volume_l


def test_changes_of_mind_come_at_the_hazard(city):
    customers = Customers(city, SimulationParams(cancel_per_min=0.05))
    minutes = np.array([customers.wish().regrets_after_s for _ in range(3000)]) / 60
    assert minutes.mean() == pytest.approx(20, rel=0.08)
    calm = Customers(city, SimulationParams(cancel_per_min=0))
    assert calm.wish().regrets_after_s == np.inf


@pytest.mark.parametrize(("ready_min", "expected_min"), [(0, 20), (12, 25), (30, 45)])
def test_promises_are_round_and_never_too_short(ready_min, expected_min):
    home = LatLon(41.0, 3.0)
    promise_min = promise_s(home, LatLon(41.0, 3.012), ready_min * 60) / 60
    assert promise_min == expected_min


@pytest.mark.parametrize(
    ("bounds", "merchants", "nodes", "says"),
    [
        ((41, 3, 41, 4), 1, np.empty((0, 2)), "bounds"),
        ((41, 3, 42, 4), 0, np.empty((0, 2)), "no merchants"),
        ((41, 3, 42, 4), 1, np.empty(3), "nodes"),
    ],
)
def test_a_city_nobody_can_live_in_is_refused(bounds, merchants, nodes, says):
    shops = (Merchant("M", "M", LatLon(41.5, 3.5)),) * merchants
    with pytest.raises(BadInput, match=says):
        CityFacts(bounds, shops, nodes, str)


@pytest.mark.parametrize(
    "wrong",
    [
        {"accept_rate": 1.2},
        {"accept_rate": 0.99, "ignore_rate": 0.02},
        {"orders_per_hour": float("nan")},
        {"drivers": -1},
        {"vehicles": ()},
        {"vehicles": ((Vehicle.CAR, -1.0),)},
        {"window_min": 0},
    ],
)
def test_impossible_figures_are_refused(wrong):
    with pytest.raises(BadInput, match="simulation"):
        SimulationParams(**wrong)
