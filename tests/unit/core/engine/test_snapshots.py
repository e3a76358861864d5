from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain.geo import LatLon
from core.domain.merchant import Merchant, OwnDrivers
from core.engine.snapshots import fleets_of, params_from
from core.engine.tally import WINDOW_S, Tally
from core.matching.profiles import PROFILES
from core.settings import DECLARED, Settings
from tests.rigs import Rig


def test_every_weight_of_the_matcher_is_a_setting() -> None:
    changed = Settings()
    for setting in DECLARED:
        if setting.key.startswith("matching.weight_"):
            changed.set(setting.key, 7.5)
    params = params_from(changed)
    assert (params.spread_pay_min, params.shortage_weight) == (7.5, 7.5)
    assert all(getattr(params.weights, name) == 7.5 for name in params.weights.__dataclass_fields__)


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_profile_gives_what_is_not_set_itself(name: str) -> None:
    settings = Settings({"matching.profile": name})
    for key, value in PROFILES[name].items():
        Settings().set(key, value)  # within its range
        if key.startswith("matching.weight_"):
            field = key.removeprefix("matching.weight_")
            params = params_from(settings)
            assert (params.shortage_weight if field == "shortage" else getattr(params.weights, field)) == value
    settings.set("matching.weight_dropoff_late", 6.0)
    assert params_from(settings).weights.dropoff_late == 6.0


def test_profiles_are_those_of_the_setting() -> None:
    [setting] = [s for s in DECLARED if s.key == "matching.profile"]
    assert setting.choices == tuple(PROFILES)
    assert params_from(Settings()) == params_from(Settings({"matching.profile": "default"}))


def test_merchants_with_one_group_share_its_drivers() -> None:
    place, there = LatLon(45, 9), LatLon(45.1, 9)
    merchants = [
        Merchant("M-1", "A", place, fleet="ours"),
        Merchant("M-2", "B", there, fleet="ours", own_drivers=OwnDrivers.SHARED, share_km=2.0),
        Merchant("M-3", "C", there),
    ]
    [fleet] = fleets_of(merchants)
    assert (fleet.group, fleet.homes, fleet.places, fleet.share_km) == ("ours", ("M-1", "M-2"), (place, there), 2.0)
    assert fleets_of(merchants[:1])[0].share_km == -1.0


def test_deliveries_count_for_as_long_as_the_window(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.do(c.RecordProgress(order_id="O-1", event="picked_up"))
    tally = Tally([rig.order()])
    assert tally.done(rig.clock.now())["D-1"] == 0
    rig.do(c.RecordProgress(order_id="O-1", event="delivered"))
    tally.note(rig.order())
    at = rig.order().status_at
    assert tally.done(at)["D-1"] == 1
    assert tally.done(at + WINDOW_S)["D-1"] == 0
    assert rig.engine._tally.done(at)["D-1"] == 1
