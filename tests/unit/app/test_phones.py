"""The phones of the soak: what they send is what a driver's app would, at its rate."""

from __future__ import annotations

import numpy as np
import pytest

from app.benches.phones import ACTIVE, PASSIVE, Fleet, Packets, _Group, driver_id
from core.messaging.decode import decode
from core.messaging.intake import packets

NOW = 1_772_820_000.25
BOUNDS = (46.1, 12.9, 46.3, 13.1)


@pytest.mark.parametrize("mode", [ACTIVE, PASSIVE])
def test_packets_say_who_when_and_where(mode: tuple[str, int, float]) -> None:
    name, fixes, every_s = mode
    made = Packets(name, fixes, every_s / fixes)
    drivers = np.array([0, 7, 49_999])
    lat = 46.0 + np.arange(3 * fixes).reshape(3, fixes) / 1000
    read = packets(made.of(drivers, np.array([1, 256, 65_535]), NOW, lat, lat - 33), NOW)
    assert [m.topic for m in read.messages] == [f"kerbside/v1/drivers/{driver_id(d)}/fixes" for d in (0, 7, 49_999)]
    assert read.acks == b"\x40\x02\x00\x01\x40\x02\x01\x00\x40\x02\xff\xff"
    reports = decode(read.messages)
    assert not reports.refused
    assert reports.fixes.lat.reshape(3, fixes) == pytest.approx(lat)
    assert reports.fixes.lon.reshape(3, fixes) == pytest.approx(lat - 33)
    assert reports.fixes.t.reshape(3, fixes)[0] == pytest.approx(made.times(NOW), abs=1e-3)
    assert made.times(NOW)[-1] == NOW
    assert set(reports.fixes.mode.values()) == {name}


@pytest.mark.parametrize(("times", "turns"), [(1.0, 2), (4.0, 8)])
def test_each_phone_has_its_turn_as_often_as_it_should(times: float, turns: int) -> None:
    group = _Group(np.arange(100, 150), PASSIVE, Fleet(1, 150, 100, 1.0, BOUNDS, times))
    seen = np.concatenate([group.due(t) for t in np.arange(0.0, 40.01, 0.13)])
    seen = np.concatenate([seen, group.due(40.001)])
    assert np.bincount(seen, minlength=50).tolist() == [turns] * 50


def test_they_move_as_fast_as_a_driver_does_and_no_faster() -> None:
    group = _Group(np.arange(20), ACTIVE, Fleet(1, 20, 20, 1.0, BOUNDS))
    places = np.arange(20)
    lat, lon = group.where(places, NOW)
    later_lat, later_lon = group.where(places, NOW + 1.0)
    metres = 111_000 * np.hypot(later_lat - lat, (later_lon - lon) * np.cos(np.radians(46.2)))
    assert 2.0 < metres.min() <= metres.max() < 6.0
