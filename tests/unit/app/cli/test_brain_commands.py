"""`replay`, `estimate` and `soak`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.parser import run
from app.presenters.why import why_text
from core.domain import commands as c
from core.matching.cycle import run_cycle
from core.matching.params import Params
from core.matching.recorder import keep_cycle
from core.matching.snapshot import Snapshot
from core.routing.great_circle import GreatCircle
from tests.rigs import Rig


def test_a_short_soak_accounts_for_every_order_and_its_cycles_play_again_to_the_same_decisions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load = ["--hours", "0.25", "--drivers", "12", "--orders-per-hour", "80", "--profile", "punctuality"]
    assert run(["--data", str(tmp_path), "soak", *load, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["placed"] == report["delivered"] + report["cancelled"] + report["failed"] + report["open"] > 10
    assert (report["missing"], report["forgotten"], report["differences"], len(report["hours"])) == (0, 0, 0, 1)
    cycles = sorted((tmp_path / "demo.db.cycles").glob("*.cycle"))
    assert len(cycles) == 30
    for path in (cycles[0], cycles[-1]):
        assert run(["replay", str(path), "--json"]) == 0
        facts = json.loads(capsys.readouterr().out)
        assert facts["identical"] is True
        assert facts["drivers"] == 12
    assert run(["replay", str(cycles[-1])]) == 0
    assert "decides the same again" in capsys.readouterr().out


def test_what_can_t_be_played_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path / "none.cycle")]) == 2
    (tmp_path / "bad.cycle").write_bytes(b"no")
    assert run(["replay", str(tmp_path / "bad.cycle")]) == 2
    snapshot = Snapshot(0.0, Params())
    decisions = run_cycle(snapshot, GreatCircle(1.35))
    lost = keep_cycle(tmp_path / "cycles", 1, snapshot, decisions, str(tmp_path / "gone.city"))
    assert run(["replay", str(lost)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "--city FILE" in lines[2]


def test_estimates_without_a_history_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--data", str(tmp_path), "estimate"]) == 2
    assert "--database" in capsys.readouterr().err


def test_why_an_order_went_to_its_driver_can_be_read(rig: Rig) -> None:
    rig.place("O-1", weight_kg=20.0)
    rig.place("O-2", weight_kg=90.0)
    assert "has not looked at it" in why_text(rig.order("O-1"), rig.engine)
    rig.tick(times=12)
    text = why_text(rig.order("O-1"), rig.engine)
    assert text.startswith("Order O-1, offered, profile default\nChosen: D-")
    assert "min per delivery" in text
    assert "way to door" in text
    assert "Next best:\n  D-" in text
    nobody = why_text(rig.order("O-2"), rig.engine)
    assert "No driver was chosen" in nobody
    assert "too heavy for the vehicle: D-1 Name D-1, D-2 Name D-2" in nobody
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))
    assert "by the dispatcher" in why_text(rig.order("O-1"), rig.engine)
