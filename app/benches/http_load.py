"""A process that places orders by HTTP at given moments and says how long each took: so that asking costs the answerer nothing.

Its arguments are a port, a key, how many orders and in how many seconds; it prints a JSON list of milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

CONNECTIONS = 100
SHOPS = 200
SOUTH, WEST, NORTH, EAST = 45.0, 11.0, 45.36, 11.5
"""Forty kilometres each way."""
IDLE_S = 3.0
"""A connection that was idle for longer may just be closed from the other side."""


def shop_at(number: int) -> tuple[float, float]:
    """Where the merchant of that number is: spread evenly by the golden ratio, degrees."""
    return SOUTH + (NORTH - SOUTH) * (number + 0.5) / SHOPS, WEST + (EAST - WEST) * (number * 0.618033988749895 % 1.0)


async def place(port: int, key: str, count: int, seconds: float) -> list[float]:
    """Milliseconds from when each order was due to its 201; waiting for a connection counts."""
    free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []
    room = asyncio.Semaphore(CONNECTIONS)
    began = time.perf_counter() + 0.1

    async def one(number: int) -> float:
        due = began + seconds * number / count
        await asyncio.sleep(due - time.perf_counter())
        async with room:
            return await ask(number, due)

    async def ask(number: int, due: float) -> float:
        idle_since, reader, writer = free.pop() if free else (0.0, None, None)
        if reader is None or writer is None or time.perf_counter() - idle_since > IDLE_S:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        shop = number * 7 % SHOPS
        lat, lon = shop_at(shop)
        door = {"lat": lat + (number % 97 - 48) * 5e-4, "lon": lon + (number % 89 - 44) * 7e-4}
        body = json.dumps({"merchant_id": f"M-{shop}", "dropoff": door})
        request = (
            f"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Idempotency-Key: {key[-6:].replace('_', '-')}-{began:.3f}-{number}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        while True:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            answer = await reader.readexactly(length)
            status = int(head[9:12])
            if status != 503:
                break
            await asyncio.sleep(1.0)  # as it is told, and with the same key: the time goes on
        took = 1000 * (time.perf_counter() - due)
        if status != 201:
            raise RuntimeError(f"an order was not placed: {status} {answer!r}")
        free.append((time.perf_counter(), reader, writer))
        return took

    took = await asyncio.gather(*(one(number) for number in range(count)))
    for _, _, writer in free:
        writer.close()
    return list(took)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(place(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))))
