"""`soak`: a day of the demo at full load, hour by hour: what grows, what slows down, is every order accounted for."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from app.cli.headless import open_demo
from app.demo import percentile, run_headless
from core.domain.events import CycleFailed, CycleFinished
from core.domain.order import ENDED, Status

FORGOTTEN_S = 3600.0
"""An order that is still open so long after its promise has been forgotten."""

Hour = dict[str, float]


def run_soak(args: argparse.Namespace) -> int:
    """Exit code 1 where an order is missing or forgotten, or a cycle failed."""
    with ExitStack() as stack:
        report = _soak(args, stack)
    sound = not (report["forgotten"] or report["missing"] or report["cycles_failed"])
    if args.json:
        print(json.dumps(report))
    else:
        print("sound: every order is accounted for" if sound else "NOT sound: see forgotten, missing, cycles_failed")
        print(", ".join(f"{key} {value}" for key, value in report.items() if key != "hours"))
    return 0 if sound else 1


def _soak(args: argparse.Namespace, stack: ExitStack) -> dict[str, object]:
    args.minutes, args.mqtt, args.city = 60.0 * args.hours, False, None
    demo = open_demo(args, stack)
    system, simulator, engine = demo.system, demo.simulator, demo.system.engine
    seconds: list[float] = []
    failed: list[str] = []
    hours: list[Hour] = []
    began = time.perf_counter()
    system.bus.subscribe(CycleFinished, lambda event: seconds.append(event.seconds))
    system.bus.subscribe(CycleFailed, lambda event: failed.append(event.reason))
    minute = 0

    def each_minute() -> None:
        nonlocal minute
        minute += 1
        if minute % 60 and minute < int(args.minutes):
            return
        hour: Hour = {
            "hour": round(minute / 60, 2),
            "memory_mb": memory_mb(),
            "trees_mb": round(demo.travel.cached_mb, 1),
            "database_mb": round(demo.database.stat().st_size / 2**20, 1),
            "in_memory": len(engine.world.orders),
            "open": sum(1 for _ in engine.world.open_orders()),
            "placed": simulator.stats.orders_placed,
            "delivered": simulator.stats.delivered,
            "cycle_p50_s": round(percentile(seconds, 50), 4),
            "cycle_p95_s": round(percentile(seconds, 95), 4),
            "wall_s": round(time.perf_counter() - began, 1),
        }
        seconds.clear()
        hours.append(hour)
        print(json.dumps(hour), file=sys.stderr, flush=True)

    run_headless(system, simulator, args.minutes, demo.barriers, each_minute)
    system.store.flush()
    stored = list(system.store.orders())
    counts = Counter(order.status for order in stored)
    now = system.clock.now()
    forgotten = sum(o.status not in ENDED and now - o.due_at > FORGOTTEN_S for o in stored)
    return {
        "placed": simulator.stats.orders_placed,
        "delivered": counts[Status.DELIVERED],
        "cancelled": counts[Status.CANCELLED],
        "failed": counts[Status.FAILED],
        "open": sum(count for status, count in counts.items() if status not in ENDED),
        "missing": simulator.stats.orders_placed - len(stored),
        "forgotten": forgotten,
        "cycles_failed": len(failed),
        "refused": engine.refused_count,
        "differences": len(system.store.rebuild_check()),
        "hours": hours,
    }


def memory_mb() -> float:
    """What this process holds now; where the system does not say, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return round(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
