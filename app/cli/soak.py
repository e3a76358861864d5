"""`soak`: a day of the demo at full load, hour by hour: what grows, what slows down, is every order accounted for."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from statistics import median

from app.cli.headless import open_demo
from app.demo import percentile, run_headless
from core.domain.events import CycleFailed, CycleFinished
from core.domain.order import ENDED, Status

FORGOTTEN_S = 3600.0
"""An order that is still open so long after its promise has been forgotten."""

LEAK_MB_PER_HOUR = 5.0
DRIFT_TIMES = 1.5
APART_H, LIKE = 4.0, 0.25
"""Hours are compared that lie so far apart and whose open orders differ by no larger a share."""
LEAST_HOURS = 4
"""Fewer hours than these, once all that is kept for a time is there, tell nothing of a leak or a drift."""

Hour = dict[str, float]


def run_soak(args: argparse.Namespace) -> int:
    """Exit code 1 where an order is missing or forgotten, a cycle failed, memory leaks or cycles drift."""
    with ExitStack() as stack:
        report = _soak(args, stack)
    faults = [key for key in ("forgotten", "missing", "cycles_failed", "differences", "leaks", "drifts") if report[key]]
    if args.json:
        print(json.dumps(report))
    else:
        print(f"NOT sound: see {', '.join(faults)}" if faults else "sound: every order is accounted for")
        print(", ".join(f"{key} {value}" for key, value in report.items() if key != "hours"))
    return 1 if faults else 0


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
            "caches_mb": round(demo.travel.cached_mb, 1),
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
        **judged(hours, system.settings.number("orders.in_memory_h") + 1.0),
        "hours": hours,
    }


def judged(hours: list[Hour], settled_h: float) -> dict[str, float | bool | None]:
    """Whether memory leaks and cycles slow down, from the hours after ``settled_h``, by when all that is kept for a time is
    there.

    A leak is what memory grows by each hour beyond the caches of travel times, which are bounded: the median of the slopes
    between all pairs of hours (Theil and Sen). A drift is how many times as long a median cycle of the last third of the
    hours takes as in the hour of the nearest load, by open orders, `APART_H` earlier or more; the median of these.
    ``None`` where the hours are too few to tell.
    """
    settled = [hour for hour in hours if hour["hour"] > settled_h]
    if len(settled) < LEAST_HOURS:
        return {"leak_mb_per_hour": None, "drift_times": None, "leaks": False, "drifts": False}
    beyond = [(hour["hour"], hour["memory_mb"] - hour["caches_mb"]) for hour in settled]
    leak = median((b - a) / (y - x) for (x, a), (y, b) in combinations(beyond, 2))
    times = [ratio for hour in settled[-(len(settled) // 3) :] if (ratio := _slower(hour, hours)) is not None]
    drift = median(times) if times else None
    return {
        "leak_mb_per_hour": round(leak, 2),
        "drift_times": None if drift is None else round(drift, 3),
        "leaks": leak > LEAK_MB_PER_HOUR,
        "drifts": drift is not None and drift > DRIFT_TIMES,
    }


def _slower(hour: Hour, hours: Sequence[Hour]) -> float | None:
    """How many times as long a cycle takes as in an earlier hour of like load; ``None`` where there was none."""
    like = [h for h in hours if h["hour"] <= hour["hour"] - APART_H and abs(h["open"] - hour["open"]) <= LIKE * hour["open"]]
    if not like:
        return None
    nearest = min(like, key=lambda h: abs(h["open"] - hour["open"]))
    return hour["cycle_p50_s"] / max(nearest["cycle_p50_s"], 1e-9)


def memory_mb() -> float:
    """What this process holds now; where the system does not say, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return round(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
