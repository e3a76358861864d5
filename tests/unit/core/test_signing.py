"""Signatures, against one worked out by another tool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.signing import BadSignature, sign, verify

# printf '1700000000.{"id":1}' | openssl dgst -sha256 -hmac whsec_test
KNOWN = "t=1700000000,v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8"


def test_a_signature_worked_out_by_openssl() -> None:
    assert sign("whsec_test", b'{"id":1}', 1700000000.9) == KNOWN


@given(st.binary(max_size=50), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_what_was_signed_is_believed_and_nothing_else(body: bytes, secret: str) -> None:
    signature = sign(secret, body, 1000.0)
    verify(secret, body, signature, 1100.0, 300)
    for wrong in ((secret + "x", body, signature), (secret, body + b"x", signature), (secret, body, signature[:-1] + "g")):
        with pytest.raises(BadSignature):
            verify(*wrong, 1100.0, 300)


@pytest.mark.parametrize("now", [1301.0, 699.0])
def test_what_was_signed_long_ago_or_in_the_future_is_not(now: float) -> None:
    with pytest.raises(BadSignature, match="check the clock"):
        verify("s", b"", sign("s", b"", 1000.0), now, 300)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(BadSignature):
        verify("", b"", sign("", b"", 1000.0), 1000.0, 300)


@pytest.mark.parametrize("header", ["", "t=1,v1=", "v1=aa,t=1", KNOWN + "\n", KNOWN.upper(), "t=" + "9" * 30 + KNOWN[12:]])
def test_what_is_no_signature_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        verify("whsec_test", b'{"id":1}', header, 1700000000, 300)
