"""The benches run, measure what they say, and answer in the agreed form. How fast they are is not tested."""

from __future__ import annotations

import argparse
import json
import math
import shutil
from dataclasses import replace

import pytest

from app.benches import BENCHES, Result, find, map_window, matching, routing, search, sharing
from app.benches.peak import Peak
from app.benches.redis_peer import redis_server
from app.benches.timing import median_s
from app.cli import bench
from app.cli.parser import run as run_command
from core.domain.errors import BadInput
from core.engine.snapshots import params_from
from core.matching.cycle import run_cycle
from core.routing.city import City
from core.routing.great_circle import GreatCircle
from core.settings import Settings

SMALL = {
    "storage": 0.01,
    "tracking": 0.01,
    "search": 0.02,
    "geofence": 0.02,
    "ingest": 0.01,
    "history": 0.01,
    "api": 0.01,
    "map": 0.002,
    "board": 0.02,
    "timeline": 0.03,
    "matching": 0.02,
    "sharing": 0.03,
    "routing": 0.1,
    "recorder": 0.01,
}
# The offscreen platform says so whenever a window is shown; it has no window manager to hint to.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")
UNITS = ("_s", "_ms", "_min", "_per_s")


@pytest.fixture(scope="module")
def results(training: City) -> dict[str, Result]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (map_window, matching, routing, search, sharing):
            patch.setattr(module, "training_city", lambda: training)
        return {name: find(name)(scale) for name, scale in SMALL.items()}


def arguments(**values: object) -> argparse.Namespace:
    usual = {"name": None, "list": False, "json": False, "minutes": None, "active": 20.0, "times": 1.0, "scale": 1.0}
    return argparse.Namespace(**{**usual, **values})


def test_every_bench_is_measured_here() -> None:
    assert set(BENCHES) - set(SMALL) <= {"start", "desk"}, "give the new bench a small size above"


@pytest.mark.parametrize("name", SMALL)
def test_a_bench_gives_numbers(results: dict[str, Result], name: str) -> None:
    result = results[name]
    if not result.figures:
        pytest.skip(result.notes[0])
    assert any(key.endswith(UNITS) for key in result.figures)
    for numbers in (result.figures, result.peers, result.ratios):
        # A difference may fall out the other way.
        assert all(math.isfinite(value) and (value >= 0 or "less_than" in key) for key, value in numbers.items())
    for numbers in (result.figures, result.peers):
        assert all(value > 0 for key, value in numbers.items() if key.endswith(UNITS))


def test_searches_find_what_redis_finds(results: dict[str, Result]) -> None:
    """By its geohash Redis knows a place to about half a metre."""
    result = results["search"]
    if not result.peers:
        assert "Redis" in result.notes[0]
        pytest.skip(result.notes[0])
    assert result.peers["redis_circle_hits"] == pytest.approx(result.figures["circle_hits"], rel=0.02)
    assert 0 < result.figures["isochrone_hits"] < result.figures["drivers"]


def test_matching_at_its_peak_is_measured_part_by_part_and_played_to_the_end(results: dict[str, Result]) -> None:
    figures, peers, ratios = results["matching"].figures, results["matching"].peers, results["matching"].ratios
    parts = ("snapshot", "generate", "prune", "estimate", "price", "solve", "publish")
    assert 0 < sum(figures[f"{part}_s"] for part in parts) < 2 * figures["cycle_p95_s"]
    assert figures["pairs_considered"] > figures["pairs_priced"] > figures["columns"] * 0.5
    assert figures["played_delivered"] == peers["single_delivered"] == peers["nearest_delivered"] >= figures["orders"]
    assert ratios["pdt_nearest_over_ours"] == pytest.approx(peers["nearest_pdt_min"] / figures["played_pdt_min"])
    assert ratios["pdt_single_over_ours"] > 1.0, "sharing drivers saves their time"
    for prefix in ("peak_", ""):
        late = [value for key, value in ratios.items() if key.startswith(f"{prefix}vs_cpsat_")]
        assert len(late) == 2
        assert 0.999 <= late[1] <= late[0]
    assert max(figures["gap_uncontested"], figures["gap_contested"]) < 0.01


