"""Who sent a webhook, and when: ``t=1700000000,v1=…``, the hexadecimal HMAC-SHA256 (RFC 2104) of ``t.body`` by a shared secret.

The time is signed with the body, so that a message that was listened in on can't be sent again later.
"""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "Kerbside-Signature"
TOLERANCE_S = 300.0
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: float) -> str:
    """The header's value; ``at`` is epoch seconds."""
    t = str(int(at))
    return f"t={t},v1={_mac(secret, t, body)}"


def verify(secret: str, body: bytes, header: str, now: float, tolerance_s: float = TOLERANCE_S) -> bool:
    """Whether the body was signed with the secret, within ``tolerance_s`` of ``now``."""
    found = _FORM.fullmatch(header)
    if found is None or abs(now - int(found[1])) > tolerance_s:
        return False
    return hmac.compare_digest(found[2], _mac(secret, found[1], body))


def _mac(secret: str, t: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
