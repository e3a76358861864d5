"""Who drives: names, vehicles, tempers and where each begins the day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import Driver
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.ports import Points
from core.simulation.chance import Concern, stream
from core.simulation.customers import offsets_m, popularity
from core.simulation.names import people
from core.simulation.params import CityFacts, SimulationParams

_BEGIN_WITHIN_M = 700.0


def roster(params: SimulationParams) -> list[Driver]:
    """The fleet as the console is to register it. Vehicles come in the shares asked for, to the nearest driver."""
    rng = stream(params.seed, Concern.FLEET)
    names = people(params.drivers, rng)
    vehicles = _shared_out(params.vehicles, params.drivers)
    order = rng.permutation(params.drivers).tolist()
    digits = max(2, len(str(params.drivers)))
    return [Driver(id=f"D-{i + 1:0{digits}d}", name=names[i], vehicle=vehicles[order[i]]) for i in range(params.drivers)]


def _shared_out(shares: tuple[tuple[Vehicle, float], ...], count: int) -> list[Vehicle]:
    """So many of each by largest remainder."""
    total = sum(share for _, share in shares)
    exact = np.array([share / total * count for _, share in shares])
    whole = np.floor(exact).astype(np.int64)
    for k in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())].tolist():
        whole[k] += 1
    return [vehicle for (vehicle, _), n in zip(shares, whole.tolist(), strict=True) for _ in range(n)]


def first_places(city: CityFacts, params: SimulationParams) -> Points:
    """Where the drivers are at the start, shape (n, 2): on streets near merchants, the popular ones first."""
    rng = stream(params.seed, Concern.FLEET, "places")
    shares = popularity(city.merchants, params)
    near: dict[int, NDArray[np.intp]] = {}
    places = np.empty((params.drivers, 2))
    for i in range(params.drivers):
        at = int(rng.choice(len(shares), p=shares))
        merchant: LatLon = city.merchants[at].place
        if at not in near:
            away = offsets_m(merchant, city.nodes)
            near[at] = np.flatnonzero(away <= _BEGIN_WITHIN_M)
        nodes = near[at]
        places[i] = city.nodes[nodes[int(rng.integers(len(nodes)))]] if len(nodes) else merchant
    return places
