"""Keys of other systems: shown once, kept as hashes, seen by every process."""

from __future__ import annotations

import os
import re
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.api import keyring as module
from core.api.keyring import Keyring, Scope
from core.domain.errors import BadInput
from core.messaging.access import Access, Role


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_opens_until_it_is_revoked(path: Path) -> None:
    keyring = Keyring(path)
    key, text = keyring.make("  the shop ", [Scope.ORDERS_READ])
    assert re.fullmatch(rf"kerb_{key.id}_[\w-]{{32}}", text)
    assert (key.name, key.scopes) == ("the shop", {Scope.ORDERS_READ})
    assert keyring.admit(text) == key
    assert Keyring(path).admit(text) == key
    assert keyring.revoke(key.id) == key
    assert keyring.admit(text) is None
    with pytest.raises(BadInput, match="no key"):
        keyring.revoke(key.id)


def test_nearly_right_opens_nothing(path: Path) -> None:
    keyring = Keyring(path)
    _, text = keyring.make("shop", Scope)
    for wrong in ("", text[:-1], text + "a", text.replace("kerb", "berk"), text + "é", text.upper()):
        assert keyring.admit(wrong) is None


def test_the_file_holds_no_key_and_is_its_owner_s_alone(path: Path) -> None:
    _, text = Keyring(path).make("shop", Scope)
    assert text.split("_", 2)[2] not in path.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_another_process_s_keys_are_seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, other = Keyring(path), Keyring(path)
    key, text = other.make("shop", Scope)
    assert running.admit(text) == key  # a key that is not known is looked for at once
    other.revoke(key.id)
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0.0)
    assert running._fresh(0.0).keys == {}
    assert running.admit(text) is None


def test_many_at_once_lose_nothing(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: Keyring(path).make(f"shop {n}", Scope)[0], range(24)))
    assert [key.name for key in Keyring(path).listed()] == [key.name for key in sorted(made, key=lambda key: key.made_at)]
    assert len(made) == 24


def test_secrets_of_webhooks_are_kept_and_changed(path: Path) -> None:
    keyring = Keyring(path)
    first = keyring.hook_secret("R-1")
    assert keyring.hook_secret("R-1") == first == Keyring(path).hook_secret("R-1")
    assert keyring.hook_secret("R-2") != first
    second = keyring.new_hook_secret("R-1")
    assert Keyring(path).hook_secret("R-1") == second != first
    keyring.drop_hook("R-1")
    assert keyring.hook_secret("R-1") != second


@pytest.mark.parametrize(("name", "scopes"), [("", Scope), ("a\nb", Scope), ("x" * 81, Scope), ("shop", [])])
def test_a_key_without_a_name_or_a_scope_is_refused(path: Path, name: str, scopes: list[Scope]) -> None:
    with pytest.raises(BadInput, match="a key needs"):
        Keyring(path).make(name, scopes)
    assert not path.exists()


@pytest.mark.parametrize(("content", "why"), [(b"{", "damaged"), (b'{"version": 2}', "newer Kerbside")])
def test_a_file_that_can_t_be_read_is_named(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(BadInput, match=why) as caught:
        Keyring(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


def test_keys_that_may_read_events_may_listen_at_the_broker(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys.json")
    key, text = keyring.make("Shop", [Scope.EVENTS_READ])
    keyring.make("Other", [Scope.ORDERS_READ])
    assert list(keyring.listeners()) == [key.id]
    access = Access(keyring.listeners())
    admitted = access.admit(key.id, text)
    assert admitted is not None
    assert admitted.role is Role.LISTENER
    keyring.revoke(key.id)
    assert keyring.listeners() == {}
