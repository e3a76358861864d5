"""Rules, providers and the weather of the day: saved, checked, tried out on what has been, and shown as they stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from core.clock import Clock
from core.domain.commands import (
    BringBack,
    Command,
    DoubtConsignment,
    RemoveProvider,
    SaveProvider,
    SaveRules,
    SendToProvider,
    SettleConsignment,
    TellWeather,
)
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import ProviderRemoved, ProviderSaved, RulesSaved, WeatherTold
from core.domain.language import Message, first_of
from core.domain.provider import INTERNAL, ConsignmentState, Provider, ProviderKind
from core.domain.rules import Day, Rule, RuleSet, Tally
from core.domain.world import World
from core.engine.errands import Errands
from core.geofencing.tagging import Tagger
from core.orders.desk import Handler
from core.orders.draft import Draft, check_unchanged
from core.providers.breaker import BreakerState
from core.rules.actions.split import Split, counted_by
from core.rules.analysis import Finding, Known, Level, check
from core.rules.dryrun import LEAD_S, DryRun, dry_run
from core.rules.facts import NOWHERE
from core.rules.operators.weather import WEATHERS
from core.rules.ruleset import Rules
from core.rules.split import deviation
from core.storage.store import Store


@dataclass(frozen=True, slots=True)
class ShareView:
    """A split in one area: first choices so far against what was asked. ``off`` is in orders, above 0 ahead of the share.
    ``without`` are those who could not be given orders meanwhile: they have no part in this count."""

    rule_id: str
    area_id: str
    provider_id: str
    weight: int
    asked_pct: float
    held_pct: float
    orders: int
    off: float
    without: tuple[str, ...] = ()


def _share_views(
    rule_id: str, area_id: str, weights: dict[str, int], without: tuple[str, ...], tally: Tally
) -> Iterator[ShareView]:
    total, whole = sum(tally.counts.values()), sum(weights.values())
    off = deviation(weights, tally.counts)
    for provider_id, weight in weights.items():
        had = tally.counts.get(provider_id, 0)
        asked, held = 100 * weight / whole, 100 * had / total
        yield ShareView(rule_id, area_id, provider_id, weight, asked, held, had, off[provider_id], without)


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider as it stands. ``open`` counts orders it has or may have, ``this_hour`` those booked where it has a cap.

    Latencies are of the last calls, in seconds; ``retries_left`` may be made now, before the provider is spared.
    """

    provider: Provider
    breaker: BreakerState
    retry_at: float | None
    open: int
    doubtful: int
    this_hour: int | None
    sent: int
    retries: int
    retries_left: int
    calls: int
    failures: int
    callbacks: int
    latency_p50_s: float
    latency_p95_s: float
    problem: str


