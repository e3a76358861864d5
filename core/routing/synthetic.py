"""Places to pick up from where the map names too few. Made up, for simulation alone: no such businesses exist."""

from __future__ import annotations

import numpy as np

from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.vehicle import Vehicle
from core.routing.city import ROAD_CLASSES, VEHICLES, City
from core.routing.geometry import METRES_PER_DEGREE

_BUSY = {"primary": 3.0, "secondary": 3.0, "tertiary": 2.0, "residential": 0.5}
"""Relative density of merchants along a class of road."""
_CLUSTER_M = 350.0
_PER_CLUSTER = 12
_ASIDE_M = 12.0
_PREP_MIN = (6.0, 20.0)


def synthetic_merchants(city: City, count: int, seed: int) -> tuple[Merchant, ...]:
    """``count`` made-up merchants ("Demo kitchen 12, Rua X") beside busy streets, clustered, the denser towards the centre.

    They stand where both a walker and a car may go. The same city and seed give the same ones. Ids are ``demo-1`` and on.
    """
    rng = np.random.default_rng(seed)
    walk, car = VEHICLES.index(Vehicle.WALK), VEHICLES.index(Vehicle.CAR)
    weight = np.array([_BUSY.get(name, 0.0) for name in ROAD_CLASSES])[city.edge_class] * city.edge_length_m
    weight = np.where(city.edge_street >= 0, weight, weight * 0.1)
    weight[~np.isfinite(city.edge_seconds[[walk, car]]).all(axis=0)] = 0.0
    if not weight.any():
        weight = np.asarray(city.edge_length_m, np.float64)
    scale = np.array([METRES_PER_DEGREE, METRES_PER_DEGREE * np.cos(np.radians(city.centre.lat))])
    tail = np.stack((city.node_lat, city.node_lon), axis=1)[city.edge_tail]
    head = np.stack((city.node_lat, city.node_lon), axis=1)[city.edge_head]
    xy = ((tail + head) / 2 - np.array(city.centre)) * scale
    spread = max(1.0, float(np.sqrt(np.average((xy**2).sum(axis=1), weights=weight))))
    central = weight * np.exp(-((xy / spread) ** 2).sum(axis=1))
    merchants: list[Merchant] = []
    while len(merchants) < count:
        middle = xy[rng.choice(len(xy), p=central / central.sum())]
        near = weight * np.exp(-0.5 * ((xy - middle) ** 2).sum(axis=1) / _CLUSTER_M**2)
        edges = rng.choice(len(xy), size=min(_PER_CLUSTER, count - len(merchants)), p=near / near.sum())
        for edge in edges.tolist():
            along = (head[edge] - tail[edge]) * scale
            side = np.array([-along[1], along[0]]) / max(1e-9, float(np.hypot(*along))) * rng.choice((-1.0, 1.0))
            lat, lon = tail[edge] + (head[edge] - tail[edge]) * rng.random() + side * _ASIDE_M / scale
            number = len(merchants) + 1
            street = int(city.edge_street[edge])
            name = f"Demo kitchen {number}" + (f", {city.streets[street]}" if street >= 0 else "")
            place = LatLon(round(float(lat), 6), round(float(lon), 6))
            merchants.append(Merchant(f"demo-{number}", name, place, "restaurant", float(round(rng.uniform(*_PREP_MIN)))))
    return tuple(merchants)
