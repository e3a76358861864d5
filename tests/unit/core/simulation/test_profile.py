import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.simulation.chance import Concern, stream
from core.simulation.profile import HOURLY, DayProfile, arrivals

DAY = 1_700_006_400.0  # midnight


@given(per_hour=st.floats(1, 50_000), hour=st.floats(0, 23.99), window_min=st.floats(1, 1440), offset_h=st.integers(-12, 14))
def test_the_mean_over_the_window_is_the_rate_asked_for(per_hour, hour, window_min, offset_h):
    start = DAY + hour * 3600
    profile = DayProfile(per_hour, start, window_min * 60, offset_h * 3600)
    steps = 20_000
    at = start + (np.arange(steps) + 0.5) * window_min * 60 / steps
    assert float(profile.rate(at).mean()) * 3600 == pytest.approx(per_hour, rel=2e-3)


def test_a_day_has_its_peaks_at_lunch_and_in_the_evening():
    profile = DayProfile(100, DAY, 86_400)
    hourly = [float(profile.rate(DAY + (h + 0.5) * 3600)) for h in range(24)]
    assert max(range(24), key=hourly.__getitem__) == 19
    assert max(range(6, 16), key=hourly.__getitem__) == 12
    assert hourly[3] < 0.1 * hourly[19]
    assert len(HOURLY) == 24


def test_local_hours_move_the_peak():
    utc = DayProfile(100, DAY, 86_400)
    east = DayProfile(100, DAY, 86_400, offset_s=3 * 3600)
    assert float(east.rate(DAY + 16.5 * 3600)) == pytest.approx(float(utc.rate(DAY + 19.5 * 3600)))


def test_arrivals_come_at_the_rate_and_follow_the_day():
    profile = DayProfile(1000, DAY, 86_400)
    rng = stream(5, Concern.DEMAND)
    times = np.array(list(itertools.takewhile(lambda t: t < DAY + 86_400, arrivals(profile, DAY, rng))))
    assert np.all(np.diff(times) > 0)
    assert len(times) == pytest.approx(24_000, abs=4 * 24_000**0.5)
    evening = np.count_nonzero((times >= DAY + 19 * 3600) & (times < DAY + 20 * 3600))
    expected = float(profile.rate(DAY + np.linspace(19, 20, 200) * 3600).mean()) * 3600
    assert evening == pytest.approx(expected, abs=4 * expected**0.5)


def test_no_demand_means_no_arrivals():
    assert list(arrivals(DayProfile(0, DAY, 3600), DAY, stream(1, Concern.DEMAND))) == []
