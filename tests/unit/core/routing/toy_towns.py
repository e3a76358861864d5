"""Small towns, made by hand or by a seed."""

from __future__ import annotations

import numpy as np

from core.routing.city import Bounds, City
from core.routing.network import NOWHERE, Speeds, Way, assemble

STEP = 0.001
"""About 111 m of latitude."""
EVERYONE: Speeds = (4.8, 15.0, 30.0, 36.0)


def town(ways: list[Way], points: dict[int, tuple[float, float]], **extra: object) -> City:
    arrays = assemble(ways, points)
    lat, lon = arrays["node_lat"], arrays["node_lon"]
    bounds = Bounds(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))
    return City(name="Toy", bounds=bounds, **arrays, **extra)  # type: ignore[arg-type]  # the extras are the test's own


def random_town(seed: int, size: int = 5) -> City:
    """A grid with holes, one-way streets, car-free lanes and speeds of its own on every street."""
    rng = np.random.default_rng(seed)
    points = {
        r * size + c: (50 + r * STEP + rng.uniform(-2e-4, 2e-4), 10 + c * STEP + rng.uniform(-2e-4, 2e-4))
        for r in range(size)
        for c in range(size)
    }
    pairs = [(k, k + 1) for k in points if (k + 1) % size] + [(k, k + size) for k in points if k + size in points]
    ways = []
    for a, b in pairs:
        if rng.random() < 0.12:
            continue
        pace = rng.uniform(0.4, 1.3)
        speeds: Speeds = (4.8 * pace, 15 * pace, 30 * pace, 0.0 if rng.random() < 0.15 else 36 * pace)
        back = NOWHERE if rng.random() < 0.25 else speeds
        ways.append(Way((a, b), "residential", f"Street {a}", speeds, back))
    return town(ways, points)
