"""A whole core on a real database for whoever needs one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs import Rig


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(**values: Any) -> Rig:
        rigs.append(Rig(tmp_path / f"kerbside-{len(rigs)}.db", **values))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """One merchant, two drivers online nearby, and a first tick behind them."""
    rig = make_rig()
    rig.merchant()
    for driver_id in ("D-1", "D-2"):
        rig.driver(driver_id)
    rig.tick()
    rig.phones.drain()
    return rig
