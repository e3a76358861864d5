"""How many orders each provider has been booked with in the hour, kept as tallies beside those of the splits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, tzinfo

from core.domain.rules import Tally


def hour_start(at: float, zone: tzinfo | None) -> float:
    """When the local clock's hour began (epoch seconds): in Kolkata at half past by UTC. Of the two hours that bear the same
    name when clocks go back each is its own."""
    whole = math.floor(at)  # a fraction that rounds up would belong to the next second
    local = datetime.fromtimestamp(whole, zone)
    return float(whole - 60 * local.minute - local.second)


def cap_tally(provider_id: str) -> str:
    return f"hour {provider_id}"


def booked(tallies: Mapping[str, Tally], provider_id: str, now: float, zone: tzinfo | None) -> int:
    """Orders booked with the provider since the local hour began."""
    tally = tallies.get(cap_tally(provider_id))
    return 0 if tally is None or tally.since != hour_start(now, zone) else tally.counts.get(provider_id, 0)


def booking(tallies: Mapping[str, Tally], provider_id: str, now: float, zone: tzinfo | None) -> Tally:
    """The tally with one order more."""
    count = booked(tallies, provider_id, now, zone)
    return Tally(cap_tally(provider_id), {provider_id: count + 1}, hour_start(now, zone))
