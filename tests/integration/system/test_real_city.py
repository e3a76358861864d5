"""A real extract from import to a demo in its streets."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import EXTRACT, figures, finish

pytestmark = pytest.mark.skipif(not EXTRACT.exists(), reason="the shared extracts are not here")

Running = Callable[..., subprocess.Popen[str]]


def test_porto_alegre_is_imported_and_driven_in(tmp_path: Path, running: Running) -> None:
    code, out, err = finish(running("--data", tmp_path, "import", EXTRACT))
    assert (code, err) == (0, "")
    assert "r5r_poa" in out
    assert f"written to {tmp_path / 'cities' / 'r5r_poa.city'}" in out
    assert 'city = "r5r_poa.city"' in (tmp_path / "settings.toml").read_text()
    found = figures(
        running("--data", tmp_path, "demo", "--headless", "--minutes", 3, "--seed", 1, "--json", "--city", "r5r_poa")
    )
    assert (found["city"], found["simulated_min"]) == ("r5r_poa", 3.0)
    assert found["orders_placed"] > 5
    assert found["mqtt_sent"] > 60
    assert found["refused"] == 0


@pytest.mark.parametrize("share", [0.5, 0.98])
def test_an_extract_that_was_cut_short_is_refused_and_leaves_no_city(tmp_path: Path, running: Running, share: float) -> None:
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(EXTRACT.read_bytes()[: int(EXTRACT.stat().st_size * share)])
    code, out, err = finish(running("--data", tmp_path / "data", "import", cut))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "cut.osm.pbf" in err
    assert not [*(tmp_path / "data" / "cities").iterdir()]


def test_several_files_at_once_are_reported_one_by_one(tmp_path: Path, running: Running) -> None:
    shops = tmp_path / "shops.csv"
    shops.write_text("id,name,lat,lon\nM-1,Rosa,-30.03,-51.22\n")
    code, out, err = finish(running("--data", tmp_path / "data", "import", "--json", shops, EXTRACT))
    assert (code, err) == (0, "")
    done = {Path(entry["file"]).name: entry for entry in json.loads(out)}
    assert done["shops.csv"]["imported"] == 1
    assert done[EXTRACT.name]["edges"] > 50_000
