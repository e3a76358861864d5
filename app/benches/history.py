"""Position history at the rate of a whole fleet: 50,000 passive phones with five fixes each every 20 seconds.

Minutes of it are written as fast as they come; *core_pct* is the share of one core that the fleet's own pace takes, by the
processor's time. The peer writes the same fixes as rows with one index, 5,000 a transaction.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from app.benches import Result
from app.benches.fleet import NOW, Floats, ids, places
from app.benches.timing import seconds_of
from core.domain.geo import LatLon
from core.domain.reports import FixBatch
from core.storage.tracks import SLICE_S, TrackLog

MINUTES = 5
TICK_S, SEND_S, FIXES = 0.25, 20.0, 5
KEEP_S = 3600.0


def run(scale: float = 1.0) -> Result:
    count = max(200, int(50_000 * scale))
    rng = np.random.default_rng(1)
    names, at = ids(count), places(count, rng)
    ticks = int(SEND_S / TICK_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.db"
        tracks = TrackLog(path, KEEP_S)
        spent_s, fixes = 0.0, 0
        for tick in range(int(MINUTES * 60 / TICK_S)):
            now = NOW + TICK_S * tick
            at[tick % ticks :: ticks] += rng.normal(0, 5e-4, at[tick % ticks :: ticks].shape)
            batch = _batch(names, at, np.arange(tick % ticks, count, ticks), now, rng)
            began = time.process_time()
            tracks.add(batch, now)
            spent_s += time.process_time() - began
            fixes += len(batch)
            if (tick + 1) % int(SLICE_S / TICK_S) == 0:
                # The other thread's work, which would go on beside the making of the next fixes.
                began = time.process_time()
                tracks.flush()
                spent_s += time.process_time() - began
        began = time.process_time()
        tracks.flush()
        spent_s += time.process_time() - began
        size = path.stat().st_size + path.with_name("tracks.db-wal").stat().st_size
        end = NOW + 60.0 * MINUTES
        near_s = seconds_of(lambda: tracks.near(LatLon(*at[0].tolist()), 200.0, NOW, end))
        track_s = seconds_of(lambda: tracks.track(names[0], NOW, end))
        at_s = seconds_of(lambda: tracks.at(end, 60.0))
        met = len(tracks.near(LatLon(*at[0].tolist()), 200.0, NOW, end))
        tracks.close()
        rows_per_s = _plain_rows_per_s(Path(folder) / "rows.db", names, at, min(fixes, 500_000))
    ours = fixes / spent_s
    return Result(
        figures={
            "drivers": count,
            "fixes": fixes,
            "minutes": MINUTES,
            "core_pct": 100 * spent_s / (60 * MINUTES),
            "fixes_per_core_per_s": ours,
            "bytes_a_fix": size / fixes,
            "near_200_m_s": near_s,
            "near_found": met,
            "track_of_one_s": track_s,
            "everyone_at_s": at_s,
        },
        peers={"sqlite_rows_per_s": rows_per_s},
        ratios={"fixes_vs_sqlite_rows": ours / rows_per_s},
    )


def _batch(names: list[str], at: Floats, who: np.ndarray, now: float, rng: np.random.Generator) -> FixBatch:
    """Five fixes each, four seconds apart, on the way to where the driver is."""
    back = np.arange(FIXES - 1, -1, -1)
    step = rng.normal(0, 1e-4, (len(who), 1, 2))
    way = (at[who][:, None, :] - step * back[None, :, None]).reshape(-1, 2)
    t = np.asarray(now - 4.0 * np.tile(back, len(who)), np.float64)
    nothing = np.full(len(t), np.nan)
    driver = np.repeat(np.arange(len(who)), FIXES)
    return FixBatch([names[i] for i in who.tolist()], driver, t, way[:, 0], way[:, 1], nothing, nothing, nothing)


def _plain_rows_per_s(path: Path, names: list[str], at: Floats, count: int) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE fixes (driver TEXT, t REAL, lat REAL, lon REAL)")
    connection.execute("CREATE INDEX by_driver ON fixes (driver, t)")
    places_ = at.tolist()
    rows = [(names[i % len(names)], NOW + i / len(names), *places_[i % len(names)]) for i in range(count)]
    began = time.process_time()
    for start in range(0, count, 5000):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO fixes VALUES (?, ?, ?, ?)", rows[start : start + 5000])
        connection.execute("COMMIT")
    spent_s = time.process_time() - began
    connection.close()
    return count / spent_s
