"""A vehicle-routing problem with pick-ups and deliveries, solved by OR-Tools.

The search is bounded by how many solutions it looks at, so that the answer is the same each time; the clock is a last resort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.matching.market import Ints

LEFT_OUT = 100_000
"""Seconds that it costs to leave an order out: more than any route."""
HORIZON_S = 4 * 3600


@dataclass(frozen=True, slots=True)
class Task:
    """m orders, n vehicles; node i < m is the pick-up of order i, m + i its door, 2m + v the place of vehicle v.

    ``seconds`` (2m + n, 2m + n) are the ways, times whole seconds from now. A vehicle may set off at ``free`` (n,), an order be
    fetched from ``ready`` (m,) on and be done by ``latest`` (m,). ``service`` (2m,) is spent at a stop, once where several
    orders are fetched at one place. ``load`` (m, k) fits into ``room`` (n, k) at any time.
    """

    seconds: Ints
    free: Ints
    ready: Ints
    latest: Ints
    service: Ints
    load: Ints
    room: Ints

    @property
    def orders(self) -> int:
        return len(self.ready)

    def onward(self) -> Ints:
        """Seconds from being at a node to being at the next, shape (2m + n + 1, 2m + n + 1); the last node is where all end."""
        m, n = self.orders, len(self.free)
        after = np.concatenate([self.service, np.zeros(n, dtype=np.int64)])
        onward = np.zeros((2 * m + n + 1, 2 * m + n + 1), dtype=np.int64)
        onward[:-1, :-1] = self.seconds + after[:, None]
        onward[:-1, -1] = after
        here = onward[:m, :m]
        here[self.seconds[:m, :m] == 0] = 0
        return onward


def routes(task: Task, solutions: int, limit_s: float) -> list[list[int]]:
    """The stops of each vehicle, as nodes, of the shortest routes found; orders may be left out where they don't fit."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    m, n = task.orders, len(task.free)
    if not m or not n:
        return [[] for _ in range(n)]
    end = 2 * m + n
    manager = pywrapcp.RoutingIndexManager(end + 1, n, list(range(2 * m, end)), [end] * n)
    routing = pywrapcp.RoutingModel(manager)
    onward = routing.RegisterTransitMatrix(task.onward().tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(onward)
    routing.AddDimension(onward, HORIZON_S, 2 * HORIZON_S, False, "time")
    time = routing.GetDimensionOrDie("time")
    for k in range(task.load.shape[1]):
        change = np.concatenate([task.load[:, k], -task.load[:, k], np.zeros(n + 1, dtype=np.int64)])
        added = routing.RegisterUnaryTransitVector(change.tolist())
        routing.AddDimensionWithVehicleCapacity(added, 0, task.room[:, k].tolist(), True, f"load {k}")
    for v, free in enumerate(task.free.tolist()):
        time.CumulVar(routing.Start(v)).SetMin(free)
    for i in range(m):
        fetch, bring = manager.NodeToIndex(i), manager.NodeToIndex(m + i)
        routing.AddPickupAndDelivery(fetch, bring)
        routing.solver().Add(routing.VehicleVar(fetch) == routing.VehicleVar(bring))
        routing.solver().Add(time.CumulVar(fetch) <= time.CumulVar(bring))
        time.CumulVar(fetch).SetMin(int(task.ready[i]))
        time.CumulVar(bring).SetMax(int(max(task.latest[i] - task.service[m + i], 0)))
        routing.AddDisjunction([fetch, bring], LEFT_OUT, 2)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.solution_limit = solutions
    search.time_limit.FromMilliseconds(max(1, int(1000 * limit_s)))
    found = routing.SolveWithParameters(search)
    if found is None:
        return [[] for _ in range(n)]
    return [_stops(manager, routing, found, v) for v in range(n)]


def _stops(manager: Any, routing: Any, found: Any, vehicle: int) -> list[int]:
    stops: list[int] = []
    at = found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(at):
        stops.append(manager.IndexToNode(at))
        at = found.Value(routing.NextVar(at))
    return stops
