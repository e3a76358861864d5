"""The benchmark's rules as settings of the matcher; one set for all instances."""

from __future__ import annotations

from core.matching.generators.alone import Alone
from core.matching.generators.same_merchant import SameMerchant
from core.matching.params import Params, Weights
from core.simulation.mdrp.instance import Rules

GIVEN_UP = 0.9
"""An order that can't be at the door within this share of the longest click-to-door time allowed is given up, unless it comes
within ``GRACE_MIN`` of the best that can be done; one that can't be there within the whole of it always is. In hours with more
orders than couriers it would only make others late."""
GRACE_MIN = 5.0


def params_for(rules: Rules) -> Params:
    """Minutes at the door count, with a little for the way to the restaurant; idle couriers who earn nothing go first.

    ``dropoff_late`` counts from what can be done at best (see `player`), so it is the minutes that an order waits for its
    courier, and those it rides along while another one is delivered. An order that waits is not preferred for its age:
    in an hour with more orders than couriers that would only make all of them late. For the same reason what it costs to
    leave one over is fifty minutes, not a prohibition, and couriers' minutes cost more while they are short.
    """
    return Params(
        nearest_drivers=1000,
        nearest_for_bundles=1000,
        max_pickup_km=1000.0,
        chain_within_min=60.0,
        commit_before_ready_min=0.0,
        pickup_stop_min=rules.pickup_service_min,
        dropoff_stop_min=rules.dropoff_service_min,
        finish_in_shift=False,
        weights=Weights(
            pickup_leg=0.02,
            pickup_stop=0.0,
            dropoff_leg=0.0,
            dropoff_stop=0.0,
            pickup_early=0.0,
            pickup_late=0.0,
            dropoff_early=0.0,
            dropoff_late=1.0,
        ),
        generators=(Alone(), SameMerchant(ready_gap_min=30.0, detour_km=4.0, partners=6, most=3, kmh=0.0)),
        age_weight=0.0,
        spread_pay_min=1.0,
        shortage_weight=1.0,
        unserved=50.0,
        unserved_later=50.0,
        explain_best=1,
    )
