"""The same seed gives the same course, by the figures and by the whole log, with a broker between and without."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.storage.store import Store

from .conftest import figures

Running = Callable[..., subprocess.Popen[str]]
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


WAYS = [[], [], ["--mqtt"]]
# Long enough for deliveries, small enough to be quick.
SMALL = ["--minutes", 14, "--drivers", 25, "--orders-per-hour", 160]


def test_the_same_seed_gives_the_same_course_by_broker_or_without(
    tmp_path: Path, running: Running, training_city: Path
) -> None:
    folders = [tmp_path / str(number) for number in range(len(WAYS))]
    words = ["demo", "--headless", "--seed", 3, "--json", "--city", training_city, *SMALL]
    started = [running("--data", folder, *words, *way) for folder, way in zip(folders, WAYS, strict=True)]
    found = [figures(process) for process in started]
    assert found[0].keys() >= KEYS
    same = [{key: value for key, value in each.items() if key not in MAY_DIFFER} for each in found]
    assert all(each == same[0] for each in same)
    assert same[0]["orders_placed"] > 20
    assert same[0]["orders_delivered"] > 0
    # As text: a position may hold NaN.
    logs = [str(log_of(folder)) for folder in folders]
    assert logs[0].count("OfferMade(") > 2
    assert all(log == logs[0] for log in logs)


def test_another_seed_gives_another_course(tmp_path: Path, running: Running, training_city: Path) -> None:
    started = [
        running("--data", tmp_path / str(seed), "demo", "--headless", "--minutes", 0.5, "--seed", seed, "--json",
                "--city", training_city)
        for seed in (3, 4)
    ]  # fmt: skip
    one, other = (figures(process) for process in started)
    assert one["mqtt_received"] != other["mqtt_received"]
    assert str(log_of(tmp_path / "3")) != str(log_of(tmp_path / "4"))
