"""Keys, backups and the way back as a user types them, and a `serve` that answers by HTTP."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from core.storage.database import open_readable
from core.storage.store import Store
from core.storage.upkeep import UPKEEP_KINDS
from tests.mosquitto import free_port, wait_for

from .conftest import finish, start

SHOP = "id,name,lat,lon,prep_min\nM-1,Rosa,45.0,9.0,0\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "shops.csv").write_text(SHOP)
    assert finish(start("--data", data, "import", tmp_path / "shops.csv"))[0] == 0
    (data / "settings.toml").write_text(f'[mqtt]\nport = {free_port()}\nlisten = "127.0.0.1"\n')
    return data


def upkeep(data: Path) -> list[tuple[str, str]]:
    """What the log says of settings, keys and the like, and by whom."""
    with closing(open_readable(data / "kerbside.db")) as read:
        rows = read.execute("SELECT kind, actor FROM events ORDER BY seq").fetchall()
    return [(kind, actor) for kind, actor in rows if kind in UPKEEP_KINDS]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch there")
def test_a_served_folder_is_keyed_backed_up_and_brought_back(
    data: Path, tmp_path: Path, running: Callable[..., subprocess.Popen[str]]
) -> None:
    process = running("--data", data, "serve", "--http", "127.0.0.1:0")
    assert process.stdout is not None
    address = ""
    while not address:
        found = re.search(r"HTTP at (http://\S+?);", process.stdout.readline())
        address = found[1] if found else ""

    code, out, err = finish(start("--data", data, "key", "make", "Web shop", "--scopes", "all", "--json"))
    assert (code, err) == (0, "")
    made = json.loads(out)
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {made['key']}"}, trust_env=False, timeout=20) as web:
        order = {"merchant_id": "M-1", "dropoff": {"lat": 45.01, "lon": 9.01}}
        assert web.post("/v1/orders", json={**order, "id": "kept"}).status_code == 201

        code, out, err = finish(start("--data", data, "backup", tmp_path / "b.zip", "--json"))
        assert (code, err) == (0, "")
        assert json.loads(out)["events"] >= 4  # and the key, if it was taken into the log by then
        assert web.post("/v1/orders", json={**order, "id": "lost"}).status_code == 201

        code, out, err = finish(start("--data", data, "restore", tmp_path / "b.zip"))
        assert (code, out) == (2, "")
        assert f"in use by another Kerbside (process {process.pid})" in err

        assert made["id"] in finish(start("--data", data, "key", "list"))[1]
        assert finish(start("--data", data, "key", "revoke", made["id"]))[0] == 0
        code, out, err = finish(start("--data", data, "key", "revoke", made["id"]))
        assert (code, len(err.splitlines())) == (2, 1)
    # What commands have done while it runs is in its log within a second or so.
    done = ["KeyMade", "BackupMade", "KeyRevoked"]
    wait_for(lambda: [kind for kind, _ in upkeep(data)][-3:] == done)
    assert all(actor.startswith("terminal:") for _, actor in upkeep(data)[-3:])
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == 0

    assert finish(start("--data", data, "restore", tmp_path / "b.zip"))[0] == 0
    with closing(Store.open(data / "kerbside.db")) as store:
        assert list(store.load().world.orders) == ["kept"]
        assert store.rebuild_check() == []
    # And what is done while nothing runs as soon as something does.
    assert finish(start("--data", data, "import", tmp_path / "shops.csv"))[0] == 0
    assert "BackupRestored" in [kind for kind, _ in upkeep(data)]
    [aside] = data.glob("before-restore-*")
    with closing(Store.open(aside / "kerbside.db")) as store:
        assert sorted(store.load().world.orders) == ["kept", "lost"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("key", "make", "x", "--scopes", "everything"), "no such scope"),
        (("key", "make", ""), "needs a name"),
        (("restore", "nothing.zip"), "there is no file nothing.zip"),
        (("serve", "--http", "here"), "HOST:PORT"),
        (("serve", "--http", "192.0.2.1:80"), "can't listen at 192.0.2.1:80"),
    ],
)
def test_what_can_t_be_is_one_line(data: Path, words: tuple[str, ...], why: str) -> None:
    code, out, err = finish(start("--data", data, *words))
    assert (code, len(err.splitlines())) == (2, 1), err
    assert why in err
    assert out == ""
