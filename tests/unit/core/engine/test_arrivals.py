"""Arrivals for the log: what has moved by a minute, folded again into what was known at a moment."""

from __future__ import annotations

from core.domain.events import ArrivalsExpected, OfferExpired, OfferMade
from core.domain.world import World
from core.engine.arrivals import ArrivalLog, Etas
from core.storage.codec import decode, encode
from tests.rigs import FAR, NEAR, Rig


def nobody_ended(_: str) -> bool:
    return False


def test_only_what_has_moved_by_a_minute_is_recorded() -> None:
    log = ArrivalLog()
    first: Etas = {"1": (1100.4, 1500.0), "2": (None, 1300.0)}
    news = log.news(first, 1000.0, nobody_ended)
    assert news is not None
    assert news.expected == (("1", 100, 500), ("2", None, 300))
    assert log.news({"1": (1150.0, 1559.0), "2": (None, 1241.0)}, 1010.0, nobody_ended) is None
    # Little by little counts from what was recorded, not from what was expected last.
    news = log.news({"1": (1150.0, 1560.0), "2": (None, 1241.0)}, 1020.0, nobody_ended)
    assert news is not None
    assert news.expected == (("1", 130, 540),)


def test_a_pick_up_that_is_done_is_news() -> None:
    log = ArrivalLog()
    log.news({"1": (1100.0, 1500.0)}, 1000.0, nobody_ended)
    news = log.news({"1": (None, 1500.0)}, 1110.0, nobody_ended)
    assert news is not None
    assert news.expected == (("1", None, 390),)


def test_what_is_expected_no_more_is_told_unless_it_has_ended() -> None:
    log = ArrivalLog()
    log.news({"1": (1100.0, 1500.0), "2": (1100.0, 1500.0)}, 1000.0, nobody_ended)
    news = log.news({}, 1010.0, lambda order_id: order_id == "2")
    assert news is not None
    assert news.expected == (("1", None, None),)
    assert log.news({}, 1020.0, nobody_ended) is None


def test_an_event_is_small_and_comes_back_as_it_was() -> None:
    change = ArrivalsExpected(at=1000.0, actor="matcher", expected=tuple((f"{n}", 600, 1200) for n in range(2000, 2100)))
    body = encode(change)
    assert decode("ArrivalsExpected", body) == change
    assert len(body) < 300 + 100 * 20


def test_the_log_alone_gives_what_was_expected(rig: Rig) -> None:
    """An order is planned, moves, and is brought: at each moment the folded log knows what the board showed."""
    rig.fix("D-1", FAR)
    rig.fix("D-2", NEAR)
    rig.place()
    known: list[tuple[int, dict[str, tuple[float | None, float]]]] = []
    for _ in range(6):
        rig.tick(20)
        rig.store.flush()
        known.append((len(rig.store.events_since(0)), dict(rig.world.etas)))
    assert any("O-1" in etas for _, etas in known)
    for count, etas in known:
        past = World()
        for logged in rig.store.events_since(0)[:count]:
            past.apply(logged.change)
        assert past.etas.keys() == etas.keys()
        for order_id, (pickup, dropoff) in etas.items():
            then = past.etas[order_id]
            assert abs(then[1] - dropoff) <= 61
            assert (then[0] is None) == (pickup is None)


def test_who_was_weighed_stands_with_the_offer_and_nowhere_else(rig: Rig) -> None:
    rig.fix("D-1", FAR)
    rig.fix("D-2", NEAR)
    rig.place()
    for _ in range(60):
        rig.tick(20)
        if rig.events(OfferExpired):
            break
    made = rig.events(OfferMade)[0].offers[0]
    assert {order_id for order_id, *_ in made.weighed} == {"O-1"}
    minutes = {driver_id: minutes for _, driver_id, minutes in made.weighed}
    assert minutes[made.driver_id] == min(minutes.values()) > 0
    assert rig.events(OfferExpired)[0].offers[0].weighed == ()
