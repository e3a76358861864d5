from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import IllegalStep
from core.domain.geo import LatLon
from core.domain.language import Message, said, speaking
from core.domain.order import ABROAD, ACTIVE, ENDED, STEPS, UNASSIGNED, WORDS, Order, Status, Step
from core.domain.vehicle import Vehicle

PLAIN = Order("O-1", "M-1", LatLon(1, 2), LatLon(3, 4), placed_at=0.0, ready_at=600.0, due_at=2400.0)


def test_the_way_of_an_order_from_received_to_delivered() -> None:
    way = [Step.QUEUE, Step.OFFER, Step.ACCEPT, Step.ARRIVE_PICKUP, Step.PICK_UP, Step.ARRIVE_DROPOFF, Step.DELIVER]
    order = PLAIN
    for at, step in enumerate(way):
        order = order.take(step, float(at))
    assert order.status is Status.DELIVERED
    assert order.status_at == 6.0


def test_an_illegal_step_is_refused_by_name() -> None:
    delivered = Order("O-7", "M", LatLon(0, 0), LatLon(0, 0), 0, 0, 0, status=Status.DELIVERED)
    with pytest.raises(IllegalStep, match="order O-7 is delivered: it can't pick up"):
        delivered.take(Step.PICK_UP, 1.0)


def test_every_status_is_unassigned_active_or_ended() -> None:
    assert set(Status) == UNASSIGNED | ACTIVE | ABROAD | ENDED
    assert len(UNASSIGNED) + len(ACTIVE) + len(ABROAD) + len(ENDED) == len(Status)


@given(st.lists(st.sampled_from(list(Step)), max_size=30))
def test_no_sequence_of_steps_leaves_the_table(steps: list[Step]) -> None:
    order = PLAIN
    for step in steps:
        allowed = (order.status, step) in STEPS
        assert order.can(step) == allowed
        if not allowed:
            with pytest.raises(IllegalStep):
                order.take(step, 1.0)
            continue
        order = order.take(step, 1.0)
    if order.status in {Status.DELIVERED, Status.FAILED}:
        assert not any(order.can(step) for step in Step)


def test_an_order_picked_up_can_no_longer_be_cancelled_or_taken_away() -> None:
    carried = PLAIN.take(Step.QUEUE, 0).take(Step.ASSIGN, 0).take(Step.PICK_UP, 0)
    assert not carried.can(Step.CANCEL)
    assert not carried.can(Step.UNASSIGN)


def test_every_status_and_step_has_its_word_in_other_languages() -> None:
    assert set(WORDS) == set(Status)
    texts = [*WORDS.values(), *map(Message, Step), *map(Message, Vehicle)]
    with speaking("de"):
        assert [text for text in texts if said(text) == text] == []
