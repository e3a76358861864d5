from __future__ import annotations

import logging

import pytest

from core.bus import Bus
from core.domain.events import BrokerChanged, Change, Delivered, Event, Notice, OrderReceived

CHANGE = Delivered(at=1.0)
NOTICE = BrokerChanged(at=2.0, state="lost")


def test_a_handler_hears_its_class_and_what_derives_from_it() -> None:
    bus = Bus()
    heard: list[tuple[str, Event]] = []
    for kind in (Event, Change, Delivered, Notice, OrderReceived):
        bus.subscribe(kind, lambda event, kind=kind: heard.append((kind.__name__, event)))
    bus.publish(CHANGE)
    bus.publish(NOTICE)
    assert heard == [
        ("Delivered", CHANGE),
        ("Change", CHANGE),
        ("Event", CHANGE),
        ("Notice", NOTICE),
        ("Event", NOTICE),
    ]


def test_handlers_of_one_class_hear_in_the_order_they_came() -> None:
    bus = Bus()
    heard: list[int] = []
    for n in range(5):
        bus.subscribe(Delivered, lambda event, n=n: heard.append(n))
    bus.publish(CHANGE)
    assert heard == [0, 1, 2, 3, 4]


def test_who_has_unsubscribed_hears_no_more_and_may_do_so_twice() -> None:
    bus = Bus()
    heard: list[Event] = []
    leave = bus.subscribe(Delivered, heard.append)
    stay = bus.subscribe(Delivered, heard.append)
    leave()
    leave()
    bus.publish(CHANGE)
    assert heard == []  # the same handler twice is taken away twice
    stay()


def test_a_handler_may_leave_and_join_while_it_hears() -> None:
    bus = Bus()
    heard: list[str] = []

    def once(event: Event) -> None:
        heard.append("once")
        leave()
        bus.subscribe(Delivered, lambda event: heard.append("later"))

    leave = bus.subscribe(Delivered, once)
    bus.subscribe(Delivered, lambda event: heard.append("always"))
    bus.publish(CHANGE)
    assert heard == ["once", "always"]
    bus.publish(CHANGE)
    assert heard == ["once", "always", "always", "later"]


def test_a_handler_that_fails_is_logged_with_its_event_and_keeps_nobody_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    heard: list[Event] = []

    def fails(event: Event) -> None:
        raise ZeroDivisionError

    bus.subscribe(Delivered, fails)
    bus.subscribe(Delivered, heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(CHANGE)
    assert heard == [CHANGE]
    [record] = caplog.records
    assert "Delivered(at=1.0" in record.getMessage()
    assert record.exc_info is not None
