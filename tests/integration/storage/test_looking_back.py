"""The log of the last hours leads to the very figures that were kept as it happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.domain import commands as c
from core.domain.driver import Presence
from core.domain.events import Change
from core.insight.ledger import Ledger
from core.storage.database import StorageError
from core.storage.looking_back import changes_until, online_at
from core.worker import look_back
from tests.rigs import START, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "k.db")
    yield made
    made.close()


def deliver(rig: Rig, order_id: str, driver_id: str) -> None:
    rig.place(order_id)
    rig.do(c.AssignOrder(order_id=order_id, driver_id=driver_id))
    for event in ("arrived_pickup", "picked_up", "arrived_dropoff", "delivered"):
        rig.tick(180)
        rig.do(c.RecordProgress(order_id=order_id, event=event))


def test_the_log_leads_to_what_was_kept(rig: Rig) -> None:
    rig.engine.matching_paused = True
    live = Ledger(START, 2.0)
    rig.bus.subscribe(Change, live.note)
    rig.merchant()
    rig.driver("D-1")
    rig.driver("D-2")
    rig.tick()
    deliver(rig, "O-1", "D-1")
    deliver(rig, "O-2", "D-2")
    rig.do(c.SetPresence(driver_id="D-2", presence=Presence.BREAK))
    rig.tick(600)
    rig.place("O-3")
    rig.do(c.CancelOrder(order_id="O-3"))
    seq = rig.store.flush()
    read = look_back(rig.store.path, START, seq, 2.0)
    end = rig.clock.now()
    mine, theirs = live.course(START, end, 5).figures(), read.course(START, end, 5).figures()
    assert np.nansum(mine["delivered"]) == 2
    for name, values in mine.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)
    # From the middle on: only what came then. Both drivers have fallen silent by then, D-2 before its break.
    later = START + 800
    assert {type(change).__name__ for change in changes_until(rig.store.path, later, seq)} >= {"DriverTookBreak", "Delivered"}
    assert all(change.at >= later for change in changes_until(rig.store.path, later, seq))
    assert online_at(rig.store.path, START + 30, seq) == {"D-1", "D-2"}
    assert online_at(rig.store.path, later, seq) == set()
    assert not list(changes_until(rig.store.path, later, 3))


def test_a_database_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be read"):
        list(changes_until(tmp_path / "none.db", 0.0, 10))
