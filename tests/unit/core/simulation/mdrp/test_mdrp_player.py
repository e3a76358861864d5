from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.simulation.mdrp.player import play
from core.simulation.mdrp.settings import params_for
from core.simulation.mdrp.solution import violations
from tests.examples import examples

grid = st.integers(-8, 8).map(lambda i: 100.0 * i)
times = st.integers(0, 120)


def test_the_courier_sets_off_as_late_as_the_kitchen_allows(make_instance):
    played = play(make_instance([("o1", 300.0, 0.0, 5, "r1", 30)], [("c1", 500.0, 0.0, 0, 90)]))
    (trip,) = played.trips
    assert (trip.assigned, trip.pickup, trip.dropoffs) == (23, 30, (37,))


def test_two_wait_for_one_courier_and_ride_together(make_instance):
    meals = [("o1", 300.0, 0.0, 0, "r1", 10), ("o2", 300.0, 100.0, 0, "r1", 10)]
    played = play(make_instance(meals, [("c1", 0.0, 0.0, 0, 90)]))
    assert [t.meals for t in played.trips] == [("o1", "o2")]


def test_two_couriers_take_one_each(make_instance):
    meals = [("o1", 300.0, 0.0, 0, "r1", 10), ("o2", 300.0, 100.0, 0, "r1", 10)]
    played = play(make_instance(meals, [("c1", 0.0, 0.0, 0, 90), ("c2", 0.0, 0.0, 0, 90)]))
    assert sorted(t.meals for t in played.trips) == [("o1",), ("o2",)]


def test_work_goes_first_to_who_is_below_the_guaranteed_pay(make_instance):
    """Both couriers could be in time; the one who has had an order already lets the other have the next."""
    meals = [("o1", 0.0, 0.0, 0, "r1", 10), ("o2", 0.0, 0.0, 40, "r1", 60)]
    played = play(make_instance(meals, [("c1", 0.0, 0.0, 0, 90), ("c2", 100.0, 0.0, 0, 90)]))
    assert [t.courier for t in played.trips] == ["c1", "c2"]


def test_no_pickup_after_the_shift_but_a_dropoff(make_instance):
    couriers = [("c1", 0.0, 0.0, 0, 30)]
    assert play(make_instance([("o1", 900.0, 0.0, 5, "r1", 31)], couriers)).trips == ()
    (trip,) = play(make_instance([("o1", 900.0, 0.0, 5, "r1", 30)], couriers)).trips
    assert (trip.pickup, trip.dropoffs) == (30, (43,))


def test_an_order_waits_for_the_shift_that_begins_soon(make_instance):
    (trip,) = play(make_instance([("o1", 0.0, 0.0, 0, "r1", 10)], [("c1", 0.0, 0.0, 25, 90)])).trips
    assert (trip.assigned, trip.pickup) == (25, 27)


def test_without_couriers_or_orders_there_is_nothing_to_do(make_instance):
    assert play(make_instance([("o1", 0.0, 0.0, 0, "r1", 10)], [])).trips == ()
    assert play(make_instance([], [("c1", 0.0, 0.0, 0, 60)])).trips == ()


def test_the_settings_are_the_matchers_own(make_instance):
    """The same player with bundles switched off carries each order by itself."""
    instance = make_instance([("o1", 0.0, 100.0, 0, "r1", 9), ("o2", 0.0, 100.0, 0, "r1", 9)], [("c1", 0.0, 0.0, 0, 90)])
    alone = replace(params_for(instance.rules), generators=params_for(instance.rules).generators[:1])
    assert [t.meals for t in play(instance, alone).trips] == [("o1",), ("o2",)]


@settings(max_examples=examples(10))
@given(
    st.lists(st.tuples(grid, grid, times, st.sampled_from(["r1", "r2"]), st.integers(0, 30)), min_size=1, max_size=12),
    st.lists(st.tuples(grid, grid, times, st.integers(15, 90)), min_size=1, max_size=4),
)
def test_every_day_is_played_by_the_rules_and_the_same_twice(make_instance, meals, couriers):
    instance = make_instance(
        [(f"o{i}", x, y, placed, shop, placed + prep) for i, (x, y, placed, shop, prep) in enumerate(meals)],
        [(f"c{i}", x, y, on, on + duty) for i, (x, y, on, duty) in enumerate(couriers)],
        (("r1", 0, 0), ("r2", 400, 300)),
    )
    played = play(instance)
    assert violations(played) == []
    assert play(instance) == played
