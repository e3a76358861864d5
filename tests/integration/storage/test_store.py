"""The store on a real database file."""

import math
import sqlite3
from concurrent.futures import wait
from contextlib import closing
from dataclasses import replace

import pytest

from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.errors import BadInput
from core.domain.events import (
    AreaSaved,
    DriverCameOnline,
    DriverRegistered,
    DriverRemoved,
    FenceCrossed,
    MerchantRegistered,
    OfferAccepted,
    OfferMade,
    OrderCancelled,
    OrderReceived,
)
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer, OfferState
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.storage.database import StorageError
from core.storage.store import RECENT_S, Store
from core.tracking.positions import LastKnown

HERE, THERE = LatLon(41.15, -8.61), LatLon(41.16, -8.6)
ANN = Driver("D-1", "Ann", Vehicle.BIKE)
NOW = 1_700_000_000.0


def order(name, status=Status.WAITING, at=NOW, **more):
    return Order(name, "M-1", HERE, THERE, at, at + 600, at + 2400, status=status, status_at=at, **more)


def received(name, **more):
    return OrderReceived(at=NOW, orders=(order(name, **more),))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kerbside.db"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


def test_a_new_store_is_empty(store):
    loaded = store.load()
    assert (loaded.last_seq, loaded.words, loaded.positions) == (0, {}, [])
    assert not loaded.world.orders
    assert store.recent(10) == []
    assert store.health.ok


def test_the_future_gives_the_number_of_the_last_event(store):
    assert store.write([received("O-1"), received("O-2")]).result(5) == 2
    assert store.write([received("O-3")]).result(5) == 3
    assert store.write([]).result(5) == 3


def test_what_was_written_is_there_after_the_next_start(path):
    area = Area("A-1", "Centre", (((HERE, THERE, LatLon(41.1, -8.5), HERE),),))
    offer = Offer("F-1", "D-1", ("O-1",), NOW, NOW + 45, (("pickup", "O-1"), ("dropoff", "O-1")))
    route = Route("D-1", (Stop(StopKind.PICKUP, "O-2", HERE), Stop(StopKind.DROPOFF, "O-2", THERE)))
    with closing(Store.open(path)) as store:
        store.write([MerchantRegistered(at=NOW, merchants=(Merchant("M-1", "Casa", HERE),)), AreaSaved(at=NOW, areas=(area,))])
        store.write([DriverRegistered(at=NOW, drivers=(ANN,)), received("O-1"), received("O-2")])
        store.write([OfferMade(at=NOW + 1, orders=(order("O-1", Status.OFFERED),), offers=(offer,))])
        store.write([OfferAccepted(at=NOW + 2, orders=(order("O-2", Status.ASSIGNED, driver_id="D-1"),), routes=(route,))])
        store.write([DriverCameOnline(at=NOW + 3, drivers=(replace(ANN, presence=Presence.ONLINE),))]).result(5)
    with closing(Store.open(path)) as store:
        loaded = store.load()
    world = loaded.world
    assert world.orders["O-1"].status is Status.OFFERED
    assert world.orders["O-2"] == order("O-2", Status.ASSIGNED, driver_id="D-1")
    assert world.open_offer("D-1") == offer
    assert world.route("D-1") == route
    assert world.driver("D-1").presence is Presence.ONLINE
    assert world.areas == {"A-1": area}
    assert world.merchants["M-1"].place == HERE
    assert (loaded.last_seq, loaded.last_at) == (8, NOW + 3)


def test_what_is_over_is_not_loaded(path):
    offer = Offer("F-1", "D-1", ("O-1",), NOW, NOW + 45)
    long_ago = NOW - RECENT_S - 1
    with closing(Store.open(path)) as store:
        store.write([DriverRegistered(at=NOW, drivers=(ANN, replace(ANN, id="D-2", removed=True)))])
        store.write([received("O-1"), OrderCancelled(at=NOW, orders=(order("O-2", Status.CANCELLED, long_ago),))])
        store.write([OrderCancelled(at=NOW, orders=(order("O-3", Status.CANCELLED, NOW - 60),))])
        store.write([received("O-4", status=Status.HELD, at=long_ago)])
        store.write(
            [OfferMade(at=NOW, offers=(offer,)), OfferAccepted(at=NOW, offers=(replace(offer, state=OfferState.ACCEPTED),))]
        )
        store.write([OfferAccepted(at=NOW, routes=(Route("D-1", (Stop(StopKind.PICKUP, "O-1", HERE),)),))])
        store.write([OrderCancelled(at=NOW, routes=(Route("D-1"),))])
        store.flush(5)
        world = store.load(NOW).world
        assert store.rebuild_check() == []
    assert set(world.orders) == {"O-1", "O-3", "O-4"}
    assert set(world.drivers) == {"D-1"}
    assert world.open_offer("D-1") is None
    assert world.routes == {}


def test_a_removed_driver_stays_removed(store):
    store.write([DriverRegistered(at=NOW, drivers=(ANN,)), DriverRemoved(at=NOW, drivers=(replace(ANN, removed=True),))])
    store.flush(5)
    assert store.load().world.drivers == {}


