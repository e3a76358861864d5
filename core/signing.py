"""Signatures on webhooks, ours and those of providers: HMAC-SHA256 (RFC 2104) over the time and the body.

The time is signed too, so that a message that was listened in on can't be sent again later.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from core.domain.errors import BadInput

HEADER = "Kerbside-Signature"
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class BadSignature(BadInput):
    """Whoever said this does not know the secret, or said it too long ago."""


def sign(secret: str, body: bytes, at: float) -> str:
    """The header's value: ``t=SECONDS,v1=HEX``."""
    return f"t={int(at)},v1={_digest(secret, body, str(int(at)))}"


def verify(secret: str, body: bytes, signature: str, now: float, most_s: float) -> None:
    """Raise BadSignature unless the body was signed with the secret within ``most_s`` of ``now``."""
    found = _FORM.fullmatch(signature)
    if found is None or not secret:
        raise BadSignature(f"{HEADER} must be of the form t=SECONDS,v1=HEX")
    if not hmac.compare_digest(_digest(secret, body, found[1]), found[2]):
        raise BadSignature(f"{HEADER} does not fit the body: check the secret")
    if abs(now - int(found[1])) > most_s:
        raise BadSignature(f"signed {abs(now - int(found[1])):.0f} s off: check the clock, and sign again before sending again")


def _digest(secret: str, body: bytes, at: str) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
