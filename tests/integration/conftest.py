"""A core that is reached by HTTP, for whoever needs one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.served import Served


@pytest.fixture
def make_served(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    made: list[Served] = []

    def make(**settings: Any) -> Served:
        folder = tmp_path / f"served-{len(made)}"
        folder.mkdir()
        made.append(Served(folder, **settings))
        return made[-1]

    yield make
    for served in made:
        served.close()


@pytest.fixture
def served(make_served: Callable[..., Served]) -> Served:
    """One merchant and two drivers online nearby."""
    served = make_served()

    def begin() -> None:
        served.rig.merchant()
        for driver_id in ("D-1", "D-2"):
            served.rig.driver(driver_id)
        served.rig.tick()

    served.on_engine(begin)
    return served
