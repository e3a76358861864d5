from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

from core.domain import events as e
from core.domain.forward import Forward
from core.forwarding.forwarder import Forwarder, Patience
from core.forwarding.letters import Letter, Letters
from core.storage.store import Store
from core.storage.tail import Tail


def test_each_wait_is_about_twice_the_one_before_up_to_the_longest() -> None:
    patience = Patience(first_s=2.0, most_s=600.0, chance=random.Random(1))
    for tries, span in ((0, 2.0), (1, 4.0), (2, 8.0), (8, 512.0), (9, 600.0), (500, 600.0)):
        waits = [patience.wait_s(tries) for _ in range(300)]
        assert span / 2 <= min(waits) < 0.6 * span
        assert 0.9 * span < max(waits) <= span


def test_receivers_that_failed_together_are_not_tried_again_together(tmp_path: Path) -> None:
    """Hundreds of events fail in the same moment: their next tries are spread over half the span, each drawn for itself."""

    class Down:
        async def send(self, rule: Forward, event: dict[str, Any]) -> str:
            return "answered 503"

    async def live(store: Store) -> list[Letter]:
        tail = Tail(store)
        forwarder = Forwarder(store, tail, lambda rule: Down(), Patience(first_s=100.0, chance=random.Random(2)))
        await forwarder.follow(rule)
        store.write([e.OrderRefused(at=1.0, reason=str(n)) for n in range(200)])
        while len(Letters(store, "R-1").waiting()) < 200:
            await asyncio.sleep(0.02)
        await forwarder.close()
        tail.close()
        return Letters(store, "R-1").waiting()

    store = Store.open(tmp_path / "kerbside.db")
    rule = Forward("R-1", "all", "https://example.org", frozenset({"OrderRefused"}))
    began = time.time()
    store.write([e.ForwardSaved(at=0.0, forwards=(rule,))]).result(10)
    letters = asyncio.run(live(store))
    took = time.time() - began
    store.close()
    waits = [letter.next_at - began for letter in letters]
    assert 50.0 <= min(waits) < 60.0
    assert 90.0 < max(waits) <= 100.0 + took
    assert len({round(wait, 3) for wait in waits}) > 190
