"""The compiled reading of plain fixes against msgspec's: the same reports, to the bit, whatever the payloads hold."""

import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.messaging import decode as decoding
from core.messaging.decode import KERNELS, decode
from core.ports import Inbound


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    assert KERNELS.get(wait=True) is not None


def both(messages):
    """The reports by the kernel, compared with those without it."""
    few, many = decoding.MANY, len(messages) + 1
    try:
        decoding.MANY = many
        plain = decode(messages)
        decoding.MANY = 0
        bulk = decode(messages)
    finally:
        decoding.MANY = few
    assert bulk.fixes.drivers == plain.fixes.drivers
    assert (bulk.fixes.mode, bulk.fixes.batt) == (plain.fixes.mode, plain.fixes.batt)
    assert bulk.fixes.driver.tolist() == plain.fixes.driver.tolist()
    for name in ("t", "lat", "lon", "acc", "spd", "hdg"):
        assert getattr(bulk.fixes, name).tobytes() == getattr(plain.fixes, name).tobytes(), name
    assert (bulk.refused, bulk.words, bulk.presences, bulk.fences) == (
        plain.refused, plain.words, plain.presences, plain.fences,
    )  # fmt: skip
    return bulk


def message(payload, driver="D-1", topic=None):
    return Inbound(topic or f"kerbside/v1/drivers/{driver}/fixes", payload)


def read_by_kernel(payload):
    ends = np.array([len(payload)])
    return int(KERNELS.get().read(np.frombuffer(payload + b"\0", np.uint8), ends)[1][0])


ODD_NUMBERS = [
    "0",
    "-0",
    "-0.0",
    "007",
    "1.",
    ".5",
    "1e3",
    "1E-2",
    "+1",
    "9007199254740993",
    "0.30000000000000004",
    "-",
    "123456789012345678901234567890",
    "null",
    "true",
    '"5"',
    "1.7976931348623157e308",
    "1e999",
    "NaN",
]
NUMBERS = (
    st.integers(-200, 2_000_000_000).map(str)
    | st.floats(-180, 180).map(repr)
    | st.decimals(-180, 180, allow_nan=False, places=7).map(str)
    | st.floats(1.7e9, 1.8e9).map(lambda x: f"{x:.3f}")
    | st.sampled_from(ODD_NUMBERS)
)
SPACE = st.sampled_from(["", "", "", " ", "\n", "\t \r\n"])
KEYS = st.sampled_from(["t", "lat", "lon", "acc", "spd", "hdg"])


BESIDES = [
    '"mode":"active"',
    '"mode":"passive"',
    '"mode":null',
    '"mode":""',
    '"mode":"a\\u0062"',
    '"mode":"é"',
    '"batt":71',
    '"batt":71.5',
    '"batt":null',
    '"batt":-3',
    '"driver":"D-1"',
    '"driver":"D-2"',
    '"more":{"fixes":[]}',
    '"fixes":[]',
]
BESIDES.append('"mode":"' + "m" * 40 + '"')


@st.composite
def fixes(draw):
    keys = ["t", "lat", "lon", *draw(st.lists(KEYS | st.just("alt"), max_size=3))]
    pairs = (f'{draw(SPACE)}"{key}"{draw(SPACE)}:{draw(SPACE)}{draw(NUMBERS)}' for key in draw(st.permutations(keys)))
    return "{" + f"{draw(SPACE)},".join(pairs) + draw(SPACE) + "}"


@st.composite
def payloads(draw):
    listed = f"[{draw(SPACE)}{','.join(draw(st.lists(fixes(), max_size=3)))}{draw(SPACE)}]"
    parts = [f'"fixes"{draw(SPACE)}:{listed}']
    parts += draw(st.lists(st.sampled_from(BESIDES), max_size=3))
    text = draw(SPACE) + "{" + ",".join(draw(st.permutations(parts))) + "}" + draw(SPACE)
    raw = text.encode()
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(max_size=2)) + raw[at + draw(st.integers(0, 2)) :]
    return raw


