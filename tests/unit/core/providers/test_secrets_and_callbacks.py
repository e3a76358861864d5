from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.providers.carrier import Fate
from core.providers.secrets import Secrets
from core.providers.words import read_callback


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
    for content in ("[]", "{", '{"swift": 7}'):
        path.write_text(content)
        with pytest.raises(BadInput, match=r"is damaged .*: restore it, or delete it to issue new secrets"):
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