def test_a_market_is_the_same_every_time_and_everyone_is_served(training: City) -> None:
    markets = [Peak(training, GreatCircle(), 8, 12) for _ in range(2)]
    params = replace(params_from(Settings()), commit_before_ready_min=60.0)
    assert markets[0].snapshot(params) == markets[1].snapshot(params)
    at_work = sum(len({s.order.id for s in d.stops}) for d in markets[0].snapshot(params).drivers)
    first, again = (
        m.play(lambda s: [(a.driver_id, a.route) for a in run_cycle(s, GreatCircle()).assignments], params, 30.0)
        for m in markets
    )
    assert first == again
    assert len(first.done) == 12 + at_work
    assert sum(given for _, given, _, _ in first.tours) == 12, "what drivers had at the start is in nobody's account"


def test_options_go_with_the_matching_bench_alone() -> None:
    with pytest.raises(BadInput, match="--peer-seconds goes with bench matching alone"):
        bench.run_bench(arguments(name="storage", peer_seconds=5.0))
    with pytest.raises(BadInput, match="--boards goes with bench desk alone"):
        bench.run_bench(arguments(name="matching", boards=3))


def test_the_list_is_one_name_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run_bench(arguments(list=True)) == 0
    assert capsys.readouterr().out.split() == list(BENCHES)
    assert bench.run_bench(arguments(list=True, json=True)) == 0
    assert json.loads(capsys.readouterr().out) == list(BENCHES)


@pytest.mark.parametrize("name", ["nonsense", "", None])
def test_a_name_that_is_none_is_answered_with_the_names(name: str | None) -> None:
    with pytest.raises(BadInput, match="storage, tracking"):
        bench.run_bench(arguments(name=name))


def test_the_command_line_answers_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["bench", "nonsense"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("kerbside: there is no bench 'nonsense'")
    assert told.err.count("\n") == 1


def test_json_and_text_say_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    result = Result(
        {"drivers": 7, "check_ms": 1.23456}, {"plain_ms": 2.5}, {"check_vs_plain": 2.0249}, ["one thing is missing"]
    )
    monkeypatch.setattr(bench, "find", lambda name: lambda scale: result)
    assert bench.run_bench(arguments(name="geofence", json=True)) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert list(answer) == ["name", "figures", "peers", "ratios", "machine"]
    assert answer["figures"] == {"drivers": 7, "check_ms": 1.235}
    assert answer["ratios"] == {"check_vs_plain": 2.025}
    assert answer["machine"]["cpus"] >= 1
    assert answer["machine"]["cpu"]
    assert "one thing is missing" in told.err
    assert bench.run_bench(arguments(name="geofence")) == 0
    text = capsys.readouterr().out
    for piece in ("geofence:", "1.23 ms", "2.5 ms", "2.02", "one thing is missing", "Python 3."):
        assert piece in text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("x_per_s", 12345.6, "12,346/s"),
        ("x_ms", 0.1234, "0.123 ms"),
        ("x_s", 1.5, "1.5 s"),
        ("x_s", 0.0123, "12.3 ms"),
        ("orders", 30, "30"),
        ("x_min", 10.04, "10 min"),
    ],
)
def test_numbers_have_the_unit_of_their_name(key: str, value: float, text: str) -> None:
    assert bench.told(key, value) == text


def test_without_redis_a_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    notes: list[str] = []
    with redis_server(notes) as client:
        assert client is None
    assert notes == ["no comparison with Redis: redis-server is not installed"]


def test_the_median_leaves_the_warm_up_out() -> None:
    calls: list[int] = []
    assert median_s(lambda: calls.append(1), 3, warm_up=2) >= 0
    assert len(calls) == 5
