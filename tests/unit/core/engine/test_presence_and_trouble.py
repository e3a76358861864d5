"""Who is there and who is silent; workers that fail; what the engine lives through."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.driver import App, Presence
from core.domain.errors import BadInput
from core.domain.events import (
    CycleFailed,
    CycleFinished,
    DriverCameOnline,
    DriverTookBreak,
    DriverWentOffline,
    FixesApplied,
    OfferMade,
)
from core.domain.order import Status
from core.routing.great_circle import GreatCircle
from core.worker import InlineExecutor
from tests.rigs import FAR, NEAR, Rig


def presence(rig: Rig, driver_id: str = "D-1") -> Presence:
    return rig.world.drivers[driver_id].presence


def test_a_silent_driver_is_offline_and_back_with_the_next_fix(rig: Rig) -> None:
    rig.heard.clear()
    rig.tick(60)
    rig.fix("D-2", NEAR)
    rig.tick(31)
    [gone] = rig.events(DriverWentOffline)
    assert (gone.drivers[0].id, gone.reason, gone.actor) == ("D-1", "silent", "system")
    rig.tick(times=5)
    assert len(rig.events(DriverWentOffline)) == 1
    rig.fix("D-1", FAR)
    rig.tick()
    [back] = rig.events(DriverCameOnline)
    assert (back.drivers[0].id, back.reason) == ("D-1", "heard from again")
    assert presence(rig) is Presence.ONLINE


def test_passive_mode_may_be_silent_for_longer(rig: Rig) -> None:
    rig.tick()
    rig.fix("D-1", FAR, mode="passive")
    rig.tick(100)
    assert (presence(rig, "D-1"), presence(rig, "D-2")) == (Presence.ONLINE, Presence.OFFLINE)
    rig.tick(100)
    assert presence(rig, "D-1") is Presence.OFFLINE


def test_a_backlog_of_old_fixes_brings_nobody_back(rig: Rig) -> None:
    rig.tick(200)
    rig.fix("D-1", FAR, t=rig.clock.now() - 150)
    rig.tick()
    assert presence(rig) is Presence.OFFLINE
    assert rig.events(FixesApplied)


def test_who_says_online_has_a_minute_for_a_first_fix(rig: Rig) -> None:
    rig.driver("D-3", place=None)
    rig.tick()
    rig.tick(30)
    assert presence(rig, "D-3") is Presence.ONLINE
    rig.tick(40)
    assert presence(rig, "D-3") is Presence.OFFLINE


def test_a_break_and_an_end_are_the_driver_s_word(rig: Rig) -> None:
    rig.status("D-1", "break")
    rig.status("D-2", "offline")
    rig.tick()
    assert (presence(rig, "D-1"), presence(rig, "D-2")) == (Presence.BREAK, Presence.OFFLINE)
    assert [e.actor for e in rig.events(DriverTookBreak)] == ["driver:D-1"]
    rig.fix("D-1", NEAR)
    rig.place()
    rig.tick(10)
    assert rig.status_of() is Status.WAITING


def test_a_last_will_is_only_a_hint(rig: Rig) -> None:
    rig.send("kerbside/v1/drivers/D-1/status", {"state": "offline"})
    rig.driver("OT", App.OWNTRACKS)
    rig.send("owntracks/OT/phone", {"_type": "lwt"})
    rig.tick()
    assert (presence(rig, "D-1"), presence(rig, "OT")) == (Presence.ONLINE, Presence.ONLINE)


def test_a_silent_driver_with_an_order_keeps_it_and_gets_no_other(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.do(c.RemoveDriver(driver_id="D-2"))
    rig.tick(100)
    assert presence(rig) is Presence.OFFLINE
    rig.place("O-2")
    rig.tick(10)
    assert (rig.status_of("O-1"), rig.status_of("O-2")) == (Status.ASSIGNED, Status.WAITING)
    assert "O-1" in rig.world.etas


class FailingExecutor(Executor):
    """Fails as it is told to: when asked, or later."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.refuses: Exception | None = None
        self._inline = InlineExecutor(GreatCircle())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.refuses is not None:
            raise self.refuses
        if self.trouble is not None:
            future: Future[Any] = Future()
            future.set_exception(self.trouble)
            return future
        return self._inline.submit(fn, *args, **kwargs)


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        ("trouble", BadInput("the city file is damaged"), "the city file is damaged"),
        ("trouble", ZeroDivisionError(), "ZeroDivisionError"),
        ("refuses", BrokenProcessPool("no worker can be started"), "no worker can be started"),
        ("refuses", OSError(12, "Cannot allocate memory"), "cannot allocate memory"),
    ],
)
def test_a_failing_cycle_is_told_and_the_next_one_tries_again(
    make_rig: Callable[..., Rig], kind: str, error: Exception, reason: str
) -> None:
    executor = FailingExecutor()
    rig = make_rig(executor=executor)
    rig.merchant()
    rig.driver("D-1")
    rig.tick(10)
    setattr(executor, kind, error)
    rig.place()
    rig.tick(10)
    rig.tick(10)
    failed = rig.events(CycleFailed)
    assert len(failed) == 2
    assert reason in failed[0].reason
    assert "\n" not in failed[0].reason
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))  # dispatching goes on by hand
    rig.do(c.UnassignOrder(order_id="O-1"))
    rig.place("O-2")
    setattr(executor, kind, None)
    rig.heard.clear()
    rig.tick(10)
    assert rig.events(CycleFinished)
    assert rig.events(OfferMade)


class SlowExecutor(Executor):
    """Answers when it is told to, as a process does."""

    def __init__(self) -> None:
        self._inline = InlineExecutor(GreatCircle())
        self._asked: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._asked.append((Future(), fn, args))
        return self._asked[-1][0]

    def answer(self) -> None:
        for future, fn, args in self._asked:
            future.set_result(self._inline.submit(fn, *args).result())
        self._asked.clear()

    @property
    def asked(self) -> int:
        return len(self._asked)


def test_a_slow_cycle_is_not_waited_for_and_offers_only_what_can_still_be_offered(make_rig: Callable[..., Rig]) -> None:
    executor = SlowExecutor()
    rig = make_rig(executor=executor, stepped=False)
    rig.merchant()
    for driver_id in ("D-1", "D-2"):
        rig.driver(driver_id)
    rig.tick(10)
    executor.answer()
    for n in (1, 2, 3):
        rig.place(f"O-{n}")
    rig.tick(10)
    for _ in range(3):
        rig.fix("D-1", NEAR)
        rig.fix("D-2", NEAR)
        rig.tick(10)
    assert executor.asked == 2  # one cycle at a time, and one search for larger bundles
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.do(c.HoldOrder(order_id="O-2"))
    rig.do(c.RemoveDriver(driver_id="D-2"))
    executor.answer()
    rig.tick()
    assert [rig.status_of(f"O-{n}") for n in (1, 2)] == [Status.CANCELLED, Status.HELD]
    assert {e.offers[0].driver_id for e in rig.events(OfferMade)} <= {"D-1"}
    assert "O-1" not in rig.world.etas
