"""Signatures, against one worked out by another tool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forwarding.signature import sign, verify

# printf '1700000000.{"id":1}' | openssl dgst -sha256 -hmac whsec_test
KNOWN = "t=1700000000,v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8"


def test_a_signature_worked_out_by_openssl() -> None:
    assert sign("whsec_test", b'{"id":1}', 1700000000.9) == KNOWN


@given(st.text(min_size=1, alphabet=st.characters(codec="ascii")), st.binary(), st.integers(0, 10**10))
def test_what_was_signed_is_verified(secret: str, body: bytes, at: int) -> None:
    header = sign(secret, body, at)
    assert verify(secret, body, header, at + 299)
    assert not verify(secret, body, header, at + 301)
    assert not verify(secret, body, header, at - 301)
    assert not verify(secret + "x", body, header, at)
    assert not verify(secret, body + b"x", header, at)


@pytest.mark.parametrize("header", ["", "t=1,v1=", "v1=aa,t=1", KNOWN + "\n", KNOWN.upper(), "t=" + "9" * 30 + KNOWN[12:]])
def test_what_is_no_signature_is_refused(header: str) -> None:
    assert not verify("whsec_test", b'{"id":1}', header, 1700000000)
