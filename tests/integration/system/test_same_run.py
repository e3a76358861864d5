"""The same seed gives the same course, by the figures and by the whole log, with a broker between and without."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.storage.store import Store

from .conftest import figures

MAY_DIFFER = {"cycle_p50_s", "cycle_p95_s", "wall_s"}
KEYS = {
    "orders_placed", "orders_delivered", "orders_cancelled", "orders_open", "pdt_min", "pickup_leg_min", "pickup_stop_min",
    "dropoff_leg_min", "dropoff_stop_min", "waiting_min", "late_orders_pct", "batched_pct", "chained_pct",
    "orders_per_driver_hour", "cycle_p50_s", "cycle_p95_s", "mqtt_received", "mqtt_sent", "city", "seed", "simulated_min",
    "wall_s",
}  # fmt: skip


def log_of(folder: Path) -> list[object]:
    with closing(Store.open(folder / "demo.db")) as store:
        assert store.rebuild_check() == []
        return [*store.events_since(0), *store.load().positions]


@pytest.mark.parametrize("more", [["--minutes", 5], ["--minutes", 14, "--drivers", 25, "--orders-per-hour", 160]])
def test_the_same_seed_gives_the_same_course_by_broker_or_without(
    tmp_path: Path, running: Callable[..., subprocess.Popen[str]], training_city: Path, more: list[object]
) -> None:
    runs = {"once": [], "again": [], "mqtt": ["--mqtt"]}
    words = ["demo", "--headless", "--seed", 3, "--json", "--city", training_city, *more]
    started = {name: running("--data", tmp_path / name, *words, *way) for name, way in runs.items()}
    found = {name: figures(process) for name, process in started.items()}
    assert found["once"].keys() >= KEYS
    same = [{key: value for key, value in found[name].items() if key not in MAY_DIFFER} for name in runs]
    assert same[0] == same[1] == same[2]
    assert found["once"]["orders_placed"] > 20
    assert (found["once"]["orders_delivered"] > 0) is (more[1] == 14)
    logs = [log_of(tmp_path / name) for name in runs]
    assert len(logs[0]) > 200
    # As text: a position may hold NaN.
    assert str(logs[0]) == str(logs[1])
    assert str(logs[0]) == str(logs[2])


def test_another_seed_gives_another_course(
    tmp_path: Path, running: Callable[..., subprocess.Popen[str]], training_city: Path
) -> None:
    started = [
        running("--data", tmp_path / str(seed), "demo", "--headless", "--minutes", 0.5, "--seed", seed, "--json",
                "--city", training_city)
        for seed in (3, 4)
    ]  # fmt: skip
    one, other = (figures(process) for process in started)
    assert one["mqtt_received"] != other["mqtt_received"]
    assert str(log_of(tmp_path / "3")) != str(log_of(tmp_path / "4"))
