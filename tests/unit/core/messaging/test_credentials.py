"""The file of secrets, and what is made from it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from core.domain.driver import Driver
from core.domain.errors import BadInput
from core.messaging.access import Access, Role
from core.messaging.credentials import CONSOLE, SIMULATOR, Credentials, qr_png


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.json"


def test_console_and_simulator_have_secrets_from_the_start_and_keep_them(path: Path) -> None:
    first = Credentials(path)
    assert len({first.secret(CONSOLE), first.secret(SIMULATOR)}) == 2
    assert len(first.secret(CONSOLE)) >= 24
    assert Credentials(path).secret(CONSOLE) == first.secret(CONSOLE)
    assert first.accounts()[CONSOLE].role is Role.CONSOLE


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps files private by their folder")
def test_only_the_owner_may_read_the_file(path: Path) -> None:
    Credentials(path).ensure(["D-1"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_driver_is_given_a_secret_once_and_it_is_on_disk(path: Path) -> None:
    credentials = Credentials(path)
    credentials.ensure(["D-1", "D-2"])
    secret = credentials.secret("D-1")
    credentials.ensure(["D-1"])
    assert Credentials(path).secret("D-1") == secret != credentials.secret("D-2")


def test_a_secret_issued_again_replaces_the_old_one(path: Path) -> None:
    credentials = Credentials(path)
    old = credentials.issue("D-1")
    new = credentials.issue("D-1")
    access = Access(credentials.accounts())
    assert access.admit("D-1", old) is None
    assert access.admit("D-1", new) is not None


def test_a_removed_driver_is_unknown(path: Path) -> None:
    credentials = Credentials(path)
    credentials.issue("D-1")
    credentials.remove("D-1")
    credentials.remove("D-1")
    assert "D-1" not in credentials.accounts()
    with pytest.raises(BadInput, match="no password yet"):
        credentials.secret("D-1")


def test_hashes_leave_and_secrets_do_not(path: Path) -> None:
    credentials = Credentials(path)
    secret = credentials.issue("D-1")
    assert secret not in repr(credentials.accounts())


def test_listeners_hear_each_change_until_they_leave(path: Path) -> None:
    credentials = Credentials(path)
    heard: list[int] = []
    leave = credentials.on_change(lambda: heard.append(len(credentials.names())))
    credentials.ensure(["D-1"])
    credentials.ensure(["D-1"])
    leave()
    credentials.issue("D-2")
    assert heard == [3]


@pytest.mark.parametrize("action", ["ensure", "issue", "remove"])
def test_a_driver_can_not_take_the_consoles_name(path: Path, action: str) -> None:
    credentials = Credentials(path)
    with pytest.raises(BadInput, match="another id"):
        getattr(credentials, action)([CONSOLE] if action == "ensure" else CONSOLE)


def test_the_console_may_have_another_name_and_a_given_password_elsewhere(path: Path) -> None:
    credentials = Credentials(path, console="boss")
    credentials.set_secret("boss", "from the admin")
    assert Credentials(path, console="boss").secret("boss") == "from the admin"
    with pytest.raises(BadInput, match="password"):
        credentials.set_secret("boss", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "damaged"), (b"\xff", "damaged"), (b'{"version":1}', "damaged"), (b'{"version":2,"users":{}}', "newer")],
)
def test_a_file_that_can_not_be_read_is_left_alone_and_named(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        Credentials(path)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be written"):
        Credentials(tmp_path / "missing" / "credentials.json")


def test_mosquitto_gets_hashes_it_understands_and_each_driver_its_topics(path: Path, tmp_path: Path) -> None:
    credentials = Credentials(path)
    secret = credentials.issue("D-1")
    conf = credentials.mosquitto_files(tmp_path / "mosquitto", port=1999)
    lines = dict(line.split(":", 1) for line in (conf.parent / "password_file").read_text().splitlines())
    _, kind, rounds, salt, digest = lines["D-1"].split("$")
    wanted = hashlib.pbkdf2_hmac("sha512", secret.encode(), base64.b64decode(salt), int(rounds))
    assert (kind, base64.b64decode(digest)) == ("7", wanted)
    rules = (conf.parent / "acl_file").read_text()
    block = rules.split("user D-1\n")[1].split("\n\n")[0]
    assert "topic write kerbside/v1/drivers/D-1/orders" in block
    assert "topic read kerbside/v1/drivers/D-1/offers" in block
    assert "readwrite #" not in block
    text = conf.read_text()
    assert "listener 1999\n" in text
    assert "allow_anonymous false" in text
    assert "max_queued_messages 1000000" in text


def test_the_owntracks_link_carries_the_whole_configuration(path: Path, make_driver: Callable[..., Driver]) -> None:
    credentials = Credentials(path)
    driver = make_driver(id="D-1")
    secret = credentials.issue("D-1")
    url = credentials.owntracks_config_url(driver, "192.168.1.5", 1883)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("owntracks", "", "/config")
    otrc = json.loads(base64.b64decode(parse_qs(parts.query)["inline"][0], validate=True))
    assert otrc == credentials.owntracks_config(driver, "192.168.1.5", 1883)
    wanted = {"_type": "configuration", "mode": 0, "host": "192.168.1.5", "port": 1883, "username": "D-1", "password": secret}
    assert wanted.items() <= otrc.items()
    assert otrc["cmd"] is otrc["remoteConfiguration"] is otrc["auth"] is True
    assert otrc["pubTopicBase"] == "owntracks/D-1/phone"
    assert qr_png(url).startswith(b"\x89PNG")


def test_a_password_that_is_not_on_disk_is_not_given_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = Credentials(path)
    told: list[None] = []
    credentials.on_change(lambda: told.append(None))
    with monkeypatch.context() as patch:
        patch.setattr("core.private_file.os.replace", _read_only)
        for change in (lambda: credentials.ensure(["D-1"]), lambda: credentials.issue("D-1")):
            with pytest.raises(BadInput, match="can't be written"):
                change()
    assert told == []
    with pytest.raises(BadInput, match="has no password yet"):
        credentials.secret("D-1")
    credentials.ensure(["D-1"])
    assert Credentials(path).secret("D-1") == credentials.secret("D-1")


def _read_only(*_: object) -> None:
    raise OSError(30, "Read-only file system")
