"""Many alerts that came together as one thing to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from core.domain.alert import Alert, AlertKind

TOGETHER_S = 60.0
"""Alerts of one kind belong together while no gap between two of them is longer than this."""


def grouped(alerts: Iterable[Alert], least: int, gap_s: float = TOGETHER_S) -> list[tuple[Alert, ...]]:
    """Runs of at least ``least`` alerts of one kind that came together, and every other alert alone; the newest run first."""
    by_kind: dict[AlertKind, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_kind[alert.kind].append(alert)
    groups: list[tuple[Alert, ...]] = []
    for same in by_kind.values():
        same.sort(key=lambda a: (a.raised_at, a.id))
        run: list[Alert] = []
        runs = [run]
        for alert in same:
            if run and alert.raised_at - run[-1].raised_at > gap_s:
                run = []
                runs.append(run)
            run.append(alert)
        for run in runs:
            groups += [tuple(run)] if len(run) >= least else [(alert,) for alert in run]
    return sorted(groups, key=lambda group: (-group[-1].raised_at, group[0].id))
