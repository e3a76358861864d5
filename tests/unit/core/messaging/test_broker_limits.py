"""How the embedded broker holds back who sends too much, and when it says that it is outgrown."""

from __future__ import annotations

from core.messaging.broker import BURST_S, Meter
from core.messaging.embedded import OUTGROWN_FOR_S, _Judge


def test_a_client_within_its_rate_never_waits() -> None:
    meter = Meter(10.0, 10.0 * BURST_S)
    assert all(meter.delay_s(n / 10) == 0.0 for n in range(1000))


def test_a_burst_is_let_through_and_then_the_rate_holds() -> None:
    meter = Meter(10.0, 10.0 * BURST_S)
    now, waited = 0.0, []
    for _ in range(240):
        delay = meter.delay_s(now)
        waited.append(delay)
        now += delay
    assert waited.index(max(waited)) >= 10 * BURST_S
    assert not any(waited[: int(10 * BURST_S)])
    assert 19.9 < now < 20.1  # 200 messages beyond the burst, at 10 a second
    assert meter.slowed_at > 19


def test_one_busy_second_is_no_reason_for_alarm() -> None:
    judge = _Judge(100.0)
    assert [judge.detail(rate, 0.0) for rate in (500, 0, 500, 0, 500, 0)] == [""] * 6


def test_a_fleet_that_has_outgrown_the_broker_is_told_what_to_do_until_it_is_quiet_again() -> None:
    judge = _Judge(100.0)
    told = [judge.detail(150, 0.0) for _ in range(OUTGROWN_FOR_S)]
    assert told[:-1] == [""] * (OUTGROWN_FOR_S - 1)
    assert "150 messages a second" in told[-1]
    assert "mosquitto" in told[-1]
    quiet = [judge.detail(10, 0.0) for _ in range(OUTGROWN_FOR_S)]
    assert all(quiet[:-1])
    assert quiet[-1] == ""


def test_answering_late_counts_as_well() -> None:
    judge = _Judge(100.0)
    assert "late" in [judge.detail(1, 2.0) for _ in range(OUTGROWN_FOR_S)][-1]
