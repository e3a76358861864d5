"""A wrong input ends with code 2 and exactly one line that says what to do."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import importing, parser
from app.cli.spooling import at_the_terminal
from core.domain.errors import BadInput
from core.domain.events import SettingsChanged
from core.domain.upkeep import Altered
from core.routing.osm_import import ImportReport
from core.storage.store import Store

MERCHANTS = "id,name,lat,lon\nM-1,Rosa,45.0,9.0\n"
AREA = {
    "type": "Feature",
    "properties": {"name": "Centre"},
    "geometry": {"type": "Polygon", "coordinates": [[[9, 45], [9.1, 45], [9.1, 45.1], [9, 45]]]},
}


def run(*argv: object) -> int:
    try:
        return parser.run([str(word) for word in argv])
    except SystemExit as stop:
        return int(stop.code or 0)


def refused(capsys: pytest.CaptureFixture[str], *argv: object) -> str:
    """The one line on standard error, with code 2 and nothing on standard output."""
    code = run(*argv)
    told = capsys.readouterr()
    assert (code, told.out) == (2, ""), told.err
    assert told.err.startswith("kerbside: ")
    assert told.err.endswith("\n")
    assert len(told.err.splitlines()) == 1, told.err
    return told.err


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["demo", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["demo", "--seed", "one"], "'one' is no number"),
        (["demo", "--seed", "1.5"], "1.5 is no whole number from 0"),
        (["demo", "--seed", "-1"], "-1 is no whole number from 0"),
        (["demo", "--seed", "nan"], "nan is no whole number"),
        (["demo", "--seed", "inf"], "inf is no whole number"),
        (["demo", "--seed", "1e400"], "is no whole number"),
        (["demo", "--seed", "1\n"], None),
        (["demo", "--seed", "9999999999999\n\n"], "is no whole number"),
        (["demo", "--speed", "61"], "61 is not between 0.1 and 60"),
        (["demo", "--speed", "nan"], "nan is not between"),
        (["demo", "--drivers", "0"], "0 is no whole number from 1 to 5000"),
        (["demo", "--orders-per-hour", "-3"], "-3 is not between 0"),
        (["demo", "--minutes", "0"], "0 is not between 0.1"),
        (["demo", "--minutes"], "expected one argument"),
        (["import"], "the following arguments are required: FILE"),
        (["serve", "--broker"], "expected one argument"),
        (["--data"], "expected one argument"),
    ],
)
def test_what_can_t_be_understood(capsys: pytest.CaptureFixture[str], argv: list[str], why: str | None) -> None:
    if why is None:
        assert parser.build_parser().parse_args(argv).seed == 1
        return
    line = refused(capsys, *argv)
    assert why in line
    assert "--help" in line


@pytest.mark.parametrize("command", [[], ["demo"], ["serve"], ["import"], ["bench"]])
def test_help_is_at_hand(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert run(*command, "--help") == 0
    assert "usage: main.py" in capsys.readouterr().out


def test_the_data_folder_may_stand_before_the_command_or_behind_it() -> None:
    build = parser.build_parser()
    for argv in (["--data", "x", "demo"], ["demo", "--data", "x"], ["--data", "y", "demo", "--data", "x"]):
        assert build.parse_args(argv).data == Path("x")
    assert build.parse_args(["demo"]).data is None
    assert build.parse_args([]).command is None


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("absent.csv", None, "there is no file"),
        ("absent.osm.pbf", None, "absent.osm.pbf"),
        ("notes.txt", "hello", "what can be imported"),
        ("people.csv", "", "holds no rows"),
        ("people.csv", "id,name\n", "holds no rows"),
        ("people.csv", "colour,size\nred,4\n", "no column id, name, lat, lon"),
        ("people.csv", b"\xff\xfe\x00\x01", "can't be read as a CSV file"),
        ("people.csv", "id,name,vehicle\nD-1,Ada,rocket\n", "line 2: vehicle must be one of"),
        ("people.csv", "id,name,vehicle\nD-1,Ada,bike\n,Bob,bike\n", "line 3: id is empty"),
        ("people.csv", 'id,name,vehicle\nD-1,"Ada,bike\n', "people.csv"),
        ("shops.csv", "id,name,lat,lon\nM-1,Rosa,95,9\n", "line 2: latitude 95.0 is not between"),
        ("shops.csv", "id,name,lat,lon\nM-1,Rosa,north,9\n", "line 2: lat must be a number"),
        ("orders.csv", "id,merchant,lat,lon,due_at\nO,M-1,45,9,soon\n", "due_at must be a time"),
        ("areas.geojson", "{", "no GeoJSON"),
        ("areas.geojson", "[1, 2]", "no GeoJSON"),
        ("areas.geojson", b"\xff\xfe", "no GeoJSON"),
        ("areas.geojson", "[" * 100_000, "no GeoJSON"),
        ("areas.geojson", '{"type": "FeatureCollection"}', "no GeoJSON"),
        ("areas.geojson", '{"type": "FeatureCollection", "features": 5}', "areas.geojson"),
        ("areas.geojson", '{"type": "FeatureCollection", "features": [5, null]}', "area 1: it is no polygon"),
        ("areas.geojson", '{"type": "Feature", "geometry": null}', "area 1: it has no outline"),
        ("areas.geojson", '{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[5]]}}', "it is no polygon"),
        ("areas.geojson", '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [9, 45]}}', "it is a Point"),
        (
            "areas.geojson",
            '{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[9, 45], [9, 91], [9, 45], [9, 45]]]}}',
            "latitude 91",
        ),
        (
            "areas.geojson",
            '{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[9, NaN], [9, 45], [9, 45], [9, 45]]]}}',
            "latitude nan",
        ),
        ("map.osm.pbf", b"", "map.osm.pbf"),
        ("map.osm.pbf", b"garbage, not a map" * 50, "map.osm.pbf"),
        ("map.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c\x10", "map.osm.pbf"),
        ("map.osm", "<osm><node id='1'", "map.osm"),
    ],
)
def test_a_file_that_can_t_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes | None, why: str | None
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    line = refused(capsys, "--data", tmp_path / "data", "import", file)
    assert why is None or why in line
    assert name in line
    assert not [*(tmp_path / "data" / "cities").iterdir()]


def test_a_file_whose_name_has_a_line_break_is_still_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "b.csv" in refused(capsys, "--data", tmp_path, "import", tmp_path / "a\nb.csv")


def test_a_second_bad_file_keeps_the_first_from_being_half_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "shops.csv", tmp_path / "people.csv"
    good.write_text(MERCHANTS)
    bad.write_text("id,name,vehicle\nD-1,Ada,rocket\n")
    refused(capsys, "--data", tmp_path / "data", "import", good, bad)
    assert not (tmp_path / "data" / "kerbside.db").exists()


def test_what_is_imported_is_stored_and_what_the_rules_refuse_is_told_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    files = {
        "shops.csv": MERCHANTS,
        "people.csv": "id,name,vehicle\nD-1,Ada,bike\nD/2,Bob,car\n",
        "orders.csv": "id;merchant;lat;lon\nO-1;M-1;45,01;9,01\nO-2;M-9;45.01;9.01\n",
        "areas.geojson": json.dumps(AREA),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert run("--data", data, "import", "--json", *(tmp_path / name for name in files)) == 0
    done = json.loads(capsys.readouterr().out)
    assert [(d["imported"], len(d["refused"])) for d in done] == [(1, 0), (1, 1), (1, 1), (1, 0)]
    assert "D/2" in done[1]["refused"][0]
    assert "there is no merchant M-9" in done[2]["refused"][0]
    with closing(Store.open(data / "kerbside.db")) as store:
        world = store.load().world
        assert (list(world.merchants), list(world.drivers), list(world.orders), list(world.areas)) == (
            ["M-1"],
            ["D-1"],
            ["O-1"],
            ["Centre"],
        )
        assert world.orders["O-1"].dropoff == (45.01, 9.01)
        assert store.rebuild_check() == []
        # Whoever gave the command has done it; what follows is the core's own.
        actors = {change.actor for _, change in store.events_since(0)}
        assert actors == {at_the_terminal()}


def test_the_city_that_an_import_sets_is_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = ImportReport(name="dorf", ways=1, nodes=2, edges=2, merchants=0, seconds=0.1)
    monkeypatch.setattr(importing, "import_city", lambda folder, path, _: (folder.cities / "dorf.city", report))
    data, shops = tmp_path / "data", tmp_path / "shops.csv"
    shops.write_text(MERCHANTS)
    assert run("--data", data, "import", "--json", tmp_path / "dorf.osm") == 0
    assert run("--data", data, "import", "--json", shops) == 0
    with closing(Store.open(data / "kerbside.db")) as store:
        changes = [change for _, change in store.events_since(0)]
    assert [type(change).__name__ for change in changes] == ["SettingsChanged", "MerchantRegistered"]
    assert isinstance(changes[0], SettingsChanged)
    assert (changes[0].actor, changes[0].altered) == (at_the_terminal(), (Altered("map.city", "", "", "dorf.city"),))


@pytest.mark.parametrize("what", ["newer", "garbage", "foreign", "bodies"])
def test_a_database_that_can_t_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    data, shops = tmp_path / "data", tmp_path / "shops.csv"
    shops.write_text(MERCHANTS)
    database = data / "kerbside.db"
    if what in {"newer", "bodies"}:
        assert run("--data", data, "import", shops) == 0
        capsys.readouterr()
        with closing(sqlite3.connect(database)) as other:
            other.execute("PRAGMA user_version = 99" if what == "newer" else "UPDATE merchants SET body = '{\"id\": 7}'")
            other.commit()
    else:
        data.mkdir()
        database.write_bytes(b"garbage" * 100 if what == "garbage" else b"")
        if what == "foreign":
            with closing(sqlite3.connect(database)) as other:
                other.execute("CREATE TABLE recipes (name TEXT)")
    line = refused(capsys, "--data", data, "import", shops)
    assert {"newer": "newer Kerbside", "garbage": "no database", "foreign": "another program", "bodies": "backup"}[what] in line


@pytest.mark.parametrize("what", ["missing", "garbage", "truncated", "folder"])
def test_a_city_that_can_t_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    city = tmp_path / "town.city"
    if what == "garbage":
        city.write_bytes(b"no city at all")
    elif what == "truncated":
        city.write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    elif what == "folder":
        city.mkdir()
    line = refused(capsys, "--data", tmp_path / "data", "demo", "--headless", "--minutes", "0.1", "--city", city)
    assert "town.city" in line
    assert "import" in line


@pytest.mark.parametrize(
    "address", ["somewhere", "http://host", "mqtt://", "mqtt://host:0", "mqtt://host:99999", "mqtt://user:pw@h"]
)
def test_a_broker_that_can_t_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str) -> None:
    assert "mqtt.broker " in refused(capsys, "--data", tmp_path, "serve", "--broker", address)


def test_a_data_folder_that_can_t_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    line = refused(capsys, "--data", taken, "import", tmp_path / "x.csv")
    assert "--data" in line


def test_a_report_that_can_t_be_written_is_told_before_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "nowhere" / "r.html"
    assert "nowhere" in refused(capsys, "--data", tmp_path, "demo", "--headless", "--report", report)


def test_a_bench_that_is_not_known_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert "storage" in refused(capsys, "bench", "nothing")


def test_an_expected_error_from_anywhere_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(args: object) -> int:
        raise BadInput("first\n  second\nthird")

    monkeypatch.setattr("app.cli.importing.run_import", fails)
    assert refused(capsys, "import", "x") == "kerbside: first second third\n"


def test_ctrl_c_ends_as_shells_expect(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.cli.importing.run_import", interrupted)
    assert run("import", "x") == 130
    assert capsys.readouterr().err == ""


def test_the_version_is_the_changelogs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    newest = next(line for line in Path("CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## "))
    assert capsys.readouterr().out.removeprefix("Kerbside ").strip() == newest.removeprefix("## ").split(",")[0]
