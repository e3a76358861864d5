"""The core and the simulator's phones together: a rate that is changed while they are on the road is obeyed and confirmed."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain.events import FixesApplied
from core.domain.experiment import Experiment, Variant
from core.routing.great_circle import GreatCircle
from core.simulation.params import SimulationParams
from core.simulation.simulator import SUBSCRIPTIONS, Simulator
from tests.rigs import Rig
from tests.unit.core.simulation.conftest import small_city

COUNT = 8


@pytest.fixture
def town(make_rig) -> tuple[Rig, Simulator]:
    rig = make_rig()
    params = SimulationParams(drivers=COUNT, orders_per_hour=0.0, breaks_per_hour=0.0, seed=3)
    line = rig.broker.endpoint("simulator", SUBSCRIPTIONS)
    simulator = Simulator(small_city(), GreatCircle(1.35), line, rig.do, params, rig.clock.now())
    for merchant in simulator.merchants():
        rig.do(c.SaveMerchant(merchant=merchant, actor="simulator"))
    for driver in simulator.fleet():
        rig.do(c.SaveDriver(driver=driver, actor="simulator"))
    return rig, simulator


def fixes_a_minute(rig: Rig, simulator: Simulator, minutes: int = 2) -> float:
    """By driver and minute."""
    live(rig, simulator, 60)  # what was under way when the rate changed
    before = sum(e.count for e in rig.events(FixesApplied) if isinstance(e, FixesApplied))
    live(rig, simulator, 60 * minutes)
    return (sum(e.count for e in rig.events(FixesApplied) if isinstance(e, FixesApplied)) - before) / minutes / COUNT


def live(rig: Rig, simulator: Simulator, seconds: int) -> None:
    for _ in range(seconds):
        simulator.step(rig.clock.now())
        rig.tick()


def test_a_changed_rate_is_obeyed_within_seconds_and_confirmed_by_its_version(town) -> None:
    rig, simulator = town
    assert fixes_a_minute(rig, simulator) == pytest.approx(15, abs=1.5)  # every 4 s
    first = {d.id: rig.engine.modes.of(d.id) for d in simulator.fleet()}
    assert all(one.config_said == one.config for one in first.values())
    rig.settings.set("tracking.passive_capture_s", 10.0)
    live(rig, simulator, 30)
    later = {d.id: rig.engine.modes.of(d.id) for d in simulator.fleet()}
    assert all(one.config_said == one.config != first[i].config for i, one in later.items())
    assert fixes_a_minute(rig, simulator) == pytest.approx(6, abs=1)
    assert not any((rig.engine.modes.differing_s(rig.clock.now()) > 30).tolist())
    assert not rig.engine.positions.correction.any()


def test_a_variant_is_obeyed_by_its_drivers_alone(town) -> None:
    rig, simulator = town
    live(rig, simulator, 30)
    quick = Variant("quick", 50.0, settings={"tracking.passive_capture_s": 1.0})
    experiment = Experiment("quick", (quick,))
    rig.do(c.SaveExperiment(experiment=experiment))
    chosen = [d.id for d in simulator.fleet() if experiment.variant_of(d.id) is not None]
    assert 0 < len(chosen) < COUNT
    expected = (60 * len(chosen) + 15 * (COUNT - len(chosen))) / COUNT
    assert fixes_a_minute(rig, simulator) == pytest.approx(expected, rel=0.1)
    for driver in simulator.fleet():
        tracking = rig.engine.modes.of(driver.id)
        assert tracking is not None
        assert tracking.config_said == tracking.config
        assert tracking.variants == ({"quick": "quick"} if driver.id in chosen else {})
