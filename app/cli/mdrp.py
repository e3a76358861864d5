"""`mdrp`: plays public meal-delivery instances through the matcher and prints the benchmark's measures."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.domain.errors import BadInput
from core.simulation.mdrp.instance import Instance, read_instance
from core.simulation.mdrp.metrics import Measures, as_numbers, mean, measure
from core.simulation.mdrp.player import play
from core.simulation.mdrp.solution import write_solution

Numbers = dict[str, float]


def run_mdrp(args: argparse.Namespace) -> int:
    """Play every instance named. Raises BadInput where there is none, or where a solution can't be written."""
    instances = [read_instance(folder) for folder in folders_of(args.folders)]
    names = [instance.name for instance in instances]
    if args.solutions is not None and len(set(names)) != len(names):
        raise BadInput("two of the folders have the same name; give --solutions for one of them at a time")
    measured: dict[str, Numbers] = {}
    found: list[Measures] = []
    for number, instance in enumerate(instances, start=1):
        found.append(_play(instance, args.solutions))
        key = instance.name if instance.name not in measured else f"{instance.name} ({number})"
        measured[key] = as_numbers(found[-1])
        if not args.json and sys.stderr.isatty():
            print(f"\r{number} of {len(instances)}", end="", file=sys.stderr, flush=True)
    if not args.json and sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    means: Numbers = {"instances": len(instances)} | mean(found)
    if args.json:
        print(json.dumps(_plain(means) | {"per_instance": {name: _plain(numbers) for name, numbers in measured.items()}}))
    else:
        print(as_text(measured, means))
    return 0


def folders_of(given: Sequence[Path]) -> list[Path]:
    """The instances among the folders given: a folder that is none itself stands for those in it, by name."""
    found: list[Path] = []
    for folder in given:
        inside = sorted(p.parent for p in folder.glob("*/orders.txt"))
        found += [folder] if (folder / "orders.txt").is_file() or not inside else inside
    return found


def as_text(measured: dict[str, Numbers], means: Numbers) -> str:
    columns = [key for key in means if key != "instances"]
    width = max(len("mean of 000"), *(len(name) for name in measured))
    lines = [" ".join([" " * width, *columns])]
    for name, numbers in (*measured.items(), (f"mean of {means['instances']:g}", means)):
        cells = ("-" if math.isnan(numbers[c]) else f"{numbers[c]:.2f}" for c in columns)
        lines.append(" ".join([f"{name:<{width}}", *(f"{cell:>{len(c)}}" for c, cell in zip(columns, cells, strict=True))]))
    return "\n".join([*lines, "(minutes, but for shares and cost; seconds are the sum)"])


def _play(instance: Instance, solutions: Path | None) -> Measures:
    started = time.perf_counter()
    played = play(instance)
    seconds = time.perf_counter() - started
    if solutions is not None:
        try:
            write_solution(played, solutions / instance.name)
        except OSError as error:
            raise BadInput(f"the solution can't be written to {solutions / instance.name}: {error.strerror}") from None
    return measure(played, seconds)


def _plain(numbers: Numbers) -> dict[str, float | None]:
    """What has no value is null: JSON knows no NaN."""
    return {key: None if math.isnan(value) else value for key, value in numbers.items()}
