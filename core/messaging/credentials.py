"""Every user's secret at the broker, in one file that only its owner may read.

The secrets are random, never chosen, and kept as they are, since a driver's QR code has to be shown again when the phone
is changed. What leaves this process, for the embedded broker or for mosquitto, is salted hashes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import msgspec

from core.domain.driver import Driver
from core.domain.errors import BadInput
from core.domain.language import Message
from core.messaging import topics
from core.messaging.access import Account, Role, checked_id, readable, writable
from core.private_file import read_private, replace_private, write_private

CONSOLE = "kerbside-console"
SIMULATOR = "kerbside-simulator"
_SALT_BYTES, _SECRET_BYTES = 12, 18
_MOSQUITTO_ROUNDS = 101  # mosquitto_passwd's own


class _User(msgspec.Struct):
    role: Role
    secret: str


class _File(msgspec.Struct):
    version: int
    users: dict[str, _User]


class Credentials:
    """Users by name; a driver's name is its id. Each change is on disk before the call returns, and is told to listeners."""

    def __init__(self, path: Path, console: str = CONSOLE) -> None:
        """Read the file, or start one; raise BadInput where it can't be read."""
        self.path = path
        self.console = checked_id(console)
        self._listeners: list[Callable[[], None]] = []
        self._users = self._read()
        ours = {self.console: Role.CONSOLE, SIMULATOR: Role.SIMULATOR}
        missing = {name: _User(role, _new_secret()) for name, role in ours.items() if name not in self._users}
        if missing:
            self._write({**self._users, **missing})

    def _read(self) -> dict[str, _User]:
        file = read_private(self.path, _File, Message("delete it to issue new passwords"))
        return {} if file is None else file.users

    def _write(self, users: dict[str, _User]) -> None:
        """On disk first: a password that only this run knows would lock its driver out of the next."""
        replace_private(self.path, _File(1, users))
        self._users = users
        for listener in tuple(self._listeners):
            listener()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def ensure(self, driver_ids: Iterable[str]) -> None:
        """Give every driver a secret that has none yet."""
        driver_ids = list(driver_ids)
        self._refuse_reserved(driver_ids)
        fresh = [checked_id(i) for i in driver_ids if i not in self._users]
        if fresh:
            self._write({**self._users, **{i: _User(Role.DRIVER, _new_secret()) for i in fresh}})

    def issue(self, driver_id: str) -> str:
        """A new secret for the driver; the old one opens nothing any more."""
        self._refuse_reserved([driver_id])
        secret = _new_secret()
        self._write({**self._users, checked_id(driver_id): _User(Role.DRIVER, secret)})
        return secret

    def remove(self, driver_id: str) -> None:
        self._refuse_reserved([driver_id])
        if driver_id in self._users:
            self._write({name: user for name, user in self._users.items() if name != driver_id})

    def _refuse_reserved(self, driver_ids: list[str]) -> None:
        for driver_id in driver_ids:
            user = self._users.get(driver_id)
            if user is not None and user.role is not Role.DRIVER:
                raise BadInput(
                    Message(
                        "{driver} is the name of the {role}'s own user: give the driver another id",
                        driver=driver_id,
                        role=user.role.value,
                    )
                )

    def secret(self, name: str) -> str:
        try:
            return self._users[name].secret
        except KeyError:
            raise BadInput(Message("{name} has no password yet: issue one", name=name)) from None

    def set_secret(self, name: str, secret: str) -> None:
        """For the console's own user at a broker that somebody else runs."""
        if not secret or not secret.isprintable():
            raise BadInput(Message("a password needs at least one printable character"))
        self._write({**self._users, name: _User(self._users[name].role, secret)})

    def names(self) -> list[str]:
        return list(self._users)

    def accounts(self) -> dict[str, Account]:
        """What the broker needs to know: hashes, freshly salted."""
        accounts = {}
        for name, user in self._users.items():
            salt = secrets.token_bytes(_SALT_BYTES)
            accounts[name] = Account(name, user.role, salt, Account.digest_of(salt, user.secret))
        return accounts

    # --- mosquitto

    def mosquitto_files(self, folder: Path, port: int = 1883, run_as: str = "") -> Path:
        """Write password_file, acl_file and mosquitto.conf; return the last. ``mosquitto -c`` that file runs the broker.

        ``run_as`` is the system user that mosquitto becomes when root starts it; that user must be able to read the files.
        Run again after drivers were added, and send mosquitto SIGHUP.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        lines = "".join(f"{name}:{_mosquitto_hash(user.secret)}\n" for name, user in self._users.items())
        write_private(folder / "password_file", lines.encode())
        write_private(folder / "acl_file", "\n".join(self._mosquitto_rules()).encode() + b"\n")
        conf = folder / "mosquitto.conf"
        write_private(conf, _mosquitto_conf(folder, port, run_as).encode())
        return conf

    def _mosquitto_rules(self) -> list[str]:
        rules = []
        for name, user in self._users.items():
            rules.append(f"user {name}")
            if user.role is Role.DRIVER:
                rules += [f"topic write {topic}" for topic in writable(name)]
                rules += [f"topic read {topic}" for topic in readable(name)]
                rules.append(f"topic readwrite owntracks/{name}/#")
            else:
                rules.append("topic readwrite #")
            rules.append("")
        return rules

    # --- OwnTracks

    def owntracks_config(self, driver: Driver, host: str, port: int, tls: bool = False) -> dict[str, object]:
        """The app's configuration (an .otrc file): where to connect, as whom, and that it may be told what to do."""
        return {
            "_type": "configuration",
            "mode": 0,  # MQTT
            "host": host,
            "port": port,
            "tls": tls,
            "auth": True,
            "username": driver.id,
            "password": self.secret(driver.id),
            "deviceId": "phone",
            "clientId": f"{driver.id}-phone",
            "tid": (driver.id[-2:] if len(driver.id) > 1 else f"0{driver.id}").upper(),
            "pubTopicBase": topics.owntracks(driver.id),
            "sub": True,
            "subTopic": f"{topics.owntracks(driver.id)}/cmd",
            "cmd": True,
            "remoteConfiguration": True,
            "cleanSession": False,
            "mqttProtocolLevel": 4,
            "monitoring": 1,
            "pubRetain": True,
            "pubQos": 1,
            "subQos": 1,
        }

    def owntracks_config_url(self, driver: Driver, host: str, port: int, tls: bool = False) -> str:
        """For the driver's QR code; the app asks before it takes it over."""
        inline = json.dumps(self.owntracks_config(driver, host, port, tls), separators=(",", ":")).encode()
        return "owntracks:///config?inline=" + quote(base64.b64encode(inline).decode(), safe="")


def qr_png(text: str, scale: int = 4) -> bytes:
    """A QR code; ``scale`` is the size of a module in pixels."""
    import segno  # only where a code is shown

    out = io.BytesIO()
    segno.make(text, error="l", micro=False).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()


def _new_secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _mosquitto_hash(secret: str) -> str:
    """PBKDF2 with SHA-512, as mosquitto_passwd writes it: ``$7$rounds$salt$hash``, both in base64."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _MOSQUITTO_ROUNDS)
    return f"$7${_MOSQUITTO_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _mosquitto_conf(folder: Path, port: int, run_as: str) -> str:
    user = f"user {run_as}\n" if run_as else ""
    return f"""# Written by Kerbside. Start with: mosquitto -c {folder / "mosquitto.conf"}
{user}listener {port}
allow_anonymous false
password_file {folder / "password_file"}
acl_file {folder / "acl_file"}

# Nothing is lost while the console or a phone is away: sessions are kept, also through a restart.
persistence true
persistence_location {folder}/
autosave_interval 10
persistent_client_expiration 7d
max_queued_messages 1000000
# The console acknowledges only what it has stored; let messages go out meanwhile.
max_inflight_messages 60000
max_packet_size 300000
set_tcp_nodelay true
"""
