"""The slower clock of multibundles: one run at a time, its routes handed to the cycles while they are fresh."""

from concurrent.futures import Executor, Future

import pytest

from core.domain.geo import LatLon
from core.engine.multibundles import NO_LIMIT_S, Multibundles
from core.matching.params import Params
from core.matching.snapshot import OrderView, Snapshot
from core.settings import Settings
from core.worker import bundle

ROUTE = (("pickup", "1"), ("pickup", "2"), ("dropoff", "1"), ("dropoff", "2"))


class Waiting(Executor):
    """Keeps what it is given; its results come when the test says."""

    def __init__(self):
        self.runs: list[Future] = []
        self.asked: list[tuple] = []

    def submit(self, fn, /, *args, **kwargs):
        self.asked.append((fn, *args))
        self.runs.append(Future())
        return self.runs[-1]


def snapshot(at, orders=2, **params):
    views = tuple(OrderView(str(i), "M", LatLon(50, 8), LatLon(50.01, 8), at, at, at + 1800) for i in range(orders))
    return Snapshot(at, Params(**params), views)


@pytest.fixture
def executor():
    return Waiting()


@pytest.fixture
def bundles(executor):
    return Multibundles(Settings(), executor, stepped=False)


def test_one_run_a_minute_and_none_beside_another(bundles, executor):
    bundles.begin(snapshot(1000.0))
    assert executor.asked == [(bundle, snapshot(1000.0), 4.0)]
    bundles.begin(snapshot(1100.0))
    assert len(executor.runs) == 1, "the first is still under way"
    assert bundles.proposed(1100.0) == ()
    executor.runs[0].set_result((ROUTE,))
    assert bundles.proposed(1101.0) == (ROUTE,)
    bundles.begin(snapshot(1101.0))
    bundles.begin(snapshot(1102.0))
    executor.runs[1].set_result(())
    assert bundles.proposed(1102.0) == (), "the next run's answer takes the place of the last one's"
    bundles.begin(snapshot(1160.9))
    assert len(executor.runs) == 2, "a minute has to go by"
    bundles.begin(snapshot(1161.0))
    assert len(executor.runs) == 3


def test_what_is_two_runs_old_is_proposed_no_more(bundles, executor):
    bundles.begin(snapshot(1000.0))
    executor.runs[0].set_result((ROUTE,))
    assert bundles.proposed(1010.0) == bundles.proposed(1129.0) == (ROUTE,)
    assert bundles.proposed(1130.0) == ()


def test_a_run_that_fails_leaves_the_others_alone(bundles, executor, caplog):
    bundles.begin(snapshot(1000.0))
    executor.runs[0].set_exception(RuntimeError("the worker died"))
    assert bundles.proposed(1001.0) == ()
    assert "no multibundles this time" in caplog.text
    bundles.begin(snapshot(1060.0))
    assert len(executor.runs) == 2


@pytest.mark.parametrize("off", [{"matching.multibundle_s": 0}, {"matching.generators": "alone"}])
def test_either_setting_switches_it_off(executor, off):
    from core.engine.snapshots import params_from

    settings = Settings(off)
    bundles = Multibundles(settings, executor, stepped=False)
    bundles.begin(snapshot(1000.0, generators=params_from(settings).generators))
    assert executor.runs == []


def test_a_single_order_is_no_work_for_it(bundles, executor):
    bundles.begin(snapshot(1000.0, orders=1))
    assert executor.runs == []


def test_in_a_stepped_run_no_clock_cuts_it_short(executor):
    Multibundles(Settings(), executor, stepped=True).begin(snapshot(1000.0))
    assert executor.asked[0][2] == NO_LIMIT_S