def test_words_are_remembered_for_a_day(store):
    store.write([], words=[("D-1", "w1", NOW - RECENT_S - 1), ("D-1", "w2", NOW), ("D-2", "w2", NOW), ("D-1", "w3", NOW)])
    store.write([], words=[("D-1", "w2", NOW)])
    store.flush(5)
    assert store.load(NOW).words == {"D-1": {"w2", "w3"}, "D-2": {"w2"}}


def test_positions_come_back(store):
    nan = math.nan
    store.write([], positions=[LastKnown("D-2", NOW, 1.0, 2.0, nan, 3.0, 4.0, 80.0, "active", NOW + 1)])
    store.write([], positions=[LastKnown("D-1", NOW, 1.0, 2.0, nan, nan, nan, nan, "", NOW)])
    store.write([], positions=[LastKnown("D-2", NOW + 9, 1.5, 2.5, 5.0, nan, nan, 79.0, "passive", NOW + 10)])
    store.flush(5)
    first, second = store.load().positions
    assert first.driver_id == "D-1"
    assert math.isnan(first.acc)
    assert second[:5] == ("D-2", NOW + 9, 1.5, 2.5, 5.0)
    assert second[7:] == (79.0, "passive", NOW + 10)


def test_each_order_of_an_event_has_it_in_its_history(store):
    offer = Offer("F-1", "D-1", ("O-1", "O-2"), NOW, NOW + 45)
    made = OfferMade(at=NOW + 1, actor="matcher", orders=(order("O-1"), order("O-2")), offers=(offer,))
    crossed = FenceCrossed(at=NOW + 2, driver_id="D-1", order_id="O-2", stop="pickup", entered=True, radius_m=100.0)
    store.write([received("O-1"), received("O-2"), received("O-3"), made, crossed]).result(5)
    assert store.history("O-1") == [received("O-1"), made]
    assert store.history("O-2") == [received("O-2"), made, crossed]
    assert store.history("O-9") == []


def test_the_log_is_read_in_pages(store):
    store.write([received(f"O-{i}") for i in range(1, 8)]).result(5)
    page = store.recent(3)
    assert [seq for seq, _ in page] == [7, 6, 5]
    assert [logged.change.orders[0].id for logged in store.recent(3, before_seq=page[-1].seq)] == ["O-4", "O-3", "O-2"]
    assert [seq for seq, _ in store.events_since(5)] == [6, 7]
    assert [seq for seq, _ in store.events_since(0, limit=2)] == [1, 2]


def test_a_change_that_cannot_be_stored_is_refused_at_once_and_nothing_of_its_write_is_stored(store):
    with pytest.raises(BadInput, match="OrderReceived can't be stored"):
        store.write([received("O-1"), OrderReceived(at=math.nan)])
    assert store.flush(5) == 0
    assert store.health.ok


def test_one_bad_write_does_not_take_the_others_with_it(store):
    written = [store.write([received(f"O-{i}")]) for i in range(5)]
    bad = store.write([], words=[("D-1", None, NOW)])
    later = store.write([received("O-9")])
    wait([*written, bad, later], 5)
    assert [future.result() for future in (*written, later)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(StorageError, match="can't be stored"):
        bad.result()
    assert store.rebuild_check() == []


def test_writes_from_a_burst_share_commits(store, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        written = [store.write([received(f"O-{i}")]) for i in range(500)]
        assert not any(future.done() for future in written)
        assert store.health.waiting == 500
        other.execute("ROLLBACK")
        assert [future.result(5) for future in written] == list(range(1, 501))
    assert store.health.waiting == 0


def test_after_closing_nothing_is_taken(path):
    store = Store.open(path)
    promised = store.write([received("O-1")])
    store.close()
    assert promised.result(0) == 1
    with pytest.raises(StorageError, match="closed"):
        store.write([received("O-2")])
    store.close()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("DELETE FROM orders WHERE id = 'O-1'", "orders: O-1 is missing"),
        ("UPDATE orders SET status = 'delivered'", "orders: O-1 has columns that differ from its body"),
        ("UPDATE orders SET body = replace(body, 'waiting', 'held')", "orders: O-1 differs from its last event"),
        ("DELETE FROM event_orders", "event_orders: order O-1 lacks event 1"),
        ("INSERT INTO event_orders VALUES ('O-2', 1)", "event_orders: order O-2 has event 1 too many"),
        ("UPDATE events SET seq = 5; UPDATE event_orders SET seq = 5", "events: number 1 is missing"),
        ("DELETE FROM event_orders; DELETE FROM events", "orders: O-1 is in no event"),
    ],
)
def test_the_check_finds_what_was_tampered_with(store, path, tampering, found):
    store.write([received("O-1")]).result(5)
    assert store.rebuild_check() == []
    with closing(sqlite3.connect(path)) as other:
        other.executescript(tampering)
    assert store.rebuild_check() == [found]
