"""A recorded day: its figures are those the run itself printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.parser import run


def test_the_log_tells_what_the_run_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--drivers", "12", "--orders-per-hour", "60", "--minutes", "25", "--seed", "3"]
    assert run(["--data", str(tmp_path), "demo", "--headless", "--json", *small]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["orders_delivered"] > 0
    database = tmp_path / "demo.db"
    before = database.read_bytes()
    assert run(["replay", str(database), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    same = ("orders_placed", "orders_delivered", "orders_cancelled", "orders_failed", "orders_open", "pdt_min", "waiting_min",
            "pickup_leg_min", "dropoff_leg_min", "late_orders_pct", "batched_pct", "chained_pct", "late_min_mean")  # fmt: skip
    assert {key: again[key] for key in same} == {key: told[key] for key in same}
    # The run counts minutes of being online, the log has them to the second.
    assert again["orders_per_driver_hour"] == pytest.approx(told["orders_per_driver_hour"], rel=0.1)
    assert again["simulated_min"] == pytest.approx(25, abs=2)
    assert again["events"] > 100
    assert database.read_bytes() == before

    assert run(["replay", str(database), "--day", "2026-03-06"]) == 0
    text = capsys.readouterr().out
    assert f"orders: {told['orders_placed']} placed, {told['orders_delivered']} delivered" in text
    assert "alerts: " in text


@pytest.mark.parametrize(
    ("more", "why"), [(["--day", "2026-03-09"], "nothing is recorded"), (["--day", "monday"], "a day is written as 2026-11-24")]
)
def test_a_day_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], why: str) -> None:
    assert run(["--data", str(tmp_path), "demo", "--headless", "--json", "--minutes", "1", "--drivers", "3"]) == 0
    capsys.readouterr()
    assert run(["replay", str(tmp_path / "demo.db"), *more]) == 2
    assert why in capsys.readouterr().err


def test_what_is_no_day_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert run(["replay", str(tmp_path / "other.db")]) == 2
    assert "kerbside: " in capsys.readouterr().err
    (tmp_path / "a.cycle").write_bytes(b"nonsense")
    assert run(["replay", str(tmp_path / "a.cycle"), "--day", "2026-03-06"]) == 2
    assert "--day goes with a database" in capsys.readouterr().err
