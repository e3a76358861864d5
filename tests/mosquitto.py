"""mosquitto, where it is installed; and what it takes to wait for a program that listens."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.messaging.credentials import Credentials

_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin:/opt/homebrew/bin"
MOSQUITTO = shutil.which("mosquitto", path=_PLACES)
MOSQUITTO_PUB = shutil.which("mosquitto_pub", path=_PLACES)


def wait_for(true: Callable[[], object], timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mosquitto:
    """mosquitto run with the files that Kerbside writes for it."""

    credentials: Credentials
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        conf = self.credentials.mosquitto_files(self.folder, self.port, run_as="root")
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen([MOSQUITTO, "-v", "-c", str(conf)], stdout=log, stderr=log)
        log.close()
        assert wait_for(self.answers), (self.folder / "log").read_text()

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def save(self) -> None:
        """Make it write its sessions to disk now, as it does by itself every ten seconds."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)
        assert wait_for((self.folder / "mosquitto.db").exists)
        time.sleep(0.1)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def publish(self, user: str, topic: str, payload: object, *, password: str | None = None) -> None:
        """By `mosquitto_pub`, as this user."""
        assert MOSQUITTO_PUB is not None
        secret = self.credentials.secret(user) if password is None else password
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-u", user, "-P", secret, "-q", "1", "-t", topic]
        subprocess.run([MOSQUITTO_PUB, *words, "-m", json.dumps(payload)], check=False, timeout=10, capture_output=True)
