"""Positions in columns: the newest fix of each driver counts, whatever order they come in."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import Activity
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.tracking.positions import ACTIVITIES, SKEW_PATIENCE_S, SKEW_S, VEHICLES, PositionStore


def batch(*fixes, **more):
    """``fixes`` are (driver, t, lat) or (driver, t, lat, lon)."""
    drivers = list(dict.fromkeys(fix[0] for fix in fixes))
    column = {name: np.full(len(fixes), math.nan) for name in ("acc", "spd", "hdg")}
    return FixBatch(
        drivers=drivers,
        driver=np.array([drivers.index(fix[0]) for fix in fixes], np.int64),
        t=np.array([fix[1] for fix in fixes], float),
        lat=np.array([fix[2] for fix in fixes], float),
        lon=np.array([fix[3] if len(fix) > 3 else 0.0 for fix in fixes], float),
        **column,
        **more,
    )


@pytest.fixture
def store():
    return PositionStore(capacity=2)


def lat_of(store, driver):
    return store.lat[store.find(driver)]


def test_an_empty_batch_changes_nothing(store):
    assert store.apply(batch(), 100.0).tolist() == []
    assert len(store) == 0


def test_the_columns_take_what_the_fix_says(store):
    fix = FixBatch(
        ["D-1"], np.array([0]), *(np.array([v]) for v in (99.0, 1.0, 2.0, 3.0, 4.0, 5.0)), {"D-1": "active"}, {"D-1": 80.0}
    )
    rows = store.apply(fix, 100.0)
    assert store.driver_ids(rows) == ["D-1"]
    names = ("t", "lat", "lon", "acc", "spd", "hdg", "batt", "received_at")
    assert [getattr(store, name)[0] for name in names] == [99.0, 1.0, 2.0, 3.0, 4.0, 5.0, 80.0, 100.0]
    assert store.modes[store.mode[0]] == "active"


def test_the_newest_of_a_batch_counts_in_whatever_order(store):
    rows = store.apply(batch(("D-1", 3, 33), ("D-2", 9, 20), ("D-1", 5, 55), ("D-1", 4, 44)), 10.0)
    assert rows.tolist() == [0, 1]
    assert lat_of(store, "D-1") == 55


def test_stale_and_repeated_fixes_change_nothing(store):
    store.apply(batch(("D-1", 5, 55)), 10.0)
    assert store.apply(batch(("D-1", 4, 44), ("D-1", 5, 66)), 11.0).tolist() == []
    assert (lat_of(store, "D-1"), store.received_at[0]) == (55, 10.0)


def test_of_two_fixes_of_the_same_time_the_last_counts(store):
    store.apply(batch(("D-1", 5, 55), ("D-1", 5, 56)), 10.0)
    assert lat_of(store, "D-1") == 56


FIX = st.tuples(st.sampled_from(["D-1", "D-2", "D-3"]), st.integers(0, 30), st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(st.lists(FIX, max_size=8), max_size=6))
def test_whatever_comes_the_store_holds_what_a_plain_loop_finds(batches):
    store, newest = PositionStore(capacity=1), {}
    for fixes in batches:
        before = dict(newest)
        news = [fix for fix in fixes if fix[1] > before.get(fix[0], (-1,))[0]]
        for driver, t, lat, lon in news:
            if t >= newest.get(driver, (-1,))[0]:
                newest[driver] = (t, lat, lon)
        steps = store.take(batch(*fixes), 40.0)
        assert steps.changed.tolist() == sorted({store.find(driver) for driver, *_ in news})
        way = list(zip(steps.row.tolist(), steps.t.tolist(), steps.lat.tolist(), steps.lon.tolist(), strict=True))
        assert way == sorted(((store.find(d), t, lat, lon) for d, t, lat, lon in news), key=lambda step: step[:2])
    for driver, (t, lat, lon) in newest.items():
        row = store.find(driver)
        assert (store.t[row], store.lat[row], store.lon[row]) == (t, lat, lon)


def test_a_clock_slightly_fast_is_not_skewed_and_never_later_than_now(store):
    store.apply(batch(("D-1", 100 + SKEW_S, 10)), 100.0)
    assert (store.t[0], store.phone_t[0], store.skewed[0]) == (100.0, 100 + SKEW_S, False)


def test_a_clock_an_hour_fast_is_noticed_and_keeps_reporting(store):
    for now, lat in ((100.0, 10), (108.0, 11), (116.0, 12)):
        assert store.apply(batch(("D-1", now + 3600, lat)), now).tolist() == [0]
        assert (store.t[0], store.skewed[0], lat_of(store, "D-1")) == (now, True, lat)


def test_a_repeated_fix_of_a_fast_clock_moves_nobody_back(store):
    store.apply(batch(("D-1", 3700, 10), ("D-1", 3708, 11)), 108.0)
    assert store.apply(batch(("D-1", 3700, 10)), 110.0).tolist() == []
    assert lat_of(store, "D-1") == 11


def test_a_clock_that_was_put_right_counts_at_once(store):
    store.apply(batch(("D-1", 3700, 10)), 100.0)
    assert store.apply(batch(("D-1", 99, 9)), 104.0).tolist() == []
    assert store.apply(batch(("D-1", 107, 11)), 108.0).tolist() == [0]
    assert (store.t[0], store.skewed[0], lat_of(store, "D-1")) == (107.0, False, 11)


def test_a_clock_that_is_still_fast_but_less_so_counts_after_a_while(store):
    store.apply(batch(("D-1", 7300, 10)), 100.0)
    now = 100.0 + SKEW_PATIENCE_S
    assert store.apply(batch(("D-1", now + 1800, 11)), now).tolist() == []
    assert store.apply(batch(("D-1", now + 1801, 12)), now + 1).tolist() == [0]


def test_battery_and_mode_of_stale_fixes_are_as_stale(store):
    store.apply(batch(("D-1", 5, 55), mode={"D-1": "active"}, batt={"D-1": 50.0}), 10.0)
    store.apply(batch(("D-1", 4, 44), mode={"D-1": "passive"}, batt={"D-1": 90.0}), 11.0)
    assert (store.modes[store.mode[0]], store.batt[0]) == ("active", 50.0)


def test_a_mode_without_fixes_counts(store):
    store.apply(batch(mode={"D-1": "passive"}, batt={"D-1": 40.0}), 10.0)
    assert (store.modes[store.mode[0]], store.batt[0]) == ("passive", 40.0)


def test_modes_that_phones_make_up_do_not_grow_without_end(store):
    for number in range(300):
        store.apply(batch(("D-1", number, 1), mode={"D-1": f"mode {number}"}), 1000.0)
    assert len(store.modes) < 128
    assert store.modes[store.mode[0]] == ""


def test_rows_grow_and_keep_what_they_held(store):
    for number in range(40):
        store.apply(batch((f"D-{number}", 5, number)), 10.0)
    assert store.lat.tolist() == list(range(40))
    assert store.xyz.shape == (3, 40)


def test_a_forgotten_driver_leaves_nothing_to_the_next(store):
    store.apply(batch(("D-1", 50, 1), ("D-2", 5, 2), mode={"D-1": "active"}, batt={"D-1": 5.0}), 60.0)
    store.describe({"D-1": (Vehicle.CAR, Activity.CARRYING)})
    store.forget("D-1")
    store.forget("D-1")
    assert (store.find("D-1"), store.find("D-2")) == (None, 1)
    assert store.row("D-3") == 0
    assert math.isnan(store.lat[0])
    assert math.isnan(store.batt[0])
    assert (store.mode[0], store.vehicle[0], store.activity[0]) == (0, 0, 0)
    assert store.apply(batch(("D-3", 5, 3)), 60.0).tolist() == [0]


def test_what_drivers_do_is_kept_in_codes(store):
    store.describe({"D-1": (Vehicle.CAR, Activity.CARRYING), "D-2": (Vehicle.WALK, Activity.FREE)})
    assert [VEHICLES[code] for code in store.vehicle] == [Vehicle.CAR, Vehicle.WALK]
    assert [ACTIVITIES[code] for code in store.activity] == [Activity.CARRYING, Activity.FREE]


def test_offline_is_the_age_against_the_mode(store):
    modes = {"D-1": "active", "D-2": "passive", "D-3": "manual", "D-4": "active"}
    store.apply(batch(*((driver, 100, 1) for driver in modes), mode=modes), 100.0)
    store.apply(batch(("D-4", 150, 1)), 150.0)
    store.row("D-5")

    def offline(now):
        return store.driver_ids(np.flatnonzero(store.offline(now, {"active": 60.0, "passive": 120.0}, 180.0)))

    assert offline(160.0) == ["D-5"]
    assert offline(161.0) == ["D-1", "D-5"]
    assert offline(221.0) == ["D-1", "D-2", "D-4", "D-5"]
    assert offline(281.0) == ["D-1", "D-2", "D-3", "D-4", "D-5"]


def test_a_backlog_that_comes_late_is_as_old_as_it_says(store):
    store.apply(batch(("D-1", 100, 1)), 90_000.0)
    assert store.offline(90_000.0, {}, 180.0).tolist() == [True]


def test_what_is_kept_safe_comes_back(store):
    store.apply(batch(("D-1", 50, 1, 2), ("D-2", 51, 3, -4), mode={"D-2": "active"}, batt={"D-1": 7.0}), 60.0)
    store.row("D-3")
    kept = store.export()
    assert [last.driver_id for last in kept] == ["D-1", "D-2"]
    assert [last.driver_id for last in store.export(np.array([1]))] == ["D-2"]
    other = PositionStore()
    other.apply(batch(("D-2", 70, 9)), 71.0)
    other.restore(kept)
    assert lat_of(other, "D-2") == 9
    row = other.find("D-1")
    assert (other.t[row], other.lat[row], other.lon[row], other.batt[row]) == (50, 1, 2, 7)
    assert other.xyz[:, row] == pytest.approx(store.xyz[:, 0])
    assert other.apply(batch(("D-1", 50, 8)), 80.0).tolist() == []
    again = PositionStore()
    again.restore(kept)
    assert again.modes[again.mode[again.find("D-2")]] == "active"
