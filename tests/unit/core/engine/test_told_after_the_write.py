"""Nothing is told before it is on disk, and what is told keeps its order."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from core.domain import commands as c
from core.domain.events import Delivered
from core.domain.order import Status
from core.engine.outbox import Entry, Outbox
from core.messaging.codecs.kerbside import AssignMessage, ConfirmMessage, OfferMessage, RevokeMessage, RouteMessage
from core.ports import Inbound, OutMessage, TransportStats
from core.storage.database import StorageError, open_writable
from core.storage.store import Store
from tests.rigs import NEAR, Rig, state_of


class Line:
    """A transport that only remembers."""

    def __init__(self) -> None:
        self.stats = TransportStats(state="connected")
        self.told: list[bytes] = []
        self.acknowledged: list[Inbound] = []

    def publish(self, topic: str, payload: bytes, **_: object) -> None:
        self.told.append(payload)

    def drain(self, limit: int = 10_000) -> list[Inbound]:
        return []

    def acknowledge(self, messages: Sequence[Inbound]) -> None:
        self.acknowledged += messages

    def close(self) -> None:
        return None


def say(text: str) -> list[OutMessage]:
    return [OutMessage("t", text.encode())]


def test_entries_leave_in_their_order_each_after_its_write() -> None:
    line = Line()
    outbox = Outbox(line, Future)
    first, second, heard = Future[int](), Future[int](), Inbound("t", b"w")
    promised = Future[int]()
    outbox.put(Entry(first, say("1"), promised=promised))
    outbox.put(Entry(second, say("2"), heard=[heard]))
    outbox.put(Entry(None, say("3")))
    second.set_result(8)
    outbox.release()
    assert (line.told, line.acknowledged, promised.done(), len(outbox)) == ([], [], False, 3)
    first.set_result(7)
    outbox.release()
    assert (line.told, line.acknowledged, promised.result(0), len(outbox)) == ([b"1", b"2", b"3"], [heard], 7, 0)


def test_after_an_outage_everything_leaves_at_once() -> None:
    line = Line()
    again: list[Future[int]] = []

    def write_again() -> Future[int]:
        again.append(Future())
        return again[-1]

    outbox = Outbox(line, write_again)
    writes = [Future[int]() for _ in range(300)]
    for number, write in enumerate(writes):
        outbox.put(Entry(write, say(str(number))))
    for write in writes:
        write.set_exception(StorageError("the disk is full"))
    outbox.release()
    again[0].set_exception(StorageError("the disk is full"))
    outbox.release()
    late = Future[int]()
    outbox.put(Entry(late, say("late")))
    assert (len(again), line.told) == (2, [])
    again[1].set_result(300)
    outbox.release()
    assert (line.told, len(outbox)) == ([str(n).encode() for n in range(300)], 1)


def test_a_failed_write_is_told_to_its_asker_alone_until_it_has_succeeded() -> None:
    line = Line()
    again: list[Future[int]] = []

    def write_again() -> Future[int]:
        again.append(Future())
        return again[-1]

    outbox = Outbox(line, write_again)
    failed, promised = Future[int](), Future[int]()
    outbox.put(Entry(failed, say("1"), promised=promised))
    outbox.put(Entry(None, say("2")))
    failed.set_exception(StorageError("the disk is full"))
    outbox.release()
    with pytest.raises(StorageError, match="the disk is full"):
        promised.result(0)
    assert line.told == []
    again[0].set_exception(StorageError("still full"))
    outbox.release()
    assert line.told == []
    again[1].set_result(3)
    outbox.release()
    assert line.told == [b"1", b"2"]


@pytest.fixture
def held(make_rig: Callable[..., Rig]) -> Rig:
    """A town at whose disk every write waits, from the first order on."""
    rig = make_rig(hold=True, stepped=False)
    rig.merchant()
    for driver_id in ("D-1", "D-2"):
        rig.driver(driver_id)
    rig.tick()
    rig.disk.let()
    rig.tick()
    rig.disk.let()
    rig.phones.drain()
    return rig


def test_no_driver_hears_of_an_offer_that_is_not_on_disk(held: Rig) -> None:
    held.place()
    held.tick(10)
    assert held.status_of() is Status.OFFERED
    assert held.told() == []
    assert held.engine.unwritten > 0
    held.disk.let()
    held.tick()
    assert [type(m) for m in held.told()] == [OfferMessage]
    assert held.engine.unwritten == 0


def test_no_word_is_confirmed_or_acknowledged_before_it_is_on_disk(held: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    acknowledged: list[Inbound] = []
    monkeypatch.setattr(held.line, "acknowledge", acknowledged.extend)
    held.place()
    held.tick(10)
    held.disk.let()
    held.tick()
    [(driver, offer)] = [(d, m) for d, m in held.told_to() if isinstance(m, OfferMessage)]
    word = held.say(driver, "accept", offer=offer.id)
    held.tick()
    held.say(driver, "accept", word, offer=offer.id)  # not sure it was heard
    held.tick()
    assert held.status_of() is Status.ASSIGNED
    assert (held.told(), acknowledged) == ([], [])
    held.disk.let()
    held.tick()
    confirm, *routes = held.told(driver)
    assert confirm == ConfirmMessage(offer.id)
    assert [word in m.seen for m in routes if isinstance(m, RouteMessage)] == [True, True]
    assert [m.topic for m in acknowledged] == [f"kerbside/v1/drivers/{driver}/orders"] * 2


def test_a_promise_is_kept_when_the_write_is_done_and_not_before(held: Rig) -> None:
    _, promised = held.engine.execute(c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=NEAR))
    held.tick()
    assert not promised.done()
    held.disk.let()
    held.tick()
    assert promised.result(0) == held.store.flush()


def test_a_driver_hears_of_steps_in_the_order_in_which_they_were_taken(held: Rig) -> None:
    held.place()
    held.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    held.do(c.UnassignOrder(order_id="O-1"))
    held.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))
    held.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    for _ in range(6):
        held.disk.let(1)
        held.tick(0.1)
    steps = [m for m in held.told("D-1") if isinstance(m, AssignMessage | RevokeMessage | RouteMessage)]
    assert [type(m).__name__ for m in steps] == [
        "AssignMessage",
        "RouteMessage",
        "RevokeMessage",
        "RouteMessage",
        "AssignMessage",
        "RouteMessage",
    ]
    versions = [m.v for m in steps if isinstance(m, RouteMessage)]
    assert versions == sorted(versions)
    assert [len(m.stops) for m in steps if isinstance(m, RouteMessage)] == [2, 0, 2]


def wait_until(rig: Rig, true: Callable[[], object]) -> None:
    for _ in range(500):
        rig.tick(0.01)
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about within 5 s")


@pytest.mark.parametrize(
    ("refuse", "allow", "why"),
    [
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "the disk is full: free some space"),
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF", "write-protected: allow writing"),
    ],
)
def test_a_disk_that_refuses_tells_nobody_and_all_is_told_once_it_takes_writes_again(
    make_rig: Callable[..., Rig], refuse: str, allow: str, why: str
) -> None:
    disks: list[sqlite3.Connection] = []

    def open_store(path: Path) -> Store:
        disks.append(open_writable(path))
        return Store(path, disks[-1], retry_s=0.02)

    rig = make_rig(stepped=False, open_store=open_store)
    rig.merchant()
    rig.driver("D-1")
    rig.tick()
    wait_until(rig, lambda: not rig.engine.unwritten)
    rig.phones.drain()

    disks[0].execute(refuse)
    place = c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=NEAR, note="x" * 200_000)
    _, promised = rig.engine.execute(place)
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    wait_until(rig, promised.done)
    with pytest.raises(StorageError, match=why):
        promised.result(0)
    assert why in rig.store.health.problem
    assert rig.status_of() is Status.ASSIGNED  # what happens is kept, and goes on
    rig.say("D-1", "picked_up", order="O-1")
    rig.say("D-1", "delivered", order="O-1")
    rig.tick()
    assert rig.events(Delivered)
    assert rig.told() == []

    disks[0].execute(allow)
    wait_until(rig, lambda: not rig.engine.unwritten)
    told = rig.told("D-1")
    assert isinstance(told[0], AssignMessage)
    assert sum(isinstance(m, RouteMessage) for m in told) == 2
    assert rig.store.health.ok
    assert rig.store.rebuild_check() == []
    assert state_of(rig.store.load().world) == state_of(rig.world)
