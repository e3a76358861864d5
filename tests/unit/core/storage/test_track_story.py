"""A way told, and the files it leaves in."""

import csv
import io
import json

import numpy as np
import pytest

from core.domain.geo import LatLon, distance_m
from core.storage.track_story import as_csv, as_geojson, length_m, told
from core.storage.tracks import Track

START = 1_772_820_000.0


def track(*fixes):
    """(seconds, lat, lon) each."""
    t, lat, lon = np.array(fixes, float).T
    return Track(t + START, lat, lon)


def test_a_way_is_as_long_as_its_steps():
    line = np.array([[45.0, 9.0], [45.01, 9.0], [45.01, 9.02]])
    steps = distance_m(LatLon(45.0, 9.0), LatLon(45.01, 9.0)) + distance_m(LatLon(45.01, 9.0), LatLon(45.01, 9.02))
    assert length_m(line) == pytest.approx(steps)
    assert length_m(np.array([[0.0, 179.99], [0.0, -179.99]])) == pytest.approx(0.02 * 111_195, rel=1e-3)
    assert length_m(line[:1]) == 0.0


def test_nobody_draws_a_line_across_a_gap():
    story = told(track((0, 45.0, 9.0), (5, 45.001, 9.0), (400, 45.1, 9.0), (405, 45.101, 9.0)))
    assert [len(line) for line in story.lines] == [2, 2]
    assert story.metres == pytest.approx(2 * 111.2, rel=0.01)


def test_nothing_makes_no_story():
    story = told(Track(*np.empty((3, 0))))
    assert (story.lines, story.metres, story.halts) == ((), 0.0, [])
    assert json.loads(as_geojson("D-1", story, []))["features"] == []
    assert as_csv("D-1", story) == "driver,time,lat,lon\n"


def test_geojson_has_its_stretches_and_stops_longitude_first():
    standing = [(10 + 10 * i, 45.001, 9.0) for i in range(20)]
    story = told(track((0, 45.0, 9.0), *standing, (220, 45.004, 9.0), (900, 45.1, 9.1)))
    found = json.loads(as_geojson("D-1", story, ["Sushi Ko"]))["features"]
    assert [f["geometry"]["type"] for f in found] == ["LineString", "Point", "Point"]
    assert found[0]["geometry"]["coordinates"][0] == [9.0, 45.0]
    assert len(found[0]["properties"]["times"]) == len(found[0]["geometry"]["coordinates"]) == 22
    assert found[2]["properties"] == {
        "driver": "D-1", "kind": "stop", "name": "Sushi Ko", "from": "2026-03-06T18:00:10Z", "to": "2026-03-06T18:03:20Z",
    }  # fmt: skip


def test_csv_has_a_line_per_fix():
    rows = list(csv.DictReader(io.StringIO(as_csv("D-1", told(track((0, 45.0, 9.0), (5.5, 45.001, -9.0)))))))
    assert rows == [
        {"driver": "D-1", "time": "2026-03-06T18:00:00Z", "lat": "45.000000", "lon": "9.000000"},
        {"driver": "D-1", "time": "2026-03-06T18:00:05Z", "lat": "45.001000", "lon": "-9.000000"},
    ]
