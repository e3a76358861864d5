"""The real extracts, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon, distance_m
from core.domain.vehicle import Vehicle
from core.routing.city import City
from core.routing.osm_import import import_osm
from core.routing.road_graph import RoadGraph

EXTRACTS = Path(__file__).resolve().parents[4] / "shared" / "data" / "osm"


@pytest.fixture(scope="module", params=["r5r_poa", "otp_oslo-east"])
def extract(request: pytest.FixtureRequest) -> Path:
    path = EXTRACTS / f"{request.param}.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path


@pytest.fixture(scope="module")
def city(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    target = tmp_path_factory.mktemp("city") / "real.city"
    report = import_osm(extract, target)
    assert report.ways > 10_000
    assert 0 < report.km["car"] < report.km["walk"]
    return City.load(target)


def test_a_real_city_is_whole(city: City) -> None:
    assert len(city.node_lat) > 40_000
    assert len(city.streets) > 900
    graph = RoadGraph(city)
    for vehicle in Vehicle:
        open_ = np.isfinite(city.seconds(vehicle))
        nodes = np.unique(city.edge_head[open_])
        assert len(graph.network(vehicle).nodes) > 0.75 * len(nodes)


def test_times_on_real_roads_agree_and_are_of_this_world(city: City) -> None:
    rng = np.random.default_rng(1)
    at = rng.integers(0, len(city.node_lat), (2, 20))
    places = np.stack((city.node_lat[at], city.node_lon[at]), axis=2)
    graph = RoadGraph(city)
    for vehicle, low, high in ((Vehicle.WALK, 3.5, 5), (Vehicle.BIKE, 9, 17), (Vehicle.SCOOTER, 18, 38), (Vehicle.CAR, 18, 45)):
        seconds = graph.matrix(places[0], places[1], vehicle)
        np.testing.assert_array_equal(RoadGraph(city).matrix(places[1], places[0], vehicle).shape, seconds.shape)
        paths = [graph.path(LatLon(*a), LatLon(*b), vehicle) for a, b in zip(*places, strict=True)]
        assert [p.duration_s for p in paths] == np.diag(seconds).tolist()
        assert low < sum(p.distance_m for p in paths) / sum(p.duration_s for p in paths) * 3.6 < high
        detour = [p.distance_m / distance_m(LatLon(*a), LatLon(*b)) for p, a, b in zip(paths, *places, strict=True)]
        assert 1.0 <= np.median(detour) < 2.2


@pytest.mark.parametrize("share", [0.3, 0.8, 0.999])
def test_a_cut_extract_is_refused(extract: Path, tmp_path: Path, share: float) -> None:
    whole = extract.read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInput, match="not a whole OpenStreetMap extract"):
        import_osm(cut, tmp_path / "cut.city")
    assert not (tmp_path / "cut.city").exists()


def test_a_damaged_extract_is_refused(extract: Path, tmp_path: Path) -> None:
    broken = bytearray(extract.read_bytes())
    for at in range(len(broken) // 2, len(broken) // 2 + 400):
        broken[at] ^= 0xFF
    path = tmp_path / "broken.osm.pbf"
    path.write_bytes(broken)
    with pytest.raises(BadInput):
        import_osm(path, tmp_path / "broken.city")
