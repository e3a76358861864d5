"""A Redis server of our own to measure against, on a free port of this machine, with nothing on disk."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis import Redis

PATIENCE_S = 5.0
KEY = "drivers"


@contextmanager
def redis_server(notes: list[str]) -> Iterator[Redis | None]:
    """A client of a fresh server, or ``None`` with a note that says what is missing."""
    try:
        import redis
    except ImportError:
        notes.append("no comparison with Redis: its Python client is not installed (pip install 'redis[hiredis]')")
        yield None
        return
    program = shutil.which("redis-server")
    if program is None:
        notes.append("no comparison with Redis: redis-server is not installed")
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client = redis.Redis(host="127.0.0.1", port=port, socket_connect_timeout=1)
            if _answers(client):
                yield client
            else:
                notes.append("no comparison with Redis: redis-server did not start")
                yield None
            client.close()
        finally:
            server.terminate()
            server.wait(10)


def _answers(client: Redis) -> bool:
    import redis

    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            client.ping()
            return True
        except redis.ConnectionError:
            time.sleep(0.02)
    return False


def add_positions(client: Redis, ids: list[str], lat: list[float], lon: list[float]) -> None:
    """All positions, 1,000 members a command, pipelined."""
    pipe = client.pipeline(transaction=False)
    for at in range(0, len(ids), 1000):
        members: list[float | str] = []
        for i in range(at, min(at + 1000, len(ids))):
            members += (lon[i], lat[i], ids[i])
        pipe.geoadd(KEY, members)
    pipe.execute()
