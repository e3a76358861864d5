"""What to strive for, by name: the settings that each profile gives where they are not set themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Profile = Mapping[str, float]

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "default": {},
        # Promises first: plan on the slower kitchen, and let a minute late weigh far more than one on the road.
        "punctuality": {
            "estimates.quantile": 0.8,
            "matching.weight_dropoff_late": 10.0,
            "matching.weight_pickup_late": 1.5,
            "matching.commit_before_ready_min": 5.0,
        },
        # Drivers' minutes first: an order may rest a little if that fills a trip.
        "efficiency": {
            "matching.weight_pickup_late": 0.25,
            "matching.weight_pickup_early": 1.5,
            "matching.weight_dropoff_late": 2.0,
            "matching.weight_shortage": 1.0,
        },
        # Work is shared out: a delivery more than the others have had costs a driver two minutes' advantage.
        "fairness": {"matching.weight_fairness": 2.0},
        # The well rated first.
        "rating": {"matching.weight_rating": 4.0},
    }
)
"""Keys are those of `core.settings`."""
