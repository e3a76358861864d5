"""Who may do what at the broker. Pure rules, used by the embedded broker and written out for mosquitto."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import BadInput
from core.domain.language import Message
from core.messaging import topics

MAX_ID = 64


class Role(StrEnum):
    CONSOLE = "console"
    SIMULATOR = "simulator"
    DRIVER = "driver"
    LISTENER = "listener"


def checked_id(text: str) -> str:
    """Return the id of a driver if it can stand in topics and in mosquitto's files, or raise BadInput."""
    bad = [c for c in text if c in "/+#:" or not c.isprintable()]
    if bad:
        raise BadInput(Message("the id {text!r} holds {bad!r}: use letters, digits, - and _", text=text, bad=bad[0]))
    if not text or text != text.strip() or text.startswith("$") or len(text) > MAX_ID:
        raise BadInput(
            Message("the id {text!r} is not usable: give 1 to {most} letters, digits, - and _", text=text, most=MAX_ID)
        )
    return text


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the broker knows it. The secret is random and long, so one round of SHA-256 keeps it as well as many."""

    name: str
    role: Role
    salt: bytes
    digest: bytes

    @staticmethod
    def digest_of(salt: bytes, secret: str) -> bytes:
        return hashlib.sha256(salt + secret.encode()).digest()

    def opens_with(self, secret: str) -> bool:
        return hmac.compare_digest(self.digest, self.digest_of(self.salt, secret))


class Access:
    """A driver writes to its own topics and reads its own; a listener, who has a key for HTTP, reads what is forwarded and
    told to others; the console and the simulator use everything."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = dict(accounts)

    def admit(self, name: str | None, secret: str | None) -> Account | None:
        account = self.accounts.get(name or "")
        if account is None:
            return None
        if account.role is Role.LISTENER:  # whose password is the key as it was shown; what is known of it is its last part
            secret = (secret or "").removeprefix(f"kerb_{account.name}_")
        return account if account.opens_with(secret or "") else None

    @staticmethod
    def may_publish(account: Account, topic: str) -> bool:
        if account.role is not Role.DRIVER:
            return account.role is not Role.LISTENER
        return topic in writable(account.name) or topic.startswith(f"owntracks/{account.name}/")

    @staticmethod
    def may_subscribe(account: Account, pattern: str) -> bool:
        """OwnTracks asks for ``owntracks/+/+``: granted, since a driver receives only its own of it. So may a listener ask for
        ``#``."""
        if account.role is not Role.DRIVER or pattern in readable(account.name):
            return True
        parts = pattern.split("/")
        return len(parts) > 1 and parts[0] == "owntracks" and parts[1] in (account.name, "+", "#")

    @staticmethod
    def may_receive(account: Account, topic: str) -> bool:
        if account.role is Role.LISTENER:
            return topics.is_for_others(topic)
        if account.role is not Role.DRIVER:
            return True
        return topic in readable(account.name) or topic.startswith(f"owntracks/{account.name}/")


def writable(driver_id: str) -> tuple[str, ...]:
    return (topics.fixes(driver_id), topics.status(driver_id), topics.orders(driver_id))


def readable(driver_id: str) -> tuple[str, ...]:
    return (topics.offers(driver_id), topics.route(driver_id), topics.config(driver_id), topics.CONFIG)
