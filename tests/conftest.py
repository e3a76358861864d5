"""Builders that many tests use. Every value can be overridden; the defaults make a plain order in an ordinary town."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
import pytest

from core.domain.driver import Driver, Presence
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.routing.city import City
from tests.examples import examples

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("kerbside", deadline=None, max_examples=examples())
hypothesis.settings.load_profile("kerbside")


@pytest.fixture(scope="session")
def training() -> City:
    """The training city, which takes three seconds to make."""
    from core.routing.training_city import training_city

    return training_city()


@pytest.fixture
def make_order() -> Callable[..., Order]:
    def make(**values: Any) -> Order:
        plain: dict[str, Any] = {
            "id": "O-1",
            "merchant_id": "M-1",
            "pickup": LatLon(45.0, 9.0),
            "dropoff": LatLon(45.01, 9.01),
            "placed_at": 1000.0,
            "ready_at": 1600.0,
            "due_at": 3400.0,
        }
        return Order(**{**plain, **values})

    return make


@pytest.fixture
def make_driver() -> Callable[..., Driver]:
    def make(**values: Any) -> Driver:
        plain: dict[str, Any] = {
            "id": "D-1",
            "name": "Ada",
            "vehicle": Vehicle.SCOOTER,
            "presence": Presence.ONLINE,
        }
        return Driver(**{**plain, **values})

    return make


@pytest.fixture
def town(make_driver: Callable[..., Driver]) -> World:
    """A world with one merchant, M-1, and two drivers online, D-1 and D-2."""
    world = World()
    world.merchants["M-1"] = Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))
    for n in (1, 2):
        world.drivers[f"D-{n}"] = make_driver(id=f"D-{n}", name=f"Driver {n}")
    return world
