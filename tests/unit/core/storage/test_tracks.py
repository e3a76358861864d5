"""Where everyone was: what is added is found again, and what is too old is gone."""

import math
import sqlite3
import time
import zlib
from contextlib import closing, suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput, KerbsideError
from core.domain.geo import LatLon
from core.domain.reports import FixBatch
from core.storage.database import StorageError
from core.storage.track_codec import decode, encode
from core.storage.tracks import SLICE_S, Track, TrackLog, halts

START = 1_772_820_000.0


@pytest.fixture
def tracks(tmp_path):
    tracks = TrackLog(tmp_path / "tracks.db", keep_s=86_400.0)
    yield tracks
    tracks.close()


def batch(*fixes):
    """(driver, seconds from the start, lat, lon) each."""
    drivers = list(dict.fromkeys(f[0] for f in fixes))
    t, lat, lon = (np.array([f[i] for f in fixes], float) for i in (1, 2, 3))
    nan = np.full(len(fixes), math.nan)
    return FixBatch(drivers, np.array([drivers.index(f[0]) for f in fixes]), t + START, lat, lon, nan, nan, nan)


def add(tracks, *fixes, now=None):
    tracks.add(batch(*fixes), START + (max(f[1] for f in fixes) if now is None else now))


FIXES = st.lists(
    st.tuples(st.integers(0, 2**20), st.floats(0, 86_400), st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=40
)


@given(FIXES)
def test_a_piece_comes_back_to_the_millisecond_and_the_decimetre(fixes):
    fixes = sorted(fixes)
    driver, t, lat, lon = (np.array(column) for column in zip(*fixes, strict=True))
    columns = decode(encode(driver, t + START, lat, lon))
    assert columns[0].tolist() == driver.tolist()
    assert columns[1] == pytest.approx(t + START, abs=6e-4)
    assert columns[2] == pytest.approx(lat, abs=6e-7)
    assert columns[3] == pytest.approx(lon, abs=6e-7)


def test_a_damaged_piece_is_one_clear_line():
    good = encode(np.array([1]), np.array([START]), np.array([1.0]), np.array([2.0]))
    for blob in (b"", good[:30], good[:-4] + b"oops", b"\x02" + good[1:], good[:24] + zlib.compress(b"12345")):
        with pytest.raises(KerbsideError, match="position history"):
            decode(blob)


def test_a_track_is_ordered_and_each_time_is_there_once(tracks):
    add(tracks, ("D-1", 10, 1, 2), ("D-2", 10, 5, 6), ("D-1", 5, 1.5, 2))
    add(tracks, ("D-1", 70, 3, 4), ("D-1", 10, 1.25, 2), now=100)
    track = tracks.track("D-1", START, START + 100)
    assert (track.t - START).tolist() == [5, 10, 70]
    assert track.lat == pytest.approx([1.5, 1.25, 3])
    assert (tracks.track("D-1", START + 6, START + 69).t - START).tolist() == [10]
    assert len(tracks.track("nobody", START, START + 100).t) == 0


def test_who_was_near_between_two_moments(tracks):
    here = LatLon(41.15, -8.61)
    add(tracks, ("D-1", 10, 41.151, -8.61), ("D-1", 30, 41.1502, -8.61), ("D-1", 40, 41.2, -8.61))
    add(tracks, ("D-2", 20, 41.15, -8.6101), ("D-3", 20, 41.16, -8.61), ("D-4", 500, 41.15, -8.61), now=600)
    found = tracks.near(here, 200.0, START, START + 100)
    assert [(s.driver_id, s.first_t - START, s.last_t - START) for s in found] == [("D-1", 10, 30), ("D-2", 20, 20)]
    assert found[0].nearest_m == pytest.approx(22.2, abs=0.3)
    assert [s.driver_id for s in tracks.near(here, 200.0, START + 400, START + 600)] == ["D-4"]


@pytest.mark.parametrize(("place", "radius_m"), [(LatLon(91, 0), 10.0), (LatLon(0, 0), 0.0), (LatLon(0, 0), math.nan)])
def test_a_question_without_a_place_is_refused(tracks, place, radius_m):
    with pytest.raises(BadInput):
        tracks.near(place, radius_m, START, START + 1)


def test_where_everyone_was_at_a_moment(tracks):
    add(tracks, ("D-1", 10, 1, 1), ("D-1", 20, 2, 2), ("D-2", 5, 3, 3), ("D-3", 400, 4, 4))
    found = tracks.at(START + 25, within_s=15)
    assert [(w.driver_id, w.t - START, w.place) for w in found] == [("D-1", 20, (2, 2))]
    assert [w.driver_id for w in tracks.at(START + 25)] == ["D-1", "D-2"]


DEEDS = st.lists(
    st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(0, 200), st.integers(0, 9)), min_size=1, max_size=6),
    min_size=1,
    max_size=5,
)


