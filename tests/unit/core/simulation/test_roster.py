import re
from collections import Counter

import numpy as np
import pytest

from core.domain.driver import Presence
from core.domain.vehicle import Vehicle
from core.simulation.customers import offsets_m
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.roster import first_places, roster


def test_the_fleet_has_the_vehicles_asked_for():
    shares = ((Vehicle.SCOOTER, 0.5), (Vehicle.BIKE, 0.3), (Vehicle.CAR, 0.2))
    fleet = roster(SimulationParams(drivers=61, vehicles=shares))
    count = Counter(d.vehicle for d in fleet)
    assert sum(count.values()) == 61
    assert all(abs(count[v] - share * 61) < 1 for v, share in shares)


def test_drivers_can_be_told_apart():
    fleet = roster(SimulationParams(drivers=2000))
    assert len({d.id for d in fleet}) == len({d.name for d in fleet}) == 2000
    assert all(re.fullmatch(r"D-\d{4}", d.id) for d in fleet)
    assert {d.presence for d in fleet} == {Presence.OFFLINE}
    assert roster(SimulationParams(drivers=3))[0].id == "D-01"
    assert roster(SimulationParams(drivers=0)) == []


def test_the_fleet_is_that_of_its_seed():
    assert roster(SimulationParams(seed=4)) == roster(SimulationParams(seed=4))
    assert roster(SimulationParams(seed=4)) != roster(SimulationParams(seed=5))


def test_everyone_begins_on_a_street_near_merchants(city):
    places = first_places(city, SimulationParams(drivers=40))
    spots = np.array([m.place for m in city.merchants])
    assert len(places) == 40
    for lat, lon in places.tolist():
        here = type(city.merchants[0].place)(lat, lon)
        assert offsets_m(here, city.nodes).min() < 0.1
        assert offsets_m(here, spots).min() <= 700


def test_without_streets_they_begin_at_merchants(city):
    bare = CityFacts(city.bounds, city.merchants, np.empty((0, 2)), city.address)
    spots = {tuple(m.place) for m in city.merchants}
    assert {tuple(p) for p in first_places(bare, SimulationParams(drivers=10)).tolist()} <= spots


def test_names_run_out_before_drivers_do():
    fleet = roster(SimulationParams(drivers=12_000))
    assert len(fleet) == 12_000
    assert len({d.name for d in fleet}) == pytest.approx(96 * 94, rel=0.1)
