"""Two providers that do everything wrong, and crashes in between: nothing is lost, and nothing is delivered twice."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.providers.long_run import Figures, LongRun


def live(path: Path, orders: int, seed: int, per_beat: float) -> Figures:
    with closing(LongRun(path, orders, seed, per_beat)) as run:
        return run.live()


def check(figures: Figures) -> None:
    """Everything that can go wrong did."""
    assert figures.worst_off < 1.0
    assert figures.crashes == 3
    assert figures.fell_back > 0
    outcomes = set(figures.outcomes)
    assert {"delivered swift", "delivered tortoise", "waiting internal"} <= outcomes
    happened = {"error_after", "drop_before", "drop_after", "late", "garbled", "other_key", "denies", "twice", "lost_call"}
    assert happened <= set(figures.faults)
    assert figures.largest_batch > 1


def test_hundreds_of_orders_among_faults_and_crashes(tmp_path: Path) -> None:
    figures = live(tmp_path / "kerbside.db", 200, seed=7, per_beat=0.6)
    assert figures.problems == []
    check(figures)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_thousand_orders_among_faults_and_crashes(tmp_path: Path) -> None:
    figures = live(tmp_path / "kerbside.db", 10_000, seed=8, per_beat=0.5)
    print(dataclasses.asdict(figures))
    assert figures.problems == []
    check(figures)
