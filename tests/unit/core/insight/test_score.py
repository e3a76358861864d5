"""A hundred points, less what went wrong."""

from __future__ import annotations

import pytest

from core.insight.score import score


def test_points_are_taken_off_for_what_went_wrong() -> None:
    assert score(0.0, 0.0, 100, 0, []).points == 100
    assert score(0.0, 0.0, 100, 0, [-1.0, 0.0]).points == 100
    found = score(10.0, 1.5, 100, 4, [0.0, 4.0])
    assert (found.late, found.lateness, found.lost, found.dearer) == pytest.approx((10, 6, 8, 6))
    assert found.points == pytest.approx(70)
    assert score(90.0, 30.0, 10, 5, []).points == 0
