"""Travel times on roads: the training city always, and real extracts where they lie beside the project.

*Cold* asks for a matrix of 60 by 60 with nothing cached, *warm* for the same one again. The peer computes the same
shortest-path trees anew each time, straight with scipy.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from app.benches import Result
from app.benches.timing import median_s, seconds_of
from core.domain.vehicle import Vehicle
from core.routing.city import City
from core.routing.osm_import import import_osm
from core.routing.road_graph import RoadGraph
from core.routing.training_city import training_city

EXTRACTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm"
SIDE = 60
RUNS = 3
CACHE_MB = 512


def run(scale: float = 1.0) -> Result:
    side = max(5, int(SIDE * scale))
    result = Result()
    city = training_city()
    result.figures |= _city(city, side, "training")
    result.peers, scipy_s = _peer(city, side)
    result.ratios = {
        "matrix_warm_vs_scipy": scipy_s / result.figures["training_matrix_warm_ms"] * 1000,
        "matrix_cold_vs_scipy": scipy_s / result.figures["training_matrix_cold_ms"] * 1000,
    }
    extracts = sorted(EXTRACTS.glob("*.osm.pbf")) if scale >= 1 else []
    if not extracts:
        result.notes.append(f"no extracts were read: there are none in {EXTRACTS}" if scale >= 1 else "no extracts were read")
    with tempfile.TemporaryDirectory() as folder:
        for extract in extracts:
            name = extract.name.removesuffix(".osm.pbf").replace("-", "_")
            target = Path(folder) / f"{name}.city"
            result.figures[f"{name}_import_s"] = median(
                seconds_of(lambda extract=extract, target=target: import_osm(extract, target, _quiet))  # type: ignore[misc]
                for _ in range(2)
            )
            result.figures |= _city(City.load(target), side, name)
    return result


def _city(city: City, side: int, name: str) -> dict[str, float]:
    places = _places(city, 2 * side + 40)
    origins, destinations, single = places[:side], places[side : 2 * side], places[2 * side :]
    graph = RoadGraph(city, CACHE_MB)
    graph.matrix(single[:1], single[:1], Vehicle.CAR)
    trees = [seconds_of(lambda p=p: graph.matrix(p[None], destinations, Vehicle.CAR)) for p in single[1:]]  # type: ignore[misc]

    def fresh() -> Callable[[], object]:
        cold = RoadGraph(city, CACHE_MB)
        cold.matrix(single[:1], single[:1], Vehicle.CAR)  # the network itself is built once a start
        return lambda: cold.matrix(origins, destinations, Vehicle.CAR)

    cold_s = median(seconds_of(fresh()) for _ in range(RUNS))
    warm = fresh()
    warm_s = median_s(warm, 10 * RUNS)
    return {
        f"{name}_nodes": len(graph.network(Vehicle.CAR).nodes),
        f"{name}_tree_ms": 1000 * median(trees),
        f"{name}_matrix_cold_ms": 1000 * cold_s,
        f"{name}_matrix_warm_ms": 1000 * warm_s,
    }


def _peer(city: City, side: int) -> tuple[dict[str, float], float]:
    from scipy.sparse.csgraph import dijkstra

    network = RoadGraph(city, CACHE_MB).network(Vehicle.CAR)
    places = _places(city, 2 * side + 40)
    origins, destinations = (network.snap(p)[0] for p in (places[:side], places[side : 2 * side]))
    seconds = median_s(lambda: dijkstra(network.forward, indices=origins)[:, destinations], RUNS)
    return {"scipy_matrix_ms": 1000 * seconds}, seconds


def _places(city: City, count: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    nodes = rng.choice(len(city.node_lat), count, replace=False)
    return np.column_stack((city.node_lat[nodes], city.node_lon[nodes]))


def _quiet(what: str, part: float) -> None:
    """Progress is nothing for a measurement."""
