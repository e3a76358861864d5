"""Travel times over a city's roads, from cached shortest-path trees.

A place is tied to the nearest node that its vehicle can both reach and leave. Edge times are multiples of 1/16 s and so are
the legs to the road, so every sum is exact: a tree from the origin and a tree to the destination give the same answer, and
no decision depends on what happens to be cached.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.ports import Path, Points
from core.routing.city import City
from core.routing.geometry import Projection
from core.routing.great_circle import GreatCircle
from core.routing.network import QUANTUM_S
from core.routing.searches import way_seconds
from core.routing.tree_cache import Tree, TreeCache
from core.routing.way_memory import WayMemory

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]

LEG_SPEED_MS: dict[Vehicle, float] = {Vehicle.WALK: 1.25, Vehicle.BIKE: 3.0, Vehicle.SCOOTER: 4.0, Vehicle.CAR: 4.0}
"""Speed between a place and its node, straight. Nodes stand at most 60 m apart, so most of a leg runs along the road."""
_ISOCHRONES = 256


class VehicleNetwork:
    """The roads that one vehicle can go round on: its largest strongly connected component, with nodes of its own numbering.

    ``xy`` (n, 2) metres; ``forward`` and ``backward`` hold the seconds of the edges, tail to head and head to tail.
    """

    def __init__(self, city: City, vehicle: Vehicle, projection: Projection) -> None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        self.vehicle = vehicle
        self.projection = projection
        seconds = city.seconds(vehicle)
        count = len(city.node_lat)
        edges = np.flatnonzero(np.isfinite(seconds) & (city.edge_tail != city.edge_head))
        tail, head = city.edge_tail[edges], city.edge_head[edges]
        _, label = connected_components(
            csr_array((np.ones(len(edges)), (tail, head)), shape=(count, count)), connection="strong"
        )
        inside = label == np.argmax(np.bincount(label))
        edges = edges[inside[tail] & inside[head]]
        nodes = np.unique(np.concatenate((city.edge_tail[edges], city.edge_head[edges])))
        tail, head = np.searchsorted(nodes, city.edge_tail[edges]), np.searchsorted(nodes, city.edge_head[edges])
        # Of parallel edges only the quickest counts; a sparse matrix would add them up.
        order = np.lexsort((seconds[edges], head, tail))
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        order = order[first]
        self.nodes: Indices = nodes.astype(np.int64)
        self.tail: Indices = tail[order]
        self.head: Indices = head[order]
        self.seconds: Floats = seconds[edges[order]].astype(np.float64)
        self.length_m: Floats = city.edge_length_m[edges[order]].astype(np.float64)
        self.points: Points = np.stack((city.node_lat[nodes], city.node_lon[nodes]), axis=1)
        self.xy: Floats = projection.to_xy(self.points)
        shape = (len(nodes), len(nodes))
        self.forward: csr_array = csr_array((self.seconds, (self.tail, self.head)), shape=shape)
        self.backward: csr_array = csr_array((self.seconds, (self.head, self.tail)), shape=shape)
        # Edges are sorted by tail, so those that leave node i are first_edge[i] up to first_edge[i + 1].
        self.first_edge: Indices = np.searchsorted(self.tail, np.arange(len(nodes) + 1))

    @cached_property
    def _index(self) -> cKDTree:
        from scipy.spatial import cKDTree

        return cKDTree(self.xy)

    def snap(self, points: Points) -> tuple[Indices, Floats, Floats]:
        """The node nearest to each point, the seconds of the leg to it, and the points as (x, y)."""
        xy = self.projection.to_xy(np.asarray(points, np.float64).reshape(-1, 2))
        # Many ways begin and end at the same places; sorted as complex numbers, much faster than by rows.
        once, at = np.unique(np.ascontiguousarray(xy).view(np.complex128).reshape(-1), return_inverse=True)
        metres, node = self._index.query(once.view(np.float64).reshape(-1, 2))
        return np.asarray(node, np.int64)[at], self.leg_s(np.asarray(metres, np.float64))[at], xy

    def leg_s(self, metres: Floats) -> Floats:
        return np.asarray(np.rint(metres / LEG_SPEED_MS[self.vehicle] / QUANTUM_S) * QUANTUM_S)


class RoadGraph:
    """`TravelTimes` over a city. ``cache_mb`` bounds the trees of all vehicles together; use one per thread.

    A vehicle that the city has no roads for is timed as the crow flies.
    """

    def __init__(self, city: City, cache_mb: float = 512) -> None:
        self._city = city
        self._projection = Projection(*city.centre)
        self._networks: dict[Vehicle, VehicleNetwork] = {}
        self._cache = TreeCache(cache_mb)
        self._isochrones: OrderedDict[tuple[Vehicle, float, LatLon], tuple[tuple[LatLon, ...], ...]] = OrderedDict()
        self._memories: dict[Vehicle, WayMemory] = {}
        self._roadless = GreatCircle()

    @property
    def cached_mb(self) -> float:
        """What the trees and the ways kept so far take; both are bounded."""
        return self._cache.held_mb + sum(memory.held_mb for memory in self._memories.values())

    def network(self, vehicle: Vehicle) -> VehicleNetwork:
        """The vehicle's own network, built at the first call."""
        network = self._networks.get(vehicle)
        if network is None:
            network = self._networks[vehicle] = VehicleNetwork(self._city, vehicle, self._projection)
        return network

    def matrix(self, origins: Points, destinations: Points, vehicle: Vehicle) -> Floats:
        net = self.network(vehicle)
        if not len(net.nodes):
            return self._roadless.matrix(origins, destinations, vehicle)
        from_node, from_leg, from_xy = net.snap(origins)
        to_node, to_leg, to_xy = net.snap(destinations)
        starts, start_of = np.unique(from_node, return_inverse=True)
        ends, end_of = np.unique(to_node, return_inverse=True)
        between = np.empty((len(starts), len(ends)))
        if self._missing(net, False, starts) < self._missing(net, True, ends):
            for i, tree in self._trees(net, False, starts):
                between[i] = tree[ends]
        else:
            for j, tree in self._trees(net, True, ends):
                between[:, j] = tree[starts]
        seconds = between[np.ix_(start_of, end_of)] + from_leg[:, None] + to_leg[None, :]
        row, column = np.nonzero(from_node[:, None] == to_node[None, :])
        straight = self._straight(net, from_xy[row], to_xy[column])
        seconds[row, column] = np.minimum(seconds[row, column], straight)
        return seconds

    def pairs(self, origins: Points, destinations: Points, vehicle: Vehicle) -> Floats:
        net = self.network(vehicle)
        if not len(net.nodes):
            return self._roadless.pairs(origins, destinations, vehicle)
        from_node, from_leg, from_xy = net.snap(origins)
        to_node, to_leg, to_xy = net.snap(destinations)
        seconds = self._between(net, from_node, to_node)
        seconds += from_leg + to_leg
        same = np.flatnonzero(from_node == to_node)
        seconds[same] = np.minimum(seconds[same], self._straight(net, from_xy[same], to_xy[same]))
        return seconds

    def path(self, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
        """The quickest way; where two are equally quick, always the same one of them."""
        net = self.network(vehicle)
        if not len(net.nodes):
            return self._roadless.path(origin, destination, vehicle)
        ends = np.array([origin, destination], np.float64)
        node, leg, xy = net.snap(ends)
        straight = self._straight(net, xy[:1], xy[1:])[0]
        if node[0] == node[1] and straight <= leg.sum():
            return Path(ends, np.array([0.0, straight]), float(np.hypot(*(xy[1] - xy[0]))))
        (_, to_end), *_ = self._trees(net, True, node[1:])
        on_road, edges = self._walk(net, int(node[0]), int(node[1]), to_end.astype(np.float64))
        points = np.concatenate((ends[:1], net.points[on_road], ends[1:]))
        times = np.concatenate(([0.0, leg[0]], leg[0] + np.cumsum(net.seconds[edges])))
        times = np.append(times, times[-1] + leg[1])
        off_road_m = np.hypot(*(xy - net.xy[node]).T).sum()
        return Path(points, times, float(net.length_m[edges].sum() + off_road_m))

    def isochrone(self, centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
        net = self.network(vehicle)
        if not len(net.nodes):
            return self._roadless.isochrone(centre, vehicle, minutes)
        # By the place itself: another one at the same node has another way to the road, which is part of the region.
        key = (vehicle, minutes, centre)
        rings = self._isochrones.get(key)
        if rings is None:
            node, leg, xy = net.snap(np.array([centre], np.float64))
            from core.routing.isochrone import reached_region  # shapely comes with it

            (_, tree), *_ = self._trees(net, False, node)
            rings = reached_region(net, tree.astype(np.float64), minutes * 60 - float(leg[0]), xy[0], int(node[0]))
            self._isochrones[key] = rings
            if len(self._isochrones) > _ISOCHRONES:
                self._isochrones.popitem(last=False)
        self._isochrones.move_to_end(key)
        return rings

    def _between(self, net: VehicleNetwork, start: Indices, end: Indices) -> Floats:
        """Seconds from node to node, shape (n,): from a tree that is there, as remembered, or searched as far as need be."""
        count = len(net.nodes)
        keys, back = np.unique(start * count + end, return_inverse=True)
        start, end = keys // count, keys % count
        seconds = np.full(len(keys), np.nan)
        for reverse, root_of, leaf_of in ((False, start, end), (True, end, start)):
            left = np.flatnonzero(np.isnan(seconds))
            roots, group = np.unique(root_of[left], return_inverse=True)
            trees = [self._cache.find(net.vehicle, reverse, root) for root in roots.tolist()]
            planted = np.array([tree is not None for tree in trees], dtype=np.bool_)
            here = np.flatnonzero(planted[group]) if len(left) else left
            order = here[np.argsort(group[here], kind="stable")]
            for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
                if len(rows):
                    tree = trees[group[rows[0]]]
                    assert tree is not None
                    seconds[left[rows]] = tree[leaf_of[left[rows]]]
        left = np.flatnonzero(np.isnan(seconds))
        memory = self._memories.setdefault(net.vehicle, WayMemory())
        seconds[left] = memory.recall(keys[left])
        left = left[np.isnan(seconds[left])]
        if len(left):
            roots, ends = start[left], end[left]
            reverse = len(np.unique(ends)) < len(np.unique(roots))
            found = way_seconds(net.backward, ends, roots) if reverse else way_seconds(net.forward, roots, ends)
            seconds[left] = found
            memory.keep(keys[left], found)
        answer: Floats = seconds[back]
        return answer

    def _trees(self, net: VehicleNetwork, reverse: bool, roots: Indices) -> Iterator[tuple[int, Tree]]:
        return self._cache.trees(net.vehicle, net.backward if reverse else net.forward, reverse, roots)

    def _missing(self, net: VehicleNetwork, reverse: bool, roots: Indices) -> tuple[int, int]:
        """How many trees would have to be computed, then how many are needed at all."""
        return sum(not self._cache.has(net.vehicle, reverse, r) for r in roots.tolist()), len(roots)

    @staticmethod
    def _straight(net: VehicleNetwork, a: Floats, b: Floats) -> Floats:
        """Seconds between places that stand at the same node, without the way to it and back."""
        return net.leg_s(np.hypot(*(a - b).T))

    @staticmethod
    def _walk(net: VehicleNetwork, start: int, end: int, to_end: Floats) -> tuple[list[int], list[int]]:
        """Nodes and edges of the quickest way, read off a tree: an edge lies on it where the times fit exactly."""
        nodes, edges, here = [start], [], start
        while here != end:
            first, last = net.first_edge[here], net.first_edge[here + 1]
            fits = net.seconds[first:last] + to_end[net.head[first:last]] == to_end[here]
            edge = int(first + np.argmax(fits))
            here = int(net.head[edge])
            nodes.append(here)
            edges.append(edge)
        return nodes, edges
