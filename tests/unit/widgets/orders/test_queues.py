"""Whatever changes come one by one, the queues are as if laid out anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.domain.order import Status
from widgets.common.tables import Column
from widgets.orders.grouping import GROUPINGS, place_of
from widgets.orders.queues import Plan, Queues
from widgets.orders.rows import OrderRow, Section

COLUMNS: list[Column[OrderRow]] = [
    Column("Order", lambda r, m: r.id, sort=lambda r: r.id),
    Column("Driver", lambda r, m: r.driver_id, sort=lambda r: r.driver_id or None),
]
IDS = [str(number) for number in range(12)]
ROWS = st.builds(
    OrderRow,
    id=st.sampled_from(IDS),
    status=st.sampled_from([Status.WAITING, Status.OFFERED, Status.CARRYING, Status.DELIVERED, Status.HELD]),
    merchant=st.sampled_from(["Rosa", "Ko"]),
    placed_at=st.sampled_from([0.0, 60.0]),
    due_at=st.sampled_from([1000.0, 2000.0]),
    driver_id=st.sampled_from(["", "D-1", "D-2"]),
    exception=st.sampled_from(["", "late"]),
)
PLANS = st.builds(
    Plan,
    grouping=st.sampled_from(list(GROUPINGS)),
    sort=st.one_of(st.none(), st.tuples(st.sampled_from(COLUMNS), st.booleans())),
    sections=st.sampled_from([frozenset(), frozenset({Section.EXCEPTIONS, Section.ACTIVE})]),
)
STEPS = st.lists(st.one_of(ROWS, st.sampled_from(IDS)), max_size=6)


@given(PLANS, st.lists(STEPS, max_size=6))
def test_told_step_by_step_they_are_as_if_laid_out_anew(plan: Plan, steps: list[list[OrderRow | str]]) -> None:
    queues = Queues(plan)
    rows: dict[str, OrderRow] = {}
    for step in steps:
        changes = {one if isinstance(one, str) else one.id: None if isinstance(one, str) else one for one in step}
        queues.change(changes)
        rows = {order_id: row for order_id, row in (rows | changes).items() if row is not None}
        anew = Queues(plan, rows.values())
        assert (queues.groups, +queues.counts) == (anew.groups, +anew.counts)
        assert list(queues.groups) == sorted(anew.groups, key=place_of)


@given(PLANS, st.lists(ROWS, max_size=12))
def test_each_order_let_through_stands_once_in_its_queue_and_in_order(plan: Plan, rows: list[OrderRow]) -> None:
    queues = Queues(plan, rows)
    expected = {row.id for row in queues.rows.values() if not plan.sections or row.section in plan.sections}
    stands = [row.id for queue in queues.groups.values() for row in queue]
    assert sorted(stands) == sorted(expected)
    for group, queue in queues.groups.items():
        assert all(GROUPINGS[plan.grouping].of(row) == group for row in queue)
        if plan.sort is None:
            assert all(one.urgency <= other.urgency for one, other in pairwise(queue))


def test_an_order_that_is_late_goes_to_the_exceptions_and_back() -> None:
    row = OrderRow(id="1", status=Status.CARRYING, merchant="Rosa", placed_at=0.0, due_at=1000.0)
    queues = Queues(Plan(), [row])
    queues.change({"1": replace(row, exception="late")})
    assert [len(queues.groups[section]) for section in (Section.EXCEPTIONS, Section.ACTIVE)] == [1, 0]
    queues.change({"1": row})
    assert [len(queues.groups[section]) for section in (Section.EXCEPTIONS, Section.ACTIVE)] == [0, 1]
