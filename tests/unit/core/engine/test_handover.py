"""Other threads reach the engine on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain import commands as c
from core.domain.driver import Presence
from core.engine import handover as module
from core.engine.handover import Busy, Handover
from core.engine.snapshots import done_at_once
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


def test_a_snapshot_in_pieces_is_of_its_first_moment_whatever_happens_in_between(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "kerbside.db", stepped=False)
    rig.merchant()
    for n in range(600):
        rig.driver(f"D-{n}")
    rig.tick()
    rig.place("O-1")
    photographer = rig.engine.photographer
    whole, pieces = photographer.take(rig.clock.now(), 0), photographer.pieces(rig.clock.now(), 0)
    for n in range(3):
        next(pieces)
        rig.place(f"N-{n}")
        rig.do(c.SetPresence(driver_id=f"D-{590 + n}", presence=Presence.OFFLINE))
    rig.do(c.CancelOrder(order_id="O-1"))
    assert done_at_once(pieces) == whole
    assert [o.id for o in whole.orders] == ["O-1"]
    assert len(whole.drivers) == 600
    after = photographer.take(rig.clock.now(), 0)
    assert [o.id for o in after.orders] == ["N-0", "N-1", "N-2"]
    assert len(after.drivers) == 597
    rig.close()
