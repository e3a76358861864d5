"""Measurements of the program's parts, each beside what others would do in the same run: machines differ, ratios less so.

Figures are medians of several runs with a fixed seed. A bench is a module here with ``run(scale)``; ``scale`` shrinks its
work, for tests. Names end in their unit: ``_s``, ``_ms``, ``_per_s``; the rest are counts, and say what was measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from core.domain.errors import BadInput

Numbers = dict[str, float]

BENCHES = {
    "storage": "changes through the one writer, acknowledged once they are on disk",
    "tracking": "positions from a phone's message to where a search finds them, 50,000 drivers",
    "search": "who is in a circle, in an isochrone, nearest, among 50,000 and 500,000 drivers",
    "geofence": "arrivals, passings and departures of 50,000 drivers at two stops each, one pass",
    "ingest": "a flood of positions through mosquitto into the engine, 50,000 drivers",
    "api": "orders by HTTP, from the request to 201, while 50,000 drivers report",
    "history": "keeping and finding the positions of 50,000 drivers",
    "map": "the live map with up to 50,000 drivers on the move: main thread, renderer, frames while panning and zooming",
    "board": "the orders board with 5,000 orders: rows, changes, filters, groups, scrolling",
    "timeline": "the timeline of 300 drivers over 12 hours: drawing, scrolling, holding an order over another driver",
    "recorder": "looking back over a log of 100,000 events: reading it, jumps, memory",
    "desk": "the whole console, 2,000 drivers, 5,000 orders and every panel open: how long a click waits",
    "matching": "cycles of a market at its peak, 1,000 drivers by 2,000 orders, and what comes of them",
    "sharing": "batching and chaining on against off, at the training city's peak: drivers' time per delivery and lateness",
    "start": "from the command line to a window that can be used, compiled files at hand or not",
    "routing": "reading OSM extracts, shortest-path trees, travel-time matrices",
}
"""Name and what it measures, in the order in which they are run."""


@dataclass(slots=True)
class Result:
    """``peers`` are others at the same work, ``ratios`` are how many times better we are (above 1) unless the name says
    what is divided; ``notes`` say what was left out and why."""

    figures: Numbers = field(default_factory=dict)
    peers: Numbers = field(default_factory=dict)
    ratios: Numbers = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find(name: str) -> Callable[..., Result]:
    """The bench of that name. Raises BadInput with the names where there is none."""
    if name not in BENCHES:
        raise BadInput(f"there is no bench {name!r}: choose one of {', '.join(BENCHES)}")
    run: Callable[..., Result] = import_module(f"app.benches.{name}").run
    return run
