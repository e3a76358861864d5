"""A clock that is off is noticed and put right; late positions, bursts and slips are not taken for one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.reports import FixBatch
from core.tracking.clocks import WINDOW, PhoneClocks
from core.tracking.positions import PositionStore

TOLERANCE_S = 30.0
START = 1_000_000.0

waits = st.lists(st.floats(0.0, 4.0), min_size=30, max_size=30)
intervals = st.sampled_from([8.0, 20.0])


def live(clocks, messages, row=0):
    """Messages of one phone as (arrival, newest time by the phone); the corrections after each."""
    out = []
    for now, t in messages:
        clocks.note(np.array([row]), np.array([t]), now, TOLERANCE_S)
        out.append(clocks.of(row))
    return out


@given(st.floats(36.0, 90_000.0), st.sampled_from([-1.0, 1.0]), intervals, waits)
def test_a_clock_that_is_off_is_noticed_within_a_window_and_estimated_to_seconds(size, sign, every, waits):
    error = sign * size
    messages = [(START + i * every + wait, START + i * every - error) for i, wait in enumerate(waits)]
    after = live(PhoneClocks(), messages)
    assert all(c == 0 for c in after[: WINDOW - 1])
    assert all(abs(c - error) <= 4.0 for c in after[WINDOW:])


@given(intervals, waits)
def test_a_clock_that_is_right_is_left_alone(every, waits):
    messages = [(START + i * every + wait, START + i * every) for i, wait in enumerate(waits)]
    assert not any(live(PhoneClocks(), messages))


@given(st.data())
def test_late_positions_are_no_clock_that_is_off(data):
    """A phone loses the network for a while, again and again, and then sends what it kept, in as many messages as it likes."""
    every = data.draw(intervals)
    now, sent, messages = START, START, []
    for _ in range(data.draw(st.integers(1, 6))):
        for _ in range(data.draw(st.integers(0, 8))):
            now += every
            sent = now - data.draw(st.floats(0.0, 4.0))
            messages.append((now, sent))
        now += data.draw(st.floats(60.0, 7200.0))  # no network
        pieces = data.draw(st.integers(1, 12))
        pause = data.draw(st.floats(0.0, 0.5 * (now - sent) / pieces))  # what was kept goes out faster than it was made
        for share in np.linspace(0, 1, pieces + 1)[1:]:
            now += pause
            messages.append((now, sent + share * (now - sent) * 0.99))
        sent = now
    assert not any(live(PhoneClocks(), messages))


def test_two_stretches_without_network_that_are_alike_are_no_clock_that_is_off():
    """The last position of the first one, which came at once, proves that the clock is right."""
    lags = [(70, 55.9), (72, 51.3), (74, 46.4), (88, 0.8), (151, 56.1), (154, 51.5), (157, 46.2)]
    assert not any(live(PhoneClocks(), [(START + at, START + at - lag) for at, lag in lags]))


@given(st.floats(-5000, 5000).filter(lambda s: abs(s) > 40), waits, st.integers(10, 29))
def test_one_slip_among_good_messages_changes_nothing(size, waits, at):
    messages = [(START + i * 8 + wait, START + i * 8 - (size if i == at else 0)) for i, wait in enumerate(waits)]
    assert not any(live(PhoneClocks(), messages))


def test_a_position_that_lies_still_and_is_repeated_is_no_clock_that_is_off():
    assert not any(live(PhoneClocks(), [(START + i * 60.0, START) for i in range(30)]))


def test_a_burst_says_nothing():
    assert not any(live(PhoneClocks(), [(START + i * 0.25, START - 500) for i in range(50)]))


@pytest.mark.parametrize("error", [-240.0, 240.0])
def test_a_clock_that_is_set_right_is_noticed(error):
    clocks = PhoneClocks()
    assert live(clocks, [(START + i * 8.0, START + i * 8.0 - error) for i in range(10)])[-1] == error
    assert live(clocks, [(START + i * 8.0, START + i * 8.0 - 1) for i in range(10, 20)])[-1] == 0


def test_within_the_tolerance_nothing_is_said_and_nothing_flickers_about_its_edge():
    clocks = PhoneClocks()
    assert not any(live(clocks, [(START + i * 8.0, START + i * 8.0 - 29) for i in range(20)]))
    assert live(clocks, [(START + i * 8.0, START + i * 8.0 - 31) for i in range(20, 30)])[-1] == 31
    assert live(clocks, [(START + i * 8.0, START + i * 8.0 - 29.5) for i in range(30, 50)])[-1] == 31


def test_many_phones_at_once_are_each_judged_alone():
    clocks, n = PhoneClocks(), 1000
    rng = np.random.default_rng(1)
    error = np.where(np.arange(n) % 10 == 3, rng.uniform(60, 3000, n), 0.0)
    for i in range(12):
        clocks.note(np.arange(n), START + i * 8.0 - error - rng.uniform(0, 3, n), START + i * 8.0, TOLERANCE_S)
    found = np.array([clocks.of(row) for row in range(n)])
    assert ((found != 0) == (error != 0)).all()
    assert np.abs(found - error)[error != 0].max() <= 3.0
    assert clocks.this_machine_s == 0


def test_where_most_phones_are_off_by_the_same_it_is_this_machine_s_clock():
    for wrong, of, expected in ((6, 8, -300), (4, 8, 0), (4, 4, 0)):  # half of them, or few, prove nothing
        clocks = PhoneClocks()
        for row in range(of):
            error = -300.0 if row < wrong else 0.0
            live(clocks, [(START + i * 8.0, START + i * 8.0 - error) for i in range(10)], row)
        assert clocks.this_machine_s == pytest.approx(expected, abs=1)


# In the position store


@pytest.fixture
def phone():
    return Phone()


class Phone:
    def __init__(self):
        self.store, self.clocks, self.now = PositionStore(), PhoneClocks(), START

    def send(self, error, seconds=8.0):
        self.now += seconds
        t = np.array([self.now - error])
        one = np.zeros(1)
        row = self.store.rows(["D-1"])
        put_right = self.clocks.note(row, t, self.now, TOLERANCE_S)
        if len(put_right.rows):
            self.store.correct(*put_right)
        batch = FixBatch(["D-1"], np.zeros(1, np.int64), t, one + self.now / 1e6, one, one, one, one)
        return len(self.store.apply(batch, self.now))

    @property
    def age(self):
        return self.now - float(self.store.t[0])


@pytest.mark.parametrize("error", [-240.0, 240.0])
def test_the_age_that_is_shown_is_the_true_one(phone, error):
    for _ in range(10):
        assert phone.send(error) == 1
    assert phone.age == pytest.approx(0, abs=1)
    assert float(phone.store.phone_t[0]) == phone.now - error


@given(st.floats(40, 3000), st.sampled_from([-1.0, 1.0]), st.sampled_from([0.0, 50.0, -50.0]))
def test_a_clock_that_is_set_back_or_on_holds_positions_up_for_a_window_at_most(size, sign, before):
    phone = Phone()
    for _ in range(10):
        phone.send(before)
    counted = [phone.send(sign * size) for _ in range(12)]
    assert all(counted[2 * WINDOW :])
    assert phone.age == pytest.approx(0, abs=2)
    assert float(phone.store.t[0]) <= phone.now


def test_order_stays_the_phone_s_own(phone):
    for _ in range(10):
        phone.send(240.0)
    place = float(phone.store.lat[0])
    assert phone.send(300.0) == 0  # an older one, come late
    assert float(phone.store.lat[0]) == place
    assert not math.isnan(place)


@given(st.sampled_from([1.0, 2.0, 4.0]), st.floats(36.0, 90_000.0))
def test_a_clock_that_is_off_is_noticed_however_often_the_phone_speaks(every, error):
    messages = [(START + i * every, START + i * every - error) for i in range(int(40 / every))]
    assert live(PhoneClocks(), messages)[-1] == pytest.approx(error, abs=1.0)
