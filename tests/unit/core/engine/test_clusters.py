"""A market too large for one run is matched in clusters, and the offers of all of them are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.domain.events import CycleFinished
from core.domain.geo import LatLon
from core.domain.order import Status
from core.matching.clusters import Parted
from tests.rigs import Rig


@pytest.fixture(params=[True, False], ids=["stepped", "live"])
def rig(tmp_path: Path, request: Any) -> Iterator[Rig]:
    made = Rig(tmp_path / "kerbside.db", stepped=request.param)
    made.settings.set("matching.cluster_orders", 20)
    for n in range(6):
        made.merchant(id=f"M-{n}", name=f"Shop {n}", place=LatLon(45.0 + 0.02 * (n % 3), 9.0 + 0.03 * (n // 3)))
    yield made
    made.close()


def test_all_clusters_are_offered_and_explained(rig: Rig) -> None:
    for n in range(45):
        rig.driver(f"D-{n}", place=LatLon(45.0 + 0.0006 * n, 9.0 + 0.0004 * n))
    finished: list[CycleFinished] = []
    rig.bus.subscribe(CycleFinished, finished.append)
    for n in range(42):
        rig.place(f"O-{n}", merchant_id=f"M-{n % 6}")
    rig.tick(10.0, times=1)
    for _ in range(200):
        if finished and finished[0].waiting == 42:
            break
        rig.tick(0.1)
        finished[:] = [one for one in finished if one.waiting]
    asked = [o for o in rig.world.orders.values() if o.status is not Status.WAITING]
    assert finished[0].waiting == 42
    assert len(asked) >= 35
    assert isinstance(rig.engine.decisions, Parted)
    assert len({o.offer_id for o in asked}) == len({o.driver_id for o in asked})
    assert all(rig.engine.explained[o.id].candidates for o in asked)
    assert not rig.engine.cycles.behind
    rig.store.flush()
    assert rig.store.rebuild_check() == []


def test_a_batch_goes_by_its_size_before_its_time(rig: Rig) -> None:
    rig.settings.set("matching.cycle_s", 300.0)
    rig.settings.set("matching.batch_orders", 5)
    rig.driver("D-1", place=LatLon(45.0, 9.0))
    finished: list[CycleFinished] = []
    rig.tick(0.5, times=8)  # what has begun without a single order
    rig.bus.subscribe(CycleFinished, finished.append)
    for n in range(4):
        rig.place(f"O-{n}", merchant_id="M-0")
    rig.tick(0.5, times=8)
    assert finished == []
    rig.place("O-4", merchant_id="M-0")
    rig.tick(0.5, times=8)
    assert [one.waiting for one in finished] == [5]
    rig.tick(0.5, times=8)
    assert len(finished) == 1  # it begins anew
