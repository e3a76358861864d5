"""From conditions to alerts: a latch for each, what is raised and cleared out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from core.alerts.latch import Latch, Rule, Turn
from core.domain.alert import BROKER, OF_DRIVERS, Alert, AlertKind, alert_id

EXACT = frozenset({AlertKind.LATE, AlertKind.NO_DRIVER})
"""Facts rather than measurements: they are told at once, and over at once."""
TIMED = frozenset({AlertKind.SILENT, AlertKind.STOPPED})
"""A length of time is what they are about: when they begin, they have lasted already."""
SUPERSEDES = {AlertKind.LATE: AlertKind.WILL_BE_LATE}


class Seen(NamedTuple):
    """A condition that holds, or that (``sure`` false) lies between its two thresholds. It began at ``since``, where known."""

    kind: AlertKind
    subject: str
    sure: bool = True
    since: float | None = None


class AlertWatch:
    """Told at every look which conditions hold and who is there at all; returns the alerts that came and went.

    ``rule`` is for what is measured. Nothing here knows where conditions come from.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._latches: dict[tuple[AlertKind, str], Latch] = {}
        self._alerts: dict[tuple[AlertKind, str], Alert] = {}

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Go on with alerts that stood when the program ended."""
        for alert in alerts:
            key = (alert.kind, alert.subject)
            self._alerts[key] = alert
            self._latches[key] = Latch(raised=True, since=alert.since, told=[alert.raised_at] * alert.times)

    def note(self, alert: Alert) -> None:
        """A person has acknowledged it, snoozed it or taken it on."""
        if (alert.kind, alert.subject) in self._alerts:
            self._alerts[alert.kind, alert.subject] = alert

    def look(
        self, now: float, seen: Iterable[Seen], orders: Iterable[str], drivers: Iterable[str], blind: bool = False
    ) -> tuple[list[Alert], list[Alert]]:
        """What is raised and what is cleared at ``now``, epoch seconds.

        ``orders`` and ``drivers`` are all that could have alerts; the alerts of any other end at once. ``blind``: nothing can
        be heard of drivers at the moment, so nothing is concluded about them.
        """
        there = {(s.kind, s.subject): s for s in seen}
        of_orders, of_drivers = set(orders), set(drivers)
        rules = {kind: self._rule(kind) for kind in AlertKind}
        raised: list[Alert] = []
        cleared: list[Alert] = []
        for key in [*there, *(k for k in self._latches if k not in there)]:
            kind, subject = key
            latch = self._latches.get(key)
            if latch is None:
                latch = self._latches[key] = Latch()
            if kind is AlertKind.CONNECTION:
                is_there = subject == BROKER
            else:
                is_there = subject in (of_drivers if kind in OF_DRIVERS else of_orders)
            if not is_there:
                self._end(key, now, cleared)
                continue
            if blind and kind in OF_DRIVERS:
                latch.forget_duration()
                continue
            condition = there.get(key)
            present = False if condition is None else True if condition.sure else None
            turn = latch.step(now, present, rules[kind])
            if turn is Turn.RAISED:
                raised.append(self._raise(key, now, condition, latch))
            elif turn is Turn.CLEARED:
                cleared.append(self._taken_back(key, now))
            if not latch.raised and latch.since is None and not latch.told:
                del self._latches[key]
        for alert in tuple(raised):
            weaker = SUPERSEDES.get(alert.kind)
            if weaker is not None:
                self._end((weaker, alert.subject), now, cleared)
        return raised, cleared

    def _rule(self, kind: AlertKind) -> Rule:
        if kind in EXACT:
            return Rule()
        return Rule(0.0, self.rule.clear_s) if kind in TIMED else self.rule

    def _raise(self, key: tuple[AlertKind, str], now: float, condition: Seen | None, latch: Latch) -> Alert:
        began = condition.since if condition is not None and condition.since is not None else latch.since
        alert = Alert(alert_id(*key), *key, since=now if began is None else began, raised_at=now, times=len(latch.told))
        self._alerts[key] = alert
        return alert

    def _end(self, key: tuple[AlertKind, str], now: float, cleared: list[Alert]) -> None:
        """Whatever it was about is no more."""
        self._latches.pop(key, None)
        if key in self._alerts:
            cleared.append(self._taken_back(key, now))

    def _taken_back(self, key: tuple[AlertKind, str], now: float) -> Alert:
        return replace(self._alerts.pop(key), cleared_at=now)
