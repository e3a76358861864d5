"""How many orders are expected where, from orders of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.domain.geo import LatLon
from core.domain.order import Order
from core.repositioning.demand import KNOWN_DAYS, cell_of, learn

ROSA, LUNA = LatLon(45.004, 9.004), LatLon(45.034, 9.004)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def order(number: int, when: datetime, place: LatLon = ROSA, merchant: str = "rosa", **more: object) -> Order:
    at = when.timestamp()
    return Order(f"O-{number}", merchant, place, place, at, at, at + 1800.0, **more)  # type: ignore[arg-type]


def evenings(days: int, a_quarter: int = 3, first: datetime = MONDAY, **more: object) -> list[Order]:
    """So many orders in each quarter of the hours from 18 to 20, and one at noon, on days in a row."""
    found = []
    for day in range(days):
        noon = first + timedelta(days=day, hours=12)
        found.append(order(len(found), noon, **more))
        for quarter in range(8):
            at = first + timedelta(days=day, hours=18, minutes=15 * quarter)
            found += [order(len(found) + n, at + timedelta(minutes=n), **more) for n in range(a_quarter)]
    return found


def expected_at(orders: list[Order], when: datetime, minutes: float = 15.0, **more: object) -> dict[tuple[int, int], float]:
    demand = learn(orders, when.timestamp(), UTC, **more)  # type: ignore[arg-type]
    return dict(zip(demand.cells, demand.expected(when.timestamp(), 60 * minutes).tolist(), strict=True))


def test_the_rate_of_the_time_of_day() -> None:
    at = expected_at(evenings(3), MONDAY + timedelta(days=3, hours=19))
    assert at == {cell_of(ROSA): pytest.approx(3.0)}


def test_the_time_ahead_is_added_up_by_its_share_of_each_quarter() -> None:
    when = MONDAY + timedelta(days=3, hours=18, minutes=40)
    assert expected_at(evenings(3), when, 10.0)[cell_of(ROSA)] == pytest.approx(2.0)
    assert expected_at(evenings(3), when, 40.0)[cell_of(ROSA)] == pytest.approx(8.0)


def test_a_time_of_day_that_was_never_seen_has_nothing_to_say() -> None:
    first = MONDAY + timedelta(hours=18)
    orders = [order(n, first + timedelta(minutes=n)) for n in range(60)]
    assert expected_at(orders, MONDAY + timedelta(hours=19)) == {cell_of(ROSA): 0.0}
    assert expected_at([], MONDAY) == {}


def test_a_weekday_speaks_for_itself_once_it_is_known() -> None:
    usual = evenings(7, a_quarter=1) + evenings(7, a_quarter=1, first=MONDAY + timedelta(days=7))
    rush = [
        order(1000 + n, MONDAY + timedelta(days=7 * week + 4, hours=19, minutes=n % 15)) for week in range(2) for n in range(30)
    ]
    friday = MONDAY + timedelta(days=18, hours=19)
    assert KNOWN_DAYS == 2
    on_friday, on_thursday = (expected_at(usual + rush, when)[cell_of(ROSA)] for when in (friday, friday - timedelta(days=1)))
    assert on_friday == pytest.approx((2 * 3 + 60) / 6)
    assert on_thursday == pytest.approx(1.0)
    after_a_week = expected_at([o for o in usual + rush if o.placed_at < (MONDAY + timedelta(days=7)).timestamp()],
                               MONDAY + timedelta(days=7, hours=19))[cell_of(ROSA)]  # fmt: skip
    assert after_a_week == pytest.approx((7 * 3 + 30) / (7 * 3))


def test_days_on_which_nobody_was_there_do_not_thin_it_out() -> None:
    orders = evenings(2) + evenings(2, first=MONDAY + timedelta(days=10))
    assert expected_at(orders, MONDAY + timedelta(days=15, hours=19))[cell_of(ROSA)] == pytest.approx(3.0)


def test_local_time_counts() -> None:
    east = timezone(timedelta(hours=3))
    orders = evenings(3)
    when = MONDAY + timedelta(days=3, hours=19)
    demand = learn(orders, when.timestamp(), east)
    at_22_there = demand.counts[:, :, 22 * 4].sum()
    assert at_22_there == 9
    assert demand.expected(when.timestamp(), 900.0).tolist() == pytest.approx([3.0])


def test_what_our_drivers_do_not_bring_is_left_out_and_each_cell_has_its_most_popular_shop() -> None:
    orders = [
        *evenings(3),
        *(order(5000 + n, MONDAY + timedelta(hours=19, minutes=n), LatLon(45.005, 9.005), "nearby") for n in range(3)),
        *(order(6000 + n, MONDAY + timedelta(hours=19, minutes=n), LUNA, "closed") for n in range(5)),
        *(order(7000 + n, MONDAY + timedelta(hours=19, minutes=n), LUNA, "x", provider_id="swift") for n in range(5)),
    ]
    demand = learn(orders, (MONDAY + timedelta(days=3)).timestamp(), UTC, frozenset({"closed"}))
    assert (demand.cells, demand.merchants, demand.places) == ((cell_of(ROSA),), ("rosa",), (ROSA,))
