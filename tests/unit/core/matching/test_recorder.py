from __future__ import annotations

import zlib
from dataclasses import replace

import msgspec
import pytest

from core.domain.errors import BadInput
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.generators.same_merchant import SameMerchant
from core.matching.params import Weights
from core.matching.recorder import keep_cycle, pack, unpack


@pytest.fixture
def snapshot(town):
    town.minutes = {("base", "shop"): 2, ("shop", "door"): 3, ("shop", "gate"): 4, ("door", "gate"): 1, ("gate", "door"): 1}
    orders = [
        town.order("A", declined_by=frozenset({"E"}), vehicles=frozenset({Vehicle.SCOOTER})),
        town.order("B", dropoff="gate", ready=2),
        town.order("C", dropoff="nowhere"),
    ]
    drivers = [town.driver("D", shift_end=9e9), town.driver("E", rating=4.5)]
    return town.snapshot(
        orders, drivers, weights=Weights(rating=1.0), generators=(*town.params.generators[:1], SameMerchant(most=3))
    )


def test_a_cycle_comes_back_from_its_file_and_decides_the_same(town, snapshot, tmp_path):
    decisions = run_cycle(snapshot, town)
    path = keep_cycle(tmp_path / "cycles", 3, snapshot, decisions, "a.city")
    recorded = unpack(path.read_bytes(), path.name)
    assert recorded.snapshot == snapshot
    assert recorded.decisions == decisions
    assert recorded.city == "a.city"
    assert run_cycle(recorded.snapshot, town) == decisions


def test_what_nobody_can_take_is_kept_with_its_reasons(town, snapshot, tmp_path):
    lonely = replace(snapshot, drivers=())
    decisions = run_cycle(lonely, town)
    assert decisions.unassigned[0].summary == "there are no drivers"
    path = keep_cycle(tmp_path, 3, lonely, decisions, "")
    recorded = unpack(path.read_bytes(), path.name)
    assert recorded.decisions == decisions


def test_the_last_cycles_stay(town, snapshot, tmp_path):
    decisions = run_cycle(snapshot, town)
    for now in range(10):
        keep_cycle(tmp_path, 3, replace(snapshot, now=float(now)), decisions, "")
    assert [int(p.stem) for p in sorted(tmp_path.iterdir())] == [7000, 8000, 9000]


@pytest.mark.parametrize("data", [b"", b"no cycle", zlib.compress(b"\x81\xa1x\x01")])
def test_what_is_no_cycle_is_refused_in_one_line(data):
    with pytest.raises(BadInput, match=r"^x\.cycle is no recorded cycle"):
        unpack(data, "x.cycle")


def test_a_file_makes_nothing_but_generators(town, snapshot):
    plain = msgspec.msgpack.decode(zlib.decompress(pack(snapshot, run_cycle(snapshot, town), "")))
    plain["params"]["generators"] = [["subprocess", "Popen", {"args": ["true"]}]]
    with pytest.raises(BadInput, match="holds no generators"):
        unpack(zlib.compress(msgspec.msgpack.encode(plain)), "x.cycle")
    plain["version"] = 99
    with pytest.raises(BadInput, match="version 99"):
        unpack(zlib.compress(msgspec.msgpack.encode(plain)), "x.cycle")
