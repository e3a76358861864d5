"""`replay` of a database: the figures of a recorded day."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from datetime import datetime, timedelta

from app.cli.headless import summary_of_orders
from core.domain.errors import BadInput
from core.domain.order import Status
from core.insight.figures import summarise
from core.settings import Settings
from core.storage.day import Day, read_day


def run_day(args: argparse.Namespace) -> int:
    """Raises BadInput for a file that is no database of ours, and for a day that is none."""
    began = time.perf_counter()
    since, until = _bounds(args.day)
    day = read_day(args.file, since, until)
    if not day.events:
        raise BadInput(f"nothing is recorded in {args.file.name}" + (f" on {args.day}" if args.day else ""))
    facts = day_figures(day)
    facts["wall_s"] = round(time.perf_counter() - began, 2)
    if args.json:
        print(json.dumps(facts))
        return 0
    first, last = (datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M") for at in (day.since, day.until))
    print(f"{args.file.name}: {first} to {last}, {day.events:,} events, {len(day.drivers)} drivers on orders")
    print(summary_of_orders(facts))
    alarms = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in day.alerts.most_common()) or "none"
    print(f"alerts: {alarms}")
    return 0


def day_figures(day: Day) -> dict[str, object]:
    """The keys of `demo --json` that a log can tell; ``simulated_min`` is the time it spans."""
    orders = list(day.orders.values())
    pickup_stop_min = Settings().number("orders.pickup_stop_min")
    figures = asdict(summarise(orders, pickup_stop_min=pickup_stop_min, online_hours=day.online_s / 3600))
    due = [o for o in orders if o.due_at <= day.until and o.status is not Status.CANCELLED]
    kept = sum(o.status is Status.DELIVERED for o in due)
    late_s = [o.delivered_at - o.due_at for o in orders if o.delivered_at is not None and o.delivered_at > o.due_at]
    return {
        **{key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()},
        "late_min_mean": round(sum(late_s) / 60 / len(late_s), 3) if late_s else 0.0,
        "orders_due": len(due),
        "due_delivered_pct": round(100 * kept / len(due), 3) if due else None,
        "drivers": len(day.drivers),
        "events": day.events,
        "alerts": dict(day.alerts),
        "from": day.since,
        "until": day.until,
        "simulated_min": round((day.until - day.since) / 60, 1),
    }


def _bounds(day: str | None) -> tuple[float | None, float | None]:
    """The local day as epoch seconds."""
    if day is None:
        return None, None
    try:
        begins = datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        raise BadInput(f"a day is written as 2026-11-24: not {day}") from None
    return begins.timestamp(), (begins + timedelta(days=1)).timestamp()
