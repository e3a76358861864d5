"""Other threads reach the engine on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain import commands as c
from core.engine import handover as module
from core.engine.handover import Busy, Handover
from tests.rigs import Rig


def test_work_is_done_in_order_on_the_thread_that_works_it_off() -> None:
    handover, done = Handover(), []
    futures = [handover.ask(lambda n=n: done.append((n, threading.get_ident())) or n) for n in range(100)]
    assert done == []
    handover.work_off(10.0)
    assert [future.result(0) for future in futures] == list(range(100))
    assert done == [(n, threading.get_ident()) for n in range(100)]


def test_an_error_belongs_to_the_one_who_asked() -> None:
    handover = Handover()
    bad, good = handover.ask(lambda: 1 / 0), handover.ask(lambda: 2)
    handover.work_off(10.0)
    assert isinstance(bad.exception(0), ZeroDivisionError)
    assert good.result(0) == 2


def test_who_has_gone_away_is_passed_over() -> None:
    handover, done = Handover(), []
    handover.ask(lambda: done.append(1)).cancel()
    handover.ask(lambda: done.append(2))
    handover.work_off(10.0)
    assert done == [2]


def test_what_takes_too_long_is_left_for_later_and_that_is_said() -> None:
    handover, woken = Handover(), []
    handover.wake = lambda: woken.append(1)
    futures = [handover.ask(lambda: None) for _ in range(3)]
    assert woken == [1]  # once for all of them
    handover.work_off(-1.0)
    assert [future.done() for future in futures] == [True, False, False]
    assert woken == [1, 1]
    handover.work_off(10.0)
    assert all(future.done() for future in futures)


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 2)
    handover = Handover()
    handover.ask(lambda: None)
    handover.ask(lambda: None)
    with pytest.raises(Busy, match="try again"):
        handover.ask(lambda: None)


def test_a_tick_works_it_off_and_an_answer_needs_no_tick(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(stepped=False)
    woken = threading.Event()
    rig.engine.handover.wake = woken.set
    asked = rig.engine.handover.ask(rig.merchant)
    assert woken.is_set()
    rig.engine.tick()
    asked.result(0)
    rig.store.flush(10)
    rig.engine.attend()
    woken.clear()
    _, promised = rig.engine.execute(_order())
    assert woken.wait(10)  # the write is done
    rig.engine.attend()
    assert promised.result(0) > 0


def _order():  # type: ignore[no-untyped-def]
    from core.domain.commands import PlaceOrder
    from tests.rigs import DOOR

    return PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=DOOR)


def test_light_work_goes_first_and_alone_in_between() -> None:
    handover, done, woken = Handover(), [], []
    handover.wake = lambda: woken.append(1)
    handover.ask(lambda: done.append("change"))
    handover.ask(lambda: done.append("order"), light=True)
    handover.work_off(10.0, light=True)
    assert done == ["order"]
    assert len(woken) == 2  # the other is not forgotten
    handover.ask(lambda: done.append("another order"), light=True)
    handover.work_off(10.0)
    assert done == ["order", "another order", "change"]


def test_orders_come_in_while_a_snapshot_is_taken_and_are_in_the_next(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "kerbside.db", stepped=False)
    rig.merchant()
    for n in range(300):
        rig.driver(f"D-{n}")
    rig.tick()
    rig.place("O-1")
    photographer, engine = rig.engine.cycles._photographer, rig.engine
    placed = engine.handover.ask(lambda: rig.place("O-2"), light=True)
    cancelled = engine.handover.ask(lambda: rig.do(c.CancelOrder(order_id="O-1")))
    first = photographer.take(rig.clock.now(), 0)
    assert placed.done()
    assert not cancelled.done()
    assert [o.id for o in first.orders] == ["O-1"]
    assert len(first.drivers) == 300
    engine.attend()
    assert [o.id for o in photographer.take(rig.clock.now(), 0).orders] == ["O-2"]
    rig.close()
