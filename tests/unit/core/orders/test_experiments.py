"""Experiments from a file, and what is refused of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.importing import read_commands
from core.domain import commands as c
from core.domain.errors import BadInput
from core.domain.events import ExperimentSaved
from core.domain.experiment import Experiment, Variant
from tests.rigs import Rig

GOOD = """
[[experiment]]
name = "sending"

[[experiment.variant]]
name = "usual"
share = 50

[[experiment.variant]]
name = "slow"
share = 40.5
groups = ["pilots"]
settings = { "tracking.passive_send_s" = 60 }
app = { sound = false, theme = "dark", size = 2 }

[[experiment]]
name = "done"
ended = true
variant = [{ name = "a", share = 100 }]
"""


def read(tmp_path: Path, text: str) -> list[Experiment]:
    path = tmp_path / "experiments.toml"
    path.write_text(text)
    return [command.experiment for command in read_commands(path) if isinstance(command, c.SaveExperiment)]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    sending, done = read(tmp_path, GOOD)
    slow = Variant("slow", 40.5, ("pilots",), {"tracking.passive_send_s": 60.0}, {"sound": False, "theme": "dark", "size": 2})
    assert sending == Experiment("sending", (Variant("usual", 50.0), slow))
    assert done == Experiment("done", (Variant("a", 100.0),), ended=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[experiment", "no TOML file"),
        ("", "no experiment"),
        ("experiment = 3", "double brackets"),
        ("[[experiment]]", "needs a name"),
        ('[[experiment]]\nname = "e"\nended = 1', "true or false"),
        ('[[experiment]]\nname = "e"\nshares = 1', "has no shares"),
        ('[[experiment]]\nname = "e"\nvariant = [{ share = 1 }]', "variant needs a name"),
        ('[[experiment]]\nname = "e"\nvariant = [{ name = "a", share = "half" }]', "number of percent"),
        ('[[experiment]]\nname = "e"\nvariant = [{ name = "a", groups = "pilots" }]', "list of names"),
        ('[[experiment]]\nname = "e"\nvariant = [{ name = "a", settings = 3 }]', "must be tables"),
        ('[[experiment]]\nname = "e"\nvariant = [{ name = "a", app = { x = [1] } }]', "app.x must be"),
        ('[[experiment]]\nname = "e"\nvariant = [{ name = "a", settings = { "mqtt.port" = 1 } }]', "can't vary mqtt.port"),
        (
            '[[experiment]]\nname = "e"\nvariant = [{ name = "a", settings = { "tracking.active_send_s" = 0 } }]',
            "wants 0.2 to 600 s",
        ),
    ],
)
def test_what_can_not_be_read_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        read(tmp_path, text)
    assert "\n" not in str(told.value)


A = Variant("a", 60.0, settings={"tracking.active_send_s": 4.0})


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (Experiment(" ", (A,)), "needs a name"),
        (Experiment("e", ()), "needs variants"),
        (Experiment("e", (A, A)), "a name of its own"),
        (Experiment("e", (A, Variant("b", 60.0))), "100 at most"),
        (Experiment("e", (Variant("a", -1.0),)), "percent"),
        (Experiment("e", (Variant("a", float("nan")),)), "percent"),
        (Experiment("e", (Variant("a", groups=("g",)), Variant("b", groups=("g",)))), "one variant only"),
        (Experiment("e", (Variant("a", settings={"window.theme": 1.0}),)), "can't vary"),
        (Experiment("other", (A,)), "first varies tracking.active_send_s already"),
    ],
)
def test_what_would_ask_for_two_things_at_once_or_for_nothing_is_refused(rig: Rig, experiment: Experiment, said: str) -> None:
    rig.do(c.SaveExperiment(experiment=Experiment("first", (A,))))
    with pytest.raises(BadInput, match=said):
        rig.do(c.SaveExperiment(experiment=experiment))
    assert list(rig.world.experiments) == ["first"]


def test_it_is_kept_recorded_and_can_be_undone(rig: Rig) -> None:
    first = Experiment("first", (A, Variant("b", 40.0, ("pilots",), app={"x": "y", "z": 1.5})))
    undo = rig.do(c.SaveExperiment(experiment=first)).undo
    assert [e.experiments for e in rig.events(ExperimentSaved)] == [(first,)]
    rig.restart()
    assert rig.world.experiments == {"first": first}
    assert rig.store.rebuild_check() == []
    for command in undo:
        rig.do(command)
    assert rig.world.experiments == {}
    rig.restart()
    assert rig.world.experiments == {}
    assert rig.store.rebuild_check() == []
    rig.do(c.SaveExperiment(experiment=Experiment("other", (A,))))  # the way is free
