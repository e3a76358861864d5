"""The setting mqtt.broker."""

from __future__ import annotations

import pytest

from core.domain.errors import BadInput
from core.messaging.address import parse_address


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mqtt://broker.example:1884", ("broker.example", 1884, False)),
        ("mqtt://10.0.0.7", ("10.0.0.7", 1883, False)),
        ("mqtts://broker.example", ("broker.example", 8883, True)),
        ("mqtt://[::1]:1885", ("::1", 1885, False)),
        ("mqtt://[::1]", ("::1", 1883, False)),
    ],
)
def test_addresses(text: str, wanted: tuple[str, int, bool]) -> None:
    assert parse_address(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "embedded", "broker:1883", "http://x:1", "mqtt://", "mqtt://:1883", "mqtt://h:x", "mqtt://h:0", "mqtt://h:65536",
             "mqtt://user:pw@h:1883", "mqtt://h/x"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadInput, match=r"mqtt\.broker|port"):
        parse_address(text)
