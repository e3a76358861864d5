"""Changing an order, whatever its state, and taking it back."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain import commands as c
from core.domain.errors import BadInput, CommandRefused
from core.domain.geo import LatLon
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from core.messaging.codecs.kerbside import OfferMessage
from tests.rigs import DOOR, START, Rig

ELSEWHERE = LatLon(45.02, 9.02)


@pytest.fixture
def rig(tmp_path: Any) -> Any:
    rig = Rig(tmp_path / "kerbside.db")
    rig.merchant()
    rig.driver("D-1")
    rig.tick()
    rig.place("O-1")
    yield rig
    rig.close()


def change(rig: Rig, **more: Any) -> Any:
    return rig.do(c.ChangeOrder(order_id="O-1", **more))


def give(rig: Rig) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))


def test_what_is_not_named_stays_and_undo_brings_it_back(rig: Rig) -> None:
    before = rig.order()
    outcome = change(
        rig, dropoff=ELSEWHERE, note="ring", weight_kg=2.5, vehicles=frozenset({Vehicle.SCOOTER}), due_at=START + 9999
    )
    after = rig.order()
    assert (after.dropoff, after.note, after.weight_kg) == (ELSEWHERE, "ring", 2.5)
    assert (after.customer, after.ready_at, after.status) == (before.customer, before.ready_at, Status.WAITING)
    for command in outcome.undo:
        rig.do(command)
    assert rig.order() == before
    assert change(rig).changes == []
    assert change(rig, note=before.note).changes == []


def test_an_offer_is_taken_back_where_it_matters_and_not_for_words(rig: Rig) -> None:
    rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    change(rig, note="ring")
    assert rig.status_of() is Status.OFFERED
    change(rig, dropoff=ELSEWHERE)
    assert rig.status_of() is Status.WAITING
    assert rig.world.open_offer("D-1") is None
    assert "D-1" not in rig.order().declined_by  # it was not the driver who said no
    rig.tick(11)
    assert any(isinstance(message, OfferMessage) for message in rig.told("D-1"))


def test_a_driver_under_way_is_sent_to_the_new_door_and_watched_there(rig: Rig) -> None:
    give(rig)
    rig.tick()
    rig.told()
    change(rig, dropoff=ELSEWHERE)
    rig.store.flush(10)
    rig.engine.attend()
    assert [stop.place for stop in rig.world.route("D-1").stops] == [rig.order().pickup, ELSEWHERE]
    assert len(rig.told("D-1")) == 1
    for event in ("arrived_pickup", "picked_up"):
        rig.say("D-1", event, order="O-1")
    rig.fix("D-1", DOOR, t=rig.clock.now() + 0.5)
    rig.tick()
    rig.fix("D-1", ELSEWHERE, t=rig.clock.now() + 0.5)
    rig.tick()
    crossed = [(e.stop, e.entered) for e in rig.heard if type(e).__name__ == "FenceCrossed" and e.stop == "dropoff"]
    assert crossed == [("dropoff", True)]  # at the new door, not at the old one
    rig.restart()
    assert [stop.place for stop in rig.world.route("D-1").stops] == [ELSEWHERE]


@pytest.mark.parametrize("more", [{"weight_kg": 1000.0}, {"vehicles": frozenset({Vehicle.WALK})}])
def test_what_its_driver_can_t_carry_is_refused(rig: Rig, more: dict[str, Any]) -> None:
    give(rig)
    before = rig.order()
    with pytest.raises(CommandRefused):
        change(rig, **more)
    assert rig.order() == before


def test_what_is_carried_can_be_sent_elsewhere_but_not_made_heavier(rig: Rig) -> None:
    give(rig)
    rig.do(c.RecordProgress(order_id="O-1", event="picked_up"))
    change(rig, dropoff=ELSEWHERE, due_at=START + 5000, note="ring")
    for more in ({"weight_kg": 2.0}, {"ready_at": START + 60}, {"vehicles": frozenset({Vehicle.CAR})}):
        with pytest.raises(CommandRefused, match="has been picked up"):
            change(rig, **more)


def test_what_is_over_stays_as_it_is(rig: Rig) -> None:
    rig.do(c.CancelOrder(order_id="O-1"))
    with pytest.raises(CommandRefused, match="can't be changed any more"):
        change(rig, note="ring")


@pytest.mark.parametrize(
    "more",
    [
        {"weight_kg": 0.0},
        {"weight_kg": float("nan")},
        {"due_at": START},
        {"ready_at": float("inf")},
        {"dropoff": LatLon(95, 0)},
    ],
)
def test_what_can_t_be_is_refused(rig: Rig, more: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        change(rig, **more)


def test_rules_of_forwarding_are_kept_like_everything_else(rig: Rig) -> None:
    from core.domain.forward import Forward

    rule = Forward("R-1", "all", "https://example.org")
    undo = rig.do(c.SaveForward(forward=rule)).undo
    rig.restart()
    assert rig.world.forwards == {"R-1": rule}
    for command in undo:
        rig.do(command)
    rig.restart()
    assert rig.world.forwards == {}
    assert rig.store.rebuild_check() == []
    with pytest.raises(CommandRefused, match="no forwarding rule"):
        rig.do(c.RemoveForward(forward_id="R-1"))
