"""The worker processes themselves: started, killed, stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot
from core.worker import InlineExecutor, isochrone, load_travel, make_executor, match, path, ready

HERE, THERE = LatLon(50.0, 8.0), LatLon(50.01, 8.01)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def snapshot():
    orders = tuple(OrderView(f"O{i}", "M", HERE, THERE, 0.0, 600.0, 2400.0) for i in range(5))
    drivers = tuple(DriverView(f"D{i}", Vehicle.BIKE, LatLon(50.0 + i / 1000, 8.0)) for i in range(4))
    return Snapshot(0.0, Params(commit_before_ready_min=20.0), orders, drivers)


@pytest.fixture
def notices():
    return []


@pytest.fixture
def pool(notices):
    executor = make_executor(1, None, 1.35, 64, notices.append)
    yield executor
    executor.shutdown(cancel_futures=True)


@pytest.fixture
def inline():
    return InlineExecutor(load_travel(None, 1.35, 64))


def state_of(pid):
    """``R``, ``S``, ``Z`` …; empty where there is no such process. A slim Linux has no ps, macOS no /proc."""
    if sys.platform != "linux":
        return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def gone(pid, within_s=20.0):
    """Whether a process ends in that time; one that nobody has collected yet (a zombie) has ended too."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if state_of(pid)[:1] in ("", "Z"):
            return True
        time.sleep(0.05)
    return False


def die_once(flag):
    """Take the process down the first time, answer the second."""
    if not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "answered"


def test_a_worker_decides_as_the_same_code_does_here(pool, inline, snapshot):
    there, here = pool.submit(match, snapshot).result(60), inline.submit(match, snapshot).result()
    assert replace(there, seconds={}) == replace(here, seconds={})
    assert there.assignments


def test_paths_and_isochrones_come_from_the_same_travel_times(pool, inline):
    ways = [e.submit(path, HERE, THERE, Vehicle.CAR).result(60) for e in (pool, inline)]
    assert ways[0].duration_s == ways[1].duration_s > 0
    rings = [e.submit(isochrone, HERE, Vehicle.WALK, 5.0).result(60) for e in (pool, inline)]
    assert rings[0] == rings[1]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_worker_killed_at_its_task_is_replaced_and_the_task_tried_again(pool, notices, tmp_path):
    assert pool.submit(die_once, str(tmp_path / "flag")).result(60) == "answered"
    assert notices == ["a worker process ended unexpectedly; it was started again and its work is repeated"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_worker_killed_between_tasks_is_replaced(pool, notices, snapshot):
    first = pool.submit(ready).result(60)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert pool.submit(match, snapshot).result(60).assignments
    assert pool.submit(ready).result(60) != first
    assert len(notices) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_task_that_always_brings_its_worker_down_fails_in_the_end(pool, notices):
    with pytest.raises(RuntimeError, match="abruptly"):
        pool.submit(os._exit, 3).result(60)
    assert pool.submit(ready).result(60) > 0
    assert len(notices) == 3


def test_a_task_that_raises_says_so_and_the_worker_lives_on(pool, snapshot, notices):
    twice = replace(snapshot, orders=snapshot.orders[:1] * 2)
    with pytest.raises(BadInput, match="O0 is in the snapshot twice"):
        pool.submit(match, twice).result(60)
    assert pool.submit(match, snapshot).result(60).assignments
    assert notices == []


def test_a_city_file_that_can_t_be_read_is_named_by_every_task(tmp_path, notices):
    executor = make_executor(1, str(tmp_path / "gone.city"), 1.35, 64, notices.append)
    try:
        for _ in range(2):
            with pytest.raises(BadInput, match="there is no city file"):
                executor.submit(ready).result(60)
    finally:
        executor.shutdown()
    assert notices == []


@pytest.mark.skipif(sys.platform == "win32", reason="no ps")
def test_after_shutdown_its_processes_are_gone_and_nothing_is_taken(snapshot):
    executor = make_executor(2, None, 1.35, 64)
    pid = executor.submit(ready).result(60)
    executor.shutdown()
    assert gone(pid, 5.0)
    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(match, snapshot)


@pytest.mark.skipif(sys.platform == "win32", reason="no ps")
def test_a_task_under_way_does_not_hold_up_the_end():
    executor = make_executor(2, None, 1.35, 64)
    pid = executor.submit(ready).result(60)
    asked = [executor.submit(time.sleep, 600) for _ in range(5)]
    time.sleep(0.3)
    began = time.monotonic()
    executor.shutdown(cancel_futures=True)
    assert time.monotonic() - began < 20.0
    assert gone(pid, 5.0)
    assert all(future.done() for future in asked)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_a_solver_prints_on_its_way_is_not_the_command_s_answer(capfd):
    pool = make_executor(1, None, 1.35, 64)
    try:
        pool.submit(os.write, 1, b"by the way").result(60)
    finally:
        pool.shutdown()
    said = capfd.readouterr()
    assert "by the way" not in said.out
    assert "by the way" in said.err


def test_workers_end_with_a_console_that_was_killed_outright(tmp_path):
    program = tmp_path / "console.py"
    program.write_text(
        textwrap.dedent(
            """
            import time
            from core.worker import make_executor, ready

            if __name__ == "__main__":
                print(make_executor(1, None, 1.35, 64).submit(ready).result(), flush=True)
                time.sleep(60)
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=environment) as console:
        worker = int(console.stdout.readline())
        console.kill()
    assert gone(worker)


def test_inline_runs_at_once_and_keeps_its_travel_times_to_itself(inline, snapshot):
    assert inline.submit(match, snapshot).done()
    with pytest.raises(LookupError):
        ready()
    with pytest.raises(BadInput):
        inline.submit(match, replace(snapshot, drivers=snapshot.drivers[:1] * 2)).result()
    inline.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        inline.submit(ready)
