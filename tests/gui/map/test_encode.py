from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.order import Status
from widgets.map.encode import AGE_UNKNOWN, STOPPED, drivers_blob, orders_json
from widgets.map.marks import DriverColumns, OrderMark


def columns(blob: bytes) -> tuple[int, dict[str, np.ndarray]]:
    revision, n = np.frombuffer(blob, "<u4", 2)
    found, at = {"pace": np.frombuffer(blob, "<f4", 1, 8)}, 12
    kinds = {"lat": "<i4", "lon": "<i4", "hdg": "<u2", "age": "<u2", "spd": "u1", "act": "u1", "silent": "u1"}
    for name, kind in kinds.items():
        found[name] = np.frombuffer(blob, kind, int(n), at)
        at += found[name].nbytes
    assert at == len(blob)
    return int(revision), found


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(-1e4, 1e4)), max_size=20))
def test_places_come_through_to_a_tenth_of_a_metre(rows: list[tuple[float, float, float]]) -> None:
    lat, lon, hdg = np.array(rows).reshape(-1, 3).T
    n = len(rows)
    revision, found = columns(drivers_blob(7, DriverColumns(lat, lon, hdg, np.arange(n) % 7, np.zeros(n))))
    assert revision == 7
    assert np.allclose(found["lat"] / 1e6, lat, atol=5.1e-7)
    assert np.allclose(found["lon"] / 1e6, lon, atol=5.1e-7)
    turn = np.abs((found["hdg"] / 100 - hdg + 180) % 360 - 180)
    assert (turn < 0.006).all()
    assert (found["hdg"] <= 36000).all()


def test_what_has_no_place_or_no_heading_is_marked() -> None:
    nan, inf = float("nan"), float("inf")
    at = DriverColumns([nan, 91.0, 45.0, 45.0], [9.0, 9.0, inf, 9.0], [0.0, 0.0, 0.0, nan], [0, 1, 2, 3], np.zeros(4))
    _, found = columns(drivers_blob(1, at))
    assert found["lat"].tolist() == [2**31 - 1, 2**31 - 1, 2**31 - 1, 45_000_000]
    assert found["hdg"][3] == STOPPED


def test_ages_and_speeds_fit_their_columns() -> None:
    nan, flat = float("nan"), np.zeros(5)
    ages, speeds = [0.04, 12.34, 1e6, nan, -3.0], [0.1, 8.0, 900.0, nan, -1.0]
    columns_ = DriverColumns(flat, flat, flat, flat, ages, speeds, [0, 1, 0, 1, 0], pace=20.0)
    _, found = columns(drivers_blob(1, columns_))
    assert found["age"].tolist() == [0, 123, AGE_UNKNOWN - 1, AGE_UNKNOWN, 0]
    assert found["spd"].tolist() == [0, 32, 255, 0, 0]
    assert found["silent"].tolist() == [0, 1, 0, 1, 0]
    assert found["pace"].tolist() == [20.0]


def test_orders_name_their_colour_as_the_style_sheet_does() -> None:
    mark = OrderMark("O-é", Status.ASSIGNED, LatLon(1.0, 2.0), LatLon(float("nan"), 2.0), late=True)
    (found,) = json.loads(orders_json([mark]))
    assert (found["id"], found["token"], found["late"]) == ("O-é", "to-pickup", True)
    assert found["dropoff"] is None
