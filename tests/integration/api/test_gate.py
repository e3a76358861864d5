"""Who may come in, how often, and with how much."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from core.api.keyring import Scope
from core.api.server import Outside, parse_listen
from core.domain.errors import BadInput
from core.settings import Settings
from tests.served import Served

OPENSSL = shutil.which("openssl")


def test_without_a_good_key_nothing_opens(served: Served) -> None:
    key_id, secret = served.key.id, served.secret
    for wrong in (None, "x", "kerb_", secret[:-1], secret + "x", f"kerb_{key_id}_", f"kerb_00000000_{secret[14:]}", "ü"):
        with served.client(None) as web:
            headers = {} if wrong is None else {"Authorization": f"Bearer {wrong}".encode()}
            answer = web.get("/v1/orders", headers=headers)
        assert answer.status_code == 401, wrong
        assert answer.headers["www-authenticate"] == "Bearer"
    with served.client(None) as web:
        assert web.get("/health").json()["status"] == "ok"
        assert web.get("/openapi.json").json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_opens_its_own_and_no_more(served: Served, scope: Scope) -> None:
    asked = {
        Scope.ORDERS_READ: ("GET", "/v1/orders", None, 200),
        Scope.ORDERS_WRITE: ("POST", "/v1/orders/none/cancel", {}, 404),
        Scope.DRIVERS_READ: ("GET", "/v1/drivers", None, 200),
        Scope.DRIVERS_WRITE: ("DELETE", "/v1/drivers/none", None, 404),
        Scope.PLACES_READ: ("GET", "/v1/areas", None, 200),
        Scope.PLACES_WRITE: ("PUT", "/v1/merchants/M-2", {"name": "Due", "place": {"lat": 45, "lon": 9}}, 200),
        Scope.RULES_READ: ("GET", "/v1/rules", None, 200),
        Scope.RULES_WRITE: ("DELETE", "/v1/providers/none", None, 404),
        Scope.EVENTS_READ: ("GET", "/v1/events", None, 200),
        Scope.FORWARDING: ("GET", "/v1/forwarding", None, 200),
    }
    assert asked.keys() == set(Scope)
    _, secret = served.keyring.make("one scope", [scope])
    with served.client(secret) as web:
        for needed, (method, path, body, status) in asked.items():
            answer = web.request(method, path, json=body)
            assert answer.status_code == (status if needed is scope else 403), (path, answer.text)


def test_a_revoked_key_opens_nothing_any_more(served: Served) -> None:
    key, secret = served.keyring.make("for a while", Scope)
    with served.client(secret) as web:
        assert web.get("/v1/orders").status_code == 200
        served.keyring.revoke(key.id)
        time.sleep(1.1)  # the running program looks at the file again after a second
        assert web.get("/v1/orders").status_code == 401


def test_whoever_asks_too_much_is_told_to_wait(make_served: Callable[..., Served]) -> None:
    served = make_served(**{"http.rate": 0.5, "http.burst": 10.0})
    answers = [served.web.get("/v1/orders") for _ in range(15)]
    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    _, other = served.keyring.make("someone else", Scope)
    with served.client(other) as web:
        assert web.get("/v1/orders").status_code == 200
    time.sleep(int(answers[-1].headers["retry-after"]))
    assert served.web.get("/v1/orders").status_code == 200


def test_guessing_keys_is_slow(make_served: Callable[..., Served]) -> None:
    served = make_served(**{"http.strangers_rate": 1.0})
    with served.client("kerb_00000000_guess") as web:
        statuses = [web.get("/v1/orders").status_code for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    assert served.web.get("/v1/orders").status_code == 200


def test_too_large_a_request_is_refused_however_it_comes(make_served: Callable[..., Served]) -> None:
    served = make_served(**{"http.body_kb": 2.0})
    big = b'{"note": "' + b"x" * 3000 + b'"}'
    answer = served.web.post("/v1/orders", content=big)
    assert answer.status_code == 413
    assert "2,000 bytes" in answer.json()["detail"]
    assert served.web.post("/v1/orders", content=iter([big[:1500], big[1500:]])).status_code == 413
    assert served.web.get("/v1/orders").status_code == 200


def test_a_wrong_method_is_told_the_right_ones(served: Served) -> None:
    answer = served.web.put("/v1/orders/A-1", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH")
    assert served.web.get("/v1/nothing").status_code == 404


@pytest.mark.parametrize(
    ("text", "where"),
    [("8080", ("127.0.0.1", 8080)), (":0", ("127.0.0.1", 0)), ("[::1]:80", ("::1", 80)), ("a.b:9", ("a.b", 9))],
)
def test_where_to_listen(text: str, where: tuple[str, int]) -> None:
    assert parse_listen(text) == where


@pytest.mark.parametrize("text", ["", "host", "127.0.0.1:", "127.0.0.1:99999", "a b:80", "127.0.0.1:http"])
def test_nowhere_to_listen(text: str) -> None:
    with pytest.raises(BadInput, match="HOST:PORT"):
        parse_listen(text)


def test_a_port_that_is_taken_is_named(served: Served) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        where = f"127.0.0.1:{other.getsockname()[1]}"
        rig = served.rig
        with pytest.raises(BadInput, match=rf"can't listen at {where}.*choose another address"):
            Outside(rig.engine, rig.store, rig.executor, rig.settings, served.folder / "keys.json", where)


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_with_a_certificate_it_is_encrypted(tmp_path: Path) -> None:
    assert OPENSSL is not None
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    served = Served(tmp_path, **{"http.certificate": str(cert), "http.certificate_key": str(key)})
    try:
        assert served.outside.address.startswith("https://")
        assert not served.outside.overheard
        with httpx.Client(base_url=served.outside.address, verify=False, trust_env=False, timeout=20) as web:
            assert web.get("/health").json()["status"] == "ok"
    finally:
        served.close()


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "there is no such file"), ("hello", "no certificate with its key in it")]
)
def test_a_certificate_that_is_none_is_said_before_anybody_is_answered(
    served: Served, tmp_path: Path, content: str | None, reason: str
) -> None:
    rig, file = served.rig, tmp_path / "cert.pem"
    if content is not None:
        file.write_text(content)
    settings = Settings({"http.certificate": str(file)})
    with pytest.raises(BadInput, match=rf"HTTP can't be encrypted .*{reason}.*give a PEM file"):
        Outside(rig.engine, rig.store, rig.executor, settings, served.folder / "keys.json", "127.0.0.1:0")


def test_it_is_known_whether_keys_can_be_overheard(served: Served) -> None:
    rig = served.rig
    assert not served.outside.overheard
    wide = Outside(rig.engine, rig.store, rig.executor, Settings({}), served.folder / "keys.json", "0.0.0.0:0")
    assert wide.overheard
    wide.close()
