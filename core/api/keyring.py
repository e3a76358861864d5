"""Keys of other systems, and the secrets that sign what is sent to them, in one file that only its owner may read.

A key is shown once, when it is made; kept is a salted hash. A webhook's secret is kept as it is, since it signs.
The file is read again when it has changed: keys are made and revoked while the program runs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec
from filelock import FileLock

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.domain.upkeep import Altered
from core.messaging.access import Account, Role
from core.private_file import read_private, replace_private

PREFIX = "kerb"
LOOK_AGAIN_S = 1.0


class Scope(StrEnum):
    """What a key may do."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    DRIVERS_READ = "drivers:read"
    DRIVERS_WRITE = "drivers:write"
    PLACES_READ = "places:read"
    PLACES_WRITE = "places:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    EVENTS_READ = "events:read"
    FORWARDING = "forwarding"


class Key(msgspec.Struct, frozen=True):
    """``made_at`` is epoch seconds; ``salt`` and ``digest`` are base64."""

    id: str
    name: str
    scopes: frozenset[Scope]
    made_at: float
    salt: str
    digest: str

    def altered(self, *, revoked: bool = False) -> Altered:
        """It as the log tells of it."""
        opens = ", ".join(sorted(self.scopes))
        return Altered(self.id, self.name, opens if revoked else None, None if revoked else opens)

    def opens_with(self, secret: str) -> bool:
        return hmac.compare_digest(self.digest, _digest(self.salt, secret))


class _File(msgspec.Struct):
    version: int = 1
    keys: dict[str, Key] = msgspec.field(default_factory=dict)
    hooks: dict[str, str] = msgspec.field(default_factory=dict)


class Keyring:
    """Each change is on disk before the call returns. Raises BadInput where the file can't be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int, int] | None = None
        self._looked = 0.0
        self._file = self._read()

    # Keys

    def make(self, name: str, scopes: Iterable[Scope]) -> tuple[Key, str]:
        """A new key, and the text that opens with it: nobody can see it a second time."""
        scopes = frozenset(scopes)
        if not name.strip() or not name.isprintable() or len(name) > 80:
            raise BadInput("a key needs a name that says whose it is, of at most 80 characters")
        if not scopes:
            raise BadInput(f"a key needs a scope at least: {', '.join(Scope)}")
        secret, salt = secrets.token_urlsafe(24), base64.b64encode(secrets.token_bytes(12)).decode()
        key = Key(secrets.token_hex(4), name.strip(), scopes, time.time(), salt, _digest(salt, secret))
        with self._changed() as file:
            file.keys[key.id] = key
        return key, f"{PREFIX}_{key.id}_{secret}"

    def revoke(self, key_id: str) -> Key:
        with self._changed() as file:
            if key_id not in file.keys:
                raise BadInput(f"there is no key {key_id}: main.py key list names them all")
            return file.keys.pop(key_id)

    def listed(self) -> list[Key]:
        """All keys, the oldest first."""
        return sorted(self._fresh().keys.values(), key=lambda key: key.made_at)

    def listeners(self) -> dict[str, Account]:
        """Who may listen at the broker: each key that may read events, its id the user's name, the key the password."""
        return {
            key.id: Account(key.id, Role.LISTENER, base64.b64decode(key.salt), base64.b64decode(key.digest))
            for key in self._fresh().keys.values()
            if Scope.EVENTS_READ in key.scopes
        }

    def admit(self, text: str) -> Key | None:
        """The key that the text opens, or ``None``."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        key = self._fresh().keys.get(key_id) or self._fresh(0.0).keys.get(key_id)
        if prefix != PREFIX or key is None or not secret.isascii() or not key.opens_with(secret):
            return None
        return key

    # Webhooks

    def has_hook(self, forward_id: str) -> bool:
        return forward_id in self._fresh().hooks

    def hook_secret(self, forward_id: str) -> str:
        """The secret that signs what a forwarding rule sends; made where there is none yet."""
        known = self._fresh().hooks.get(forward_id)
        return known if known is not None else self.new_hook_secret(forward_id)

    def new_hook_secret(self, forward_id: str) -> str:
        secret = f"whsec_{secrets.token_urlsafe(24)}"
        with self._changed() as file:
            file.hooks[forward_id] = secret
        return secret

    def drop_hook(self, forward_id: str) -> None:
        if forward_id in self._fresh().hooks:
            with self._changed() as file:
                file.hooks.pop(forward_id, None)

    # The file

    def _fresh(self, after_s: float = LOOK_AGAIN_S) -> _File:
        now = time.monotonic()
        if now - self._looked >= after_s:
            self._looked = now
            if self._stamp != self._stamp_now():
                self._file = self._read()
        return self._file

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def _read(self) -> _File:
        self._stamp = self._stamp_now()
        return read_private(self.path, _File, Message("delete it and make new keys")) or _File()

    def _changed(self) -> _Change:
        return _Change(self)

    def _write(self, file: _File) -> None:
        replace_private(self.path, file)
        self._file, self._stamp = file, self._stamp_now()


class _Change:
    """The file as it is now, held against other processes, and written at the end."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._lock = FileLock(keyring.path.with_name(keyring.path.name + ".lock"), timeout=5)

    def __enter__(self) -> _File:
        try:
            self._lock.acquire()
        except OSError as error:  # filelock's Timeout is one
            raise BadInput(
                Message("{path} can't be changed ({reason}): try again", path=self._keyring.path, reason=cause(error))
            ) from None
        try:
            self._file = self._keyring._read()
        except BaseException:
            self._lock.release()
            raise
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._keyring._write(self._file)
        finally:
            self._lock.release()


def _digest(salt: str, secret: str) -> str:
    """The secret is random and long, so one round of SHA-256 keeps it as well as many."""
    return base64.b64encode(hashlib.sha256(base64.b64decode(salt) + secret.encode()).digest()).decode()
