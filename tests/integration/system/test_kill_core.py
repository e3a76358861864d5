"""kill -9 in the middle of a busy evening: what was acknowledged is there, and the next start goes on from it."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.world import World
from core.storage.store import Logged, Store
from tests.integration.system import busy_core
from tests.rigs import Rig, state_of

Said = tuple[object, ...]


def run_and_kill(path: Path, seed: int) -> list[Said]:
    """Start it, kill it some time after its first acknowledgement, and return what it had acknowledged by then."""
    # Each is a process of its own; where forking is known they share what they have imported.
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload([busy_core.__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=busy_core.live, args=(path, seed, theirs))
    process.start()
    theirs.close()
    said: list[Said] = []
    with ours:
        said.append(ours.recv())
        until = time.monotonic() + random.Random(seed).uniform(0.0, 1.2)
        while time.monotonic() < until:
            if ours.poll(0.01):
                said.append(ours.recv())
        process.kill()
        process.join()
        try:
            while True:
                said.append(ours.recv())
        except (EOFError, OSError):  # the last message may have been cut short
            pass
    assert process.exitcode != 0
    process.close()
    return said


def fold(log: list[Logged]) -> World:
    world = World()
    for _, change in log:
        world.apply(change)
    return world


def check(path: Path, said: list[Said]) -> None:
    assert said
    with closing(Store.open(path)) as store:
        log = store.events_since(0)
        loaded = store.load()
        assert store.rebuild_check() == []
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert state_of(loaded.world) == state_of(fold(log))
    by_seq = dict(log)
    for line in said:
        match line:
            case "command", seq, order_id, kind:
                change = by_seq[seq]
                assert (change.orders[0].id, type(change).__name__) == (order_id, kind)
            case "word", driver_id, word_id:
                assert word_id in loaded.words[driver_id]
            case _:
                raise AssertionError(f"what is this: {line}")
    rig = Rig(path)
    try:
        assert state_of(rig.world) == state_of(loaded.world)
        rig.clock.advance(max(0.0, loaded.last_at - rig.clock.now()))
        rig.tick(1, times=3)
        assert rig.store.rebuild_check() == []
        assert state_of(rig.store.load().world) == state_of(rig.world)
    finally:
        rig.close()


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_nothing_acknowledged_is_lost_by_a_kill_of_the_core(tmp_path: Path, first: int) -> None:
    seeds = range(first, first + 5)
    paths = [tmp_path / f"{seed}.db" for seed in seeds]
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(run_and_kill, paths, seeds))
    for path, lines in zip(paths, said, strict=True):
        check(path, lines)
    kinds = {line[0] for lines in said for line in lines}
    assert kinds == {"command", "word"}
