"""What is kept from one snapshot to the next says the same as what is made anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.events import Change
from core.domain.geo import LatLon
from core.domain.merchant import Merchant, OwnDrivers
from core.domain.order import Status
from core.engine.planning import Planner
from core.engine.snapshots import Photographer
from core.engine.tally import Tally
from core.settings import Settings
from core.tracking.search import Searcher
from tests.unit.core.engine.test_large_fleets import NOW, market


@pytest.mark.parametrize("seed", range(4))
def test_a_snapshot_is_as_one_that_knows_nothing_of_the_last(seed: int) -> None:
    rng = np.random.default_rng(seed)
    world, positions = market(rng)
    search, settings, planner = Searcher(positions), Settings(), Planner(())
    camera = Photographer(world, positions, search, settings, planner, Tally(()))
    camera.take(NOW, 1)
    for step in range(20):
        now = NOW + 10 * step
        ids = [str(i) for i in rng.choice(list(world.orders), 3)]
        one, two, three = (world.orders[i] for i in ids)
        world.apply(
            Change(
                at=now,
                orders=(
                    replace(one, ready_at=one.ready_at + float(rng.uniform(-60, 60))),
                    replace(two, declined_by={"D-1": now - float(rng.uniform(0, 900))} if step % 2 else {}),
                    replace(three, status=Status.HELD if three.status is Status.WAITING and step % 3 == 0 else Status.WAITING),
                ),
            )
        )
        if step % 4 == 0:
            world.merchants["M"] = Merchant(
                "M", "Rosa", LatLon(45.0, 45.0), fleet="M" if step % 8 else "", own_drivers=OwnDrivers.ONLY
            )
        if step == 10:
            settings.set(f"goods.{one.goods}.door_min", 7.0)
        fresh = Photographer(world, positions, search, settings, planner, Tally(()))
        assert camera.take(now, 1) == fresh.take(now, 1)
