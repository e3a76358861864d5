"""What waits for the engine when more comes than it can take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.messaging import topics
from core.messaging.inbox import Inbox
from core.ports import Inbound, TransportStats

LIMIT = 20


def position(driver: int, number: int) -> Inbound:
    return Inbound(topics.fixes(f"D-{driver}"), b"%d" % number)


def numbers(messages: list[Inbound]) -> list[int]:
    return [int(m.payload) for m in messages]


def test_a_driver_who_sent_more_than_once_gives_up_the_oldest_and_nobody_their_only_one() -> None:
    stats = TransportStats()
    inbox = Inbox(stats, limit=10)
    # D-0 sends six times among five others who send once: eleven, one too many, and a tenth of room is made.
    inbox.put_positions([position(0, n) if n % 2 == 0 else position(n, n) for n in range(11)])
    assert numbers(inbox.drain(100)) == [1, 3, *range(4, 11)]
    assert (stats.received, stats.shed) == (11, 2)


def test_where_everybody_sent_once_the_oldest_go() -> None:
    stats = TransportStats()
    inbox = Inbox(stats, limit=10)
    for n in range(12):
        inbox.put_positions([position(n, n)])
    assert numbers(inbox.drain(100)) == list(range(2, 12))
    assert stats.shed == 2


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30), max_size=20), st.integers(1, 40))
def test_no_word_is_lost_the_last_position_of_each_driver_stays_and_what_is_gone_is_counted(
    batches: list[list[tuple[int, bool]]], taken_at_once: int
) -> None:
    stats = TransportStats()
    inbox = Inbox(stats, LIMIT)
    words, sent, got = list[int](), dict[int, list[int]](), list[Inbound]()
    number = 0
    for batch in batches:
        positions = []
        for driver, word in batch:
            number += 1
            if word:
                words.append(number)
                inbox.put_word(Inbound(topics.orders(f"D-{driver}"), b"%d" % number))
            else:
                sent.setdefault(driver, []).append(number)
                positions.append(position(driver, number))
        inbox.put_positions(positions)
        assert len(inbox) <= LIMIT + len(words)
        got += inbox.drain(taken_at_once)
    while rest := inbox.drain(taken_at_once):
        assert len(rest) <= taken_at_once
        got += rest
    assert numbers([m for m in got if m.topic.endswith("/orders")]) == words
    kept = {driver: numbers([m for m in got if m.topic == topics.fixes(f"D-{driver}")]) for driver in sent}
    for driver, own in sent.items():
        assert kept[driver] == sorted(kept[driver])
        assert kept[driver][-1] == own[-1]
    assert sum(map(len, kept.values())) + stats.shed == sum(map(len, sent.values()))
    assert stats.received == number
