"""A driver's way told: its length, its gaps, its stops; and the files it is handed on in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from core.domain.geo import EARTH_RADIUS_M
from core.domain.reports import Floats
from core.storage.tracks import Halt, Track, halts

GAP_S = 300.0
"""Between two fixes farther apart in time than this nobody knows the way."""


class Story(NamedTuple):
    """``lines`` are the stretches without a gap, each (k, 2) of latitude and longitude; ``metres`` their length."""

    track: Track
    halts: list[Halt]
    lines: tuple[Floats, ...]
    metres: float


def told(track: Track) -> Story:
    places = np.column_stack((track.lat, track.lon))
    breaks = np.flatnonzero(np.diff(track.t) > GAP_S) + 1
    lines = tuple(line for line in np.split(places, breaks) if len(line) > 1)
    return Story(track, halts(track), lines, float(sum(length_m(line) for line in lines)))


def length_m(line: Floats) -> float:
    """Of a way of shape (k, 2), latitude and longitude in degrees: haversines (Sinnott 1984) added up, in metres."""
    lat, lon = np.radians(line.T)
    half_lat, half_lon = np.sin(np.diff(lat) / 2), np.sin(np.diff(lon) / 2)
    h = half_lat**2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * half_lon**2
    return float(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h))).sum())


def as_geojson(driver_id: str, story: Story, names: Sequence[str]) -> str:
    """A feature per stretch, with the times of its points, and one per stop; ``names`` are the stops' (RFC 7946)."""
    features, first = [], 0
    breaks = [*(np.flatnonzero(np.diff(story.track.t) > GAP_S) + 1).tolist(), len(story.track.t)]
    for end in breaks:
        part = slice(first, end)
        points = np.column_stack((story.track.lon[part], story.track.lat[part])).round(6).tolist()
        if points:
            times = [_iso(t) for t in story.track.t[part].tolist()]
            # A line has two points at least.
            kind = "LineString" if len(points) > 1 else "Point"
            shape = {"type": kind, "coordinates": points if len(points) > 1 else points[0]}
            features.append(_feature(shape, {"driver": driver_id, "kind": "track", "times": times}))
        first = end
    for halt, name in zip(story.halts, names, strict=True):
        shape = {"type": "Point", "coordinates": [round(halt.place.lon, 6), round(halt.place.lat, 6)]}
        facts = {"driver": driver_id, "kind": "stop", "name": name, "from": _iso(halt.since), "to": _iso(halt.until)}
        features.append(_feature(shape, facts))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def as_csv(driver_id: str, story: Story) -> str:
    """A line per fix: driver, time (ISO 8601, UTC), latitude, longitude."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(("driver", "time", "lat", "lon"))
    for t, lat, lon in zip(*(column.tolist() for column in story.track), strict=True):
        write.writerow((driver_id, _iso(t), f"{lat:.6f}", f"{lon:.6f}"))
    return out.getvalue()


def _feature(shape: Mapping[str, object], facts: Mapping[str, object]) -> dict[str, object]:
    return {"type": "Feature", "geometry": shape, "properties": facts}


def _iso(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
