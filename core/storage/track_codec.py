"""Many drivers' fixes of a minute as one small blob: whole numbers, each as its difference from the one before, zlib."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import KerbsideError
from core.domain.reports import Floats

Numbers = NDArray[np.int64]

_VERSION = 1
_PER_DEGREE = 1e6  # 11 cm
_PER_SECOND = 1e3
_LEVEL = 1  # higher ones save a tenth, and take four times as long
_MOST = 2**31 - 1


def encode(driver: Numbers, t: Floats, lat: Floats, lon: Floats) -> bytes:
    """Fixes of shape (n,), n ≥ 1, sorted by driver and time; drivers are numbers, times epoch seconds, places degrees."""
    first = np.append(True, driver[1:] != driver[:-1])
    start = int(t.min() * _PER_SECOND)
    ms = np.rint(t * _PER_SECOND).astype(np.int64) - start
    columns = [driver.astype(np.int64), ms, *(np.rint(c * _PER_DEGREE).astype(np.int64) for c in (lat, lon))]
    deltas = np.empty((4, len(t)), np.int64)
    for delta, column in zip(deltas, columns, strict=True):
        delta[0] = column[0]
        np.subtract(column[1:], column[:-1], out=delta[1:])
    # From one driver to the next a place may jump, which stays small enough; time begins anew.
    deltas[1, first] = ms[first]
    if np.abs(deltas).max() > _MOST:
        raise KerbsideError("fixes of one minute lie more than 24 days apart: they can't be kept together")
    # Bytes of one significance side by side are what zlib finds repeated.
    shuffled = deltas.astype("<i4").reshape(-1).view(np.uint8).reshape(-1, 4).T.tobytes()
    head = np.array([_VERSION, len(t), start], "<i8").tobytes()
    return head + zlib.compress(shuffled, _LEVEL)


def decode(blob: bytes) -> tuple[Numbers, Floats, Floats, Floats]:
    """What `encode` was given, to a millisecond and a millionth of a degree. Raises KerbsideError for a damaged blob."""
    try:
        version, count, start = np.frombuffer(blob[:24], "<i8").tolist()
        if version != _VERSION:
            raise ValueError(f"version {version}")
        raw = np.frombuffer(zlib.decompress(blob[24:]), np.uint8).reshape(4, -1)
        deltas = np.ascontiguousarray(raw.T).view("<i4").reshape(4, count).astype(np.int64)
    except (ValueError, zlib.error) as error:
        raise KerbsideError(f"a piece of the position history can't be read: {error}") from None
    driver, _, lat, lon = np.cumsum(deltas, axis=1)
    first = np.append(True, driver[1:] != driver[:-1])
    # Within a driver the differences add up from the first.
    run = np.cumsum(deltas[1])
    ms = run - np.repeat((run - deltas[1])[first], np.diff(np.append(np.flatnonzero(first), count)))
    return driver, (ms + start) / _PER_SECOND, lat / _PER_DEGREE, lon / _PER_DEGREE
