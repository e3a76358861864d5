from __future__ import annotations

import numpy as np

from core.domain.vehicle import Vehicle
from core.routing.city import City
from core.routing.road_graph import RoadGraph
from core.routing.synthetic import synthetic_merchants
from tests.unit.core.routing.toy_towns import random_town


def test_made_up_merchants_stand_beside_roads_that_cars_reach(training: City) -> None:
    merchants = synthetic_merchants(training, 100, 7)
    assert len(merchants) == 100
    assert len({m.id for m in merchants}) == 100
    assert all(m.name.startswith("Demo kitchen ") for m in merchants)
    _, legs, _ = RoadGraph(training).network(Vehicle.CAR).snap(np.array([m.place for m in merchants]))
    assert np.median(legs) * 4 < 30
    assert legs.max() * 4 < 60


def test_a_seed_gives_the_same_ones_and_another_seed_others(training: City) -> None:
    assert synthetic_merchants(training, 30, 1) == synthetic_merchants(training, 30, 1)
    assert synthetic_merchants(training, 30, 1) != synthetic_merchants(training, 30, 2)


def test_a_hamlet_has_room_for_some_too() -> None:
    assert len(synthetic_merchants(random_town(3), 25, 1)) == 25
    assert synthetic_merchants(random_town(3), 0, 1) == ()
