"""What phones are asked for, as it comes to them; what they say; and the difference, with its age."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.driver import App, Driver
from core.domain.experiment import Experiment, Variant
from core.domain.vehicle import Vehicle
from core.engine import modes
from core.messaging import topics
from tests.rigs import NEAR, Rig


@pytest.fixture
def rig(make_rig) -> Rig:
    rig = make_rig()
    rig.merchant()
    rig.driver("D-1")
    rig.driver("D-2")
    rig.tick(times=3)
    return rig


def retained(rig: Rig, driver_id: str | None = None) -> dict[str, Any]:
    """What a phone that connects now finds at the broker."""
    topic = topics.CONFIG if driver_id is None else topics.config(driver_id)
    late = rig.broker.endpoint(f"late-{rig.clock.now()}-{topic}", (topic,))
    messages = late.drain()
    late.close()
    assert len(messages) <= 1
    return json.loads(messages[0].payload) if messages and messages[0].payload else {}


def commands(rig: Rig, action: str = "setConfiguration") -> list[dict[str, Any]]:
    said = [json.loads(m.payload) for m in rig.phones.drain() if m.topic.endswith("/cmd")]
    return [one.get("configuration", one) for one in said if one["action"] == action]


def assign(rig: Rig, driver_id: str = "D-1") -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id=driver_id))
    rig.tick()


def test_rates_are_common_and_the_mode_is_each_driver_s_own(rig: Rig) -> None:
    assert retained(rig)["active"] == {"capture_s": 1.0, "send_s": 8.0}
    assert retained(rig)["passive"] == {"capture_s": 4.0, "send_s": 20.0}
    assert retained(rig, "D-1") == {"mode": "passive"}
    assign(rig)
    assert (retained(rig, "D-1"), retained(rig, "D-2")) == ({"mode": "active"}, {"mode": "passive"})
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.tick()
    assert retained(rig, "D-1") == {"mode": "passive"}


def test_a_changed_rate_is_pushed_once_to_all_within_a_tick(rig: Rig) -> None:
    before = retained(rig)["version"]
    rig.phones.drain()
    rig.settings.set("tracking.passive_send_s", 45.0)
    rig.tick()
    pushed = [m for m in rig.phones.drain() if m.topic.startswith("kerbside")]
    assert [m.topic for m in pushed if m.topic.endswith("config")] == []  # nothing to say to anyone alone
    assert retained(rig)["passive"]["send_s"] == 45.0
    assert retained(rig)["version"] != before
    rig.settings.set("tracking.passive_send_s", 20.0)
    rig.tick()
    assert retained(rig)["version"] == before
    rig.settings.set("geofencing.dwell_s", 60.0)
    rig.tick(times=2)
    assert not [m for m in rig.phones.drain() if m.topic.endswith("config")]


def test_owntracks_phones_are_told_by_command_and_asked_where_they_are(rig: Rig) -> None:
    rig.driver("OT", App.OWNTRACKS)
    rig.tick(times=2)
    assert commands(rig)[-1]["monitoring"] == 1
    assign(rig, "OT")
    said = [json.loads(m.payload) for m in rig.phones.drain() if m.topic == "owntracks/OT/phone/cmd"]
    assert [one["action"] for one in said] == ["setWaypoints", "setConfiguration", "reportLocation"]
    assert said[1]["configuration"]["monitoring"] == 2
    rig.settings.set("tracking.active_send_s", 15.0)
    rig.tick(times=2)
    assert commands(rig)[-1]["moveModeLocatorInterval"] == 15


def test_the_difference_has_an_age_and_ends_with_the_phone_s_word(rig: Rig) -> None:
    assign(rig)
    asked_at = rig.clock.now() - 1
    rig.fix("D-1", NEAR, mode="passive")
    rig.tick()
    rig.tick(30)
    tracking = rig.engine.modes.of("D-1")
    assert tracking is not None
    assert (tracking.wanted, tracking.said) == ("active", "passive")
    assert tracking.asked_at == pytest.approx(asked_at, abs=1)
    assert tracking.since is not None
    row = rig.engine.positions.row("D-1")
    assert rig.engine.modes.differing_s(rig.clock.now())[row] == pytest.approx(rig.clock.now() - tracking.since)
    rig.fix("D-1", NEAR, mode="active")
    rig.tick()
    tracking = rig.engine.modes.of("D-1")
    assert tracking is not None
    assert (tracking.said, tracking.since) == ("active", None)


def test_a_late_report_of_another_mode_changes_nothing(rig: Rig) -> None:
    rig.fix("D-1", NEAR, mode="passive")
    rig.tick(20)
    rig.fix("D-1", NEAR, t=rig.clock.now() - 500, mode="active")
    rig.tick()
    tracking = rig.engine.modes.of("D-1")
    assert tracking is not None
    assert (tracking.said, tracking.since) == ("passive", None)


@pytest.mark.parametrize("payload", [
    {"_type": "configuration", "monitoring": 2},
    {"_type": "dump", "configuration": {"_type": "configuration", "monitoring": 2, "cmd": True}},
])  # fmt: skip
def test_owntracks_confirms_by_its_configuration_as_well(rig: Rig, payload: object) -> None:
    rig.driver("OT", App.OWNTRACKS)
    assign(rig, "OT")
    rig.send("owntracks/OT/phone/dump", payload)
    rig.tick()
    tracking = rig.engine.modes.of("OT")
    assert tracking is not None
    assert (tracking.wanted, tracking.said, tracking.since) == ("active", "active", None)


def test_a_stranger_s_configuration_is_nobody_s(rig: Rig) -> None:
    rig.send("owntracks/ghost/phone/dump", {"_type": "configuration", "monitoring": 2})
    rig.tick()
    assert rig.engine.positions.find("ghost") is None


def test_a_phone_that_does_not_obey_is_asked_again_ever_more_rarely(rig: Rig) -> None:
    rig.driver("OT", App.OWNTRACKS)
    rig.tick(times=2)
    assign(rig, "OT")
    rig.phones.drain()
    asked = []
    for second in range(1, 600, 10):
        rig.send("owntracks/OT/phone", {"_type": "location", "lat": NEAR.lat, "lon": NEAR.lon, "tst": rig.clock.now(), "m": 1})
        rig.tick(10)
        asked += [second for _ in commands(rig)]
    assert 3 <= len(asked) <= 5
    gaps = [b - a for a, b in itertools.pairwise(asked)]
    assert gaps == sorted(gaps)


def test_nobody_asks_a_phone_that_is_silent_again(rig: Rig) -> None:
    assign(rig)
    rig.fix("D-1", NEAR, mode="passive")
    rig.tick()
    rig.phones.drain()
    rig.tick(10, times=60)
    assert not [m for m in rig.phones.drain() if m.topic == topics.config("D-1")]


def test_a_start_and_a_line_that_comes_back_tell_everything_again(rig: Rig) -> None:
    assign(rig)
    rig.restart()
    rig.phones.drain()
    rig.tick(times=2)
    told = {m.topic: json.loads(m.payload) for m in rig.phones.drain() if m.topic.endswith("config")}
    assert told[topics.config("D-1")] == {"mode": "active"}
    assert told[topics.config("D-2")] == {"mode": "passive"}
    assert topics.CONFIG in {m.topic for m in rig.broker.endpoint("anew", (topics.CONFIG,)).drain()}


def test_nothing_stays_at_the_broker_of_a_driver_who_is_gone(rig: Rig) -> None:
    assert retained(rig, "D-2")
    rig.do(c.RemoveDriver(driver_id="D-2"))
    rig.tick()
    assert retained(rig, "D-2") == {}
    assert rig.engine.modes.of("D-2") is None


def test_the_version_a_phone_takes_over_is_known(rig: Rig) -> None:
    common = retained(rig)["version"]
    for version in (common, "old"):
        rig.send(topics.fixes("D-1"), {"fixes": [{"t": rig.clock.now(), "lat": 45, "lon": 9}], "config": version})
        rig.tick()
        tracking = rig.engine.modes.of("D-1")
        assert tracking is not None
        assert (tracking.config, tracking.config_said) == (common, version)


# Experiments

SLOW = Variant("slow", 50.0, settings={"tracking.passive_send_s": 60.0}, app={"sound": False})
USUAL = Variant("usual", 50.0)


def fleet(rig: Rig, count: int) -> list[str]:
    ids = [f"X-{n}" for n in range(count)]
    for n, driver_id in enumerate(ids):
        group = "pilots" if n % 10 == 0 else ""
        rig.do(c.SaveDriver(driver=Driver(driver_id, driver_id, Vehicle.BIKE, group=group)))
    rig.tick(times=3)
    return ids


def test_variants_reach_their_drivers_and_stay_over_a_restart(rig: Rig) -> None:
    ids = fleet(rig, 40)
    rig.do(c.SaveExperiment(experiment=Experiment("sending", (USUAL, SLOW))))
    rig.tick(times=2)
    own = {i: retained(rig, i) for i in ids}
    slow = {i for i, config in own.items() if config["variants"] == {"sending": "slow"}}
    assert 8 < len(slow) < 32
    for driver_id, config in own.items():
        expected = 60.0 if driver_id in slow else 20.0
        assert config["passive"]["send_s"] == expected
        assert config.get("app", {}) == ({"sound": False} if driver_id in slow else {})
    assert len({config["version"] for config in own.values()}) == 2
    rig.restart()
    rig.tick(times=2)
    assert {i: retained(rig, i) for i in ids} == own
    rig.do(c.SaveExperiment(experiment=Experiment("sending", (USUAL, SLOW), ended=True)))
    rig.tick(times=2)
    assert {i: retained(rig, i) for i in ids} == {key: {"mode": "passive"} for key in ids}


def test_a_group_has_its_variant_and_a_driver_who_changes_group_changes_it(rig: Rig) -> None:
    ids = fleet(rig, 20)
    pilots = Variant("pilots only", groups=("pilots",), settings={"tracking.active_send_s": 4.0})
    rig.do(c.SaveExperiment(experiment=Experiment("fast", (pilots,))))
    rig.tick(times=2)
    assert [i for i in ids if "variants" in retained(rig, i)] == ["X-0", "X-10"]
    assert retained(rig, "X-0")["active"] == {"capture_s": 1.0, "send_s": 4.0}
    rig.do(c.SaveDriver(driver=Driver("X-1", "X", Vehicle.BIKE, group="pilots")))
    rig.do(c.SaveDriver(driver=Driver("X-0", "X", Vehicle.BIKE)))
    rig.tick(times=2)
    assert [i for i in ids if "variants" in retained(rig, i)] == ["X-1", "X-10"]


def test_a_large_fleet_is_told_over_many_ticks(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = fleet(rig, 30)
    monkeypatch.setattr(modes, "TOLD_AT_ONCE", 7)
    rig.phones.drain()
    rig.do(c.SaveExperiment(experiment=Experiment("all", (Variant("a", 100.0, app={"x": 1}),))))
    counts = []
    for _ in range(8):
        rig.tick()
        counts.append(len([m for m in rig.phones.drain() if m.topic.endswith("config")]))
    assert max(counts) == 7
    assert sum(counts) == len(ids) + 2


def test_a_variant_reaches_owntracks_too(rig: Rig) -> None:
    rig.driver("OT", App.OWNTRACKS)
    rig.tick(times=2)
    lazy = Variant("lazy", 100.0, settings={"tracking.owntracks_passive_m": 900.0})
    rig.do(c.SaveExperiment(experiment=Experiment("lazy", (lazy,))))
    rig.tick(times=2)
    assert commands(rig)[-1]["locatorDisplacement"] == 900
