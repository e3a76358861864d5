"""The rules panel. Like shapes, rules are worked on as a draft in the one history, and saved whole, as one version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.presenters.aside import Aside
from app.presenters.asking import Asking
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.rule_text import WEATHER, label, then_text, when_text
from app.presenters.things import Things
from core.domain import commands as c
from core.domain.events import (
    AreaRemoved,
    AreaSaved,
    Change,
    MerchantRegistered,
    MerchantRemoved,
    ProviderRemoved,
    ProviderSaved,
    RulesSaved,
    WeatherTold,
)
from core.domain.language import ntr, said, tr
from core.domain.provider import INTERNAL
from core.domain.rules import Rule
from core.engine.setup import ShareView
from core.rules.analysis import Finding, Level, check
from core.rules.dryrun import HELD, REFUSED, DryRun
from core.rules.facts import NOWHERE
from core.rules.operators.weather import WEATHERS
from core.rules.words import Form, Word, action_words, operator_words
from widgets.conditions.words import Choice, WordForm
from widgets.rules.panel import RulesPanel
from widgets.rules.rows import FindingRow, RuleRow, ShareRow, TrialRow

LOOK_MS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesDraft(c.Command):
    """All rules as they are worked on; ``None`` where they are as they were saved."""

    rules: tuple[Rule, ...] | None


class RulesPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: RulesPanel, asking: Asking) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking = deeds, panel, asking
        self._engine, self._world = deeds.engine, deeds.engine.world
        self._things = Things(self._world, self._engine.errands.dispatch.providers)
        self._draft: tuple[Rule, ...] | None = None
        self._based_on = 0
        self._findings: list[Finding] = []
        self._checked: tuple[Rule, ...] | None = None
        self._chosen = ""
        self._stale = True
        """What rules may name has changed since the form was told of it."""
        self._aside = Aside("rules", self)
        self._look = Refresh(self.show, LOOK_MS, self)
        deeds.own[RulesDraft] = self._take
        self._links = links = Links()
        links.keep(lambda: deeds.own.pop(RulesDraft, None))
        places = (AreaSaved, AreaRemoved, MerchantRegistered, MerchantRemoved)
        for kind in (*places, ProviderSaved, ProviderRemoved, RulesSaved, WeatherTold):
            links.keep(self._engine.bus.subscribe(kind, self._hear))
        links.connect(panel.moved, self.reorder)
        links.connect(panel.chosen, self._choose)
        links.connect(panel.edited, self.edit)
        links.connect(panel.toggled, self.toggle)
        links.connect(panel.trial_wanted, self.try_out)
        links.connect(panel.looked, self.show_shares)
        links.connect(panel.weather_told, self.tell_weather)
        self.show()

    def close(self) -> None:
        self._links.end()
        self._look.stop()
        self._aside.close()
        self.deleteLater()
        self._panel.set_trial("", ())
        self._panel.set_shares(())
        self._panel.set_findings(())
        self._panel.set_rows(())
        self._panel.set_state("", changed=False, savable=False)

    def _hear(self, change: Change) -> None:
        self._checked, self._stale = None, True
        if self._panel.isVisible():
            self._look()

    def seen(self) -> None:
        """The panel can be seen again, and what has changed meanwhile with it."""
        if self._panel.isVisible():
            self.show()

    # The draft

    @property
    def rules(self) -> tuple[Rule, ...]:
        """As they are worked on, or as they are saved."""
        return self._world.ruleset.rules if self._draft is None else self._draft

    @property
    def changed(self) -> bool:
        return self._draft is not None and self._draft != self._world.ruleset.rules

    def in_order(self) -> list[Rule]:
        """As they are asked; those that are off among them."""
        return sorted(self.rules, key=lambda rule: -rule.priority)

    def _take(self, command: c.Command) -> Sequence[c.Command]:
        assert isinstance(command, RulesDraft)
        before = RulesDraft(rules=self._draft)
        if self._draft is None and command.rules is not None:
            self._based_on = self._world.ruleset.version
        self._draft = command.rules
        self.show()
        return (before,)

    def _change(self, text: str, rules: Sequence[Rule]) -> None:
        if tuple(rules) != self.rules:
            self._deeds.history.do(text, RulesDraft(rules=tuple(rules)))
            self._deeds.changed()

    def _end(self) -> None:
        self._draft = None
        self._deeds.history.forget(RulesDraft)
        self._deeds.changed()
        self.show()

    def edit(self, rule: Rule) -> None:
        self._change(tr("Change rule {rule}", rule=rule.title), [rule if r.id == rule.id else r for r in self.rules])

    def toggle(self, rule_id: str) -> None:
        rule = self._rule(rule_id)
        if rule is not None:
            text = tr("Switch off rule {rule}") if rule.enabled else tr("Switch on rule {rule}")
            changed = replace(rule, enabled=not rule.enabled)
            self._change(text.format(rule=rule.title), [changed if r.id == rule_id else r for r in self.rules])

    def add(self) -> None:
        self._put_in(Rule(self._free_id("rule"), {}, {"provider": INTERNAL}, name=""), tr("Add a rule"))

    def copy(self) -> None:
        rule = self._rule(self._chosen)
        if rule is not None:
            name = tr("{rule} (copy)", rule=rule.title)
            self._put_in(replace(rule, id=self._free_id(rule.id), name=name), tr("Copy rule {rule}", rule=rule.title))

    def _put_in(self, rule: Rule, text: str) -> None:
        order = self.in_order()
        place = next((n for n, r in enumerate(order) if r.id == self._chosen), -1) + 1
        order.insert(place if self._chosen else 0, rule)
        self._change(text, _fitted(order, {rule.id}))
        self._panel.select(rule.id)
        self._panel.show_tab("form")
        self._panel.form.name.setFocus()

    def remove(self) -> None:
        rule = self._rule(self._chosen)
        if rule is not None:
            self._change(tr("Remove rule {rule}", rule=rule.title), [r for r in self.rules if r.id != rule.id])

    def reorder(self, ids: Sequence[str]) -> None:
        known = {rule.id: rule for rule in self.rules}
        if set(ids) == set(known):
            self._change(tr("Put rules into another order"), _fitted([known[i] for i in ids], {self._chosen}))
            self._panel.select(self._chosen)

    def _rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def _free_id(self, stem: str) -> str:
        taken, number = {rule.id for rule in self.rules}, len(self.rules) + 1
        while f"{stem}-{number}" in taken:
            number += 1
        return f"{stem}-{number}"

    # Saving

    def savable(self) -> bool:
        return self.changed and not any(f.level is Level.ERROR for f in self._findings)

    def save(self) -> None:
        if not self.changed:
            return
        if self._world.ruleset.version != self._based_on:
            self._asking.sure(
                tr("Replace rules that were saved meanwhile?"),
                tr("Somebody saved version {n} while you worked on yours. It stays in the log.", n=self._world.ruleset.version),
                tr("Replace them"),
                self._save,
            )
        else:
            self._save()

    def _save(self) -> None:
        # Without the version it is based on, which was looked at just now: doing it again must not be refused for the undoing.
        if not self._deeds.carry_out(tr("Save the rules"), [c.SaveRules(rules=tuple(self.in_order()))]):
            self._end()

    def discard(self) -> None:
        if self.changed:
            self._asking.sure(
                tr("Discard what you did to the rules?"),
                tr("They stay as they were saved."),
                tr("Discard it"),
                self._end,
            )
        else:
            self._end()

    # What is seen

    def show(self) -> None:
        rules = self.in_order()
        wrong = {rule.id: [f for f in self._findings if f.rule_id == rule.id] for rule in rules}
        if self._stale:
            self._stale = False
            self._panel.set_words(*self._words())
        self._panel.set_rows(
            RuleRow(
                rule.id,
                rule,
                when_text(rule.when, self._things.named),
                then_text(rule.then, self._things.named),
                tuple(_sentence(f) for f in wrong[rule.id]),
                any(f.level is Level.ERROR for f in wrong[rule.id]),
            )
            for rule in rules
        )
        self._panel.set_weather(
            [("", tr("Weather: not told")), *((w, tr("Today: {weather}", weather=tr(WEATHER[w]))) for w in WEATHERS)],
            self._world.weather.get(self._today(), ""),
        )
        told = ""
        if self.changed:
            errors = sum(f.level is Level.ERROR for f in self._findings)
            told = tr("Not saved yet: orders still go by version {n}", n=self._world.ruleset.version)
            if errors:
                told = ntr("Can't be saved yet: {n} rule is wrong", "Can't be saved yet: {n} rules are wrong", errors)
        self._panel.set_state(told, self.changed, self.savable())
        if self._checked != self.rules:
            self._check(self.rules)

    def _check(self, rules: tuple[Rule, ...]) -> None:
        self._checked = rules
        known = self._engine.setup.known()
        self._aside.do(lambda: check(rules, known), lambda found: self._told(rules, found), lambda text: None)

    def _told(self, rules: tuple[Rule, ...], found: list[Finding]) -> None:
        if rules != self._checked:
            return
        self._findings = found
        self._panel.set_findings(
            [FindingRow(f"{n}", f.level.value, said(f.text), f.rule_id, f.area_id) for n, f in enumerate(found)]
            if rules
            else ()
        )
        self.show()
        self._deeds.changed()

    def _words(self) -> tuple[list[WordForm], list[WordForm], list[Choice]]:
        def form(word: Word) -> WordForm:
            choices = self._things.choices(word.names) if word.names else [(i, tr(WEATHER.get(i, i))) for i in word.choices]
            if word.names == "area":
                choices.append((NOWHERE, tr("Outside all areas")))
            kind = word.form.value if word.form is not Form.PICK or choices else Form.LABELS.value
            return WordForm(word.word, label(word.word), kind, tuple(choices), word.unit, word.example)

        operators, actions = operator_words(), action_words()
        return [form(w) for w in operators], [form(w) for w in actions], self._things.choices("provider")

    def _choose(self, rule_id: str) -> None:
        self._chosen = rule_id
        self._deeds.changed()

    def chosen(self) -> Rule | None:
        return self._rule(self._chosen)

    def _today(self) -> str:
        return datetime.fromtimestamp(self._engine.clock.now(), self._engine.clock.zone).date().isoformat()

    def tell_weather(self, weather: str) -> None:
        if weather != self._world.weather.get(self._today(), ""):
            said = tr("Today's weather: {weather}", weather=tr(WEATHER[weather]) if weather else tr("not told"))
            self._deeds.carry_out(said, [c.TellWeather(weather=weather, date=self._today())])
        self.show()

    # Shares, live

    def show_shares(self) -> None:
        self._panel.set_shares(self._share_row(view) for view in self._engine.setup.shares())

    def _share_row(self, view: ShareView) -> ShareRow:
        named, provider = self._things.named, self._things.named("provider", view.provider_id)
        if view.without:
            others = ", ".join(named("provider", i) for i in view.without)
            provider = tr("{provider}, without {others}", provider=provider, others=others)
        return ShareRow(
            f"{view.rule_id} {view.area_id} {view.without} {view.provider_id}",
            next((rule.title for rule in self._world.ruleset.rules if rule.id == view.rule_id), view.rule_id),
            named("area", view.area_id),
            provider,
            view.asked_pct,
            view.held_pct,
            view.orders,
            view.off,
        )

    # Trying out

    def try_yesterday(self) -> None:
        self._panel.span.setCurrentIndex(0)
        self._panel.show_tab("trial")
        self.try_out("yesterday")

    def try_out(self, span: str) -> None:
        """What these rules would have done with orders there were, worked out in another thread."""
        rules, setup, store = tuple(self.in_order()), self._engine.setup, self._engine.store
        start, end = self._span(span)
        self._panel.set_trial(tr("Trying them on the orders there were…"), (), busy=True)
        self._aside.do(
            lambda: setup.dry_run(rules, store, start, end),
            self._tried,
            lambda text: self._panel.set_trial(f"{text[:1].upper()}{text[1:]}", (), bad=True),
        )

    def _span(self, span: str) -> tuple[float, float]:
        now = self._engine.clock.now()
        midnight = datetime.fromtimestamp(now, self._engine.clock.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if span == "day":
            return now - 24 * 3600.0, now
        if span == "today":
            return midnight.timestamp(), now
        return (midnight - timedelta(days=1)).timestamp(), midnight.timestamp()

    def _tried(self, run: DryRun) -> None:
        if not run.orders:
            self._panel.set_trial(tr("There were no orders in that time: choose another"), ())
            return
        names = {REFUSED: tr("Refused"), HELD: tr("Held: nobody could take them")}
        rows = [
            TrialRow(provider, names.get(provider) or self._things.named("provider", provider), was, would)
            for provider, (was, would) in run.by_provider().items()
        ]
        told = ntr(
            "{n} of {all} orders would go elsewhere",
            "{n} of {all} orders would go elsewhere",
            len(run.changed),
            all=len(run.orders),
        )
        self._panel.set_trial(
            told if run.changed else tr("All {all} orders would go where they went", all=len(run.orders)), rows
        )


def _sentence(finding: Finding) -> str:
    told = said(finding.text)
    return told[:1].upper() + told[1:]


def _fitted(order: Sequence[Rule], moved: set[str]) -> list[Rule]:
    """Priorities of those moved, so that the rules are asked in this order; the others keep theirs where they can."""
    fitted = list(order)
    for n, rule in enumerate(fitted):
        if rule.id in moved:
            above = fitted[n - 1].priority if n else None
            below = next((r.priority for r in fitted[n + 1 :] if r.id not in moved), None)
            wanted = rule.priority if below is None else max(rule.priority, below)
            fitted[n] = replace(rule, priority=wanted if above is None else min(wanted, above))
    return fitted