@given(st.lists(st.tuples(payloads(), st.sampled_from(["D-1", "D-2", "Zoë"])), max_size=5))
@example([(b'{"fixes":[{"t":1,"lat":1,"lon":1}', "D-1"), (b"]}", "D-2")])
@example([(b'{"fixes":[]},{"fixes":[]}', "D-1"), (b"", "D-2"), (b'{"fixes":[', "D-1")])
def test_whatever_the_payload_the_reports_are_the_same(messages):
    reports = both([message(payload, driver) for payload, driver in messages])
    assert set(reports.fixes.drivers) <= {driver for _, driver in messages}


@given(st.floats(-180, 180) | st.decimals(-180, 180, allow_nan=False, places=12).map(float))
def test_a_number_is_read_to_the_bit(value):
    reports = both([message(f'{{"fixes":[{{"t":5,"lat":1,"lon":{value!r}}}]}}'.encode())])
    assert reports.fixes.lon.tolist() == [value]


def test_what_apps_send_is_read_by_the_kernel():
    plain = json.dumps({
        "fixes": [{"t": 1772820000.125, "lat": 45.123456, "lon": -9.654321, "acc": 8, "spd": 4.25, "hdg": None}] * 8,
        "mode": "active", "batt": 71,
    }).encode()  # fmt: skip
    assert read_by_kernel(plain) == 8
    assert read_by_kernel(b' { "fixes" : [ ] } ') == 0
    for odd in (b"", b"{}", b"[]", b'{"fixes":[]}x', b'{"fixes":[{"t":1,"lat":1}]}', b'{"fixes":[{"t":1,"lat":1,"lon":1}'):
        assert read_by_kernel(odd) == -1


@pytest.mark.parametrize(
    "whole",
    [
        b'{"mode":"active","batt":71,"fixes":[{"t":12,"lat":1.25,"lon":null}]}',
        b'{"fixes":[{"t":12,"lat":1.5,"lon":2}],"batt":null}',
    ],
)
def test_a_message_is_not_read_on_in_the_next(whole):
    for cut in range(1, len(whole)):
        reports = both([message(whole[:cut]), message(whole[cut:])])
        assert len(reports.fixes) == 0
        assert not reports.fixes.batt
        assert len(reports.refused) == 2


def test_messages_of_all_kinds_keep_their_order():
    fix = b'{"fixes":[{"t":%d,"lat":%d,"lon":2}],"mode":"m%d"}'
    odd = b'{"fixes":[{"t":%de0,"lat":%d,"lon":2}],"mode":"m%d"}'
    tracks = b'{"_type":"location","lat":%d,"lon":3,"tst":%d,"batt":9}'
    messages = []
    for i in range(1, 41):
        messages.append(message(fix % (i, i, i % 30), f"D-{i % 3}"))
        messages.append(message(odd % (i, -i, i % 30), f"D-{i % 4}"))
        messages.append(message(tracks % (i, i), topic=f"owntracks/D-{i % 3}/phone"))
        messages.append(message(b"nonsense", topic="elsewhere"))
    reports = both(messages)
    assert reports.fixes.lat[:6].tolist() == [1, -1, 1, 2, -2, 2]
    assert len(reports.refused) == 40


@pytest.mark.parametrize("topic", ["kerbside/v1/drivers//fixes", "kerbside/v1/drivers/a/b/fixes", "kerbside/v1/drivers/fixes"])
def test_a_topic_that_names_no_driver_is_refused(topic):
    assert len(both([message(b'{"fixes":[{"t":1,"lat":1,"lon":1}]}', topic=topic)]).refused) == 1


def test_bad_positions_are_refused_as_ever():
    messages = [message(b'{"fixes":[{"t":5,"lat":95,"lon":1},{"t":5,"lat":1,"lon":1,"acc":-1}]}')] * 3
    reports = both(messages)
    assert len(reports.fixes) == 3
    assert math.isnan(reports.fixes.acc[0])
    assert "and 2 more" in reports.refused[0].reason
