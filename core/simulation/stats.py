"""What the simulated world asked for and did, counted on its own side: what was asked against what was held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class SimulationStats:
    """``refused_commands`` were turned down by the console, ``unreadable`` messages could not be understood."""

    orders_placed: int = 0
    cancelled_by_customers: int = 0
    cancelled_by_merchants: int = 0
    refused_commands: int = 0
    offers_received: int = 0
    offers_accepted: int = 0
    offers_rejected: int = 0
    offers_ignored: int = 0
    picked_up: int = 0
    delivered: int = 0
    unreadable: int = 0
