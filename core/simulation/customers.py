"""Customers: from whom they order, where they live, what they ask for, and whether they stay with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon, distance_m
from core.domain.merchant import Merchant
from core.simulation.chance import Concern, stream
from core.simulation.names import FIRST, LAST
from core.simulation.params import CityFacts, SimulationParams

CHANGES_OF_MIND = ("changed my mind", "ordered by mistake", "takes too long", "nobody at home")
NOTES = ("Ring twice, please", "Leave it at the door", "Third floor, no lift", "Side entrance", "Call when you are there")

_NEAREST_M = 150.0
_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as a customer gives it; ``regrets_after_s`` is when they would cancel if it still can be."""

    merchant: Merchant
    dropoff: LatLon
    customer: str
    address: str
    note: str
    weight_kg: float
    volume_l: float
    regrets_after_s: float
    regret: str


def popularity(merchants: tuple[Merchant, ...], params: SimulationParams) -> NDArray[np.float64]:
    """The share of all orders that goes to each merchant: some are much loved, most are not, and those in the middle of it
    all, where most merchants are, get more. Shape (n,), sums to 1."""
    places = np.array([m.place for m in merchants], np.float64)
    away = offsets_m(LatLon(*np.median(places, axis=0).tolist()), places) / params.core_m
    liked = np.array([stream(params.seed, Concern.POPULARITY, m.id).lognormal(0.0, 0.8) for m in merchants])
    # Never quite nothing, however far out: a sum of zeros could not be shared.
    weights = liked * (np.exp(-away * away / 2) + 1e-3)
    return np.asarray(weights / weights.sum(), np.float64)


def offsets_m(origin: LatLon, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from the origin to points of shape (n, 2), on the plane that touches there: right within a city."""
    north = (points[:, 0] - origin.lat) * _M_PER_DEGREE
    east = (points[:, 1] - origin.lon) * _M_PER_DEGREE * math.cos(math.radians(origin.lat))
    return np.asarray(np.hypot(north, east), np.float64)


def shifted(origin: LatLon, north_m: float, east_m: float) -> LatLon:
    stretch = max(0.01, math.cos(math.radians(origin.lat)))
    return LatLon(origin.lat + north_m / _M_PER_DEGREE, origin.lon + east_m / (_M_PER_DEGREE * stretch))


class Customers:
    """Homes lie where streets are dense, and the nearer to the merchant the likelier: the weight falls by the distance."""

    def __init__(self, city: CityFacts, params: SimulationParams) -> None:
        self._city = city
        self._params = params
        self._rng = stream(params.seed, Concern.CUSTOMER)
        self._cumulated = np.cumsum(popularity(city.merchants, params))
        self._homes: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {}

    def wish(self) -> Wish:
        rng, params = self._rng, self._params
        at = int(np.searchsorted(self._cumulated, rng.random() * self._cumulated[-1], side="right"))
        merchant = self._city.merchants[min(at, len(self._city.merchants) - 1)]
        dropoff = self._home_near(merchant)
        heavy = rng.random() < 0.02
        weight = float(rng.uniform(9, 18)) if heavy else float(np.clip(rng.lognormal(math.log(1.6), 0.5), 0.3, 7.5))
        hazard = params.cancel_per_min / 60
        return Wish(
            merchant=merchant,
            dropoff=dropoff,
            customer=f"{FIRST[int(rng.integers(len(FIRST)))]} {LAST[int(rng.integers(len(LAST)))]}",
            address=self._city.address(dropoff),
            note=NOTES[int(rng.integers(len(NOTES)))] if rng.random() < 0.15 else "",
            weight_kg=round(weight, 1),
            volume_l=round(3 + 3 * weight, 1),
            regrets_after_s=float(rng.exponential()) / hazard if hazard > 0 else math.inf,
            regret=f"customer: {CHANGES_OF_MIND[int(rng.integers(len(CHANGES_OF_MIND)))]}",
        )

    def _home_near(self, merchant: Merchant) -> LatLon:
        """A node of a street within reach, drawn by distance, and a few metres off it; without streets, any place in reach."""
        candidates, cumulated = self._homes_of(merchant)
        if len(candidates) == 0:
            return self._anywhere_near(merchant.place)
        pick = int(np.searchsorted(cumulated, self._rng.random() * cumulated[-1], side="right"))
        lat, lon = self._city.nodes[candidates[min(pick, len(candidates) - 1)]].tolist()
        north_m, east_m = self._rng.uniform(-12, 12, 2).tolist()
        return self._inside(shifted(LatLon(lat, lon), north_m, east_m))

    def _homes_of(self, merchant: Merchant) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        known = self._homes.get(merchant.id)
        if known is None:
            away = offsets_m(merchant.place, self._city.nodes)
            within = np.flatnonzero((away >= _NEAREST_M) & (away <= self._params.trip_max_m))
            known = within, np.cumsum(np.exp(-away[within] / self._params.trip_scale_m))
            self._homes[merchant.id] = known
        return known

    def _anywhere_near(self, place: LatLon) -> LatLon:
        """Evenly in every direction, the distance by the same law: r·exp(−r/scale), a gamma distribution cut at both ends."""
        for _ in range(100):
            away = float(self._rng.gamma(2.0, self._params.trip_scale_m))
            turn = float(self._rng.uniform(0, 2 * math.pi))
            if not _NEAREST_M <= away <= self._params.trip_max_m:
                continue
            home = shifted(place, away * math.cos(turn), away * math.sin(turn))
            if self._inside(home) == home:
                return home
        return self._inside(shifted(place, _NEAREST_M, 0.0))

    def _inside(self, place: LatLon) -> LatLon:
        south, west, north, east = self._city.bounds
        return LatLon(min(max(place.lat, south), north), min(max(place.lon, west), east))


def promise_s(merchant: LatLon, home: LatLon, ready_in_s: float) -> float:
    """Seconds from order to door that a customer is promised: ready, brought at 15 km/h with a detour of a third, seven
    minutes in hand, rounded up to five minutes, and never under twenty."""
    ride_s = distance_m(merchant, home) * 4 / 3 / (15 / 3.6)
    return max(1200.0, math.ceil((ready_in_s + ride_s + 420.0) / 300) * 300.0)
