"""A disk that is truly full, under the program as a user starts it: a small file system of its own, filled to the last byte.

Mounting needs rights that not every machine gives; `tests/integration/storage/test_storage_trouble.py` has the same by SQLite's
own limit.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from core.api.keyring import Keyring, Scope
from core.storage.store import Store
from tests.mosquitto import free_port, wait_for

from .conftest import finish, start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    at = tmp_path / "disk"
    at.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(at)], capture_output=True).returncode
    ):
        pytest.skip("mounting is not allowed here")
    yield at
    subprocess.run(["umount", "-l", str(at)], check=False)


class Served:
    def __init__(self, data: Path, begin: Callable[..., subprocess.Popen[str]]) -> None:
        self.process = begin("--data", data, "serve", "--http", "127.0.0.1:0")
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._threads = [
            threading.Thread(target=lambda s=s, to=to: to.extend(s), daemon=True)  # type: ignore[misc]
            for s, to in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        ]
        for thread in self._threads:
            thread.start()
        assert wait_for(lambda: self.said("HTTP at"), 120), self.errors
        found = re.search(r"HTTP at (http://\S+?);", " ".join(self.lines))
        assert found is not None
        self.address = found[1]

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def ended(self) -> int:
        code = self.process.wait(60)
        for thread in self._threads:
            thread.join(10)
        return code


def fill(disk: Path) -> Path:
    """To the last byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 8, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    assert os.statvfs(disk).f_bavail == 0
    return filler


def place(web: httpx.Client, key: str) -> httpx.Response:
    body = {"merchant_id": "M-1", "dropoff": {"lat": 45.01, "lon": 9.01}, "note": key}
    return web.post("/v1/orders", json=body, headers={"Idempotency-Key": key})


@pytest.mark.timeout(600)
@pytest.mark.soak
def test_what_was_answered_survives_a_full_disk_and_a_kill_on_it(
    small_disk: Path, tmp_path: Path, running: Callable[..., subprocess.Popen[str]]
) -> None:
    data = small_disk / "data"
    data.mkdir()
    (tmp_path / "shops.csv").write_text("id,name,lat,lon,prep_min\nM-1,Rosa,45.0,9.0,0\n")
    assert finish(start("--data", data, "import", tmp_path / "shops.csv"))[0] == 0
    (data / "settings.toml").write_text(f'[mqtt]\nport = {free_port()}\nlisten = "127.0.0.1"\n')
    secret = Keyring(data / "api-keys.json").make("customers", [Scope.ORDERS_WRITE])[1]
    headers, answered, refused = {"Authorization": f"Bearer {secret}"}, [], []

    def until_refused(web: httpx.Client, prefix: str) -> None:
        """Until the database says no: what it had set aside in its files is used up first."""
        for n in range(4000):
            answer = place(web, f"{prefix}-{n}")
            if answer.status_code != 201:
                assert answer.status_code == 503, answer.text
                assert "the disk is full: free some space" in answer.json()["detail"]
                refused.append(f"{prefix}-{n}")
                return
            answered.append(f"{prefix}-{n}")
        raise AssertionError("the disk never got full")

    served = Served(data, running)
    with httpx.Client(base_url=served.address, headers=headers, timeout=150, trust_env=False) as web:
        for n in range(20):
            assert place(web, f"before-{n}").status_code == 201
            answered.append(f"before-{n}")
        filler = fill(small_disk)
        until_refused(web, "full")
        assert web.get("/health").json()["status"] == "trouble"
        assert wait_for(lambda: served.said("the disk is full: free some space"), 30)
        filler.unlink()
        assert wait_for(lambda: served.said("the database can be written again"), 30)
        for key in refused:  # with the same key: the one order that has waited meanwhile
            answer = place(web, key)
            assert answer.status_code == 201, answer.text
        answered += refused
        refused.clear()
        assert web.get("/health").json()["status"] == "ok"
        filler = fill(small_disk)
        until_refused(web, "again")
    served.process.kill()
    served.ended()
    assert not any("Traceback" in line for line in served.errors), served.errors
    filler.unlink()
    served = Served(data, running)
    with httpx.Client(base_url=served.address, headers=headers, timeout=150, trust_env=False) as web:
        for key in refused:
            assert place(web, key).status_code == 201
    served.process.send_signal(signal.SIGTERM)
    assert served.ended() == 0
    with closing(Store.open(data / "kerbside.db")) as store:
        assert sorted(order.note for order in store.load().world.orders.values()) == sorted(answered + refused)
        assert store.rebuild_check() == []


@pytest.mark.timeout(300)
def test_a_start_on_a_full_disk_is_one_clear_line(
    small_disk: Path, tmp_path: Path, running: Callable[..., subprocess.Popen[str]]
) -> None:
    data = small_disk / "data"
    data.mkdir()
    (tmp_path / "shops.csv").write_text("id,name,lat,lon,prep_min\nM-1,Rosa,45.0,9.0,0\n")
    assert finish(start("--data", data, "import", tmp_path / "shops.csv"))[0] == 0
    filler = fill(small_disk)
    before = time.monotonic()
    code, _, err = finish(running("--data", data, "serve", "--http", "127.0.0.1:0"))
    assert code == 2
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1, err
    assert "full" in err or "space" in err, err
    assert time.monotonic() - before < 90
    filler.unlink()
    with closing(Store.open(data / "kerbside.db")) as store:
        assert list(store.load().world.merchants) == ["M-1"]