class Setup:
    def __init__(self, world: World, clock: Clock, errands: Errands) -> None:
        self._world = world
        self._clock = clock
        self._errands = errands
        self._dispatch = errands.dispatch

    def handlers(self) -> dict[type[Command], Handler]:
        return {
            SaveRules: self._save_rules,
            SaveProvider: self._save_provider,
            RemoveProvider: self._remove_provider,
            TellWeather: self._tell_weather,
            SendToProvider: self._dispatch.send_to,
            SettleConsignment: self._errands.settle,
            BringBack: self._dispatch.bring_back,
            DoubtConsignment: self._errands.doubt,
        }

    # Questions

    def check(self, rules: Sequence[Rule]) -> list[Finding]:
        """What is wrong with these rules, errors first; they need not be saved."""
        return check(rules, self.known())

    def dry_run(self, rules: Sequence[Rule], store: Store, start: float, end: float) -> DryRun:
        """What these rules would have done with the orders placed from ``start`` until ``end`` (epoch seconds), beside what was
        done. Reads the log, which may take seconds: not for the engine's thread. Raises BadInput for rules that have errors."""
        self._refuse_errors(rules)
        areas, tagger = dict(self._world.areas), Tagger()
        log = (logged.change for logged in store.between(start - LEAD_S, end))
        return dry_run(
            Rules(rules),
            log,
            start,
            end,
            merchants=dict(self._world.merchants),
            drivers=list(self._world.drivers.values()),
            providers=self._dispatch.providers(),
            weather=dict(self._world.weather),
            zone=self._clock.zone,
            area_of=lambda order: tagger.tags([order.pickup], areas)[0] if areas else order.area_id,
        )

    def shares(self) -> list[ShareView]:
        """Every split of the saved rules where it has been used: with all of its providers, and with those who were left while
        others could not be given orders."""
        found: list[tuple[str, str, dict[str, int], tuple[str, ...], Tally]] = []
        for one in self._dispatch.rules.all:
            if isinstance(one.then, Split):
                weights = one.then.weights
                for tally in self._world.tallies.values():
                    counted = counted_by(tally.id, one.rule.id, weights)
                    if counted is not None and (counted[0] in self._world.areas or counted[0] == NOWHERE):
                        area_id, among = counted
                        without = tuple(p for p, w in weights.items() if w and p not in among)
                        found.append((one.rule.id, area_id, among, without, tally))
        return [view for part in sorted(found, key=lambda part: (part[0], part[1], part[3])) for view in _share_views(*part)]

    def providers(self) -> list[ProviderView]:
        now = self._clock.now()
        doubtful = [one.provider_id for one, _ in self._errands.doubtful()]
        held = [one.provider_id for one in self._world.consignments.values() if one.state is not ConsignmentState.ENDED]
        own = sum(order.provider_id in {None, INTERNAL} for order in self._world.open_orders())
        views = []
        for provider in self._dispatch.providers().values():
            ties = self._errands.calls.ties(provider.id)
            health, breaker = ties.health, ties.breaker
            views.append(
                ProviderView(
                    provider=provider,
                    breaker=breaker.state,
                    retry_at=breaker.until if breaker.state is BreakerState.OPEN else None,
                    open=own if provider.kind is ProviderKind.INTERNAL else held.count(provider.id),
                    doubtful=doubtful.count(provider.id),
                    this_hour=None if provider.cap_per_hour is None else self._dispatch.this_hour(provider.id, now),
                    sent=health.sent,
                    retries=health.retries,
                    retries_left=ties.budget.left,
                    calls=health.calls,
                    failures=health.failures,
                    callbacks=health.callbacks,
                    latency_p50_s=health.latency_s(50),
                    latency_p95_s=health.latency_s(95),
                    problem=breaker.reason or health.problem,
                )
            )
        return views

    def known(self) -> Known:
        """What there is for rules to name, as it is now: a copy, for whoever checks rules in another thread."""
        return Known(dict(self._world.areas), dict(self._world.merchants), dict(self._dispatch.providers()))

    def _refuse_errors(self, rules: Sequence[Rule]) -> None:
        errors = [f.text for f in self.check(rules) if f.level is Level.ERROR]
        if errors:
            raise BadInput(first_of(errors, 1))

    # Commands

    def _save_rules(self, draft: Draft, command: SaveRules) -> None:
        before = self._world.ruleset
        if command.based_on is not None and command.based_on != before.version:
            raise CommandRefused(
                Message(
                    "the rules have been changed meanwhile (version {version}, yours began with {based_on}): look at them and "
                    "save again",
                    version=before.version,
                    based_on=command.based_on,
                )
            )
        self._refuse_errors(command.rules)
        saved = RuleSet(before.version + 1, command.rules)
        draft.add(RulesSaved(at=draft.now, actor=draft.actor, rulesets=(saved,)))
        draft.outcome.undo = (SaveRules(rules=before.rules, based_on=saved.version, actor=command.actor),)

    def _save_provider(self, draft: Draft, command: SaveProvider) -> None:
        provider = command.provider
        check_provider(provider)
        before = self._world.providers.get(provider.id)
        if before is not None and before.kind is not provider.kind:
            raise CommandRefused(
                Message(
                    "{order} is a {kind} provider: remove it first to make it another kind", order=before.name, kind=before.kind
                )
            )
        if command.over is not None:
            check_unchanged(before and replace(command.over, version=before.version), before, provider.name)
        saved = replace(provider, version=1 if before is None else before.version + 1, removed=False)
        draft.add(ProviderSaved(at=draft.now, actor=draft.actor, providers=(saved,)))
        back = RemoveProvider(provider_id=provider.id, actor=command.actor)
        again = SaveProvider(provider=before, over=saved, actor=command.actor) if before is not None else back
        draft.outcome.undo = (again,)

    def _remove_provider(self, draft: Draft, command: RemoveProvider) -> None:
        provider = self._world.provider(command.provider_id)
        held = [one.order_id for one in self._world.consignments.values() if one.provider_id == provider.id]
        if held:
            raise CommandRefused(
                Message(
                    "{provider} still has order {held}: recall it first, or wait for its end",
                    provider=provider.name,
                    held=held[0],
                )
            )
        naming = [one.rule.title for one in self._dispatch.rules.all if provider.id in one.then.providers]
        if naming and provider.id != INTERNAL:
            raise CommandRefused(
                Message("{provider} is named by rule {naming}: change the rule first", provider=provider.name, naming=naming[0])
            )
        gone = replace(provider, removed=True, version=provider.version + 1)
        draft.add(ProviderRemoved(at=draft.now, actor=draft.actor, providers=(gone,)))
        draft.outcome.undo = (SaveProvider(provider=provider, actor=command.actor),)

    def _tell_weather(self, draft: Draft, command: TellWeather) -> None:
        if command.weather not in WEATHERS and command.weather:
            raise BadInput(
                Message(
                    "the weather is one of {choices}, not {weather!r}", choices=", ".join(WEATHERS), weather=command.weather
                )
            )
        today = datetime.fromtimestamp(draft.now, self._clock.zone).date()
        try:
            day = (date.fromisoformat(command.date) if command.date else today).isoformat()
        except ValueError:
            raise BadInput(Message("a date such as 2026-05-01, not {date!r}", date=command.date)) from None
        before = self._world.weather.get(day, "")
        draft.add(WeatherTold(at=draft.now, actor=draft.actor, days=(Day(day, command.weather),)))
        draft.outcome.undo = (TellWeather(weather=before, date=day, actor=command.actor),)


