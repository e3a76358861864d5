from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.domain.reports import FixBatch

COLUMNS = ("t", "lat", "lon", "acc", "spd", "hdg")


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1e9)), max_size=30), st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_fixes_of_some_drivers_keep_their_order_and_their_owners(rows: list[tuple[int, float]], wanted: list[bool]) -> None:
    names = [f"D-{n}" for n in range(5)]
    owner = np.array([n for n, _ in rows], np.int64)
    t = np.array([at for _, at in rows], np.float64)
    modes = {"D-1": "active", "alone": "passive"}
    batch = FixBatch(names, owner, *(t + k for k in range(6)), modes, {"D-2": 40.0}, {"D-3": "v1"})
    known = {name for name, w in zip(names, wanted, strict=True) if w}
    some = batch.only(np.array(wanted), known)
    expected = [(names[n], at) for n, at in rows if wanted[n]]
    assert [(some.drivers[n], at) for n, at in zip(some.driver, some.t, strict=True)] == expected
    assert some.drivers == [name for name, w in zip(names, wanted, strict=True) if w]
    assert len(some) == len(expected)
    for k, column in enumerate(COLUMNS):
        assert np.array_equal(getattr(some, column), some.t + k)
    assert some.mode == ({"D-1": "active"} if wanted[1] else {})
    assert (some.batt, some.config) == ({"D-2": 40.0} if wanted[2] else {}, {"D-3": "v1"} if wanted[3] else {})
