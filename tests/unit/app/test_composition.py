"""Which city is used, what a headless run is made of, and a composition that fails half-way."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import city_file, compose
from app.cli.headless import demo_figures, summary
from app.demo import Run, percentile
from app.lines import check_broker
from core.clock import SteppedClock
from core.domain import commands as c
from core.domain.errors import BadInput
from core.messaging.local import LocalBroker
from core.settings import Settings
from core.storage.folder import DataFolder
from core.storage.store import Store
from tests.rigs import DOOR, START, Rig


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with DataFolder(tmp_path / "data") as folder:
        yield folder


def test_a_city_is_named_by_its_path_its_file_or_its_name(folder: DataFolder, tmp_path: Path) -> None:
    inside, outside = folder.cities / "oslo.city", tmp_path / "anywhere.city"
    for path in (inside, outside):
        path.write_bytes(b"")
    assert city_file(folder, Path("oslo")) == inside
    assert city_file(folder, Path("oslo.city")) == inside
    assert city_file(folder, outside) == outside
    with pytest.raises(BadInput, match="there is no city file bergen: import an OSM extract first"):
        city_file(folder, Path("bergen"))


def test_a_folder_of_cities_that_can_not_be_read_is_told(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = Path.stat

    def denied(path: Path, **how: bool) -> os.stat_result:
        if path.parent == folder.cities:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", denied)  # whoever is root may read everything
    with pytest.raises(BadInput, match=r"the city file .* can't be read: "):
        city_file(folder, Path("oslo"))
    with pytest.raises(BadInput, match=r"the city file .* can't be read: "):
        city_file(folder, None)


def test_the_training_city_is_made_once(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    class City:
        def save(self, path: Path) -> None:
            made.append(path)
            path.write_bytes(b"city")

    monkeypatch.setattr("core.routing.training_city.training_city", City)
    assert city_file(folder, None) == city_file(folder, None)
    assert made == [folder.cities / "training.city"]


def test_a_composition_that_fails_leaves_nothing_open(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SteppedClock(START)
    settings = Settings()

    def fails(*args: object, **more: object) -> object:
        raise BadInput("no engine today")

    monkeypatch.setattr("app.bootstrap.Engine", fails)
    monkeypatch.setattr("app.bootstrap.make_executor", lambda *args: Pool())
    line = LocalBroker(clock).endpoint("console", ())
    with pytest.raises(BadInput, match="no engine today"):
        compose(folder.database, settings, clock, line, city_path=None)
    assert Pool.ended == 1
    assert line.stats.state == "lost"
    folder.database.unlink()  # on Windows an open file could not be
    Store.open(folder.database).close()


class Pool:
    ended = 0

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        Pool.ended += 1


@pytest.mark.parametrize("address", ["embedded", "mqtt://10.0.0.1", "mqtts://broker.example:8884"])
def test_an_address_that_a_broker_may_have(address: str) -> None:
    check_broker(address)
    with pytest.raises(BadInput):
        check_broker(f"{address}:99999x")


def test_the_figures_of_a_run_in_which_nothing_was_due(rig: Rig) -> None:
    run = Run(rig, (), 1.0, 0.5)  # type: ignore[arg-type]
    figures = demo_figures(run, "Town", 1, online_hours=0.5)
    assert (figures["due_delivered_pct"], figures["pdt_min"], figures["orders_placed"]) == (None, None, 0)
    assert (figures["cycle_p50_s"], figures["refused"], figures["city"]) == (0.0, 0, "Town")
    assert "None" not in summary(figures)


def test_orders_that_were_due_count_unless_they_were_cancelled(rig: Rig) -> None:
    rig.engine.matching_paused = True
    for n in range(1, 5):
        rig.place(f"O-{n}", due_at=rig.clock.now() + (60 if n < 4 else 6000))
    for n in (1, 2):
        rig.do(c.AssignOrder(order_id=f"O-{n}", driver_id="D-1"))
    for event in ("picked_up", "delivered"):
        rig.say("D-1", event, order="O-1")
    rig.do(c.CancelOrder(order_id="O-3"))
    rig.tick(90)
    rig.say("D-1", "picked_up", order="O-2")
    rig.tick()
    figures = demo_figures(Run(rig, (0.1, 0.3), 1.5, 0.5), "Town", 1, online_hours=1.0)  # type: ignore[arg-type]
    assert (figures["orders_due"], figures["due_delivered_pct"]) == (2, 50.0)
    assert (figures["orders_delivered"], figures["orders_cancelled"], figures["orders_open"]) == (1, 1, 2)
    assert figures["orders_per_driver_hour"] == 1.0
    assert figures["cycle_p50_s"] == 0.2
    assert rig.order("O-1").dropoff == DOOR
    assert summary(figures).count("\n") == 4


@pytest.mark.parametrize(("values", "q", "wanted"), [([], 95, 0.0), ([2.0], 50, 2.0), ([1.0, 2.0, 3.0], 50, 2.0)])
def test_percentiles(values: list[float], q: float, wanted: float) -> None:
    assert percentile(values, q) == wanted
