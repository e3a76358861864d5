"""The end of the log, followed by many: each sees every event once and in order, whoever is how far behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.domain.events import OrderHeld
from core.domain.geo import LatLon
from core.domain.order import Order
from core.storage import tail as module
from core.storage.store import Store
from core.storage.tail import Tail

HERE = LatLon(45.0, 9.0)


def held(number: int) -> OrderHeld:
    return OrderHeld(at=float(number), orders=(Order(f"O-{number % 5}", "M-1", HERE, HERE, 1.0, 2.0, 3.0),))


def run(path: Path, test: Callable[[Store, Tail], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        store = Store.open(path)
        tail = Tail(store)
        try:
            await asyncio.wait_for(test(store, tail), 30)
        finally:
            tail.close()
            store.close()

    with ThreadPoolExecutor(1) as apart:  # the tests' own thread may have Qt's loop running
        apart.submit(asyncio.run, main()).result()


async def follow(tail: Tail, seq: int, until: int, pause_s: float, limit: int) -> list[int]:
    seen: list[int] = []
    while not seen or seen[-1] < until:
        rows = await tail.after(seq, limit)
        seen += [row.seq for row in rows]
        seq = seen[-1]
        await asyncio.sleep(pause_s)
    return seen


@pytest.mark.parametrize("kept", [5, 2000])
def test_everyone_sees_everything_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(module, "KEPT", kept)

    async def test(store: Store, tail: Tail) -> None:
        async def write() -> None:
            for number in range(300):
                store.write([held(number)])
                if number % 7 == 0:
                    await asyncio.sleep(0.002)

        pace = ((0.0, 200), (0.0, 1), (0.003, 50), (0.001, 3))
        followers = [asyncio.create_task(follow(tail, 0, 300, pause, limit)) for pause, limit in pace]
        await write()
        for seen in await asyncio.gather(*followers):
            assert seen == list(range(1, 301))

    run(tmp_path / "kerbside.db", test)


def test_who_overtakes_what_is_held_is_not_left_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 5)

    async def test(store: Store, tail: Tail) -> None:
        for number in range(30):
            store.write([held(number)])
        store.flush()
        await tail.after(0, 6)  # fills what is held with events 1 to 5
        await tail.after(5, 6)  # and with 6 to 10
        assert [row.seq for row in await tail.after(0, 20)] == list(range(1, 21))  # from the disk, past what is held
        assert [row.seq for row in await tail.after(20, 20)] == list(range(21, 26))
        assert [row.seq for row in await tail.after(25, 20)] == list(range(26, 31))
        assert [row.seq for row in await tail.after(7, 3)] == [8, 9, 10]

    run(tmp_path / "kerbside.db", test)


def test_it_begins_where_the_log_ends_and_goes_back_when_asked(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "kerbside.db")
    store.write([held(n) for n in range(10)])
    store.close()

    async def test(store: Store, tail: Tail) -> None:
        assert tail.last == 10
        assert [row.seq for row in await tail.after(7)] == [8, 9, 10]
        waiting = asyncio.create_task(tail.after(10))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        store.write([held(11)])
        assert [row.seq for row in await waiting] == [11]
        assert [row.seq for row in await tail.after(0, 3)] == [1, 2, 3]

    run(tmp_path / "kerbside.db", test)
