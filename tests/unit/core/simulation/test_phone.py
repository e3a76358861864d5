import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import Presence
from core.messaging import topics
from core.messaging.codecs.kerbside import (
    AssignMessage,
    ConfigMessage,
    ConfirmMessage,
    OfferMessage,
    Rates,
    RevokeMessage,
    RouteMessage,
    StopItem,
)
from core.simulation.fixes import ACTIVE, PASSIVE
from core.simulation.phone import Phone


def stop(kind, order, lat=41.0):
    return StopItem(kind, order, lat, 3.0, "x")


def both(order):
    return [stop("pickup", order), stop("dropoff", order)]


@pytest.fixture
def sent():
    return []


@pytest.fixture
def phone(sent):
    return Phone("D-1", "r", lambda topic, payload: sent.append((topic, msgspec.json.decode(payload))))


def test_a_word_is_repeated_until_the_route_shows_it(phone, sent):
    phone.answer("F-1", "accept", 100.0)
    for now in range(101, 141):
        phone.repeat(float(now))
    assert [topic for topic, _ in sent] == [topics.orders("D-1")] * 5
    assert all(payload == sent[0][1] for _, payload in sent)
    assert sent[0][1] == {"id": "D-1-r-1", "event": "accept", "offer": "F-1", "reason": "", "t": 100.0}
    phone.hear(RouteMessage(1, [], ["D-1-r-1"]), 141.0)
    phone.repeat(500.0)
    assert len(sent) == 5


def test_a_lost_word_is_never_overtaken(phone, sent):
    phone.arrive(stop("pickup", "A"), 0.0)
    phone.leave(stop("pickup", "A"), 2.0)
    phone.repeat(10.0)
    phone.arrive(stop("dropoff", "A"), 17.0)
    first, second, third = "arrived_pickup", "picked_up", "arrived_dropoff"
    assert [p["event"] for _, p in sent] == [first, second, first, second, first, second, third]


@pytest.mark.parametrize(
    ("message", "left"),
    [
        (ConfirmMessage("D-1-r-1"), 1),
        (ConfirmMessage("F-1"), 1),
        (RevokeMessage("F-1", None, ""), 1),
        (RevokeMessage(None, "A", ""), 1),
        (ConfirmMessage("other"), 2),
        (RevokeMessage("other", "other", ""), 2),
        (RevokeMessage(None, None, ""), 2),
        (AssignMessage("A", []), 2),
    ],
)
def test_what_is_confirmed_or_revoked_is_not_repeated(phone, sent, message, left):
    phone.answer("F-1", "accept", 0.0)
    phone.arrive(stop("pickup", "A"), 0.0)
    phone.hear(message, 1.0)
    sent.clear()
    phone.repeat(60.0)
    assert len(sent) == left


def test_an_offer_is_heard_once_and_not_when_it_has_run_out(phone):
    offer = OfferMessage("F-1", 50.0, both("A"), [])
    assert phone.hear(offer, 10.0) is offer
    assert phone.hear(offer, 11.0) is None
    assert phone.hear(OfferMessage("F-2", 9.0, [], []), 10.0) is None
    phone.hear(RevokeMessage("F-1", None, ""), 12.0)
    assert phone.offers == {}
    assert phone.hear(offer, 13.0) is None


def test_the_route_is_worked_off_in_its_order(phone):
    phone.hear(RouteMessage(1, [*both("A"), *both("B")], []), 0.0)
    done = []
    while (next_stop := phone.todo()) is not None:
        phone.arrive(next_stop, 1.0)
        phone.leave(next_stop, 2.0)
        done.append((next_stop.kind, next_stop.order))
    assert done == [("pickup", "A"), ("dropoff", "A"), ("pickup", "B"), ("dropoff", "B")]


def test_nothing_is_brought_before_it_is_fetched(phone):
    phone.hear(RouteMessage(1, [stop("dropoff", "A"), stop("pickup", "A")], []), 0.0)
    assert phone.todo().kind == "pickup"


def test_a_route_from_before_the_word_does_not_send_the_driver_back(phone):
    phone.hear(RouteMessage(1, both("A"), []), 0.0)
    phone.leave(stop("pickup", "A"), 5.0)
    phone.hear(RouteMessage(2, [*both("A"), *both("B")], []), 6.0)
    assert (phone.todo().kind, phone.todo().order) == ("dropoff", "A")


def test_an_order_that_was_recalled_and_comes_back_is_fetched_again(phone, sent):
    phone.hear(RouteMessage(1, both("A"), []), 0.0)
    phone.arrive(stop("pickup", "A"), 5.0)
    phone.leave(stop("pickup", "A"), 6.0)
    phone.hear(RevokeMessage(None, "A", "given to another"), 7.0)
    assert phone.todo() is None
    phone.hear(RouteMessage(2, [], []), 7.0)
    phone.hear(RouteMessage(3, both("A"), []), 8.0)
    assert phone.todo().kind == "pickup"
    phone.arrive(phone.todo(), 9.0)
    assert [p["event"] for _, p in sent] == ["arrived_pickup", "picked_up", "arrived_pickup"]
    assert len({p["id"] for _, p in sent}) == 3


