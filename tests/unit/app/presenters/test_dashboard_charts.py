"""What stands in the charts, made of the core's figures."""

from __future__ import annotations

import numpy as np
import pytest

from app.presenters.dashboard_charts import charts, provider_chart
from core.domain.provider import Provider, ProviderKind
from core.domain.world import World
from core.engine.setup import ShareView
from core.insight.course import FIELDS, course_of


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


def test_a_span_that_has_only_begun_has_no_rate_yet() -> None:
    sums = np.zeros((len(FIELDS), 2))
    sums[FIELDS.index("ours")] = 4, 1
    sums[FIELDS.index("online_s")] = 3600, 60
    course = course_of(np.array([0.0, 600.0]), 600.0, sums, np.zeros(2))

    def rates(now: float) -> list[float]:
        return next(chart for chart in charts(course, now) if chart.key == "rate").lines[0].values.tolist()

    assert rates(899) == pytest.approx([4, np.nan], nan_ok=True)
    assert rates(900) == pytest.approx([4, 60])
