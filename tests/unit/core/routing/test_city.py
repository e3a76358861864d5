from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.routing.city import VERSION, City


@pytest.fixture
def saved(small_city: City, tmp_path: Path) -> Path:
    path = tmp_path / "toy.city"
    small_city.save(path)
    return path


def test_a_saved_city_comes_back_as_it_was(small_city: City, saved: Path) -> None:
    back = City.load(saved)
    for name, value in vars(small_city).items():
        if isinstance(value, np.ndarray):
            assert getattr(back, name).dtype == value.dtype
            np.testing.assert_array_equal(getattr(back, name), value)
        else:
            assert getattr(back, name) == value, name
    assert isinstance(back.merchants[0].place, LatLon)
    assert isinstance(back.areas[0].polygons[0][0][0], LatLon)


def test_the_same_city_is_the_same_file(small_city: City, saved: Path, tmp_path: Path) -> None:
    City.load(saved).save(tmp_path / "again.city")
    assert (tmp_path / "again.city").read_bytes() == saved.read_bytes()
    assert not list(tmp_path.glob("*.new"))


def test_every_cut_of_the_file_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 211):
        saved.write_bytes(whole[:length])
        with pytest.raises(BadInput, match=r"toy\.city is "):
            City.load(saved)


def test_a_changed_byte_is_never_taken_for_good(saved: Path, small_city: City) -> None:
    """Every byte of data is under a check sum; what changes in the zip's own fields either fails or changes nothing."""
    whole = bytearray(saved.read_bytes())
    refused = 0
    for at in range(0, len(whole), 37):
        broken = bytearray(whole)
        broken[at] ^= 0x55
        saved.write_bytes(broken)
        try:
            back = City.load(saved)
        except BadInput:
            refused += 1
        else:
            np.testing.assert_array_equal(back.edge_seconds, small_city.edge_seconds)
            assert back.merchants == small_city.merchants
    assert refused > len(whole) / 37 / 2


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18)])
def test_foreign_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.city"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"^x\.city is not a Kerbside city file.*$"):
        City.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no city file"):
        City.load(tmp_path / "none.city")
    with pytest.raises(BadInput):
        City.load(tmp_path)


def _rewrite(path: Path, **changes: object) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    meta = json.loads(members["city.json"]) | changes
    members["city.json"] = json.dumps(meta).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": VERSION + 1}, "newer Kerbside"),
        ({"version": "two"}, "not a Kerbside city file, or damaged"),
        ({"format": "other"}, "not a Kerbside city file"),
        ({"bounds": [1, 2]}, "or damaged"),
        ({"merchants": [["m"]]}, "or damaged"),
        ({"streets": []}, "or damaged"),
    ],
)
def test_a_newer_or_twisted_file_is_refused(saved: Path, changes: dict[str, object], says: str) -> None:
    _rewrite(saved, **changes)
    with pytest.raises(BadInput, match=says):
        City.load(saved)


def test_an_address_is_the_nearest_street_with_a_steady_number(small_city: City) -> None:
    address = small_city.address_near(LatLon(50.0001, 10.0033))
    street, number = address.rsplit(" ", 1)
    assert street == "Long Road"
    assert int(number) > 0
    assert small_city.address_near(LatLon(50.0001, 10.0033)) == address
    assert small_city.address_near(LatLon(50.0009, 10.0021)).startswith("Short Lane")


def test_numbers_differ_on_the_two_sides_and_along_the_street(small_city: City) -> None:
    north, south = (int(small_city.address_near(LatLon(50 + d, 10.0035)).rsplit(" ", 1)[1]) for d in (1e-4, -1e-4))
    farther = int(small_city.address_near(LatLon(50.0001, 10.0006)).rsplit(" ", 1)[1])
    assert north % 2 != south % 2
    assert farther != north
