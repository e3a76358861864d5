import json

import pytest

from app.cli.parser import run

FILES = {
    "orders": "order\tx\ty\tplacement_time\trestaurant\tready_time\no1\t300\t0\t5\tr1\t30\no2\t300\t0\t95\tr1\t120\n",
    "couriers": "courier\tx\ty\ton_time\toff_time\nc1\t500\t0\t0\t90\n",
    "restaurants": "restaurant\tx\ty\nr1\t0\t0\n",
    "instance_parameters": "a\tb\tc\td\te\tf\tg\n100\t4\t4\t40\t90\t10\t15\n",
}
KEYS = [
    "undelivered_pct", "ctd_mean", "ctd_p90", "ctd_overage", "rtp_mean", "rtp_p90", "utilization", "cost_per_order",
    "orders_per_bundle", "seconds",
]  # fmt: skip


@pytest.fixture
def instances(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / "instances" / name
        folder.mkdir(parents=True)
        for file, text in FILES.items():
            (folder / f"{file}.txt").write_text(text, encoding="utf-8")
    return tmp_path / "instances"


def test_json_has_the_means_and_every_instance(instances, capsys):
    assert run(["mdrp", str(instances), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["instances", *KEYS, "per_instance"]
    assert told["instances"] == 2
    assert [list(numbers) for numbers in told["per_instance"].values()] == [KEYS, KEYS]
    assert list(told["per_instance"]) == ["one", "two"]
    assert (told["undelivered_pct"], told["ctd_mean"], told["rtp_mean"], told["cost_per_order"]) == (50.0, 32.0, 0.0, 22.5)


def test_the_same_folder_twice_counts_twice(instances, capsys):
    assert run(["mdrp", str(instances / "one"), str(instances / "one"), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["per_instance"]) == ["one", "one (2)"]


def test_the_table_ends_with_the_means(instances, capsys):
    assert run(["mdrp", str(instances)]) == 0
    head, *rows, note = capsys.readouterr().out.splitlines()
    assert head.split() == KEYS
    assert [row.split()[0] for row in rows] == ["one", "two", "mean"]
    assert rows[-1].startswith("mean of 2")
    assert "minutes" in note


def test_solutions_are_written_by_instance(instances, tmp_path, capsys):
    assert run(["mdrp", str(instances), "--solutions", str(tmp_path / "out"), "--json"]) == 0
    names = {f"solution_info_{kind}.txt" for kind in ("assignments", "orders", "couriers")}
    assert {p.name for p in (tmp_path / "out" / "two").iterdir()} == names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "is no folder"),
        (["empty"], "instance_parameters.txt can't be read"),
        (["one", "one", "--solutions", "out"], "the same name"),
        (["one", "--solutions", "one/orders.txt"], "can't be written"),
    ],
)
def test_what_can_t_be_done_is_one_clear_line(instances, monkeypatch, capsys, arguments, said):
    (instances / "empty").mkdir()
    monkeypatch.chdir(instances)
    assert run(["mdrp", *arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith("kerbside: ")
    assert said in told
    assert told.count("\n") == 1
