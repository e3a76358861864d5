"""`bench`: measures one part of the program and says how others do the same work in the same run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from app.benches import BENCHES, Numbers, Result, find
from core.domain.errors import BadInput


def run_bench(args: argparse.Namespace) -> int:
    """Print the names, or run one bench and print its figures. Raises BadInput where no bench of ours is named."""
    if args.list:
        print(json.dumps(list(BENCHES)) if args.json else "\n".join(BENCHES))
        return 0
    if not args.name:
        raise BadInput(f"name what to measure: {', '.join(BENCHES)}")
    names = ("drivers", "orders", "peer_seconds")
    options = {name: value for name in names if (value := getattr(args, name, None)) is not None}
    if options and args.name != "matching":
        raise BadInput(f"--{next(iter(options)).replace('_', '-')} goes with bench matching alone")
    if (boards := getattr(args, "boards", None)) is not None:
        if args.name != "desk":
            raise BadInput("--boards goes with bench desk alone: so many boards stand beside one another")
        options["boards"] = boards
    if args.minutes is not None:
        if args.name != "ingest":
            raise BadInput("--minutes is for bench ingest: the whole console under load for so long")
        from app.benches.ingest import soak

        result = soak(args.minutes, args.active, args.times)
    else:
        result = find(args.name)(args.scale, **options)
    machine = machine_facts()
    if args.json:
        print(json.dumps(as_json(args.name, result, machine)))
        for note in result.notes:
            print(f"kerbside: {note}", file=sys.stderr)
    else:
        print(as_text(args.name, result, machine))
    return 0


def as_json(name: str, result: Result, machine: dict[str, str | int]) -> dict[str, object]:
    def rounded(numbers: Numbers) -> Numbers:
        return {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in numbers.items()}

    return {
        "name": name,
        "figures": rounded(result.figures),
        "peers": rounded(result.peers),
        "ratios": rounded(result.ratios),
        "machine": machine,
    }


def as_text(name: str, result: Result, machine: dict[str, str | int]) -> str:
    groups = {"": result.figures, "peers": result.peers, "ratios": result.ratios}
    width = max(len(key) for numbers in groups.values() for key in numbers)
    lines = [f"{name}: {BENCHES[name]}"]
    for title, numbers in groups.items():
        if title and numbers:
            lines.append(title)
        lines += [f"  {key:<{width}}  {told(key, value):>12}" for key, value in numbers.items()]
    lines += [f"({note})" for note in result.notes]
    lines.append(f"on {machine['cpus']} × {machine['cpu']}, Python {machine['python']}, {machine['platform']}")
    return "\n".join(lines)


def told(key: str, value: float) -> str:
    """A number to three figures with the unit that its name ends in."""
    units = (("_per_s", "/s"), ("_ms", " ms"), ("_min", " min"), ("_s", " s"))
    unit = next((unit for ending, unit in units if key.endswith(ending)), "")
    if unit == " s" and value < 1:
        value, unit = 1000 * value, " ms"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}{unit}"
    return f"{value:.3g}{unit}"


def machine_facts() -> dict[str, str | int]:
    return {
        "cpus": os.cpu_count() or 1,
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _cpu_model() -> str:
    """Linux says it in a file; elsewhere the platform module knows as much as can be known without privileges."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
