from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.providers.carrier import Fate
from core.providers.secrets import Secrets
from core.providers.signing import BadSignature, sign, verify
from core.providers.words import read_callback


@given(st.binary(max_size=50), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_what_was_signed_is_believed_and_nothing_else(body: bytes, secret: str) -> None:
    signature = sign(secret, body, 1000.0)
    verify(secret, body, signature, 1100.0, 300)
    for wrong in ((secret + "x", body, signature), (secret, body + b"x", signature), (secret, body, signature[:-1] + "g")):
        with pytest.raises(BadSignature):
            verify(*wrong, 1100.0, 300)


def test_the_form_is_that_of_rfc_2104_over_time_dot_body() -> None:
    # printf 1.b | openssl dgst -sha256 -hmac k
    assert sign("k", b"b", 1.9) == "t=1,v1=2946e37a45bb02a0bf1bf1a7d9219543801fedd301f9f485aebd72c928639bea"


@pytest.mark.parametrize("now", [1301.0, 699.0])
def test_what_was_signed_long_ago_or_in_the_future_is_not(now: float) -> None:
    with pytest.raises(BadSignature, match="check the clock"):
        verify("s", b"", sign("s", b"", 1000.0), now, 300)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(BadSignature):
        verify("", b"", sign("", b"", 1000.0), 1000.0, 300)


def test_secrets_last_and_are_their_owners(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = Secrets(path)
    issued = first.issue("swift")
    first.set("other", "abc")
    first.forget("other")
    again = Secrets(path)
    assert (again.get("swift"), again.get("other")) == (issued, "")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="empty"):
        again.set("swift", " ")
    path.write_text("[]")
    with pytest.raises(BadInput, match="damaged"):
        Secrets(path)
    path.write_text("{")
    with pytest.raises(BadInput, match="can't be read"):
        Secrets(path)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "no JSON"),
        (b"[]", "key is missing"),
        (b'{"key": 3, "state": "accepted"}', "key is missing"),
        (b'{"key": "O-1.1", "state": "doubtful"}', "state must be one of"),
        (b'{"key": "O-1.1", "state": ["accepted"]}', "state must be one of"),
        (b"\xff", "no JSON"),
    ],
)
def test_a_callback_that_cannot_be_read_is_told_in_one_line(body: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_callback(body)


def test_a_callback_is_read_with_care() -> None:
    key, answer = read_callback(b'{"key":"O-1.1","state":"picked_up","at":1e400,"id":5,"reason":"a\\n b"}')
    huge = b'{"key":"O-1.1","state":"accepted","at":1' + b"0" * 400 + b',"id":"\\ud800","reason":"\\udfff"}'
    assert read_callback(huge)[1].at is None
    assert read_callback(huge)[1].remote_id.encode() == b"?"
    assert (key, answer.fate, answer.at, answer.remote_id, answer.reason) == ("O-1.1", Fate.PICKED_UP, None, "5", "a b")
