"""Real delivery agents' ways (GOAL, CC BY 4.0), on foot and driving, past fences laid on them: no visit missed, none told
twice, with a phone's jitter laid over."""

import csv
import io
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.merchant import Area
from core.geofencing.areas import MARGIN_M, AreaWatcher
from core.geofencing.watcher import DEEP_FACTOR, LEAVE_FACTOR, Crossing, Dwell, FenceWatcher

ARCHIVE = Path(__file__).resolve().parents[5] / "shared" / "data" / "gps" / "trajectories.zip"
M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
RADIUS_M = 60.0
JITTER_M = 4.0
WAYS = 80

pytestmark = pytest.mark.skipif(not ARCHIVE.is_file(), reason="the traces are not here")


@pytest.fixture(scope="module")
def ways():
    """(seconds, metres east, metres north) of each trace."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".csv"))[::6][:WAYS]
        return [read(archive.read(name).decode()) for name in names]


def read(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    t = np.array([row["timestamp"] for row in rows], "datetime64[ns]").astype(np.int64) / 1e9
    return t - t[0] + 1000.0, np.array([float(row["x"]) for row in rows]), np.array([float(row["y"]) for row in rows])


def told(t, x, y, stop, batch):
    """The crossings of a fence about ``stop`` (metres), with so many fixes a message."""
    watcher = FenceWatcher(lambda _: 0)
    watcher.watch("D-1", "O-1", "dropoff", LatLon(stop[1] / M_PER_DEGREE, stop[0] / M_PER_DEGREE), RADIUS_M)
    crossings = []
    for start in range(0, len(t), batch):
        part = slice(start, start + batch)
        n = len(t[part])
        crossings += watcher.check(np.zeros(n, np.int64), y[part] / M_PER_DEGREE, x[part] / M_PER_DEGREE,
                                   np.full(n, math.nan), t[part])  # fmt: skip
    assert all(isinstance(c, Crossing) for c in crossings)
    return crossings


def visits(far):
    """Clear visits by a plain loop: from well outside to well inside, until well outside again."""
    count, outside = 0, True
    for metres in far:
        if outside and metres < 0.7 * RADIUS_M:
            count, outside = count + 1, False
        elif metres > 1.8 * RADIUS_M:
            outside = True
    return count


def test_no_visit_is_missed_and_none_is_told_twice(ways):
    rng = np.random.default_rng(3)
    seen = 0
    for t, x, y in ways:
        for at in rng.choice(len(t), 3, replace=False):
            stop = x[at], y[at]
            clear = visits(np.hypot(x - stop[0], y - stop[1]))
            jx, jy = x + rng.normal(0, JITTER_M, len(x)), y + rng.normal(0, JITTER_M, len(y))
            crossings = told(t, jx, jy, stop, batch=1)
            entered = [c.entered for c in crossings]
            assert entered == [i % 2 == 0 for i in range(len(entered))]
            assert sum(entered) >= clear
            # Each visit ends farther out than it began: with less than that between, there was one visit.
            far = np.hypot(jx - stop[0], jy - stop[1])
            ends = sum(far[i] <= RADIUS_M < LEAVE_FACTOR * RADIUS_M < far[j:].max(initial=0) for i, j in _excursions(far))
            assert sum(entered) <= ends + 1 + _passes(jx - stop[0], jy - stop[1], far)
            seen += clear
    assert seen > 60


def _excursions(far):
    """(last fix inside, first fix outside) of each way out."""
    inside = far <= RADIUS_M
    return [(i, i + 1) for i in np.flatnonzero(inside[:-1] & ~inside[1:])]


def _passes(x, y, far):
    """How often the straight way between two fixes outside led deep through the fence."""
    count = 0
    for i in np.flatnonzero((far[:-1] > RADIUS_M) & (far[1:] > RADIUS_M)):
        share = np.linspace(0, 1, 101)
        way = np.hypot(x[i] + (x[i + 1] - x[i]) * share, y[i] + (y[i + 1] - y[i]) * share)
        count += way.min() <= DEEP_FACTOR * RADIUS_M
    return count


def test_it_does_not_matter_how_many_fixes_a_message_has(ways):
    assert len(ways) > 40
    for t, x, y in ways[:40]:
        stop = x[len(x) // 2], y[len(y) // 2]
        one = told(t, x, y, stop, 1)
        assert told(t, x, y, stop, 5) == one
        assert told(t, x, y, stop, 8) == one


def test_a_fence_driven_through_between_two_fixes_is_noticed(ways):
    """A fence of 15 m in the middle of each long leg, where no fix fell into it."""
    legs = 0
    for t, x, y in ways:
        for i in np.flatnonzero((np.hypot(np.diff(x), np.diff(y)) > 60) & (np.diff(t) < 10))[:3]:
            stop = (x[i] + x[i + 1]) / 2, (y[i] + y[i + 1]) / 2
            if np.hypot(x - stop[0], y - stop[1]).min() <= 15:
                continue
            watcher = FenceWatcher(lambda _: 0)
            watcher.watch("D-1", "O-1", "dropoff", LatLon(stop[1] / M_PER_DEGREE, stop[0] / M_PER_DEGREE), 15.0)
            nothing = np.full(len(t), math.nan)
            crossings = watcher.check(np.zeros(len(t), np.int64), y / M_PER_DEGREE, x / M_PER_DEGREE, nothing, t)
            assert any(c.entered and t[i] <= c.at <= t[i + 1] for c in crossings)
            legs += 1
    assert legs > 20


def test_a_stay_is_told_once_when_it_is_long_enough_and_by_how_long(ways):
    """Against a plain loop over each visit; with a dwelling time at which some stays count and others do not."""
    rng = np.random.default_rng(7)
    dwell_s, stays, short = 120.0, 0, 0
    for t, x, y in ways:
        for at in rng.choice(len(t), 4, replace=False):
            jx, jy = x + rng.normal(0, JITTER_M, len(x)), y + rng.normal(0, JITTER_M, len(y))
            stop = x[at], y[at]
            watcher = FenceWatcher(lambda _: 0)
            watcher.dwell_s = dwell_s
            watcher.watch("D-1", "O-1", "dropoff", LatLon(stop[1] / M_PER_DEGREE, stop[0] / M_PER_DEGREE), RADIUS_M)
            told = []
            for i in range(0, len(t), 5):
                part = slice(i, i + 5)
                n = len(t[part])
                way = jy[part] / M_PER_DEGREE, jx[part] / M_PER_DEGREE, np.full(n, math.nan), t[part]
                told += watcher.check(np.zeros(n, np.int64), *way)
            expected = []
            inside, since, said = False, 0.0, False
            far = np.hypot(jx - stop[0], jy - stop[1])
            for i in range(len(t)):
                if not inside and far[i] <= RADIUS_M:
                    inside, since, said = True, t[i], False
                elif inside and far[i] > LEAVE_FACTOR * RADIUS_M:
                    inside = False
                    short += not said
                if inside and not said and t[i] - since >= dwell_s:
                    said = True
                    expected.append((t[i], t[i] - since))
            dwells = [(d.at, d.seconds) for d in told if isinstance(d, Dwell)]
            assert len(dwells) == len(expected)
            assert np.allclose(dwells, expected)
            stays += len(expected)
    assert stays > 60
    assert short > 60


def test_an_area_on_the_way_is_entered_and_left_without_flapping(ways):
    """A rectangle about a part of each way: told as often as a plain loop with the same margin finds, in any batches."""
    rng = np.random.default_rng(11)
    crossings = flips = 0
    for t, x, y in ways:
        at = int(rng.integers(len(t)))
        east, north = float(rng.uniform(60, 250)), float(rng.uniform(60, 250))
        box = x[at] - east, y[at] - north, x[at] + east, y[at] + north
        jx, jy = x + rng.normal(0, JITTER_M, len(x)), y + rng.normal(0, JITTER_M, len(y))
        found = []
        for batch in (1, 5, 8):
            watcher = AreaWatcher()
            corners = ((box[1], box[0]), (box[1], box[2]), (box[3], box[2]), (box[3], box[0]), (box[1], box[0]))
            ring = tuple(LatLon(n / M_PER_DEGREE, e / M_PER_DEGREE) for n, e in corners)
            watcher.watch(Area("zone", "Zone", ((ring,),), watched=True))
            told = []
            for i in range(0, len(t), batch):
                part = slice(i, i + batch)
                n = len(t[part])
                way = jy[part] / M_PER_DEGREE, jx[part] / M_PER_DEGREE, np.full(n, math.nan), t[part]
                told += watcher.check(np.zeros(n, np.int64), *way)
            found.append([(c.at, c.entered) for c in told])
        gap = np.hypot(np.maximum(np.maximum(box[0] - jx, jx - box[2]), 0), np.maximum(np.maximum(box[1] - jy, jy - box[3]), 0))
        inside, expected = False, []
        for i in range(len(t)):
            now = bool(gap[i] == 0 or (inside and gap[i] <= MARGIN_M))
            if now != inside:
                inside = now
                expected.append((t[i], now))
        assert found[0] == found[1] == found[2]
        times = set(t.tolist())
        assert [one for one in found[0] if one[0] in times] == expected
        between = [one for one in found[0] if one[0] not in times]
        assert [entered for _, entered in between] == [True, False] * (len(between) // 2)
        crossings += len(expected)
        flips += int((np.diff((gap == 0).astype(int)) != 0).sum())
    assert crossings > 80
    assert flips > crossings  # without the margin there would have been more
