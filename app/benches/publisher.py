"""A process that sends ready-made MQTT packets as fast as the broker takes them: its arguments are a port and a file, and,
to go slower, in how many seconds all of them are to be sent."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from core.ports import Inbound

_CONNECT = b"\x10\x14\x00\x04MQTT\x04\x02\x00\x3c\x00\x08flooding"
_CHUNK = 64 * 1024


def packets(messages: Iterable[Inbound]) -> bytes:
    """PUBLISH packets of MQTT 3.1.1 with QoS 1."""
    out = bytearray()
    for number, message in enumerate(messages):
        topic = message.topic.encode()
        body = len(topic).to_bytes(2) + topic + (number % 65_535 + 1).to_bytes(2) + message.payload
        out.append(0x32)
        length = len(body)
        while length > 127:
            out.append(length % 128 | 128)
            length //= 128
        out.append(length)
        out += body
    return bytes(out)


def main(port: int, file: Path, seconds: float = 0.0) -> None:
    data = file.read_bytes()
    with socket.create_connection(("127.0.0.1", port)) as broker:
        broker.sendall(_CONNECT)
        if broker.recv(4) != b"\x20\x02\x00\x00":
            raise SystemExit("the broker refuses the publisher")

        def discard() -> None:
            while broker.recv(_CHUNK):
                pass

        threading.Thread(target=discard, daemon=True).start()
        began, chunk = time.monotonic(), _CHUNK if not seconds else min(_CHUNK, max(1, int(len(data) / seconds / 20)))
        for start in range(0, len(data), chunk):
            time.sleep(max(0.0, began + seconds * start / len(data) - time.monotonic()))
            broker.sendall(data[start : start + chunk])
        sys.stdin.read()  # stay until the others have everything


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:]))
