"""`replay`: a recorded cycle of the matcher, played again from its file; of a database the figures of its day."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.cli.day import run_day
from core.domain.errors import BadInput
from core.matching.cycle import run_cycle
from core.matching.recorder import unpack
from core.settings import Settings
from core.storage.day import is_database
from core.worker import load_travel


def run_replay(args: argparse.Namespace) -> int:
    """Exit code 1 where a cycle decides otherwise than it did. Raises BadInput for a file that can't be read or played."""
    try:
        if is_database(args.file):
            return run_day(args)
        if args.day is not None:
            raise BadInput("--day goes with a database")
        recorded = unpack(args.file.read_bytes(), args.file.name)
    except OSError as error:
        raise BadInput(f"{args.file} can't be read ({error.strerror})") from None
    settings = Settings()
    city = str(args.city) if args.city is not None else recorded.city
    if city and not Path(city).is_file():
        raise BadInput(f"the cycle was matched in the city {city}, which is not there: name it with --city FILE")
    travel = load_travel(city or None, settings.number("routing.detour_factor"), int(settings.number("routing.tree_cache_mb")))
    again, then = run_cycle(recorded.snapshot, travel), recorded.decisions
    same = again == then
    facts: dict[str, object] = {
        "at": recorded.snapshot.now,
        "seed": recorded.snapshot.seed,
        "orders": again.counts.orders,
        "drivers": again.counts.drivers,
        "assignments": len(again.assignments),
        "postponed": len(again.postponed),
        "unassigned": len(again.unassigned),
        "formulation": again.formulation,
        "gap": again.gap,
        "identical": same,
        "seconds": round(sum(again.seconds.values()), 4),
        "decisions": [[a.driver_id, list(a.order_ids), round(a.cost.per_delivery, 3)] for a in again.assignments],
    }
    if args.json:
        print(json.dumps(facts))
    else:
        print("decides the same again" if same else "decides OTHERWISE than it did: another program, or another city file")
        print(", ".join(f"{key} {value}" for key, value in facts.items() if key != "decisions"))
        for one in again.assignments:
            print(f"  {one.driver_id}: {', '.join(one.order_ids)}, {one.cost.per_delivery:.1f} min per delivery")
    return 0 if same else 1
