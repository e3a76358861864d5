"""The address of a broker, as the setting `mqtt.broker` writes it."""

from __future__ import annotations

from core.domain.errors import BadInput
from core.domain.language import Message


def parse_address(text: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS is used, of ``mqtt://host:1883`` or ``mqtts://host:8883``; raise BadInput otherwise."""
    scheme, _, rest = text.partition("://")
    host, colon, port_text = rest.rpartition(":")
    if not colon or port_text.endswith("]"):
        host, port_text = rest, ""
    host = host.strip("[]")
    tls = scheme == "mqtts"
    port = port_text or ("8883" if tls else "1883")
    if scheme not in ("mqtt", "mqtts") or not host or "/" in rest or "@" in rest or not (port.isascii() and port.isdigit()):
        raise BadInput(Message("mqtt.broker is {text!r}: write embedded, mqtt://host:1883 or mqtts://host:8883", text=text))
    if not 0 < int(port) < 65536:
        raise BadInput(Message("mqtt.broker names port {port}: ports go from 1 to 65535", port=port))
    return host, int(port), tls
