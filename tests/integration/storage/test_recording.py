"""The recorder on a real log and real positions: the world at any moment is what all that was logged by then left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.alert import Alert, AlertKind
from core.domain.driver import Activity, Driver, Presence, Route, Stop, StopKind
from core.domain.events import (
    AlertCleared,
    AlertRaised,
    Change,
    Delivered,
    DeliveryFailed,
    DriverRegistered,
    MerchantRegistered,
    OrderAssigned,
    OrderReceived,
    PickedUp,
)
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.storage.recording import Recording
from core.storage.rerun import Rerun, moved
from core.storage.store import Store
from core.storage.tracks import TrackLog, Ways
from core.tracking.positions import ACTIVITIES
from tests.examples import examples

NOW = 1_772_820_000.0
HERE, THERE = LatLon(41.15, -8.61), LatLon(41.16, -8.6)
KEEP_S = 3600.0
DRIVERS = {name: Driver(name, name, Vehicle.BIKE, presence=Presence.ONLINE) for name in ("D-1", "D-2", "D-3")}


def order(name: str, at: float, status: Status = Status.WAITING, **more: object) -> Order:
    return Order(name, "M-1", HERE, THERE, at, at + 600, at + 2400, status=status, status_at=at, **more)  # type: ignore[arg-type]


def change_of(what: str, which: int, at: float) -> Change:
    name, driver = f"O-{which}", f"D-{which % 3 + 1}"
    stops = (Stop(StopKind.PICKUP, name, HERE), Stop(StopKind.DROPOFF, name, THERE))
    match what:
        case "assigned":
            mine = order(name, at, Status.ASSIGNED, driver_id=driver)
            return OrderAssigned(at=at, orders=(mine,), routes=(Route(driver, stops),))
        case "carried":
            mine = order(name, at, Status.CARRYING, driver_id=driver)
            return PickedUp(at=at, orders=(mine,), routes=(Route(driver, stops[1:]),))
        case "delivered":
            mine = replace(order(name, at, Status.DELIVERED, driver_id=driver), delivered_at=at, due_at=at + which - 2)
            return Delivered(at=at, orders=(mine,), routes=(Route(driver, ()),))
        case "alarmed":
            return AlertRaised(at=at, alerts=(Alert(f"late {name}", AlertKind.LATE, name, at, at),))
        case "calm":
            return AlertCleared(at=at, alerts=(Alert(f"late {name}", AlertKind.LATE, name, at, at, cleared_at=at),))
    return OrderReceived(at=at, orders=(order(name, at),))


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["received", "assigned", "carried", "delivered", "alarmed", "calm"]),
        st.integers(0, 5),
        st.floats(-30, 900),  # some words are older than what was logged before them
    ),
    min_size=1,
    max_size=60,
)


def folded(changes: list[Change], at: float) -> World:
    """One event after the other, each counted from when it was logged."""
    world, logged_at = World(), -math.inf
    for change in changes:
        logged_at = max(logged_at, change.at)
        if logged_at > at:
            break
        world.apply(change)
    world.forget_before(at - KEEP_S)
    return world


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=CHANGES, share=st.floats(-0.1, 1.1), spacing=st.integers(1, 9), most=st.integers(3, 6), pieces=st.integers(1, 4))
def test_the_world_at_a_moment_is_the_log_up_to_it(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, float]],
    share: float,
    spacing: int,
    most: int,
    pieces: int,
) -> None:
    at, changes = NOW, []
    for what, which, later in steps:
        at += later
        changes.append(change_of(what, which, at))
    with closing(Store.open(tmp_path_factory.mktemp("log") / "kerbside.db")) as store:
        recording = Recording(store, KEEP_S, spacing, most)
        for piece in np.array_split(np.arange(len(changes)), pieces):  # the log grows while it is looked at
            store.write([changes[i] for i in piece])
            store.flush()
            assert recording.follow() == len(piece)
        first, last = changes[0].at, max(c.at for c in changes)
        for moment in (first + share * (last - first), first, last, last + KEEP_S, changes[len(changes) // 2].at):
            assert vars(recording.world_at(moment)) == vars(folded(changes, moment))
        middle = recording.seq_at(first + (last - first) / 2)
        world = recording.world_at(first + (last - first) / 2)
        for _, logged in recording.between(middle, last):
            world.apply(logged.change)
        world.forget_before(last - KEEP_S)
        assert vars(world) == vars(folded(changes, last))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "kerbside.db")) as store:
        yield store


@pytest.fixture
def tracks(tmp_path: Path) -> Iterator[TrackLog]:
    with closing(TrackLog(tmp_path / "tracks.db", keep_s=86_400.0)) as tracks:
        yield tracks


def people_the_town(store: Store) -> None:
    store.write([MerchantRegistered(at=NOW, merchants=(Merchant("M-1", "Casa", HERE),))])
    store.write([DriverRegistered(at=NOW, drivers=tuple(DRIVERS.values()))])


def drive(tracks: TrackLog, driver_id: str, since: float, until: float, every_s: float = 10.0) -> None:
    """Due north from `HERE`, 100 m every ten seconds."""
    t = np.arange(since, until + 0.001, every_s)
    lat = HERE.lat + (t - NOW) / 10.0 * 100.0 / 111_195.0
    nothing = np.full(len(t), math.nan)
    where = np.full(len(t), HERE.lon)
    tracks.add(FixBatch([driver_id], np.zeros(len(t), np.int64), t, lat, where, nothing, nothing, nothing), until)


def test_an_empty_log_has_nothing_to_see(store: Store) -> None:
    rerun = Rerun(Recording(store, KEEP_S), None)
    span = rerun.open(lambda seq: None)
    assert (span.first_at, span.last_at, span.marks) == (0.0, 0.0, [])
    stand = rerun.stand(NOW)
    assert not stand.world.orders
    assert len(stand.positions) == 0
    assert rerun.onward(0, NOW, NOW + 60).changes == []
    assert rerun.step(NOW, frozenset({"Delivered"})) is None


def test_positions_have_the_speed_and_heading_of_the_way(store: Store, tracks: TrackLog) -> None:
    people_the_town(store)
    store.write([change_of("assigned", 0, NOW + 30)]).result(5)
    drive(tracks, "D-1", NOW, NOW + 120)
    drive(tracks, "D-2", NOW - 900, NOW - 600)  # too long ago to be shown
    drive(tracks, "D-9", NOW, NOW + 120)  # not in the log
    stand = Rerun(Recording(store, KEEP_S), tracks).stand(NOW + 65)
    row = stand.positions.find("D-1")
    assert row is not None
    assert stand.positions.t[row] == pytest.approx(NOW + 60, rel=0, abs=0.01)
    assert stand.positions.spd[row] == pytest.approx(10.0, rel=0.01)
    assert stand.positions.hdg[row] == pytest.approx(0.0, abs=0.1)
    assert ACTIVITIES[stand.positions.activity[row]] is Activity.TO_PICKUP
    assert stand.positions.find("D-9") is None
    second = stand.positions.find("D-2")
    assert second is not None
    assert math.isnan(stand.positions.t[second])
    assert stand.seq == 3


def test_onward_leads_to_where_a_jump_would(store: Store, tracks: TrackLog) -> None:
    people_the_town(store)
    store.write([change_of("received", 0, NOW + 20), change_of("assigned", 0, NOW + 100), change_of("carried", 0, NOW + 400)])
    store.flush()
    drive(tracks, "D-1", NOW, NOW + 600)
    rerun = Rerun(Recording(store, KEEP_S), tracks)
    stand = rerun.stand(NOW + 60)
    stretch = rerun.onward(stand.seq, stand.at, NOW + 200)
    assert [(when, type(logged.change)) for when, logged in stretch.changes] == [(NOW + 100, OrderAssigned)]
    stand.positions.apply(stretch.fixes, stretch.until)
    for _, logged in stretch.changes:
        stand.world.apply(logged.change)
    drivers = stand.world.drivers
    stand.positions.describe({d: (drivers[d].vehicle, stand.world.activity(d)) for d in drivers})
    jumped = rerun.stand(NOW + 200)
    assert vars(stand.world) == vars(jumped.world)
    for name in ("t", "lat", "lon", "spd", "hdg", "activity"):
        np.testing.assert_array_equal(getattr(stand.positions, name), getattr(jumped.positions, name), name)
    assert np.diff(stretch.fixes.t).min() > 0


def test_a_gap_has_no_heading() -> None:
    ways = Ways(
        ["D-1", "D-2"], np.array([0, 0, 0, 1]), np.array([0.0, 10.0, 500.0, 505.0]), np.array([0, 0, 1, 1.0]), np.zeros(4)
    )
    spd, hdg = moved(ways)
    assert np.isnan(spd).tolist() == [True, False, True, True]
    assert spd[1] == 0.0
    assert np.isnan(hdg).all()  # stood, a gap, another driver


def test_marks_and_steps(store: Store) -> None:
    people_the_town(store)
    failed = DeliveryFailed(at=NOW + 40, orders=(order("O-9", NOW, Status.FAILED),))
    late, early = change_of("delivered", 1, NOW + 30), change_of("delivered", 5, NOW + 35)
    store.write([change_of("received", 1, NOW + 10), change_of("alarmed", 1, NOW + 20), late, early, failed])
    store.flush()
    rerun = Rerun(Recording(store, KEEP_S), None)
    span = rerun.open(lambda seq: None)
    assert [(m.at - NOW, m.kind, m.subject, m.urgent) for m in span.marks] == [
        (20, "alert", "O-1", True),
        (30, "late", "O-1", True),
        (40, "failed", "O-9", True),
    ]
    kinds = frozenset({"Delivered", "AlertRaised"})
    assert rerun.step(NOW, kinds) == NOW + 20
    assert rerun.step(NOW + 20, kinds) == NOW + 30
    assert rerun.step(NOW + 35, kinds) is None
    assert rerun.step(NOW + 35, kinds, back=True) == NOW + 30


def test_folding_may_be_given_up_and_taken_up_again(store: Store) -> None:
    store.write([change_of("received", i, NOW + i) for i in range(100)])
    store.flush()
    recording = Recording(store, KEEP_S, spacing=10)

    def enough(seq: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        recording.follow(enough)
    assert 0 < recording.seq < 100
    assert recording.follow() == 100 - 40
    assert len(recording.world_at(NOW + 100).orders) == 100