def test_arriving_is_said_once(phone, sent):
    phone.hear(RouteMessage(1, both("A"), []), 0.0)
    phone.arrive(stop("pickup", "A"), 5.0)
    phone.arrive(stop("pickup", "A"), 6.0)
    assert len(sent) == 1


def test_the_console_sets_the_mode(phone):
    assert (phone.mode, phone.rates) == ("passive", PASSIVE)
    phone.hear(RouteMessage(1, both("A"), []), 0.0)
    assert (phone.mode, phone.rates) == ("active", ACTIVE)
    phone.hear(ConfigMessage("passive", Rates(1, 5), Rates(2, 6)), 0.0, to_all=True)
    assert (phone.mode, phone.rates) == ("passive", Rates(2, 6))
    phone.hear(ConfigMessage("active", Rates(3, 9), Rates(4, 20)), 0.0)
    assert (phone.mode, phone.rates) == ("active", Rates(3, 9))
    phone.hear(ConfigMessage("passive", Rates(1, 5), Rates(2, 6)), 0.0, to_all=True)
    assert phone.mode == "active"


def test_what_is_common_holds_where_nothing_is_said_to_the_phone_alone(phone):
    phone.hear(ConfigMessage("", Rates(1, 5), Rates(2, 6), "v1"), 0.0, to_all=True)
    assert (phone.mode, phone.rates) == ("passive", Rates(2, 6))
    phone.hear(ConfigMessage("active"), 0.0)
    assert (phone.mode, phone.rates) == ("active", Rates(1, 5))
    phone.hear(ConfigMessage("", Rates(3, 7), Rates(4, 8), "v2"), 0.0, to_all=True)
    assert phone.rates == Rates(3, 7)


def test_the_version_is_said_once_and_again_after_a_break_in_the_line(phone):
    assert phone.config_to_say() is None
    phone.hear(ConfigMessage("", Rates(1, 5), Rates(2, 6), "v1"), 0.0, to_all=True)
    assert [phone.config_to_say() for _ in range(2)] == ["v1", None]
    phone.hear(ConfigMessage("active", Rates(1, 5), Rates(2, 6), "v2"), 0.0)
    assert phone.config_to_say() == "v2"
    phone.reconnected()
    assert phone.config_to_say() == "v2"


def test_presence_is_said_on_its_own_topic(phone, sent):
    phone.present(Presence.BREAK, 3.0)
    assert sent == [(topics.status("D-1"), {"state": "break", "t": 3.0})]


orders = st.sampled_from("ABC")
stops = st.lists(st.builds(stop, st.sampled_from(["pickup", "dropoff"]), orders), max_size=5)
ids = st.sampled_from(["F-1", "F-2", "D-1-r-1", "D-1-r-2", "D-1-r-3", "?"])
messages = st.one_of(
    st.builds(OfferMessage, ids, st.floats(0, 100), stops, st.just([])),
    st.builds(RouteMessage, st.integers(0, 9), stops, st.lists(ids, max_size=4)),
    st.builds(RevokeMessage, st.none() | ids, st.none() | orders, st.just("")),
    st.builds(ConfirmMessage, ids),
    st.builds(AssignMessage, orders, stops),
)


@given(st.lists(st.one_of(messages, st.none()), max_size=30))
def test_whatever_is_heard_in_whatever_order_words_stay_legal(heard):
    """At every stop the driver says both words, new and in their order; what is said again has been said before."""
    said: list[dict[str, object]] = []
    phone = Phone("D-1", "r", lambda _, payload: said.append(msgspec.json.decode(payload)))
    known: dict[object, dict[str, object]] = {}
    for now, message in enumerate(heard):
        before = len(said)
        if message is not None:
            phone.hear(message, float(now))
            assert len(said) == before
        elif (next_stop := phone.todo()) is not None:
            phone.arrive(next_stop, float(now))
            phone.leave(next_stop, float(now))
            new = [word for word in said[before:] if word["id"] not in known]
            pair = ["arrived_pickup", "picked_up"] if next_stop.kind == "pickup" else ["arrived_dropoff", "delivered"]
            assert [(word["event"], word["order"]) for word in new] == [(event, next_stop.order) for event in pair]
            assert all(known.get(word["id"], word) == word for word in said[before:])
            known.update((word["id"], word) for word in new)


def test_the_version_of_a_route_is_said_back_once(phone):
    assert phone.route_to_say() is None
    phone.hear(RouteMessage(41, both("a"), []), 0.0)
    phone.hear(RouteMessage(42, both("a"), []), 1.0)
    assert phone.route_to_say() == 42
    assert phone.route_to_say() is None
