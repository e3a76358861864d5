import numpy as np
import pytest

from core.tracking.stillness import Stillness


def columns(*values):
    return np.array(values, float)


def test_a_driver_is_still_until_they_are_far_from_where_they_stood():
    still = Stillness()
    rows = np.array([0, 5])
    still.see(rows, columns(45.0, 46.0), columns(9.0, 9.0), columns(100, 100))
    still.see(rows, columns(45.0003, 46.001), columns(9.0, 9.0), columns(200, 200))  # 33 m and 111 m
    assert still.seconds(np.array([0, 5, 3, 99]), 300.0).tolist() == [200.0, 100.0, 0.0, 0.0]


def test_creeping_counts_from_where_one_stood_not_from_the_last_fix():
    still = Stillness()
    row = np.array([0])
    for step in range(5):
        still.see(row, columns(45.0 + 0.0002 * step), columns(9.0), columns(100.0 * step))
    assert still.seconds(row, 400.0)[0] == pytest.approx(100.0)
    assert still.seconds(np.array([], np.int64), 1.0).tolist() == []
