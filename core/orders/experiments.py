"""Experiments on the drivers' apps: read from a file, checked, saved."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from pathlib import Path

from core.domain.causes import cause
from core.domain.commands import Command, SaveExperiment
from core.domain.errors import BadInput
from core.domain.events import ExperimentSaved
from core.domain.experiment import Experiment, Variant
from core.domain.language import Message
from core.orders.draft import Draft, check_unchanged
from core.settings import BY_KEY, RATES

MAX_NAME = 64


def read_experiments(path: Path) -> list[Command]:
    """Commands for a TOML file of ``[[experiment]]`` tables: ``name``, ``ended``, and ``[[experiment.variant]]`` with ``name``,
    ``share`` (percent), ``groups``, ``settings`` (tracking rates by their keys) and ``app`` (handed to the phones as it is).

    Raises BadInput that says what can't be read.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        found = [_experiment(one) for one in _tables(table, "experiment")]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(Message("{name} is no TOML file: {reason}", name=path.name, reason=cause(error))) from None
    except BadInput as error:
        raise BadInput(Message("{name}: {reason}. Nothing was imported", name=path.name, reason=cause(error))) from None
    if not found:
        raise BadInput(Message("{name} holds no experiment: begin one with [[experiment]]", name=path.name))
    return [SaveExperiment(experiment=one) for one in found]


def _tables(table: dict[str, object], key: str) -> list[dict[str, object]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput(Message("{key} must be a list of tables: write [[{key}]] with double brackets", key=key))
    return found


def _experiment(table: dict[str, object]) -> Experiment:
    name, ended = table.get("name"), table.get("ended", False)
    _known(table, {"name", "ended", "variant"}, "an experiment")
    if not isinstance(name, str):
        raise BadInput(Message("an experiment needs a name"))
    if not isinstance(ended, bool):
        raise BadInput(Message("experiment {name}: ended must be true or false, not {ended!r}", name=name, ended=ended))
    return Experiment(name, tuple(_variant(one, name) for one in _tables(table, "variant")), ended)


def _variant(table: dict[str, object], experiment: str) -> Variant:
    _known(table, {"name", "share", "groups", "settings", "app"}, f"a variant of {experiment}")
    name, share = table.get("name"), table.get("share", 0.0)
    groups, settings, app = table.get("groups", []), table.get("settings", {}), table.get("app", {})
    if not isinstance(name, str):
        raise BadInput(Message("experiment {experiment}: a variant needs a name", experiment=experiment))
    if isinstance(share, bool) or not isinstance(share, int | float):
        raise BadInput(
            Message(
                "experiment {experiment}, variant {name}: share must be a number of percent, not {share!r}",
                experiment=experiment,
                name=name,
                share=share,
            )
        )
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise BadInput(
            Message("experiment {experiment}, variant {name}: groups must be a list of names", experiment=experiment, name=name)
        )
    if not isinstance(settings, dict) or not isinstance(app, dict):
        raise BadInput(
            Message(
                "experiment {experiment}, variant {name}: settings and app must be tables, as in {{ key = 1 }}",
                experiment=experiment,
                name=name,
            )
        )
    for key, value in app.items():
        if not isinstance(value, bool | int | float | str) or (isinstance(value, float) and not math.isfinite(value)):
            raise BadInput(
                Message(
                    "experiment {experiment}, variant {name}: app.{key} must be a text, a number, true or false",
                    experiment=experiment,
                    name=name,
                    key=key,
                )
            )
    return Variant(name, float(share), tuple(groups), {k: _override(k, v) for k, v in settings.items()}, dict(app))


def _known(table: dict[str, object], known: set[str], what: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise BadInput(
            Message(
                "{what} has no {unknown}: known are {known}",
                what=what,
                unknown=", ".join(unknown),
                known=", ".join(sorted(known)),
            )
        )


def _override(key: str, value: object) -> float:
    if key not in RATES:
        raise BadInput(Message("an experiment can't vary {key}: known are {choices}", key=key, choices=", ".join(RATES)))
    checked = BY_KEY[key].checked(value)
    assert isinstance(checked, int | float)
    return float(checked)


def save_experiment(draft: Draft, command: SaveExperiment) -> None:
    """Raise BadInput where a driver could be asked for two things at once, or for nothing."""
    experiment = command.experiment
    name, variants = experiment.name, experiment.variants
    if not (0 < len(name) <= MAX_NAME and name.isprintable() and name.strip()):
        raise BadInput(Message("an experiment needs a name of 1 to {most} characters", most=MAX_NAME))
    if not variants or len({v.name for v in variants}) < len(variants) or not all(v.name.strip() for v in variants):
        raise BadInput(Message("experiment {name} needs variants, each with a name of its own", name=name))
    if not all(0 <= v.share <= 100 for v in variants) or sum(v.share for v in variants) > 100 + 1e-9:
        raise BadInput(Message("experiment {name}: shares are percent of the drivers and come to 100 at most", name=name))
    groups = [group for v in variants for group in v.groups]
    if len(set(groups)) < len(groups):
        raise BadInput(Message("experiment {name}: a group can run one variant only", name=name))
    for variant in variants:
        for key, value in variant.settings.items():
            _override(key, value)
    if not (experiment.ended or experiment.removed):
        for other in draft.world.experiments.values():
            both = sorted(experiment.varied & other.varied)
            if other.name != name and not other.ended and both:
                raise BadInput(
                    Message(
                        "experiment {name}: {other} varies {choices} already: end that one first",
                        name=name,
                        other=other.name,
                        choices=", ".join(both),
                    )
                )
    before = draft.world.experiments.get(name)
    if command.over is not None:
        check_unchanged(command.over, before, name)
    draft.add(ExperimentSaved(at=draft.now, actor=draft.actor, experiments=(experiment,)))
    back = before if before is not None else replace(experiment, removed=True)
    over = experiment if not experiment.removed else None
    draft.outcome.undo = (SaveExperiment(experiment=back, over=over, actor=command.actor),)
