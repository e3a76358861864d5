"""The program as a user starts it, and mosquitto where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.routing.city import City

ROOT = Path(__file__).parents[3]
EXTRACT = Path(os.environ.get("KERBSIDE_SHARED", ROOT.parent / "shared")) / "data" / "osm" / "r5r_poa.osm.pbf"


def start(*words: object, **more: Any) -> subprocess.Popen[str]:
    """``main.py`` with these words, its output to be read."""
    command = [sys.executable, "main.py", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def finish(process: subprocess.Popen[str], timeout_s: float = 90) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    with process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, out, err


def figures(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The one JSON object of a command that went well."""
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.fixture
def running() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`start`, with whatever is left at the end of the test killed."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*words: object, **more: Any) -> subprocess.Popen[str]:
        processes.append(start(*words, **more))
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
        for stream in (process.stdout, process.stderr, process.stdin):
            if stream is not None:
                stream.close()
        process.wait()


@pytest.fixture(scope="session")
def training_city(training: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cities") / "training.city"
    training.save(path)
    return path
