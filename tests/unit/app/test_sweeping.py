from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

import app.sweeping
from app.sweeping import Sweeping


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    def __init__(self) -> None:
        self.me = self


def test_the_long_search_is_never_python_s_own_while_a_core_runs() -> None:
    before = gc.get_threshold()
    found: list[int] = []

    def heard(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            found.append(1)

    async def run() -> None:
        sweeping = Sweeping(60.0)
        gc.callbacks.append(heard)
        kept = [[[] for _ in range(200)] for _ in range(2000)]
        gc.callbacks.remove(heard)
        assert len(kept) == 2000
        sweeping.end()

    asyncio.run(run())
    assert not found
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_what_takes_long_to_look_through_is_set_aside_and_garbage_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.sweeping, "EVERY_S", 0.01)
    rings: list[Ring] = []

    async def run() -> tuple[int, int, int]:
        sweeping = Sweeping(0.0)
        await asyncio.sleep(0.05)
        settled = gc.get_freeze_count()
        monkeypatch.setattr(app.sweeping, "WORTH_S", 60.0)
        rings.append(Ring())
        died = id(rings.pop())
        await asyncio.sleep(0.05)
        alive = sum(1 for one in gc.get_objects() if isinstance(one, Ring) and id(one) == died)
        monkeypatch.setattr(app.sweeping, "WORTH_S", 0.0)
        kept = [[n] for n in range(50_000)]
        await asyncio.sleep(0.2)
        more = gc.get_freeze_count() - settled
        assert len(kept) == 50_000
        sweeping.end()
        return settled, alive, more

    settled, alive, more = asyncio.run(run())
    assert settled > 0
    assert alive == 0
    assert more >= 50_000


def test_a_fleet_that_comes_in_is_set_aside_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.sweeping, "EVERY_S", 0.01)
    monkeypatch.setattr(app.sweeping, "WORTH_S", 60.0)
    monkeypatch.setattr(app.sweeping, "MANY", 10_000)

    async def run() -> int:
        sweeping = Sweeping(0.0)
        await asyncio.sleep(0.05)
        settled = gc.get_freeze_count()
        kept = [[n] for n in range(200_000)]
        await asyncio.sleep(0.1)
        more = gc.get_freeze_count() - settled
        assert len(kept) == 200_000
        sweeping.end()
        return more

    assert asyncio.run(run()) > 100_000


def test_what_was_set_aside_and_died_is_found_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.sweeping, "EVERY_S", 0.01)
    monkeypatch.setattr(app.sweeping, "WORTH_S", 0.0)
    monkeypatch.setattr(app.sweeping, "WHOLE_S", 0.3)

    async def run() -> None:
        ring = Ring()
        died = weakref.ref(ring)
        sweeping = Sweeping(0.0)
        await asyncio.sleep(0.05)
        del ring
        for _ in range(100):
            if died() is None:
                break
            await asyncio.sleep(0.1)
        assert died() is None
        sweeping.end()

    asyncio.run(run())
