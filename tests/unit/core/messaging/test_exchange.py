"""Sessions, acknowledgements and retained messages of the embedded broker, without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messaging import exchange, topics
from core.messaging.access import Access, Account, Role
from core.messaging.exchange import REFUSED, Exchange, Message, Session


def account(name: str, role: Role = Role.DRIVER) -> Account:
    return Account(name, role, b"", Account.digest_of(b"", "s"))


CONSOLE, DRIVER, OTHER = account("console", Role.CONSOLE), account("D-1"), account("D-2")


class FakeLink:
    def __init__(self) -> None:
        self.sent: list[tuple[bytes, int | None, bool]] = []
        self.retained: list[bool] = []
        self.unsent = 0

    def send(self, message: Message, packet_id: int | None, again: bool) -> None:
        self.sent.append((message.payload, packet_id, again))
        self.retained.append(message.retained)

    def backlog(self) -> int:
        return self.unsent

    @property
    def payloads(self) -> list[bytes]:
        return [payload for payload, _, _ in self.sent]


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def now() -> Time:
    return Time()


@pytest.fixture
def hub(now: Time) -> Exchange:
    return Exchange(Access({a.name: a for a in (CONSOLE, DRIVER, OTHER)}), now)


def join(hub: Exchange, who: Account, *patterns: str, clean: bool = False, client: str = "c") -> tuple[Session, FakeLink]:
    session, _ = hub.open(who, client, clean)
    link = FakeLink()
    session.attach(link)
    for pattern in patterns:
        hub.subscribe(session, pattern, 1)
        hub.send_retained(session, pattern)
    return session, link


FIXES = topics.fixes("D-1")


def test_a_message_goes_to_who_subscribed(hub: Exchange) -> None:
    _, console = join(hub, CONSOLE, "kerbside/#")
    assert hub.publish(DRIVER, FIXES, b"1", 1, False)
    assert hub.publish(DRIVER, FIXES, b"2", 0, False)
    assert console.sent == [(b"1", 1, False), (b"2", None, False)]


@pytest.mark.parametrize("topic", [topics.fixes("D-2"), "a/+", "a/#", "$SYS/x"])
def test_what_may_not_be_published_goes_nowhere(hub: Exchange, topic: str) -> None:
    _, console = join(hub, CONSOLE, "#")
    assert not hub.publish(DRIVER, topic, b"x", 1, True)
    assert console.sent == []
    assert hub.retained == {}


def test_a_refused_subscription_yields_nothing(hub: Exchange) -> None:
    session, link = join(hub, DRIVER)
    assert hub.subscribe(session, topics.offers("D-2"), 1) == REFUSED
    assert hub.subscribe(session, "owntracks/a#", 1) == REFUSED
    assert hub.subscribe(session, topics.offers("D-1"), 2) == 1
    hub.publish(CONSOLE, topics.offers("D-2"), b"x", 1, False)
    assert link.sent == []


def test_owntracks_own_wildcard_shows_a_driver_only_itself_retained_or_not(hub: Exchange) -> None:
    hub.publish(OTHER, "owntracks/D-2/phone", b"theirs", 1, True)
    hub.publish(DRIVER, "owntracks/D-1/phone", b"mine", 1, True)
    _, link = join(hub, DRIVER, "owntracks/+/+")
    hub.publish(OTHER, "owntracks/D-2/phone", b"theirs again", 1, True)
    assert link.payloads == [b"mine"]
    assert link.retained == [True]


def test_who_is_away_gets_everything_after_coming_back_in_order(hub: Exchange) -> None:
    session, link = join(hub, CONSOLE, "#")
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    hub.publish(DRIVER, FIXES, b"2", 1, False)
    session.acknowledged(1)
    hub.leave(session, link)
    hub.publish(DRIVER, FIXES, b"3", 1, False)
    hub.publish(DRIVER, FIXES, b"not kept", 0, False)
    session, present = hub.open(CONSOLE, "c", False)
    assert present
    link = FakeLink()
    session.attach(link)
    assert link.sent == [(b"2", 2, True), (b"3", 3, False)]


def test_a_clean_session_is_gone_when_its_connection_is(hub: Exchange) -> None:
    session, link = join(hub, CONSOLE, "#", clean=True)
    hub.leave(session, link)
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    assert hub.sessions == {}
    assert link.sent == []


def test_a_connection_that_was_taken_over_ends_without_harm(hub: Exchange) -> None:
    session, old = join(hub, CONSOLE, "#")
    again, _ = hub.open(CONSOLE, "c", False)
    new = FakeLink()
    again.attach(new)
    hub.leave(session, old)
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    assert (new.payloads, old.payloads) == ([b"1"], [])


def test_the_same_client_id_of_another_user_is_another_session(hub: Exchange) -> None:
    _, console = join(hub, CONSOLE, "#", client="x")
    stranger, present = hub.open(DRIVER, "x", True)
    assert not present
    hub.forget(stranger)
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    assert console.payloads == [b"1"]


def test_no_more_is_under_way_than_the_window(hub: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exchange.WINDOW, Role.CONSOLE, 2)
    session, link = join(hub, CONSOLE, "#")
    for n in range(5):
        hub.publish(DRIVER, FIXES, b"%d" % n, 1, False)
    assert link.payloads == [b"0", b"1"]
    session.acknowledged(1)
    session.acknowledged(1)
    session.acknowledged(99)
    assert link.payloads == [b"0", b"1", b"2"]


def test_a_slow_client_is_written_to_again_when_it_has_caught_up(hub: Exchange) -> None:
    session, link = join(hub, CONSOLE, "#")
    hub.publish(DRIVER, FIXES, b"0", 1, False)
    link.unsent = exchange.BACKLOG_BYTES + 1
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    hub.publish(DRIVER, FIXES, b"dropped", 0, False)
    assert link.payloads == [b"0"]
    link.unsent = 0
    session.pump()
    assert link.payloads == [b"0", b"1"]


def test_too_many_waiting_messages_are_given_up_oldest_first_and_counted(
    hub: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exchange.MAX_WAITING, Role.DRIVER, 2)
    session, link = join(hub, DRIVER, topics.offers("D-1"))
    hub.leave(session, link)
    for n in range(4):
        hub.publish(CONSOLE, topics.offers("D-1"), b"%d" % n, 1, False)
    _, link = join(hub, DRIVER)
    assert link.payloads == [b"2", b"3"]
    assert hub.lost() == 2


def test_a_driver_can_not_fill_the_memory_with_retained_messages(hub: Exchange) -> None:
    for n in range(exchange.MAX_RETAINED_PER_USER + 10):
        hub.publish(DRIVER, f"owntracks/D-1/{n}", b"x", 1, True)
    assert len(hub.retained) == exchange.MAX_RETAINED_PER_USER
    hub.publish(DRIVER, "owntracks/D-1/0", b"", 1, True)
    hub.publish(DRIVER, "owntracks/D-1/fresh", b"x", 1, True)
    assert "owntracks/D-1/fresh" in hub.retained


def test_a_session_left_for_long_expires(hub: Exchange, now: Time) -> None:
    away, link = join(hub, DRIVER)
    join(hub, CONSOLE)
    hub.leave(away, link)
    now.now = 6 * 86400
    hub.expire()
    assert away.key in hub.sessions
    now.now = 8 * 86400
    hub.expire()
    assert list(hub.sessions) == [("console", "c")]


def test_an_unsubscription_ends_delivery(hub: Exchange) -> None:
    session, link = join(hub, CONSOLE, "#")
    hub.unsubscribe(session, "#")
    hub.publish(DRIVER, FIXES, b"1", 1, False)
    assert link.sent == []


@given(st.lists(st.sampled_from(["publish", "ack", "break", "return"]), max_size=60))
def test_whatever_happens_to_the_connection_every_message_arrives_and_first_arrivals_keep_their_order(steps: list[str]) -> None:
    hub = Exchange(Access({}), lambda: 0.0)
    session, link = join(hub, CONSOLE, "#")
    links = [link]
    published = 0
    for step in steps:
        if step == "publish":
            hub.publish(DRIVER, FIXES, b"%d" % published, 1, False)
            published += 1
        elif step == "ack" and session.flying:
            session.acknowledged(next(iter(session.flying)))
        elif step == "break" and session.link is not None:
            hub.leave(session, links[-1])
        elif step == "return" and session.link is None:
            links.append(FakeLink())
            session.attach(links[-1])
    if session.link is None:
        links.append(FakeLink())
        session.attach(links[-1])
    arrived = list(dict.fromkeys(payload for one in links for payload in one.payloads))
    assert arrived == [b"%d" % n for n in range(published)]
