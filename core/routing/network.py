"""From ways to the arrays of a city: segments cut short enough to snap to, and seconds per vehicle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from core.routing.city import ROAD_CLASSES, VEHICLES
from core.routing.geometry import haversine_m

QUANTUM_S = 1 / 16
"""Edge times are multiples of this: a float32 holds them exactly up to 12 days, so a sum is the same in any order."""
MAX_SEGMENT_M = 60.0
JUNCTION_S = np.array([0.0, 1.0, 1.5, 2.0])
SIGNAL_S = np.array([5.0, 6.0, 6.0, 8.0])
"""Mean loss at a junction and at a traffic light, per vehicle: part of the waits, since most are met on green."""

Speeds = tuple[float, float, float, float]
"""km/h per vehicle in the order of VEHICLES; 0 where it may not go."""
NOWHERE: Speeds = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Way:
    """A stretch of road: keys of its points, class of ROAD_CLASSES, name, and speeds along and against its direction."""

    nodes: Sequence[int]
    road_class: str
    name: str
    forward: Speeds
    backward: Speeds


class Arrays(TypedDict):
    """The road arrays of `City`, under its names."""

    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    edge_length_m: NDArray[np.float32]
    edge_class: NDArray[np.uint8]
    edge_street: NDArray[np.int32]
    edge_seconds: NDArray[np.float32]
    streets: tuple[str, ...]


def quantised(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to QUANTUM_S, never down to nothing. ``inf`` stays."""
    return np.maximum(np.rint(seconds / QUANTUM_S), 1.0) * QUANTUM_S


def assemble(
    ways: Sequence[Way],
    points: Mapping[int, tuple[float, float]],
    signals: Collection[int] = (),
    blocked: Mapping[int, Sequence[bool]] | None = None,
) -> Arrays:
    """Build the arrays. ``points`` gives (lat, lon) per key; ``signals`` are keys with a traffic light; ``blocked`` says per
    key which vehicles can't pass it, in the order of VEHICLES."""
    start = np.cumsum([0] + [len(w.nodes) for w in ways])
    keys = np.fromiter((k for w in ways for k in w.nodes), np.int64, count=int(start[-1]))
    unique, index = np.unique(keys, return_inverse=True)
    place = np.array([points[k] for k in unique.tolist()], np.float64).reshape(-1, 2)
    inner = np.ones(len(keys), bool)
    inner[start[1:] - 1] = False
    first = np.flatnonzero(inner)
    way = np.repeat(np.arange(len(ways)), np.diff(start))[first]
    tail, head = index[first], index[first + 1]
    keep = tail != head
    way, tail, head = way[keep], tail[keep], head[keep]

    length = haversine_m(place[tail, 0], place[tail, 1], place[head, 0], place[head, 1])
    speed = np.array([[w.forward, w.backward] for w in ways], np.float64).reshape(-1, 2, len(VEHICLES))
    loss = _losses(unique, tail, head, speed[way].max(axis=1) > 0, signals)
    shut = np.zeros((len(unique), len(VEHICLES)), bool)
    for key, vehicles in (blocked or {}).items():
        at = int(np.searchsorted(unique, key))
        if at < len(unique) and unique[at] == key:
            shut[at] = vehicles
    barred = shut[tail] | shut[head]

    # Long segments are cut into equal pieces; the loss at a junction goes to the piece that enters it.
    pieces = np.maximum(1, np.ceil(length / MAX_SEGMENT_M)).astype(np.int64)
    part = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    of = np.repeat(np.arange(len(pieces)), pieces)
    fresh = len(unique) + np.cumsum(np.maximum(pieces - 1, 0)) - (pieces - 1)
    piece_tail = np.where(part == 0, tail[of], fresh[of] + part - 1)
    piece_head = np.where(part == pieces[of] - 1, head[of], fresh[of] + part)
    cut = part > 0
    share = (part[cut] / pieces[of[cut]])[:, None]
    nodes = np.concatenate((place, place[tail[of[cut]]] * (1 - share) + place[head[of[cut]]] * share))

    piece_length = length[of] / pieces[of]
    seconds = []
    for direction, enters, entered in ((0, part == pieces[of] - 1, head), (1, part == 0, tail)):
        kmh = np.where(barred, 0.0, speed[way, direction])[of]
        moving = np.full(kmh.shape, np.inf)
        np.divide(piece_length[:, None] * 3.6, kmh, out=moving, where=kmh > 0)
        seconds.append(quantised(moving + np.where(enters[:, None], loss[entered[of]], 0.0)))
    names = {name: i for i, name in enumerate(sorted({w.name for w in ways if w.name}))}
    street = np.array([names.get(w.name, -1) for w in ways], np.int32)
    classes = np.array([ROAD_CLASSES.index(w.road_class) for w in ways], np.uint8)

    edge_seconds = np.concatenate(seconds).T
    edge_tail, edge_head = np.concatenate((piece_tail, piece_head)), np.concatenate((piece_head, piece_tail))
    usable = np.isfinite(edge_seconds).any(axis=0)
    twice = np.concatenate((of, of))[usable]
    used, ends = np.unique(np.concatenate((edge_tail[usable], edge_head[usable])), return_inverse=True)
    count = int(usable.sum())
    return Arrays(
        node_lat=nodes[used, 0],
        node_lon=nodes[used, 1],
        edge_tail=ends[:count].astype(np.int32),
        edge_head=ends[count:].astype(np.int32),
        edge_length_m=(length[twice] / pieces[twice]).astype(np.float32),
        edge_class=classes[way[twice]],
        edge_street=street[way[twice]],
        edge_seconds=np.ascontiguousarray(edge_seconds[:, usable], np.float32),
        streets=tuple(names),
    )


def _losses(
    unique: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    usable: NDArray[np.bool_],
    signals: Collection[int],
) -> NDArray[np.float64]:
    """Seconds lost on reaching each node, shape (nodes, vehicles). A junction has three arms that cars may use."""
    car = usable[:, -1]
    arms = np.bincount(np.concatenate((tail[car], head[car])), minlength=len(unique))
    lit = np.isin(unique, np.fromiter(signals, np.int64, count=len(signals)))
    loss: NDArray[np.float64] = np.where(lit[:, None], SIGNAL_S, np.where((arms >= 3)[:, None], JUNCTION_S, 0.0))
    return loss
