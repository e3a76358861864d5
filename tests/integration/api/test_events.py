"""The log as pages and as a stream that goes on where it broke off."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from core.domain import commands as c
from tests.served import Served


class Listener:
    """A stream, read until so many events have come."""

    def __init__(self, served: Served, headers: dict[str, str] | None = None, **params: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.ids: list[int] = []
        self.begun = threading.Event()
        self._served, self._headers, self._params = served, headers, params

    def read(self, count: int) -> list[dict[str, Any]]:
        with (
            self._served.client(self._served.secret) as web,
            web.stream("GET", "/v1/events/stream", params=self._params, headers=self._headers) as stream,
        ):
            assert stream.status_code == 200, stream.read()
            assert stream.headers["content-type"].startswith("text/event-stream")
            for block in blocks(stream):
                self.begun.set()
                if "data" in block:
                    event = json.loads(block["data"])
                    assert (block["event"], int(block["id"])) == (event["kind"], event["id"])
                    self.events.append(event)
                    if len(self.events) == count:
                        break
        return self.events


def blocks(stream: httpx.Response) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            block[name] = value
        else:
            yield block
            block = {}


def place(served: Served, *names: str) -> None:
    for name in names:
        served.on_engine(lambda name=name: served.rig.place(name))
    served.rig.store.flush(10)


def test_pages_of_the_log(served: Served) -> None:
    place(served, "O-1", "O-2", "O-3")
    everything = served.web.get("/v1/events", params={"limit": 1000}).json()["events"]
    assert [event["id"] for event in everything] == list(range(1, len(everything) + 1))
    rest = served.web.get("/v1/events", params={"after": 4, "limit": 2}).json()["events"]
    assert rest == everything[4:6]
    queued = served.web.get("/v1/events", params={"kinds": ["OrderQueued"]}).json()["events"]
    assert [event["orders"][0]["id"] for event in queued] == ["O-1", "O-2", "O-3"]
    own = served.web.get("/v1/events", params={"order_id": "O-2"}).json()["events"]
    assert [event["kind"] for event in own] == ["OrderReceived", "OrderQueued"]
    assert own == served.web.get("/v1/orders/O-2/events").json()["events"]
    assert served.web.get("/v1/events", params={"after": 10**6}).json() == {"events": []}


def test_a_stream_goes_on_where_it_broke_off_and_misses_nothing(served: Served) -> None:
    place(served, "O-1")
    first = Listener(served, after="0").read(5)
    last = first[-1]["id"]
    assert [event["id"] for event in first] == [1, 2, 3, 4, 5]
    place(served, *(f"P-{n}" for n in range(40)))
    more = Listener(served, headers={"Last-Event-ID": str(last)}).read(80)
    assert [event["id"] for event in more] == list(range(last + 1, last + 81))
    served.restart()
    place(served, "Q-1")
    again = Listener(served, headers={"Last-Event-ID": str(more[-1]["id"])}).read(2)
    assert again[0]["id"] == more[-1]["id"] + 1


def test_a_stream_tells_what_happens_as_it_happens(served: Served) -> None:
    served.rig.store.flush()
    served.tick()  # whatever came before has been told
    listeners = [Listener(served), Listener(served, kinds="OrderCancelled"), Listener(served, order_id="P-7")]
    threads = [threading.Thread(target=x.read, args=(n,)) for x, n in zip(listeners, (40, 1, 3), strict=True)]
    for thread, listener in zip(threads, listeners, strict=True):
        thread.start()
        assert listener.begun.wait(10)
    place(served, *(f"P-{n}" for n in range(20)))
    served.on_engine(lambda: served.rig.do(c.CancelOrder(order_id="P-7")))
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert [e["kind"] for e in listeners[0].events] == ["OrderReceived", "OrderQueued"] * 20
    assert [e["orders"][0]["id"] for e in listeners[1].events] == ["P-7"]
    assert [e["kind"] for e in listeners[2].events] == ["OrderReceived", "OrderQueued", "OrderCancelled"]


def test_nonsense_to_go_on_from_is_refused(served: Served) -> None:
    for headers in ({"Last-Event-ID": "x"}, {"Last-Event-ID": "-1"}):
        assert served.web.get("/v1/events/stream", headers=headers).status_code == 422


@pytest.mark.parametrize(
    "path", ["/v1/events?after=0.0", "/v1/events?limit=5.0", "/v1/orders?limit=1e1", "/v1/events?after=%2B5"]
)
def test_a_number_that_is_not_written_in_figures_is_not_converted_silently(served: Served, path: str) -> None:
    answer = served.web.get(path)
    assert answer.status_code == 422
    assert "whole number in figures" in answer.json()["detail"]
