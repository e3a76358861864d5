"""Undoing what a provider was given cancels it there, as far as its interface and its couriers permit; the history says so."""

from __future__ import annotations

from typing import Any

import pytest

from app.actions.answers import asked_for, listen_to_answers
from app.actions.history import History, Standing
from core.domain import commands as c
from core.domain import events as e
from core.domain.order import Status
from core.domain.provider import INTERNAL
from tests.provider_rig import Faults
from tests.rigs import Rig
from tests.unit.core.engine.conftest import Outside, outside, rules  # noqa: F401


class Desk:
    """Of the deeds what has to do with answers."""

    def __init__(self, rig: Rig) -> None:
        self.engine, self.window, self.told = rig.engine, self, list[str]()
        self.history = History(self._carry)
        self.changed = lambda: None
        listen_to_answers(self)  # type: ignore[arg-type]

    def tell(self, text: str, *, bad: bool = False) -> None:
        self.told.append(text)

    def _carry(self, command: c.Command) -> Any:
        outcome = self.engine.execute(command)[0]
        for order_id, text in asked_for(outcome.changes, self.engine.world):
            self.history.ask(order_id, text)
        return outcome.undo

    @property
    def last(self) -> tuple[Standing, tuple[str, ...], list[str]]:
        record = self.history.records()[-1]
        return record.standing, record.refused, list(record.asked.values())


@pytest.fixture
def desk(rig: Rig) -> Desk:
    rig.engine.matching_paused = True
    rig.place()
    rig.tick()
    rig.phones.drain()
    return Desk(rig)


def send(to: str) -> c.SendToProvider:
    return c.SendToProvider(order_id="O-1", provider_id=to)


@pytest.mark.parametrize("before", [Status.WAITING, Status.HELD])
def test_what_was_sent_is_cancelled_there_and_is_as_before(rig: Rig, desk: Desk, outside: Outside, before: Status) -> None:  # noqa: F811
    swift = outside()
    if before is Status.HELD:
        rig.do(c.HoldOrder(order_id="O-1"))
    assert desk.history.do("Send", send("swift")) == []
    rig.tick(times=3)
    assert rig.status_of() is Status.OUTSIDE
    assert desk.history.undo() == []
    assert desk.last == (Standing.UNDONE, (), ["Swift is asked to give up order O-1"])
    assert rig.status_of() is Status.OUTSIDE, "not before they say so"
    rig.tick(times=3)
    assert swift.held["O-1.1"].state == "cancelled"
    assert rig.status_of() is before
    assert desk.last == (Standing.UNDONE, (), [])
    assert desk.history.redo() == []
    rig.tick(times=3)
    assert (rig.status_of(), swift.held["O-1.2"].state) == (Status.OUTSIDE, "accepted")
    assert rig.store.rebuild_check() == []


def test_a_courier_who_is_under_way_can_t_be_called_back_and_the_history_says_so(
    rig: Rig,
    desk: Desk,
    outside: Outside,  # noqa: F811
) -> None:
    swift = outside(poll_s=600.0)
    desk.history.do("Send", send("swift"))
    rig.tick(times=3)
    swift._step("O-1.1", "picked_up")  # which nobody here knows yet
    assert desk.history.undo() == []
    rig.tick(times=3)
    why = "Swift keeps order O-1: it is on its way already"
    assert desk.last == (Standing.FINAL, (why,), [])
    assert desk.told == [why]
    assert (desk.history.undo_text, desk.history.redo_text) == (None, None)
    assert rig.status_of() is Status.OUTSIDE


