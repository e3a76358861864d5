"""A broker of somebody else's that does not let us in: the window says why, and what is to be done."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.messaging.credentials import Credentials
from tests.gui.app.test_reopening import reopened
from tests.mosquitto import MOSQUITTO, Mosquitto, free_port

Rig = Any  # tests/gui/app/conftest.py
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Mosquitto]:
    """It knows other passwords than our own."""
    broker = Mosquitto(Credentials(tmp_path / "credentials.json"), tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def broker_of(rig: Rig) -> Iterator[Any]:
    settings = rig.console.system.settings
    own = settings["mqtt.broker"]

    def use(address: str) -> None:
        settings = rig.console.system.settings
        settings.set("mqtt.broker", address)
        settings.save()
        reopened(rig)

    yield use
    use(own)
    rig.until(lambda: rig.window.status.broker.text() == "Broker connected")
    assert rig.window.strip.problems() == {}


def test_a_wrong_password_is_told(rig: Rig, others: Mosquitto, broker_of: Any) -> None:
    broker_of(f"mqtt://127.0.0.1:{others.port}")
    rig.until(lambda: "broker" in rig.window.strip.problems())
    told = rig.window.strip.problems()["broker"]
    assert f"the broker at 127.0.0.1:{others.port} refuses kerbside-console: check its name and password" in told
    assert rig.window.status.broker.text() == "Broker lost"


# paho leaves the socket of a handshake that has failed to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_certificate_that_nobody_vouches_for_is_told(rig: Rig, broker_of: Any, tmp_path: Path) -> None:
    key, certificate, port = tmp_path / "key.pem", tmp_path / "certificate.pem", free_port()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\nallow_anonymous true\nuser root\n")
    assert MOSQUITTO is not None
    with subprocess.Popen([MOSQUITTO, "-c", str(conf)], stderr=subprocess.DEVNULL) as broker:
        try:
            broker_of(f"mqtts://127.0.0.1:{port}")
            rig.until(lambda: "broker" in rig.window.strip.problems())
            told = rig.window.strip.problems()["broker"]
            assert f"the certificate of 127.0.0.1:{port} is not trusted (self-signed certificate): give its CA file" in told
        finally:
            broker.kill()
