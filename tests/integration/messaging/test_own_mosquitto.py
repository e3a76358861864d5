"""A mosquitto of one's own, started with what `main.py broker` has written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.benches.ingest import ROOT
from app.cli import parser
from core.messaging.credentials import Credentials
from core.storage.folder import CREDENTIALS
from tests.mosquitto import MOSQUITTO, MOSQUITTO_PUB, free_port, wait_for


@pytest.mark.skipif(MOSQUITTO is None or MOSQUITTO_PUB is None, reason="mosquitto is not installed")
def test_it_lets_drivers_in_by_their_own_passwords_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert MOSQUITTO is not None
    assert MOSQUITTO_PUB is not None
    credentials = Credentials(tmp_path / CREDENTIALS)
    credentials.ensure(["D-1"])
    port = free_port()
    assert parser.run(["broker", str(tmp_path / "broker"), "--port", str(port), "--data", str(tmp_path)]) == 0
    conf = tmp_path / "broker" / "mosquitto.conf"
    told = capsys.readouterr().out
    assert f"mosquitto -c {conf}" in told
    assert credentials.secret("D-1") not in (tmp_path / "broker" / "password_file").read_text()

    def publish(password: str) -> int:
        words = [MOSQUITTO_PUB, "-p", str(port), "-u", "D-1", "-P", password, "-t", "kerbside/v1/drivers/D-1/fixes", "-m", "{}"]
        return subprocess.run([str(word) for word in words], capture_output=True, check=False, timeout=20).returncode

    with subprocess.Popen([MOSQUITTO, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as broker:
        try:
            assert wait_for(lambda: publish(credentials.secret("D-1")) == 0)
            assert publish("wrong") != 0
        finally:
            broker.terminate()


def test_without_a_fleet_or_a_folder_it_says_what_to_do(tmp_path: Path) -> None:
    words = ["broker", str(tmp_path / "broker"), "--data", str(tmp_path / "data")]
    assert "set one up first" in _refused(tmp_path, words)
    (tmp_path / "data").mkdir(exist_ok=True)
    Credentials(tmp_path / "data" / CREDENTIALS)
    (tmp_path / "broker").write_text("a file")
    assert "choose another folder" in _refused(tmp_path, words)
    assert "from 1 to 65535" in _refused(tmp_path, [*words, "--port", "0"])


def _refused(cwd: Path, words: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    return done.stderr
