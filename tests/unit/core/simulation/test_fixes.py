import numpy as np
import pytest

from core.messaging.codecs.kerbside import Rates
from core.simulation.fixes import ACTIVE, KEPT, PASSIVE, FixRecorder
from core.simulation.motion import Motion

PLACES = np.array([(41.0, 3.0), (41.0, 3.0)])


def live(recorder, motion, start, seconds, mute=False):
    """Step second by second; returns what was sent as (driver, at, Taken)."""
    sent = []
    for k in range(1, seconds + 1):
        recorder.capture(start + k, motion)
        sent += [] if mute else [(i, start + k, recorder.take(i, start + k)) for i in recorder.due(start + k)]
    return sent


def test_a_phone_captures_and_sends_at_the_rates_of_its_mode():
    recorder, motion = FixRecorder(2, 1, 3.0, 0.0), Motion(PLACES)
    live(recorder, motion, 0, 30)
    recorder.set_rates(1, ACTIVE, 30)
    sent = live(recorder, motion, 30, 400)
    for driver, rates in ((0, PASSIVE), (1, ACTIVE)):
        mine = [(at, taken) for i, at, taken in sent if i == driver][1:]
        assert set(np.diff([at for at, _ in mine])) == {rates.send_s}
        assert {len(taken.t) for _, taken in mine} == {rates.send_s / rates.capture_s}
        assert set(np.diff(np.concatenate([taken.t for _, taken in mine]))) == {rates.capture_s}


def test_going_active_takes_effect_at_once():
    recorder, motion = FixRecorder(2, 1, 3.0, 0.0), Motion(PLACES)
    live(recorder, motion, 0, 40)
    recorder.set_rates(0, ACTIVE, 40)
    assert next(at for i, at, _ in live(recorder, motion, 40, 9) if i == 0) <= 48


def test_errors_are_a_few_metres_and_wander():
    recorder, motion = FixRecorder(2, 1, 3.0, 0.0), Motion(PLACES)
    recorder.set_rates(0, Rates(1, 60), 0)
    taken = [t for i, _, t in live(recorder, motion, 0, 6000) if i == 0]
    north_m = (np.concatenate([t.lat for t in taken]) - 41.0) * 111_195
    east_m = (np.concatenate([t.lon for t in taken]) - 3.0) * 111_195 * np.cos(np.radians(41))
    assert np.sqrt(np.mean(north_m**2 + east_m**2)) == pytest.approx(3.0, rel=0.15)
    assert np.abs(np.diff(north_m)).mean() < np.abs(north_m).mean()


def test_a_phone_that_can_not_send_keeps_the_latest():
    recorder, motion = FixRecorder(2, 1, 3.0, 0.0), Motion(PLACES)
    recorder.set_rates(0, ACTIVE, 0)
    live(recorder, motion, 0, 500, mute=True)
    taken = recorder.take(0, 500)
    assert taken.t.tolist() == list(range(500 - KEPT + 1, 501))
    assert len(taken.acc) == len(taken.lat) == len(taken.spd) == KEPT
    assert recorder.take(0, 500).t.tolist() == []


def test_batteries_run_down_and_are_charged_again():
    recorder, motion = FixRecorder(2, 123, 3.0, 0.0), Motion(PLACES)  # the first battery is half empty
    levels = [t.batt for i, _, t in live(recorder, motion, 0, 5 * 3600) if i == 0]
    assert 10 <= min(levels) <= 15
    assert max(levels[levels.index(min(levels)) :]) > 60
    assert max(abs(np.diff(levels))) <= 2
