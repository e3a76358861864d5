"""Orders by HTTP: answered once they are on disk, once each, whatever is repeated."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.events import RulesSaved
from core.domain.order import Status
from core.domain.rules import Rule, RuleSet
from core.orders.tells import Outcome
from tests.served import Served

DOOR = {"lat": 45.01, "lon": 9.01}
ORDER = {"merchant_id": "M-1", "dropoff": DOOR}


def place(served: Served, key: str | None = None, **more: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return served.web.post("/v1/orders", json={**ORDER, **more}, headers=headers)


def stored(served: Served) -> list[str]:
    """The orders on disk, by a connection of our own."""
    with closing(sqlite3.connect(served.rig.path)) as read:
        return [row[0] for row in read.execute("SELECT id FROM orders ORDER BY id")]


def test_an_order_is_on_disk_when_201_comes(served: Served) -> None:
    for number in range(20):
        answer = place(served, id=f"A-{number}", note="ring twice")
        assert answer.status_code == 201
        assert f"A-{number}" in stored(served)
    seen = answer.json()
    assert seen["status"] == "waiting"
    assert seen["note"] == "ring twice"
    assert seen["dropoff"] == DOOR
    assert seen["pickup"] == {"lat": 45.0, "lon": 9.0}
    assert served.on_engine(lambda: served.rig.order("A-19")).note == "ring twice"


def test_nothing_is_answered_before_the_write(make_served: Callable[..., Served]) -> None:
    served = make_served()
    served.on_engine(served.rig.merchant)
    held = served.on_engine(lambda: (setattr(served.engine, "store", served.rig.disk), served.rig.disk)[1])
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(place, served, id="A-1")
        while not held.held:
            served.tick(0.0)
        assert not asked.done()
        assert stored(served) == []
        served.on_engine(held.let)
        assert asked.result(10).status_code == 201
    assert stored(served) == ["A-1"]
    served.on_engine(lambda: setattr(served.engine, "store", served.rig.store))


def test_the_same_key_and_body_get_the_same_answer(served: Served) -> None:
    first = place(served, "k-1", note="x")
    again = place(served, "k-1", note="x")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    other = place(served, "k-1", note="y")
    assert other.status_code == 409
    assert "k-1 was used for another request" in other.json()["detail"]
    assert len(stored(served)) == 1
    assert place(served, "k-2", note="x").json()["id"] != first.json()["id"]


def test_a_key_holds_through_a_restart_and_belongs_to_one_caller(served: Served) -> None:
    first = place(served, "k-1")
    served.restart()
    assert place(served, "k-1").content == first.content
    assert place(served, "k-1", note="other").status_code == 409
    _, secret = served.keyring.make("someone else", served.key.scopes)
    with served.client(secret) as other:
        theirs = other.post("/v1/orders", json=ORDER, headers={"Idempotency-Key": "k-1"})
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"]


def test_many_at_once_with_one_key_are_one_order(served: Served) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: place(served, "k-1").content, range(40)))
    assert len(set(answers)) == 1
    assert len(stored(served)) == 1


def test_a_refused_request_may_be_tried_again_with_its_key(served: Served) -> None:
    body = {"id": "A-1", "merchant_id": "M-2"}
    assert place(served, "k-1", **body).status_code == 404
    served.on_engine(lambda: served.rig.merchant(id="M-2"))
    assert place(served, "k-1", **body).status_code == 201


def test_a_number_is_given_once_also_after_its_order_is_forgotten(served: Served) -> None:
    assert place(served, id="A-1").status_code == 201
    assert place(served, id="A-1").status_code == 409
    assert served.web.post("/v1/orders/A-1/cancel", json={}).status_code == 200
    served.on_engine(lambda: served.engine.world.forget_before(1e12))
    assert place(served, id="A-1").status_code == 409
    assert served.web.get("/v1/orders/A-1").json()["order"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"merchant_id": "M-9"}, 404, "no merchant M-9"),
        ({"dropoff": {"lat": 95, "lon": 9}}, 422, "body.dropoff.lat"),
        ({"weight_kg": "2"}, 422, "weight_kg"),
        ({"weight_kg": 0}, 422, "weight_kg"),
        ({"due_at": 5.0}, 422, "must lie ahead"),
        ({"id": "a/b"}, 422, "body.id"),
        ({"surprise": 1}, 422, "surprise"),
        ({"vehicles": ["rocket"]}, 422, "vehicles"),
        ({"note": "\x00"}, 422, "note"),
    ],
)
def test_what_can_t_be_is_refused_in_one_line(served: Served, body: dict[str, Any], status: int, word: str) -> None:
    answer = place(served, **body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
    assert stored(served) == []


@pytest.mark.parametrize("raw", [b"{", b"\xff", b'{"merchant_id": NaN}', b"[]", b'"\\ud800"', b'{"note": "\\ud800"}', b""])
def test_what_is_no_json_is_refused(served: Served, raw: bytes) -> None:
    answer = served.web.post("/v1/orders", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_following_an_order_to_its_driver(served: Served) -> None:
    place(served, id="A-1")
    assert served.web.get("/v1/orders/A-1").json()["driver"] is None
    served.on_engine(lambda: served.rig.do(c.AssignOrder(order_id="A-1", driver_id="D-1")))
    seen = served.web.get("/v1/orders/A-1").json()
    assert seen["order"]["status"] == "assigned"
    assert seen["driver"]["id"] == "D-1"
    assert (seen["driver"]["position"]["lat"], seen["driver"]["activity"]) == (45.002, "to_pickup")
    served.rig.store.flush(10)
    kinds = [event["kind"] for event in served.web.get("/v1/orders/A-1/events").json()["events"]]
    assert kinds == ["OrderReceived", "OrderQueued", "OrderAssigned"]
    assert served.web.get("/v1/orders/A-2").status_code == 404
    assert served.web.get("/v1/orders/A-2/events").status_code == 404


def test_changing_an_order_reaches_its_driver(served: Served) -> None:
    place(served, id="A-1")
    served.on_engine(lambda: served.rig.do(c.AssignOrder(order_id="A-1", driver_id="D-1")))
    served.rig.store.flush(10)
    served.tick()
    served.on_engine(served.rig.phones.drain)
    answer = served.web.patch("/v1/orders/A-1", json={"dropoff": {"lat": 45.02, "lon": 9.02}, "note": "back door"})
    assert answer.status_code == 200
    assert (answer.json()["note"], answer.json()["dropoff"]["lat"]) == ("back door", 45.02)
    route = served.on_engine(lambda: served.rig.world.route("D-1"))
    assert [(s.place.lat, s.place.lon) for s in route.stops] == [(45.0, 9.0), (45.02, 9.02)]
    assert len(served.on_engine(served.rig.phones.drain)) == 1
    assert served.web.patch("/v1/orders/A-1", json={"weight_kg": 1000}).status_code == 409
    assert served.web.patch("/v1/orders/A-1", json={"due_at": 1.0}).status_code == 422
    assert served.web.patch("/v1/orders/A-1", json={}).status_code == 200


def test_cancelling_an_order(served: Served) -> None:
    place(served, id="A-1")
    answer = served.web.post("/v1/orders/A-1/cancel", json={"reason": "changed their mind"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    last = served.web.get("/v1/orders/A-1/events").json()["events"][-1]
    assert (last["reason"], last["actor"]) == ("changed their mind", "key:tests")
    again = served.web.post("/v1/orders/A-1/cancel", json={})
    assert again.status_code == 409
    assert "is cancelled" in again.json()["detail"]
    assert served.web.patch("/v1/orders/A-1", json={"note": "x"}).status_code == 409


def test_orders_come_in_pages(served: Served) -> None:
    ids = [place(served).json()["id"] for _ in range(7)]
    served.web.post(f"/v1/orders/{ids[3]}/cancel", json={})
    seen: list[str] = []
    after = None
    while True:
        page = served.web.get("/v1/orders", params={"limit": 3, **({"after": after} if after else {})}).json()
        seen += [order["id"] for order in page["orders"]]
        after = page["next"]
        if after is None:
            break
    assert sorted(seen) == sorted(ids)
    waiting = served.web.get("/v1/orders", params={"status": "waiting"}).json()["orders"]
    assert {order["id"] for order in waiting} == set(ids) - {ids[3]}
    assert served.web.get("/v1/orders", params={"after": "nobody"}).status_code == 422


def test_a_quote_says_when_it_would_come(served: Served) -> None:
    quote = served.web.post("/v1/quotes", json={**ORDER, "vehicles": ["scooter"]}).json()
    now = served.on_engine(served.rig.clock.now)
    assert (quote["vehicle"], quote["drivers_free"], quote["on_time"]) == ("scooter", 2, True)
    assert now < quote["pickup_at"] < quote["dropoff_at"] < quote["due_at"]
    late = served.web.post("/v1/quotes", json={**ORDER, "due_at": now + 1}).json()
    assert late["on_time"] is False
    nobody = served.web.post("/v1/quotes", json={**ORDER, "vehicles": ["walk"]}).json()
    assert (nobody["vehicle"], nobody["dropoff_at"], nobody["drivers_free"]) == (None, None, 0)
    assert served.web.post("/v1/quotes", json={**ORDER, "merchant_id": "M-9"}).status_code == 404
    assert stored(served) == []


def test_a_full_disk_is_said_and_the_same_request_is_one_order_afterwards(served: Served) -> None:
    writer = served.rig.store._writer._connection
    writer.execute("PRAGMA max_page_count = 1")
    big = {"note": "x" * 500, "customer": "y" * 500, "address": "z" * 500}
    answers = [place(served, id=f"A-{n}", **big) for n in range(4)]
    refused = [n for n, answer in enumerate(answers) if answer.status_code == 503]
    assert refused
    assert all(answer.status_code in {201, 503} for answer in answers)
    assert "disk is full: free some space" in answers[refused[0]].json()["detail"]
    assert answers[refused[0]].headers["retry-after"] == "1"
    assert served.web.get("/health").json()["status"] == "trouble"
    assert set(stored(served)) == {f"A-{n}" for n in range(4) if n not in refused}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(place, served, "k-1", **big)
        writer.execute("PRAGMA max_page_count = 1000000")
        answer = asked.result(30)
    assert answer.status_code == 201
    assert place(served, "k-1", **big).content == answer.content
    served.rig.store.flush(10)
    assert set(stored(served)) == {*(f"A-{n}" for n in range(4)), answer.json()["id"]}
    assert served.web.get("/health").json()["status"] == "ok"
    assert served.on_engine(lambda: served.rig.order("A-3")).status is Status.WAITING


def test_rules_that_can_t_be_read_are_not_the_client_s_fault(served: Served) -> None:
    """Another program may have saved them. What was asked may be asked again with the same key."""
    strange = RuleSet(1, (Rule("v", {"phase_of_moon": "full"}, {"refuse": True}),))
    served.on_engine(lambda: served.engine._commit(Outcome([RulesSaved(at=served.engine.clock.now(), rulesets=(strange,))])))
    refused = place(served, "k-1", note="twice")
    assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json")
    assert refused.headers["Retry-After"] == "60"
    assert refused.json()["detail"].startswith("no order is taken, since the provider rules can't be read (rule v: ")
    quote = served.web.post("/v1/quotes", json={"merchant_id": "M-1", "dropoff": DOOR})
    assert (quote.status_code, quote.headers["Retry-After"]) == (503, "60")
    assert stored(served) == []
    assert served.web.put("/v1/rules", json={"rules": []}).status_code == 200
    placed = place(served, "k-1", note="twice")
    assert placed.status_code == 201
    assert place(served, "k-1", note="twice").json() == placed.json()
    assert stored(served) == [placed.json()["id"]]


def test_the_document_says_when_to_ask_again(served: Served) -> None:
    paths = served.web.get("/openapi.json").json()["paths"]
    told = {
        (path, status): paths[path]["post"]["responses"][status]
        for path in ("/v1/orders", "/v1/quotes")
        for status in ("429", "503")
    }
    assert all(response["headers"]["Retry-After"]["schema"]["type"] == "integer" for response in told.values())
    assert all("application/problem+json" in response["content"] for response in told.values())
    assert "rules can't be read" in told["/v1/orders", "503"]["description"]
