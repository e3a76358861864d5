"""Events passed on to a real web server and over a broker: signed, tried again, never lost, in the order of each order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.domain import commands as c
from core.signing import HEADER, BadSignature, verify
from tests.served import Served


class Receiver:
    """A web server that keeps what it is sent. ``answers`` says with what status, by the event."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.tries: list[int] = []
        self.answers: Callable[[dict[str, Any]], int] = lambda event: 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = json.loads(body)
                receiver.tries.append(event["id"])
                status = receiver.answers(event)
                if 200 <= status < 300:
                    receiver.got.append(event)
                    receiver.headers.append(dict(self.headers))
                    receiver.bodies.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def wait(true: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def rule(served: Served, to: str, name: str = "R-1", **more: Any) -> None:
    answer = served.web.put(f"/v1/forwarding/{name}", json={"name": "to the shop", "to": to, **more})
    assert answer.status_code == 200, answer.text


def health(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.web.get("/v1/forwarding").json()["rules"][0]["health"]
    return found


def upkeep(served: Served) -> list[dict[str, Any]]:
    """What was done to keys, secrets and letters, as the interface shows it."""
    events = served.web.get("/v1/events", params={"limit": 1000}).json()["events"]
    return [event for event in events if "altered" in event]


def place(served: Served, *names: str, **more: Any) -> None:
    for name in names:
        served.on_engine(lambda name=name: served.rig.place(name, **more))


def test_events_are_passed_on_signed_and_as_the_interface_shows_them(served: Served, receiver: Receiver) -> None:
    place(served, "before")
    rule(served, receiver.address)
    secret = served.web.post("/v1/forwarding/R-1/secret").json()["secret"]
    place(served, "O-1", "O-2")
    wait(lambda: len(receiver.got) == 5)
    log = served.web.get("/v1/events", params={"limit": 1000}).json()["events"]
    assert sorted(receiver.got, key=lambda event: event["id"]) == log[-5:]
    assert log[-5]["altered"] == [{"id": "R-1", "name": "to the shop", "before": None, "after": "set"}]
    assert secret not in str(log)
    for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
        verify(secret, body, headers[HEADER], time.time(), 300)
        with pytest.raises(BadSignature):
            verify(secret, body + b" ", headers[HEADER], time.time(), 300)
        assert headers["Kerbside-Id"] == f"R-1-{json.loads(body)['id']}"


def test_a_rule_chooses_by_kind_and_by_what_is_in_it(served: Served, receiver: Receiver) -> None:
    rule(served, receiver.address, kinds=["OrderCancelled"], when={"orders.weight_kg": {"above": 5}, "reason": "late"})
    place(served, "heavy", weight_kg=8.0)
    place(served, "light")
    for name, reason in (("heavy", "late"), ("light", "late")):
        served.on_engine(lambda name=name, reason=reason: served.rig.do(c.CancelOrder(order_id=name, reason=reason)))
    place(served, "heavier", weight_kg=9.0)
    served.on_engine(lambda: served.rig.do(c.CancelOrder(order_id="heavier", reason="other")))
    served.rig.store.flush(10)
    wait(lambda: health(served)["behind"] == 0 and receiver.got)
    assert [(event["kind"], event["order_id"]) for event in receiver.got] == [("OrderCancelled", "heavy")]


def test_what_fails_is_tried_again_and_each_order_keeps_its_order(served: Served, receiver: Receiver) -> None:
    seen: dict[int, int] = {}

    def twice_bad(event: dict[str, Any]) -> int:
        seen[event["id"]] = seen.get(event["id"], 0) + 1
        return 500 if event["id"] % 3 == 0 and seen[event["id"]] < 3 else 204

    receiver.answers = twice_bad
    rule(served, receiver.address, kinds=["OrderReceived", "OrderQueued", "OrderCancelled"])
    names = [f"O-{n}" for n in range(30)]
    place(served, *names)
    for name in names:
        served.on_engine(lambda name=name: served.rig.do(c.CancelOrder(order_id=name)))
    wait(lambda: len(receiver.got) == 90)
    for name in names:
        kinds = [event["kind"] for event in receiver.got if event["order_id"] == name]
        assert kinds == ["OrderReceived", "OrderQueued", "OrderCancelled"]
    wait(lambda: health(served)["waiting"] == 0)
    assert health(served)["dead"] == 0


def test_what_can_t_be_delivered_is_kept_and_sent_when_asked(
    make_served: Callable[..., Served],
    receiver: Receiver,
) -> None:
    served = make_served(**{"forwarding.tries": 3})
    served.on_engine(served.rig.merchant)
    receiver.answers = lambda event: 503
    rule(served, receiver.address, kinds=["OrderReceived", "OrderQueued"])
    place(served, "O-1", "O-2")
    wait(lambda: health(served)["dead"] == 4)
    letters = served.web.get("/v1/forwarding/R-1/dead").json()["letters"]
    assert [(letter["order_id"], letter["problem"]) for letter in letters] == [
        (order, "answered 503") for order in ("O-1", "O-1", "O-2", "O-2")
    ]
    assert all(letter["tries"] == 3 for letter in letters)
    served.restart()
    assert len(served.web.get("/v1/forwarding/R-1/dead").json()["letters"]) == 4
    receiver.answers = lambda event: 200
    first = letters[0]["event"]
    assert served.web.post("/v1/forwarding/R-1/dead/resend", json={"events": [first, 10**6]}).json() == {"count": 1}
    wait(lambda: [event["id"] for event in receiver.got] == [first])
    assert served.web.post("/v1/forwarding/R-1/dead/discard", json={"events": [letters[1]["event"]]}).json() == {"count": 1}
    assert served.web.post("/v1/forwarding/R-1/dead/resend", json={}).json() == {"count": 2}
    wait(lambda: len(receiver.got) == 3)
    wait(lambda: served.web.get("/v1/forwarding/R-1/dead").json() == {"letters": []})
    one, two, three, four = (letter["event"] for letter in letters)
    assert served.web.post("/v1/forwarding/R-1/dead/discard", json={}).json() == {"count": 0}  # which is no change
    assert [(e["kind"], e["actor"], e["altered"][0]["before"]) for e in upkeep(served)] == [
        ("SecretChanged", "system", None),  # made for what was sent first
        ("LettersResent", "key:tests", f"{one}"),
        ("LettersDiscarded", "key:tests", f"{two}"),
        ("LettersResent", "key:tests", f"{three}, {four}"),
    ]


def test_a_rule_s_secret_is_told_of_until_it_goes_with_it(served: Served, receiver: Receiver) -> None:
    rule(served, receiver.address, kinds=["OrderCancelled"])
    secrets = [served.web.post("/v1/forwarding/R-1/secret").json()["secret"] for _ in range(2)]
    assert served.web.delete("/v1/forwarding/R-1").status_code == 204
    rule(served, receiver.address, kinds=["OrderCancelled"])
    assert served.web.delete("/v1/forwarding/R-1").status_code == 204  # it had none any more
    told = [(one["before"], one["after"]) for event in upkeep(served) for one in event["altered"]]
    assert told == [(None, "set"), ("set", "changed"), ("set", None)]
    served.rig.store.flush(10)
    for secret in secrets:
        assert not served.rig.store.ask("SELECT 1 FROM events WHERE instr(body, ?)", secret)


def test_a_receiver_that_is_away_costs_nothing_but_time(served: Served, receiver: Receiver) -> None:
    receiver.close()
    rule(served, receiver.address, kinds=["OrderReceived"])
    place(served, *(f"O-{n}" for n in range(20)))
    wait(lambda: health(served)["waiting"] + health(served)["dead"] == 20)
    assert "can't be reached" in health(served)["problem"]
    served.restart()
    back = Receiver()
    try:
        rule(served, back.address, kinds=["OrderReceived"])
        served.web.post("/v1/forwarding/R-1/dead/resend", json={})
        wait(lambda: len({event["order_id"] for event in back.got}) == 20)
    finally:
        back.close()
    receiver._server = back._server  # closed again by its fixture, which is allowed
    receiver.close = lambda: None  # type: ignore[method-assign]


def test_through_restarts_everything_arrives_at_least_once(served: Served, receiver: Receiver) -> None:
    rule(served, receiver.address, kinds=["OrderReceived"])
    placed = []
    for part in range(4):
        names = [f"O-{part}-{n}" for n in range(25)]
        placed += names
        place(served, *names)
        served.restart()
    wait(lambda: {event["order_id"] for event in receiver.got} >= set(placed))
    assert {event["order_id"] for event in receiver.got} == set(placed)
    assert health(served)["dead"] == 0


def test_a_rule_that_is_switched_off_waits_and_one_that_is_removed_is_gone(served: Served, receiver: Receiver) -> None:
    rule(served, receiver.address, kinds=["OrderReceived"], enabled=False)
    place(served, "O-1")
    time.sleep(0.3)
    assert receiver.got == []
    rule(served, receiver.address, kinds=["OrderReceived"])
    wait(lambda: [event["order_id"] for event in receiver.got] == ["O-1"])
    assert served.web.delete("/v1/forwarding/R-1").status_code == 204
    place(served, "O-2")
    assert served.web.get("/v1/forwarding").json() == {"rules": []}
    rule(served, receiver.address, kinds=["OrderReceived"])
    place(served, "O-3")
    wait(lambda: len(receiver.got) == 2)
    assert [event["order_id"] for event in receiver.got] == ["O-1", "O-3"]


def test_events_go_to_topics_as_well(served: Served) -> None:
    listener = served.rig.broker.endpoint("someone", ["shop/#"])
    rule(served, "mqtt:shop/{kind}/{order}", kinds=["OrderReceived", "OrderQueued"])
    place(served, "O-1")
    got: list[Any] = []
    wait(lambda: got.extend(listener.drain()) or len(got) == 2)
    assert [message.topic for message in got] == ["shop/OrderReceived/O-1", "shop/OrderQueued/O-1"]
    assert json.loads(got[0].payload)["orders"][0]["id"] == "O-1"
    assert health(served)["sent"] == 2


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"to": "ftp://x"}, "body.to"),
        ({"to": "mqtt:kerbside/v1/drivers/x"}, "drivers' own"),
        ({"to": "mqtt:a/{b}"}, "braces"),
        ({"to": "http://h/", "kinds": ["Nothing"]}, "no kind of event 'Nothing'"),
        ({"to": "http://h/", "when": {"x": {"above": "y"}}}, "the condition on x wants"),
        ({"to": "http://h:99999/"}, "no address"),
    ],
)
def test_a_rule_that_can_t_be(served: Served, body: dict[str, Any], word: str) -> None:
    answer = served.web.put("/v1/forwarding/R-1", json={"name": "x", **body})
    assert answer.status_code == 422
    assert word in answer.json()["detail"]
