"""kill -9 under orders that come by HTTP, again and again on one folder: what was answered is there, and whoever asks again
with the same key, answered or not, ends with one order.

A few kills here; ``make soak`` makes a hundred of them by KERBSIDE_SOAK.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from core.api.keyring import Keyring, Scope
from core.storage.store import Store
from tests.examples import SOAK
from tests.mosquitto import free_port

from .conftest import finish, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch there")

KILLS = 100 if SOAK else 3
CLIENTS = 4


class Customers:
    """They place orders as fast as they are answered, each with a key of its own, until nobody answers any more."""

    def __init__(self, secret: str) -> None:
        self.answered: dict[str, bytes] = {}
        self.unanswered: list[str] = []
        self.first = threading.Event()
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._lock = threading.Lock()
        self._number = 0

    def come(self, address: str) -> list[threading.Thread]:
        self.first.clear()
        threads = [threading.Thread(target=self._order, args=(address,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _order(self, address: str) -> None:
        with httpx.Client(base_url=address, headers=self._headers, timeout=150, trust_env=False) as web:
            while True:
                with self._lock:
                    key = f"k-{self._number}"
                    self._number += 1
                try:
                    answer = self.ask(web, key)
                except httpx.HTTPError:
                    with self._lock:
                        self.unanswered.append(key)
                    return
                assert answer.status_code == 201, answer.text
                self.answered[key] = answer.content
                self.first.set()

    def ask(self, web: httpx.Client, key: str) -> httpx.Response:
        body = {"merchant_id": "M-1", "dropoff": {"lat": 45.01, "lon": 9.01}, "note": key}
        return web.post("/v1/orders", json=body, headers={"Idempotency-Key": key})

    def ask_again(self, address: str, chance: random.Random) -> None:
        """Those who were left without an answer, and some of those who had one."""
        with httpx.Client(base_url=address, headers=self._headers, timeout=150, trust_env=False) as web:
            for key in self.unanswered:
                answer = self.ask(web, key)
                assert answer.status_code == 201, answer.text
                self.answered[key] = answer.content
            self.unanswered.clear()
            for key in chance.sample(sorted(self.answered), min(20, len(self.answered))):
                assert self.ask(web, key).content == self.answered[key]


def serve(data: Path) -> tuple[subprocess.Popen[str], str]:
    process = start("--data", data, "serve", "--http", "127.0.0.1:0")
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"HTTP at (http://\S+?);", line):
            return process, found[1]
    raise AssertionError(lines + process.communicate()[1].splitlines())


def end(process: subprocess.Popen[str]) -> None:
    process.wait(30)
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


@pytest.mark.timeout(3600 if SOAK else 600)
def test_nothing_answered_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    data, chance = tmp_path / "data", random.Random(7)
    data.mkdir()
    (tmp_path / "shops.csv").write_text("id,name,lat,lon,prep_min\nM-1,Rosa,45.0,9.0,0\n")
    assert finish(start("--data", data, "import", tmp_path / "shops.csv"))[0] == 0
    (data / "settings.toml").write_text(
        f'[mqtt]\nport = {free_port()}\nlisten = "127.0.0.1"\n[http]\nburst = 1000000\nrate = 100000\n'
    )
    customers = Customers(Keyring(data / "api-keys.json").make("customers", [Scope.ORDERS_WRITE])[1])
    for kill in range(1, KILLS + 1):
        process, address = serve(data)
        try:
            customers.ask_again(address, chance)
            threads = customers.come(address)
            assert customers.first.wait(120)
            time.sleep(chance.uniform(0.0, 0.5))
        finally:
            process.kill()
        end(process)
        for thread in threads:
            thread.join(150)
            assert not thread.is_alive()
        print(f"kill {kill}: {len(customers.answered)} answered, {len(customers.unanswered)} to be asked again", flush=True)
    process, address = serve(data)
    customers.ask_again(address, chance)
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        end(process)
    assert process.returncode == 0
    with closing(Store.open(data / "kerbside.db")) as store:
        notes = sorted(order.note for order in store.load().world.orders.values())
        assert notes == sorted(customers.answered)
        assert store.rebuild_check() == []
    print(f"{KILLS} kills, {len(notes)} orders answered, none lost, none doubled")