def test_once_it_is_known_to_be_under_way_undoing_is_refused_at_once(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift = outside()
    desk.history.do("Send", send("swift"))
    rig.tick(times=3)
    swift._step("O-1.1", "picked_up")
    rig.tick(5, times=3)
    [why] = desk.history.undo()
    assert why == "order O-1 is on its way with Swift: it can't be called back"
    assert desk.last == (Standing.FINAL, (why,), [])


def test_from_one_provider_to_another_and_back_with_those_who_come_next(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift, hermes = outside("swift"), outside("hermes")
    rules(rig, {"chain": ["swift", "internal"]})
    rig.place("O-2")
    rig.tick(times=3)
    desk.history.do("Send", c.SendToProvider(order_id="O-2", provider_id="hermes"))
    assert desk.last == (Standing.DONE, (), ["Swift is asked to give up order O-2"])
    rig.tick(times=5)
    assert (rig.order("O-2").provider_id, desk.last[2]) == ("hermes", [])
    desk.history.undo()
    rig.tick(times=5)
    assert rig.order("O-2").provider_id == "swift"
    assert (swift.held["O-2.1"].state, hermes.held["O-2.2"].state, swift.held["O-2.3"].state) == (
        "cancelled",
        "cancelled",
        "accepted",
    )
    assert rig.world.consignments["O-2"].rest == (INTERNAL,)


def test_a_change_of_mind_before_the_answer_leaves_it_with_whoever_has_it(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift, hermes = outside("swift"), outside("hermes")
    rules(rig, {"provider": "swift"})
    rig.place("O-2")
    rig.tick(times=3)
    desk.history.do("Send", c.SendToProvider(order_id="O-2", provider_id="hermes"))
    assert desk.history.undo() == []
    rig.tick(times=5)
    assert (rig.status_of("O-2"), rig.order("O-2").provider_id) == (Status.OUTSIDE, "swift")
    assert not hermes.held
    assert [one.state for one in swift.held.values()] == ["cancelled", "accepted"]


def test_brought_back_from_our_own_driver_who_is_told(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    outside()
    rules(rig, {"provider": "swift"})
    rig.place("O-2")
    rig.tick(times=3)
    desk.history.do("Send", c.SendToProvider(order_id="O-2", provider_id=INTERNAL))
    rig.tick(times=3)
    rig.do(c.AssignOrder(order_id="O-2", driver_id="D-1"))
    rig.tick()
    rig.phones.drain()
    assert desk.history.undo() == []
    rig.tick(times=3)
    assert (rig.status_of("O-2"), rig.order("O-2").provider_id) == (Status.OUTSIDE, "swift")
    assert [type(message).__name__ for message in rig.told("D-1")][:2] == ["RevokeMessage", "RouteMessage"]


def test_an_order_cancelled_at_a_provider_goes_there_again(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift = outside()
    desk.history.do("Send", send("swift"))
    rig.tick(times=3)
    desk.history.do("Cancel", c.CancelOrder(order_id="O-1"))
    rig.tick(times=3)
    assert (rig.status_of(), desk.last) == (Status.CANCELLED, (Standing.DONE, (), []))
    assert desk.history.undo() == []
    rig.tick(times=3)
    assert (rig.status_of(), swift.held["O-1.2"].state) == (Status.OUTSIDE, "accepted")


def test_what_a_person_settled_is_in_doubt_again(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift = outside("swift", Faults(drop_before=1.0))
    desk.history.do("Send", send("swift"))
    rig.tick(times=4)
    assert len(rig.engine.errands.doubtful()) == 1
    desk.history.do("Swift has it", c.SettleConsignment(order_id="O-1", has_it=True))
    rig.tick()
    assert (rig.status_of(), rig.engine.errands.doubtful()) == (Status.OUTSIDE, [])
    assert desk.history.undo() == []
    assert rig.status_of() is Status.SENDING
    assert [one.id for one, _ in rig.engine.errands.doubtful()] == ["O-1.1"]
    assert len(rig.events(e.ProviderDoubted)) == 1
    rig.restart()
    assert rig.status_of() is Status.SENDING
    assert rig.store.rebuild_check() == []
    assert not swift.held


def test_one_that_a_provider_has_spoken_of_itself_is_in_doubt_no_more(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift = outside("swift", Faults(drop_after=1.0))
    desk.history.do("Send", send("swift"))
    rig.tick(times=4)
    desk.history.do("Swift has it", c.SettleConsignment(order_id="O-1", has_it=True))
    swift.faults = Faults()
    swift._step("O-1.1", "arrived_pickup")
    rig.tick(5, times=60)
    [why] = desk.history.undo()
    assert why == "Swift has said itself meanwhile how far order O-1 is"


def test_said_not_to_have_it_by_mistake_it_is_sent_there_anew(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    swift, hermes = outside("swift", Faults(drop_after=1.0)), outside("hermes")
    rig.settings.set("providers.breaker_after", 100)
    rules(rig, {"chain": ["swift", "hermes"]})
    rig.place("O-2")
    rig.tick(times=4)
    desk.history.do("Swift does not have it", c.SettleConsignment(order_id="O-2", has_it=False))
    rig.tick(times=4)
    assert rig.order("O-2").provider_id == "hermes"
    swift.faults = Faults()
    assert desk.history.undo() == []
    rig.tick(5, times=10)
    assert (rig.order("O-2").provider_id, rig.status_of("O-2")) == ("swift", Status.OUTSIDE)
    assert (hermes.held["O-2.2"].state, swift.held["O-2.3"].state) == ("cancelled", "accepted")
    assert swift.held["O-2.1"].state == "cancelled", "what they may have had under the old key is forgotten"


def test_an_order_of_which_nobody_knows_a_place_by_now_is_told_of(rig: Rig, desk: Desk, outside: Outside) -> None:  # noqa: F811
    outside("swift", Faults(refuse=1.0))
    desk.history.do("Send", send("swift"))
    rig.tick(times=4)
    assert rig.status_of() is Status.HELD
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    [why] = desk.history.undo()
    assert why == "order O-1 is assigned by now: it stays where it is"
    assert rig.status_of() is Status.ASSIGNED
