"""What counts as a delivery of late."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.engine.tally import WINDOW_S, Tally

PLACE = LatLon(45.0, 9.0)
ORDER = Order("O-1", "M-1", PLACE, PLACE, 0.0, 0.0, 0.0, driver_id="D-1")


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["D-1", "D-2"]), st.booleans(), st.floats(0, WINDOW_S))))
def test_it_counts_each_order_once_while_it_is_delivered(course: list[tuple[int, str, bool, float]]) -> None:
    tally, now, last = Tally(), 0.0, {}
    for number, driver, done, wait_s in course:
        now += wait_s
        status = Status.DELIVERED if done else Status.CARRYING
        last[number] = order = replace(ORDER, id=f"O-{number}", driver_id=driver, status=status, status_at=now)
        tally.note(order)
        recent = [o for o in last.values() if o.status is Status.DELIVERED and o.status_at > now - WINDOW_S]
        for name in ("D-1", "D-2"):
            assert tally.done(now)[name] == sum(o.driver_id == name for o in recent)
