from dataclasses import replace

import pytest

from core.simulation.mdrp.metrics import as_numbers, mean, measure
from core.simulation.mdrp.solution import Played, Trip, violations, write_solution


@pytest.fixture
def played(make_instance):
    """Two orders in a bundle from (0, 0): the way there takes 2 minutes, then 3, then 3."""
    instance = make_instance(
        [("o1", 300.0, 0.0, 5, "r1", 20), ("o2", 300.0, 250.0, 6, "r1", 22), ("o3", 0.0, 0.0, 7, "r1", 30)],
        [("c1", 150.0, 0.0, 0, 90), ("c2", 0.0, 0.0, 0, 60)],
    )
    return Played(instance, (Trip("c1", 20, ("o1", "o2"), (20, 26, 33), 24, (31, 38)),))


def test_a_trip_by_the_rules_has_nothing_to_say_against_it(played):
    assert violations(played) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"assigned": 5}, "before an order was placed"),
        ({"departed": (19, 26, 33)}, "not free before"),
        ({"pickup": 23}, "pick-up at 23, too early"),
        ({"departed": (20, 25, 33)}, "departs at 25, busy until 26"),
        ({"dropoffs": (30, 38)}, "drop-off at 30, too early"),
        ({"dropoffs": (31, 37)}, "drop-off at 37, too early"),
        ({"departed": (20, 26, 32)}, "departs at 32, busy until 33"),
        ({"meals": ("o1", "o1")}, "order o1 is assigned twice"),
        ({"pickup": 91, "departed": (20, 93, 100), "dropoffs": (98, 105)}, "pick-up at 91, off duty at 90"),
    ],
)
def test_each_rule_is_checked(played, change, said):
    broken = replace(played, trips=(replace(played.trips[0], **change),))
    assert any(said in found for found in violations(broken))


def test_a_pickup_before_the_last_of_the_bundle_is_ready_is_found(played):
    early = replace(played.trips[0], assigned=16, departed=(16, 23, 30), pickup=21, dropoffs=(28, 35))
    assert violations(replace(played, trips=(early,))) == ["courier c1, assigned at 16: pick-up at 21, too early"]


def test_a_courier_on_a_trip_gets_no_instruction(played):
    second = Trip("c1", 39, ("o3",), (39, 48), 46, (50,))
    assert any("not free before 40" in found for found in violations(replace(played, trips=(*played.trips, second))))


def test_a_bundle_is_of_one_restaurant(make_instance):
    instance = make_instance(
        [("o1", 0.0, 0.0, 0, "r1", 2), ("o2", 0.0, 0.0, 0, "r2", 2)],
        [("c1", 0.0, 0.0, 0, 90)],
        (("r1", 0, 0), ("r2", 0, 0)),
    )
    trip = Trip("c1", 0, ("o1", "o2"), (0, 4, 8), 2, (6, 10))
    assert violations(Played(instance, (trip,))) == ["courier c1, assigned at 0: orders of different restaurants"]


def test_measures_by_hand(played):
    found = measure(played, 1.5)
    assert found.undelivered_pct == pytest.approx(100 / 3)
    assert found.ctd_mean == (26 + 32) / 2
    assert found.ctd_p90 == pytest.approx(26 + 0.9 * 6)
    assert found.ctd_overage == 0.0
    assert found.rtp_mean == (4 + 2) / 2
    assert found.utilization == pytest.approx(((2 + 3 + 3 + 4 + 8) / 90 + 0) / 2)
    assert found.cost_per_order == (15 * 1.5 + 15) / 2
    assert found.orders_per_bundle == 2.0
    assert found.seconds == 1.5


def test_overage_is_beyond_the_target_alone(played):
    late = replace(played.trips[0], dropoffs=(31, 50))
    assert measure(replace(played, trips=(late,)), 0.0).ctd_overage == (0 + 4) / 2


def test_pay_is_by_order_where_that_is_more(make_instance):
    instance = make_instance([("o1", 0.0, 0.0, 0, "r1", 2)], [("c1", 0.0, 0.0, 0, 20)])
    assert measure(Played(instance, (Trip("c1", 0, ("o1",), (0, 4), 2, (6,)),)), 0.0).cost_per_order == 10.0


def test_means_leave_out_what_has_no_value(played):
    none = measure(replace(played, trips=()), 1.0)
    both = mean([measure(played, 2.0), none])
    assert both["undelivered_pct"] == pytest.approx((100 / 3 + 100) / 2)
    assert both["ctd_mean"] == 29.0
    assert both["seconds"] == 3.0
    assert list(both) == list(as_numbers(none))


def test_the_three_files_of_the_evaluator(played, tmp_path):
    write_solution(played, tmp_path / "new" / "small")
    read = {path.name: path.read_text(encoding="utf-8").splitlines()[1:] for path in (tmp_path / "new" / "small").iterdir()}
    assert read == {
        "solution_info_assignments.txt": ["20 24 c1 o1 o2"],
        "solution_info_orders.txt": ["o1 5 20 24 31 c1", "o2 6 22 24 38 c1"],
        "solution_info_couriers.txt": ["c1 20 0 r1 1", "c1 26 r1 o1 1", "c1 33 o1 o2 1"],
    }
