"""A jump no vehicle can make is held back; a driver who really is elsewhere counts from the second fix on."""

import math

import numpy as np
import pytest

from core.domain.reports import FixBatch
from core.tracking.jumps import SLACK_M, Jumps
from core.tracking.positions import PositionStore

M_PER_DEGREE = 111_195.0


@pytest.fixture
def store():
    return PositionStore(jumps=Jumps(70.0))


def north(store, *fixes, driver="D-1", acc=math.nan, lon=0.0):
    """Fixes of (second, metres north) in one batch; the metres north that are shown then."""
    t = np.array([float(second) for second, _ in fixes])
    n, nan = len(fixes), np.full(len(fixes), math.nan)
    lat = np.array([metres / M_PER_DEGREE for _, metres in fixes])
    store.apply(FixBatch([driver], np.zeros(n, np.int64), t, lat, np.full(n, lon), np.full(n, acc), nan, nan), 1e6)
    return round(float(store.lat[store.find(driver)]) * M_PER_DEGREE)


def test_a_spike_is_held_back_and_what_follows_counts(store):
    assert north(store, (1, 0)) == 0
    assert north(store, (2, 50_000)) == 0
    assert north(store, (3, 20)) == 20
    assert north(store, (4, 30), (5, -90_000), (6, 50)) == 50
    assert store._jumps.held == 2


def test_a_driver_who_came_by_train_counts_from_the_second_fix_on(store):
    north(store, (1, 0))
    assert north(store, (2, 50_000)) == 0
    assert north(store, (3, 50_020)) == 50_020
    assert north(store, (4, 50_040), (5, 50_060)) == 50_060


def test_spikes_to_different_places_never_count(store):
    north(store, (1, 0))
    for second, metres in ((2, 50_000), (3, -70_000), (4, 120_000), (5, -300_000)):
        assert north(store, (second, metres)) == 0


def test_a_spike_that_was_forgotten_confirms_nothing(store):
    north(store, (1, 0))
    north(store, (2, 50_000))
    north(store, (3, 10))
    assert north(store, (4, 50_000)) == 10


def test_what_a_vehicle_can_do_counts(store):
    assert north(store, (1, 0), (2, 70 + SLACK_M - 1), (62, 70 + 60 * 70)) == 4270
    assert north(store, (63, 4270 + SLACK_M + 71)) == 4270
    assert north(store, (64, 4270 + SLACK_M + 71 + 100), acc=150.0) == 4741


def test_the_antimeridian_is_no_jump(store):
    north(store, (1, 0), lon=179.9999)
    assert north(store, (2, 10), lon=-179.9999) == 10


def test_drivers_are_judged_by_themselves(store):
    north(store, (1, 0))
    assert north(store, (1, 500_000), driver="D-2") == 500_000
    assert north(store, (2, 500_000)) == 0
    assert north(store, (2, 500_010), driver="D-2") == 500_010


def test_nothing_is_held_back_where_nothing_is_asked():
    store = PositionStore(jumps=Jumps())
    north(store, (1, 0))
    assert north(store, (2, 9_000_000)) == 9_000_000