def check_provider(provider: Provider) -> None:
    """Raise BadInput with one line."""
    name = provider.name.strip() or provider.id
    if not 0 < len(provider.id) <= 64 or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in provider.id):
        raise BadInput(
            Message(
                "provider id {provider!r}: use letters, figures and dashes, for example swift-couriers", provider=provider.id
            )
        )
    if not provider.name.strip():
        raise BadInput(Message("provider {provider} needs a name", provider=provider.id))
    if (provider.id == INTERNAL) is not (provider.kind is ProviderKind.INTERNAL):
        raise BadInput(Message("{id} is the id of our own fleet, and of no other provider", id=INTERNAL))
    address = urlsplit(provider.url)
    if provider.kind is not ProviderKind.INTERNAL and (address.scheme not in {"http", "https"} or not address.hostname):
        raise BadInput(
            Message(
                "provider {name}: the address must be of the form https://host/path, not {url!r}", name=name, url=provider.url
            )
        )
    if address.username or address.password:
        raise BadInput(
            Message(
                "provider {name}: an address holds no password: what is sent is signed with the provider's secret", name=name
            )
        )
    if provider.cap_per_hour is not None and provider.cap_per_hour < 0:
        raise BadInput(Message("provider {name}: the cap must be a number of orders an hour, 0 or more", name=name))
    for what, value, low, high in (
        ("the time limit of a call", provider.timeout_s, 0.1, 60.0),
        ("the number of tries", float(provider.tries), 1.0, 20.0),
        ("the time to decide", provider.decide_s, 5.0, 3600.0),
        ("the time between questions", provider.poll_s, 1.0, 3600.0),
    ):
        if not (math.isfinite(value) and low <= value <= high):
            raise BadInput(
                Message(
                    "provider {name}: {what} must be {low:g} to {high:g}, not {value:g}",
                    name=name,
                    what=what,
                    low=low,
                    high=high,
                    value=value,
                )
            )