@given(DEEDS, st.integers(0, 200))
def test_questions_find_what_a_plain_list_holds(tmp_path_factory, batches, moment):
    tracks, plain = TrackLog(tmp_path_factory.mktemp("t") / "tracks.db", 1e9), {}
    try:
        for turn, fixes in enumerate(batches):
            add(tracks, *((d, t, 40 + i / 1000, 9.0) for d, t, i in fixes), now=turn * 70)
            for d, t, i in fixes:
                plain.setdefault(d, {})[t] = i
        for driver, fixes in plain.items():
            track = tracks.track(driver, START, START + 300)
            assert [(round(t - START), round((lat - 40) * 1000)) for t, lat in zip(track.t, track.lat, strict=True)] == sorted(
                fixes.items()
            )
        expected = {d: max(t for t in fixes if t <= moment) for d, fixes in plain.items() if min(fixes) <= moment}
        assert {w.driver_id: round(w.t - START) for w in tracks.at(START + moment)} == expected
    finally:
        tracks.close()


def test_what_is_too_old_goes_while_it_runs_and_the_file_stays_small(tmp_path):
    tracks = TrackLog(tmp_path / "tracks.db", keep_s=10 * SLICE_S)
    rng, sizes = np.random.default_rng(1), []
    n = 3000
    names = [f"D-{i}" for i in range(n)]
    nan = np.full(n, math.nan)
    for minute in range(60):
        now = START + minute * (SLICE_S + 1)
        lat, lon = rng.uniform(40, 41, n), rng.uniform(9, 10, n)
        tracks.add(FixBatch(names, np.arange(n), np.full(n, now), lat, lon, nan, nan, nan), now)
        if minute % 10 == 9:
            tracks.flush()
            with closing(sqlite3.connect(tmp_path / "tracks.db")) as other:
                sizes.append(other.execute("PRAGMA page_count").fetchone()[0])
    track = tracks.track("D-7", START, now)
    tracks.close()
    assert 9 <= len(track.t) <= 12
    assert track.t[0] >= now - 12 * (SLICE_S + 1)
    assert 0 < max(sizes[2:]) < 1.5 * sizes[1]


def test_it_goes_on_after_a_restart(tmp_path):
    for turn in range(2):
        tracks = TrackLog(tmp_path / "tracks.db", 1e9)
        add(tracks, (f"D-{turn}", 10, 1, 1), ("D-both", 10 + turn, 2, 2))
        tracks.close()
    tracks = TrackLog(tmp_path / "tracks.db", 1e9)
    assert len(tracks.track("D-both", START, START + 20).t) == 2
    assert [len(tracks.track(f"D-{i}", START, START + 20).t) for i in range(2)] == [1, 1]
    tracks.close()


def test_a_backlog_of_last_week_is_kept_and_found(tracks):
    add(tracks, ("D-1", -7 * 86_400, 1, 1), ("D-1", 10, 2, 2), now=20)
    assert len(tracks.track("D-1", START - 8 * 86_400, START + 20).t) == 2


def test_a_file_that_is_none_is_set_aside_and_told(tmp_path):
    path, content = tmp_path / "tracks.db", b"something else, long enough to be no database at all" * 20
    path.write_bytes(content)
    tracks = TrackLog(path, 1e9)
    add(tracks, ("D-1", 10, 2, 2), now=20)
    assert len(tracks.track("D-1", START, START + 20).t) == 1
    assert tracks.problem == ""
    assert tracks.set_aside.endswith("what it held is in tracks.db.bad")
    tracks.close()
    assert (tmp_path / "tracks.db.bad").read_bytes() == content
    again = TrackLog(path, 1e9)
    assert again.set_aside == ""
    again.close()


def test_a_file_that_can_t_be_opened_is_refused(tmp_path):
    (tmp_path / "tracks.db").mkdir()
    with pytest.raises(BadInput, match="the file can't be opened"):
        TrackLog(tmp_path / "tracks.db", 1.0)


def test_a_disk_in_the_way_is_told_and_nothing_is_lost_when_it_recovers(tmp_path):
    tracks = TrackLog(tmp_path / "tracks.db", 1e9)
    tracks._write.execute("PRAGMA busy_timeout = 10")
    with sqlite3.connect(tmp_path / "tracks.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        add(tracks, ("D-1", 10, 1, 1))
        with pytest.raises(StorageError, match="tried again"):
            tracks.flush()
        other.execute("ROLLBACK")
    other.close()
    deadline = time.monotonic() + 5
    while tracks.problem and time.monotonic() < deadline:
        add(tracks, ("D-1", 20, 2, 2), now=200)
        with suppress(StorageError):
            tracks.flush()
    assert (tracks.track("D-1", START, START + 20).t - START).tolist() == [10, 20]
    tracks.close()


def test_halts_are_where_a_driver_stayed():
    lat = [0.0, 0.01, 0.02, *[0.03 + i % 2 * 1e-4 for i in range(20)], 0.04, 0.05, *[0.06] * 3]
    t = 10.0 * np.arange(len(lat))
    found = halts(Track(t, np.array(lat), np.zeros(len(lat))), radius_m=50, least_s=120)
    assert [(h.since, h.until) for h in found] == [(30.0, 220.0)]
    assert found[0].place.lat == pytest.approx(0.03005, abs=1e-4)
    assert halts(Track(np.empty(0), np.empty(0), np.empty(0))) == []
