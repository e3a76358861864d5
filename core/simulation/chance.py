"""Chance in streams: every concern and every actor draws from its own, so that none disturbs another."""

from __future__ import annotations

from enum import IntEnum
from zlib import crc32

import numpy as np


class Concern(IntEnum):
    """What a stream of chance decides; a value, once given, stays, or every seed would mean something else."""

    FLEET = 0
    SWAY = 1
    GPS = 2
    DEMAND = 3
    CUSTOMER = 4
    KITCHEN = 5
    COURIER = 6
    POPULARITY = 7
    HABIT = 8
    DOOR = 9


def stream(seed: int, concern: Concern, *actor: int | str) -> np.random.Generator:
    """The stream of an actor within a concern; the same arguments always give the same stream."""
    key = tuple(crc32(a.encode()) if isinstance(a, str) else a for a in actor)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(concern), *key)))


def lognormal(rng: np.random.Generator, mean: float, spread: float) -> float:
    """A positive number with the given mean; ``spread`` is the standard deviation of its logarithm."""
    return float(mean * np.exp(rng.normal(0.0, spread) - spread * spread / 2)) if spread > 0 else mean
