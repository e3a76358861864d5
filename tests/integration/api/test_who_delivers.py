"""Rules, providers and providers' callbacks by HTTP, with a provider at the other end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from core.api.keyring import Scope
from core.signing import HEADER, sign
from tests.provider_rig import FaultyProvider
from tests.served import Served

RULE = {"id": "out", "when": {"area": ["none"]}, "then": {"chain": ["swift", "internal"]}, "name": "Out of town"}
ORDER = {"merchant_id": "M-1", "dropoff": {"lat": 45.01, "lon": 9.01}, "value": 31.5}


@pytest.fixture
def swift(served: Served) -> Iterator[FaultyProvider]:
    """A provider that takes everything, registered over HTTP with a rule that sends all orders there."""
    served.web.put("/v1/providers/swift", json={"name": "Swift", "url": "http://127.0.0.1:9/v1", "timeout_s": 30})
    secret = served.web.post("/v1/providers/swift/secret").json()["secret"]
    provider = FaultyProvider(secret, served.rig.clock.now, step_s=1e9)  # an engine that restarts doesn't answer
    body = {"name": "Swift", "url": provider.url, "timeout_s": 30, "cap_per_hour": 50}
    assert served.web.put("/v1/providers/swift", json=body).json()["version"] == 2
    assert served.web.put("/v1/rules", json={"rules": [RULE]}).status_code == 200
    yield provider
    provider.close()


def until(true: Callable[[], object], served: Served) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        served.tick(1.0)


def status(served: Served, order_id: str) -> str:
    answer = served.web.get(f"/v1/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["order"]["status"])


def call(served: Served, secret: str, told: dict[str, Any], who: str = "swift", at: float | None = None) -> httpx.Response:
    body = json.dumps(told).encode()
    now = served.on_engine(served.engine.clock.now) if at is None else at
    with served.client(None) as stranger:
        return stranger.post(f"/v1/providers/{who}/callbacks", content=body, headers={HEADER: sign(secret, body, now)})


def test_an_order_goes_to_a_provider_that_calls_back_in_any_order_and_twice(served: Served, swift: FaultyProvider) -> None:
    placed = served.web.post("/v1/orders", json={**ORDER, "id": "O-1"}).json()
    assert (placed["provider_id"], placed["status"], placed["value"]) == ("swift", "sending", 31.5)
    until(lambda: status(served, "O-1") == "outside", served)
    at = served.on_engine(served.engine.clock.now)
    for state, ago in (("picked_up", 2), ("accepted", 9), ("picked_up", 2), ("arrived_pickup", 5), ("delivered", 1)):
        heard = call(served, swift.secret, {"key": "O-1.1", "state": state, "at": at - ago})
        assert (heard.status_code, heard.json()) == (200, {"heard": True}), state
    done = served.web.get("/v1/orders/O-1").json()["order"]
    assert (done["status"], done["picked_up_at"], done["delivered_at"]) == ("delivered", at - 2, at - 1)
    late = call(served, swift.secret, {"key": "O-1.1", "state": "picked_up"})
    assert late.status_code == 200
    assert status(served, "O-1") == "delivered"
    kinds = [event["kind"] for event in served.web.get("/v1/orders/O-1/events").json()["events"]]
    assert kinds.count("PickedUp") == kinds.count("Delivered") == 1
    chosen = next(e for e in served.web.get("/v1/events").json()["events"] if e["kind"] == "ProviderChosen")
    assert (chosen["rule_id"], chosen["consignments"][0]["key"]) == ("out", "O-1.1")
    # What was answered is on the disk, whatever comes.
    served.restart()
    assert status(served, "O-1") == "delivered"


def test_who_can_not_sign_is_not_believed(served: Served, swift: FaultyProvider) -> None:
    served.web.post("/v1/orders", json={**ORDER, "id": "O-1"})
    until(lambda: status(served, "O-1") == "outside", served)
    told = {"key": "O-1.1", "state": "delivered"}
    now = served.on_engine(served.engine.clock.now)
    assert call(served, "guessed", told).status_code == 401
    assert call(served, swift.secret, told, at=now - 3600).status_code == 401
    assert call(served, swift.secret, told, who="nobody").status_code == 404
    assert call(served, swift.secret, {"key": "O-1.1", "state": "eaten"}).status_code == 422
    assert call(served, swift.secret, {"key": "", "state": "delivered"}).status_code == 422
    with served.client(None) as stranger:
        assert stranger.post("/v1/providers/swift/callbacks", json=told).status_code == 401
        assert stranger.get("/v1/providers/swift").status_code == 401
    assert status(served, "O-1") == "outside"


def test_callbacks_are_not_bound_by_the_strangers_rate(make_served: Callable[..., Served]) -> None:
    served = make_served(**{"http.strangers_rate": 0.1})
    served.web.put("/v1/providers/swift", json={"name": "Swift", "url": "http://127.0.0.1:9"})
    secret = served.web.post("/v1/providers/swift/secret").json()["secret"]
    answers = [call(served, secret, {"key": "gone.1", "state": "delivered"}).status_code for _ in range(30)]
    assert answers == [200] * 30


def test_rules_are_read_checked_saved_and_kept_from_two_editors(served: Served, swift: FaultyProvider) -> None:
    saved = served.web.get("/v1/rules").json()
    assert saved["rules"] == [{**RULE, "priority": 0, "enabled": True}]
    wrong = {**RULE, "then": {"provider": "nobody"}}
    refused = served.web.put("/v1/rules", json={"rules": [wrong]})
    assert (refused.status_code, "there is no provider nobody" in refused.json()["detail"]) == (422, True)
    again = {**RULE, "id": "never", "name": "Never"}
    findings = served.web.post("/v1/rules/check", json={"rules": [RULE, again]}).json()["findings"]
    assert [(f["level"], f["kind"], f["rule_id"]) for f in findings] == [("warning", "never", "never")]
    behind = served.web.put("/v1/rules", json={"rules": [], "based_on": saved["version"] - 1})
    assert (behind.status_code, served.web.get("/v1/rules").json()) == (409, saved)
    assert served.web.put("/v1/rules", json={"rules": [], "based_on": saved["version"]}).json()["rules"] == []


def test_a_dry_run_says_what_would_have_been(served: Served) -> None:
    for number in range(4):
        assert served.web.post("/v1/orders", json={**ORDER, "id": f"O-{number}"}).status_code == 201
    served.web.put("/v1/providers/swift", json={"name": "Swift", "url": "http://127.0.0.1:9", "cap_per_hour": 3})
    split = {**RULE, "then": {"split": {"swift": 3, "internal": 1}}}
    now = served.on_engine(served.engine.clock.now)
    run = served.web.post("/v1/rules/dry-run", json={"rules": [split], "end": now + 1}).json()
    assert (run["orders"], run["changed"]) == (4, 3)
    assert {row["name"]: (row["was"], row["would"]) for row in run["by_provider"]} == {"internal": (4, 1), "swift": (0, 3)}
    assert run["examples"][0]["would_rule"] == "out"
    backwards = served.web.post("/v1/rules/dry-run", json={"rules": [], "start": now, "end": now - 1})
    assert backwards.status_code == 422


def test_shares_are_told_as_they_are_held(served: Served) -> None:
    served.web.put("/v1/providers/swift", json={"name": "Swift", "url": "http://127.0.0.1:9"})
    served.web.put("/v1/rules", json={"rules": [{**RULE, "then": {"split": {"swift": 1, "internal": 3}}}]})
    for number in range(4):
        served.web.post("/v1/orders", json={**ORDER, "id": f"O-{number}"})
    shares = {s["provider_id"]: s for s in served.web.get("/v1/rules/shares").json()["shares"]}
    assert {name: (s["orders"], s["off"]) for name, s in shares.items()} == {"swift": (1, 0.0), "internal": (3, 0.0)}


def test_a_quote_asks_those_whom_the_rules_would_try(served: Served, swift: FaultyProvider) -> None:
    told = served.web.post("/v1/quotes", json={"merchant_id": "M-1", "dropoff": ORDER["dropoff"], "value": 10.0}).json()
    assert (told["rule_id"], told["refused"]) == ("out", False)
    first, second = told["providers"]
    assert first == {
        "provider_id": "swift", "takes_it": True, "minutes": 25.0, "price": 6.5, "currency": "EUR", "reason": "",
    }  # fmt: skip
    assert (second["provider_id"], second["takes_it"], second["price"]) == ("internal", True, None)
    swift.down = True
    silent = served.web.post("/v1/quotes", json={"merchant_id": "M-1", "dropoff": ORDER["dropoff"]}).json()["providers"][0]
    assert (silent["takes_it"], silent["price"], "broke off" in silent["reason"]) == (False, None, True), silent
    assert served.on_engine(lambda: len(served.rig.world.orders)) == 0


def test_a_quote_says_that_it_would_be_refused(served: Served) -> None:
    served.web.put("/v1/rules", json={"rules": [{**RULE, "when": {"value": {"above": 100}}, "then": {"refuse": True}}]})
    asked = {"merchant_id": "M-1", "dropoff": ORDER["dropoff"]}
    assert served.web.post("/v1/quotes", json={**asked, "value": 101.0}).json()["refused"] is True
    dear = served.web.post("/v1/quotes", json={**asked, "value": 100.0}).json()
    assert (dear["refused"], dear["rule_id"], dear["providers"]) == (False, None, [])


def test_an_order_is_sent_by_hand_and_settled(served: Served, swift: FaultyProvider) -> None:
    served.web.put("/v1/rules", json={"rules": []})
    served.web.post("/v1/orders", json={**ORDER, "id": "O-1"})
    swift.down = True
    assert served.web.post("/v1/orders/O-1/send", json={"provider_id": "swift"}).json()["status"] == "sending"
    settled = served.web.post("/v1/orders/O-1/settle", json={"has_it": False}).json()
    assert settled["status"] == "held"
    assert served.web.post("/v1/orders/O-1/settle", json={"has_it": False}).status_code == 409
    assert served.web.post("/v1/orders/O-1/send", json={"provider_id": "nobody"}).status_code == 404


def test_providers_are_told_with_their_health_and_removed(served: Served, swift: FaultyProvider) -> None:
    listed = {p["id"]: p for p in served.web.get("/v1/providers").json()["providers"]}
    assert listed.keys() == {"internal", "swift"}
    assert (listed["swift"]["health"]["breaker"], listed["swift"]["health"]["this_hour"]) == ("closed", 0)
    assert served.web.delete("/v1/providers/swift").status_code == 409
    served.web.put("/v1/rules", json={"rules": []})
    assert served.web.delete("/v1/providers/swift").status_code == 204
    assert served.web.get("/v1/providers/swift").status_code == 404
    assert served.web.post("/v1/providers/swift/secret").status_code == 404
    assert served.web.post("/v1/providers/internal/secret").status_code == 422
    assert call(served, swift.secret, {"key": "O-1.1", "state": "delivered"}).status_code == 404
    events = [e for e in served.web.get("/v1/events", params={"limit": 1000}).json()["events"] if e["kind"] == "SecretChanged"]
    assert [(e["actor"], one["name"], one["before"], one["after"]) for e in events for one in e["altered"]] == [
        ("key:tests", "Swift", None, "set"),
        ("key:tests", "Swift", "set", None),
    ]
    assert not served.rig.store.ask("SELECT 1 FROM events WHERE instr(body, ?)", swift.secret)


def test_the_weather_of_a_day_is_told(served: Served) -> None:
    rainy = {**RULE, "when": {"weather": "rain"}, "then": {"refuse": True}}
    served.web.put("/v1/rules", json={"rules": [rainy]})
    assert served.web.post("/v1/orders", json=ORDER).json()["status"] == "waiting"
    assert served.web.put("/v1/weather", json={"weather": "rain"}).status_code == 204
    assert served.web.post("/v1/orders", json=ORDER).json()["status"] == "cancelled"
    assert served.web.put("/v1/weather", json={"weather": "fog"}).status_code == 422
    assert served.web.put("/v1/weather", json={"weather": "rain", "date": "2026-02-31"}).status_code == 422


def test_reading_and_writing_rules_are_rights_of_their_own(served: Served) -> None:
    _, reads = served.keyring.make("reader", [Scope.RULES_READ])
    with served.client(reads) as reader:
        assert reader.get("/v1/rules").status_code == 200
        assert reader.put("/v1/rules", json={"rules": []}).status_code == 403
        assert reader.put("/v1/providers/swift", json={"name": "Swift", "url": "http://x"}).status_code == 403
        assert reader.post("/v1/providers/swift/secret").status_code == 403
        assert reader.post("/v1/orders/O-1/send", json={"provider_id": "swift"}).status_code == 403
        assert reader.post("/v1/quotes", json={"merchant_id": "M-1", "dropoff": ORDER["dropoff"]}).status_code == 403
