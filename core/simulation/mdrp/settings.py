"""The benchmark's rules as settings of the matcher; one set for all instances."""

from __future__ import annotations

from core.matching.generators.alone import Alone
from core.matching.generators.same_merchant import SameMerchant
from core.matching.params import Params, Weights
from core.simulation.mdrp.instance import Rules


def params_for(rules: Rules) -> Params:
    return Params(
        nearest_drivers=1000,
        max_pickup_km=1000.0,
        chain_within_min=60.0,
        commit_before_ready_min=0.0,
        pickup_stop_min=rules.pickup_service_min,
        dropoff_stop_min=rules.dropoff_service_min,
        finish_in_shift=False,
        weights=Weights(
            pickup_leg=0.1,
            pickup_stop=0.0,
            dropoff_leg=0.0,
            dropoff_stop=0.0,
            pickup_early=0.0,
            pickup_late=1.0,
            dropoff_early=0.0,
            dropoff_late=0.0,
        ),
        generators=(Alone(),),
        explain_best=1,
    )
