import math

from app.cli.soak import judged


def day(leak_mb: float = 0.0, slower: float = 0.0, hours: int = 24) -> list[dict[str, float]]:
    """Memory that is kept for six hours, a cache that fills until the sixteenth, and cycles that follow the open orders."""
    orders = [round(300 + 250 * math.cos(math.tau * n / 24)) for n in range(hours + 1)]
    return [
        {
            "hour": float(n),
            "memory_mb": 300.0 + 20.0 * min(n, 6) + 32.0 * min(n, 16) + leak_mb * n + (n % 3),
            "caches_mb": 32.0 * min(n, 16),
            "open": orders[n],
            "cycle_p50_s": 0.0003 * orders[n] * (1 + slower * n) + 0.002 * (n % 4),
        }
        for n in range(1, hours + 1)
    ]


def test_caches_that_fill_and_orders_kept_for_hours_are_no_leak():
    found = judged(day(), 7.0)
    assert abs(found["leak_mb_per_hour"]) < 0.5
    assert 0.9 < found["drift_times"] < 1.1
    assert not found["leaks"]
    assert not found["drifts"]


def test_a_leak_beside_the_caches_is_one():
    found = judged(day(leak_mb=8.0), 7.0)
    assert abs(found["leak_mb_per_hour"] - 8.0) < 0.5
    assert found["leaks"]


def test_cycles_that_take_longer_and_longer_drift():
    assert judged(day(slower=0.1), 7.0)["drifts"]


def test_few_hours_tell_nothing():
    assert judged(day(leak_mb=50.0, hours=10), 7.0)["leak_mb_per_hour"] is None
