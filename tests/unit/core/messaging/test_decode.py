"""What comes over MQTT, whatever it is, becomes checked reports or clear refusals."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.driver import Presence
from core.domain.reports import PhoneFence, PresenceReport, Word
from core.messaging import topics
from core.messaging.codecs import kerbside
from core.messaging.decode import MAX_BYTES, decode
from core.ports import Inbound
from tests.examples import examples

FIXES, ORDERS, STATUS = topics.fixes("D-1"), topics.orders("D-1"), topics.status("D-1")
OWN = topics.owntracks("D-1")


def message(topic: str, payload: object, retained: bool = False) -> Inbound:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Inbound(topic, raw, retained)


def reasons(messages: Sequence[Inbound]) -> list[str]:
    return [refusal.reason for refusal in decode(messages).refused]


def test_fixes_of_several_drivers_become_columns_in_the_order_they_came() -> None:
    reports = decode(
        [
            message(FIXES, {"fixes": [{"t": 10, "lat": 1, "lon": 2, "acc": 5}, {"t": 11, "lat": 1.5, "lon": 2.5}]}),
            message(topics.fixes("D-2"), {"fixes": [{"t": 12, "lat": 3, "lon": 4, "spd": 2, "hdg": 360}]}),
            message(FIXES, {"fixes": [{"t": 13, "lat": -90, "lon": 180}], "mode": "active", "batt": 55}),
        ]
    )
    fixes = reports.fixes
    assert not reports.refused
    assert [fixes.drivers[i] for i in fixes.driver] == ["D-1", "D-1", "D-2", "D-1"]
    assert fixes.t.tolist() == [10, 11, 12, 13]
    assert fixes.lat.tolist() == [1, 1.5, 3, -90]
    assert fixes.acc[0] == 5
    assert math.isnan(fixes.acc[1])
    assert fixes.spd[2] == 2
    assert fixes.hdg[2] == 0
    assert fixes.mode == {"D-1": "active"}
    assert fixes.batt == {"D-1": 55}


def test_the_good_positions_of_a_message_are_used_and_the_bad_refused_in_one_line() -> None:
    reports = decode(
        [
            message(
                FIXES,
                {
                    "fixes": [
                        {"t": 10, "lat": 91, "lon": 0},
                        {"t": 11, "lat": 9, "lon": 0},
                        {"t": 0, "lat": 9, "lon": 0},
                        {"t": 5e9, "lat": 9, "lon": 0},
                    ]
                },
            )
        ]
    )
    assert reports.fixes.t.tolist() == [11]
    assert reports.fixes.driver.tolist() == [0]
    [refusal] = reports.refused
    assert refusal.topic == FIXES
    assert refusal.reason == "a position is refused: 91, 0 is not on the globe (and 2 more like it)"


def test_senseless_accuracy_speed_and_heading_are_unknown_rather_than_refused() -> None:
    fixes = decode([message(FIXES, {"fixes": [{"t": 1, "lat": 0, "lon": 0, "acc": -1, "spd": -1, "hdg": 361}]})]).fixes
    assert len(fixes) == 1
    assert np.isnan([fixes.acc[0], fixes.spd[0], fixes.hdg[0]]).all()


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        (FIXES, b"", "can't be read"),
        (FIXES, b"\xff\xfe", "can't be read"),
        (FIXES, b"[" * 100_000, "can't be read"),
        (FIXES, b'{"fixes":[{"t":NaN,"lat":0,"lon":0}]}', "can't be read"),
        (FIXES, b'{"fixes":[{"t":1e999,"lat":0,"lon":0}]}', "can't be read"),
        (FIXES, {"fixes": [{"t": 1, "lat": "x", "lon": 0}]}, "can't be read"),
        (FIXES, {"fixes": [{"t": 1, "lon": 0}]}, "fixes[0].lat is missing"),
        (FIXES, {"fixes": 3}, "can't be read"),
        (FIXES, {"fixes": [], "driver": "D-2"}, "names the driver D-2, but came as D-1"),
        (FIXES, {"fixes": [{"t": 1.7e12, "lat": 0, "lon": 0}]}, "not in seconds since 1970"),
        (FIXES, b" " * (MAX_BYTES + 1), f"at most {MAX_BYTES}"),
        (STATUS, {"state": "asleep"}, "can't be read"),
        (STATUS, {"state": "online", "t": -5}, "not in seconds since 1970"),
        (ORDERS, {"id": "", "order": "O-1", "event": "delivered", "t": 1}, "needs an id"),
        (ORDERS, {"id": "w\n", "order": "O-1", "event": "delivered", "t": 1}, "printable"),
        (ORDERS, {"id": "w", "order": "O-1", "event": "eaten", "t": 1}, "unknown event 'eaten'"),
        (ORDERS, {"id": "w", "event": "accept", "t": 1}, "does not say which order"),
        (ORDERS, {"id": "w", "event": "delivered", "offer": "F-1", "t": 1}, "does not say which order"),
        (ORDERS, {"id": "w", "order": "O" * 129, "event": "delivered", "t": 1}, "has an id of 1 to 128"),
        ("kerbside/v1/drivers//fixes", {"fixes": []}, "unknown topic"),
        ("kerbside/v1/drivers/D-1/dance", {}, "unknown topic"),
        ("kerbside/v2/drivers/D-1/fixes", {"fixes": []}, "unknown topic"),
        ("", {}, "unknown topic"),
        ("owntracks/D-1", {"_type": "lwt"}, "unknown topic"),
        (OWN, {"lat": 1, "lon": 1, "tst": 1}, "_type is missing"),
        (OWN, {"_type": "location", "lat": 1, "lon": 1}, "needs lat, lon and tst"),
        (OWN, {"_type": "location", "lat": 99, "lon": 1, "tst": 5}, "not on the globe"),
        (OWN, {"_type": "location", "lat": 9, "lon": 1, "tst": 5, "topic": "owntracks/D-2/phone"}, "but came as D-1"),
        (OWN, {"_type": "encrypted", "data": "x"}, "empty the Encryption key"),
        (OWN, {"_type": "poem"}, "unknown OwnTracks message 'poem'"),
        (f"{OWN}/event", {"_type": "transition", "event": "hover", "tst": 5}, "enter or leave"),
    ],
)
def test_what_can_not_be_used_is_refused_in_one_clear_line(topic: str, payload: object, said: str) -> None:
    [reason] = reasons([message(topic, payload)])
    assert said in reason
    assert "\n" not in reason
    assert len(reason) < 700


def test_a_bad_message_does_not_keep_the_others_from_being_read() -> None:
    reports = decode([message(FIXES, b"{"), message(FIXES, {"fixes": [{"t": 1, "lat": 0, "lon": 0}]})])
    assert len(reports.fixes) == 1
    assert len(reports.refused) == 1


def test_a_word_keeps_its_id_and_what_it_is_about() -> None:
    word = Word("D-1", "w-1", "accept", "F-1", None, "", 12.5)
    assert decode([message(ORDERS, kerbside.encode_word(word))]).words == [word]


@pytest.mark.parametrize("presence", list(Presence))
@pytest.mark.parametrize("t", [None, 77.0])
def test_a_status_may_have_no_time_as_in_a_last_will(presence: Presence, t: float | None) -> None:
    assert decode([message(STATUS, kerbside.encode_status(presence, t))]).presences == [PresenceReport("D-1", presence, t)]


def test_an_owntracks_location_is_taken_in_its_own_units_even_when_retained() -> None:
    payload = {"_type": "location", "lat": 1.5, "lon": 2, "tst": 100, "vel": 36, "cog": 90, "acc": 7, "batt": 80, "m": 2}
    reports = decode([message(OWN, {**payload, "bs": 1, "conn": "w", "inregions": ["home"]}, retained=True)])
    fixes = reports.fixes
    assert (fixes.t[0], fixes.lat[0], fixes.spd[0], fixes.hdg[0], fixes.acc[0]) == (100, 1.5, 10, 90, 7)
    assert fixes.mode == {"D-1": "active"}
    assert fixes.batt == {"D-1": 80}


@pytest.mark.parametrize(("m", "name"), [(2, "active"), (1, "passive"), (0, "manual"), (-1, "quiet"), (9, "mode 9")])
def test_an_owntracks_monitoring_mode_has_a_name(m: int, name: str) -> None:
    assert decode([message(OWN, {"_type": "location", "lat": 0, "lon": 0, "tst": 1, "m": m})]).fixes.mode == {"D-1": name}


def test_an_owntracks_last_will_is_a_hint_without_a_time_on_android() -> None:
    android, ios = {"_type": "lwt"}, {"_type": "lwt", "tst": 50}
    assert [p.t for p in decode([message(OWN, android), message(OWN, ios)]).presences] == [None, 50]


def test_an_owntracks_transition_names_the_waypoint_it_is_about() -> None:
    payload = {"_type": "transition", "event": "enter", "desc": "1. Pick up", "wtst": 44, "tst": 60, "lat": 0, "lon": 0}
    assert decode([message(f"{OWN}/event", payload)]).fences == [PhoneFence("D-1", True, "1. Pick up", 44, 60)]


@pytest.mark.parametrize("kind", ["status", "waypoint", "waypoints", "card"])
def test_other_owntracks_messages_are_taken_quietly(kind: str) -> None:
    assert not reasons([message(f"{OWN}/{kind}", {"_type": kind}), message(OWN, b"")])


ANY_TOPIC = st.one_of(
    st.sampled_from([FIXES, ORDERS, STATUS, OWN, f"{OWN}/event"]),
    st.text(max_size=40),
    st.lists(st.sampled_from(["kerbside", "v1", "drivers", "owntracks", "D-1", "", "fixes"]), max_size=6).map("/".join),
)
KEYS = st.sampled_from(
    [
        "t",
        "lat",
        "lon",
        "acc",
        "spd",
        "hdg",
        "fixes",
        "mode",
        "batt",
        "driver",
        "state",
        "id",
        "event",
        "offer",
        "order",
        "reason",
        "_type",
        "tst",
        "vel",
        "cog",
        "m",
        "desc",
        "wtst",
        "topic",
    ]
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["location", "lwt", "transition", "enter", "accept", "online", "O-1"]),
)  # fmt: skip
JSON = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8), max_leaves=15)


@settings(max_examples=examples(300))
@given(
    st.lists(st.tuples(ANY_TOPIC, st.one_of(st.binary(max_size=60), JSON.map(lambda v: json.dumps(v).encode()))), max_size=5)
)
def test_nothing_that_comes_makes_it_raise_and_nothing_impossible_gets_through(raw: list[tuple[str, bytes]]) -> None:
    reports = decode([Inbound(topic, payload) for topic, payload in raw])
    fixes = reports.fixes
    assert (np.abs(fixes.lat) <= 90).all()
    assert (np.abs(fixes.lon) <= 180).all()
    assert (fixes.t > 0).all()
    assert (fixes.t < 4_102_444_800).all()
    assert all(len(c) == len(fixes) for c in (fixes.driver, fixes.lat, fixes.lon, fixes.acc, fixes.spd, fixes.hdg))
    assert all("\n" not in refusal.reason and refusal.reason for refusal in reports.refused)
    for word in reports.words:
        word.id.encode()


coordinate = st.floats(-90, 90, allow_nan=False)


@given(
    st.lists(
        st.tuples(st.floats(1, 4e9), coordinate, coordinate, st.floats(0, 1e4), st.floats(0, 80), st.floats(0, 359)),
        min_size=1,
        max_size=20,
    )
)
def test_fixes_come_out_as_they_went_in(rows: list[tuple[float, ...]]) -> None:
    columns = [np.array(c) for c in zip(*rows, strict=True)]
    fixes = decode([message(FIXES, kerbside.encode_fixes(*columns, mode="passive", batt=10.0))]).fixes
    for sent, got in zip(columns, (fixes.t, fixes.lat, fixes.lon, fixes.acc, fixes.spd, fixes.hdg), strict=True):
        assert got.tolist() == sent.tolist()


def test_a_phone_says_which_route_it_has() -> None:
    t = np.array([1_700_000_000.0])
    payload = kerbside.encode_fixes(t, np.array([45.0]), np.array([9.0]), route=1_772_820_007)
    reports = decode([Inbound(topics.fixes("D-1"), payload, False, 1_700_000_001.0)])
    assert not reports.refused
    assert reports.fixes.route == {"D-1": 1_772_820_007}
    assert len(reports.fixes) == 1
    said_alone = decode([Inbound(topics.fixes("D-1"), b'{"fixes":[],"route":7}', False, 1.0)])
    assert said_alone.fixes.route == {"D-1": 7}
