"""Who may use which topic."""

from __future__ import annotations

import pytest

from core.domain.errors import BadInput
from core.messaging import topics
from core.messaging.access import Access, Account, Role, checked_id


def account(name: str, role: Role = Role.DRIVER, secret: str = "s") -> Account:
    return Account(name, role, b"salt", Account.digest_of(b"salt", secret))


DRIVER = account("D-1")
CONSOLE = account("kerbside-console", Role.CONSOLE)
OWN_REPORTS = [
    topics.fixes("D-1"),
    topics.status("D-1"),
    topics.orders("D-1"),
    "owntracks/D-1/phone",
    "owntracks/D-1/phone/event",
]
OWN_NEWS = [topics.offers("D-1"), topics.route("D-1"), topics.config("D-1"), topics.CONFIG, "owntracks/D-1/phone/cmd"]
OTHERS = [
    topics.fixes("D-2"),
    topics.offers("D-2"),
    "owntracks/D-2/phone",
    "owntracks/D-10/phone",
    f"{topics.MARKER}/console",
    "x",
]


@pytest.mark.parametrize("topic", OWN_REPORTS)
def test_a_driver_reports_on_its_own_topics(topic: str) -> None:
    assert Access.may_publish(DRIVER, topic)


@pytest.mark.parametrize("topic", [*OTHERS, topics.offers("D-1"), topics.CONFIG])
def test_a_driver_does_not_speak_for_others_or_for_the_console(topic: str) -> None:
    assert not Access.may_publish(DRIVER, topic)


@pytest.mark.parametrize("topic", OWN_NEWS)
def test_a_driver_hears_what_concerns_it(topic: str) -> None:
    assert Access.may_subscribe(DRIVER, topic)
    assert Access.may_receive(DRIVER, topic)


@pytest.mark.parametrize("topic", [*OTHERS, topics.fixes("D-1")])
def test_a_driver_hears_nothing_of_others(topic: str) -> None:
    assert not Access.may_receive(DRIVER, topic)


@pytest.mark.parametrize(
    "pattern", ["#", "+/#", "kerbside/#", "kerbside/v1/drivers/+/offers", topics.offers("D-2"), "owntracks/D-2/+"]
)
def test_a_driver_can_not_ask_for_what_is_not_its_own(pattern: str) -> None:
    assert not Access.may_subscribe(DRIVER, pattern)


@pytest.mark.parametrize("pattern", ["owntracks/+/+", "owntracks/+/+/cmd", "owntracks/D-1/+/cmd", "owntracks/#"])
def test_what_the_owntracks_app_asks_for_is_granted_and_filtered_on_the_way(pattern: str) -> None:
    assert Access.may_subscribe(DRIVER, pattern)
    assert not Access.may_receive(DRIVER, "owntracks/D-2/phone")


@pytest.mark.parametrize("role", [Role.CONSOLE, Role.SIMULATOR])
def test_console_and_simulator_use_everything(role: Role) -> None:
    own = account("x", role)
    for topic in [*OWN_REPORTS, *OWN_NEWS, *OTHERS]:
        assert Access.may_publish(own, topic)
        assert Access.may_receive(own, topic)
    assert Access.may_subscribe(own, "#")


def test_only_the_right_name_with_the_right_secret_is_admitted() -> None:
    access = Access({"D-1": DRIVER})
    assert access.admit("D-1", "s") is DRIVER
    for name, secret in [("D-1", "t"), ("D-1", None), ("D-1", ""), ("D-2", "s"), (None, None), ("", "s")]:
        assert access.admit(name, secret) is None


@pytest.mark.parametrize("text", ["D-1", "ana maria", "Ünal_7"])
def test_ids_that_can_stand_in_a_topic(text: str) -> None:
    assert checked_id(text) == text


@pytest.mark.parametrize("text", ["", " D", "a/b", "a+", "#", "a:b", "a\nb", "$a", "x" * 65])
def test_ids_that_can_not(text: str) -> None:
    with pytest.raises(BadInput, match="the id"):
        checked_id(text)


def test_a_listener_hears_what_is_told_to_others_and_says_nothing() -> None:
    shop = account("99e6de1f", Role.LISTENER)
    assert Access.may_subscribe(shop, "#")
    for topic in (topics.EVENTS, f"{topics.EVENTS}/O-1", "shop/Delivered/O-1"):
        assert Access.may_receive(shop, topic)
        assert not Access.may_publish(shop, topic)
    for topic in (topics.fixes("D-1"), topics.offers("D-1"), topics.CONFIG, topics.MARKER, "owntracks/D-1/phone", "$SYS/x"):
        assert not Access.may_receive(shop, topic)


def test_a_listener_s_password_is_the_key_as_it_was_shown() -> None:
    access = Access({"99e6de1f": account("99e6de1f", Role.LISTENER, "a_secret")})
    assert access.admit("99e6de1f", "kerb_99e6de1f_a_secret") is not None
    assert access.admit("99e6de1f", "kerb_other_a_secret") is None
    assert access.admit("99e6de1f", "") is None
