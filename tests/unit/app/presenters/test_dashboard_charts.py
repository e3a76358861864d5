"""What stands in the charts, made of the core's figures."""

from __future__ import annotations

import numpy as np
import pytest

from app.presenters.dashboard_charts import provider_chart
from core.domain.provider import Provider, ProviderKind
from core.domain.world import World
from core.engine.setup import ShareView


def test_shares_are_summed_over_rules_and_areas() -> None:
    world = World()
    world.providers["swift"] = Provider("swift", "Swift Couriers", ProviderKind.WEBHOOK)
    views = [
        ShareView("peak", "north", "swift", 30, 30.0, 40.0, 4, 1.0),
        ShareView("peak", "north", "internal", 70, 70.0, 60.0, 6, -1.0),
        ShareView("peak", "none", "swift", 30, 30.0, 20.0, 2, -1.0),
        ShareView("peak", "none", "internal", 70, 70.0, 80.0, 8, 1.0),
    ]
    chart = provider_chart(world, views)
    assert chart.names == ("Own fleet", "Swift Couriers")
    assert chart.lines[0].values == pytest.approx([70, 30])
    assert chart.lines[1].values == pytest.approx([70, 30])
    views[0] = ShareView("peak", "north", "swift", 30, 30.0, 40.0, 5, 2.0)
    given = provider_chart(world, views).lines[1].values
    assert given == pytest.approx(np.array([14, 7]) / 21 * 100)


def test_without_a_split_there_is_nothing_to_show() -> None:
    assert provider_chart(World(), []).nothing
