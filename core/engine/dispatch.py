"""Who delivers an order: rules choose, providers answer, the next one follows where one does not take it.

Nothing here waits or calls anybody: each step goes from what is known to the changes that follow. `Errands` makes the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.clock import Clock
from core.domain import reasons
from core.domain.causes import cause
from core.domain.commands import BringBack, CancelOrder, Command, DoubtConsignment, SendToProvider, SettleConsignment
from core.domain.driver import Presence
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import (
    DispatchChange,
    NoProviderLeft,
    OrderCancelled,
    OrderHeld,
    OrderQueued,
    OrderRecalled,
    OrderRefused,
    OrderReinstated,
    OrderReleased,
    ProviderAccepted,
    ProviderChosen,
    ProviderContradicted,
    ProviderDoubted,
    ProviderKept,
    ProviderLost,
    ProviderReported,
)
from core.domain.language import Message
from core.domain.order import ABROAD, BEFORE_PICKUP, ENDED, WORDS, Order, Status, Step
from core.domain.provider import INTERNAL, NOBODY, Consignment, ConsignmentState, Provider, ProviderKind
from core.domain.rules import Tally
from core.domain.world import World
from core.orders.draft import Draft
from core.orders.progress import record
from core.providers.carrier import HAS_IT, ON_THE_WAY, Answer, Fate, Parcel
from core.providers.internal import OwnFleet, at_once
from core.rules.caps import booked, booking
from core.rules.facts import Facts, Fleet
from core.rules.ruleset import Choice, Rules, Unreadable, counted

OWN = Provider(INTERNAL, "Own fleet", ProviderKind.INTERNAL)
FLEET_AGE_S = 1.0
"""How old the count of waiting orders may be: counting anew for each order of a burst would not do."""

_S = ConsignmentState


class Dispatch:
    """``reachable`` tells whether a provider outside may be called at the moment."""

    def __init__(self, world: World, clock: Clock, reachable: Callable[[str, float], bool]) -> None:
        self._world = world
        self._clock = clock
        self._reachable = reachable
        self.own = OwnFleet(world.orders.get, lambda: self.fleet(clock.now()).online)
        self._rules = Rules(())
        self._version = 0
        self._fleet: tuple[float, Fleet] | None = None

    @property
    def rules(self) -> Rules:
        """Those that were saved last. Raises Unreadable: another program may have saved them, an older one or one with words
        of its own."""
        saved = self._world.ruleset
        if saved.version != self._version:
            try:
                self._rules, self._version = Rules(saved.rules), saved.version
            except BadInput as error:
                raise Unreadable(
                    Message(
                        "no order is taken, since the provider rules can't be read ({error}): save them anew, or update "
                        "Kerbside",
                        error=cause(error),
                    )
                ) from None
        return self._rules

    def providers(self) -> dict[str, Provider]:
        """Everyone there is, our own fleet among them."""
        return {INTERNAL: OWN, **self._world.providers}

    def provider(self, provider_id: str) -> Provider:
        return self._world.providers.get(provider_id, OWN) if provider_id == INTERNAL else self._world.provider(provider_id)

    def fleet(self, now: float) -> Fleet:
        """How busy our own drivers are, at most `FLEET_AGE_S` ago."""
        if self._fleet is None or not 0 <= now - self._fleet[0] < FLEET_AGE_S:
            waiting = sum(o.status in {Status.WAITING, Status.OFFERED} for o in self._world.orders.values())
            online = sum(d.presence is Presence.ONLINE for d in self._world.drivers.values())
            self._fleet = now, Fleet(waiting, online)
        return self._fleet[1]

    def free(self, provider_id: str, now: float) -> bool:
        """Whether the provider can be given one more order now: switched on, below its cap, not known to be out of reach."""
        provider = self.providers().get(provider_id)
        if provider is None or not provider.enabled:
            return False
        if provider.cap_per_hour is not None and self.this_hour(provider_id, now) >= provider.cap_per_hour:
            return False
        return provider.kind is ProviderKind.INTERNAL or self._reachable(provider_id, now)

    def this_hour(self, provider_id: str, now: float) -> int:
        """Orders booked with the provider since the hour began."""
        return booked(self._world.tallies, provider_id, now, self._clock.zone)

    def facts(self, order: Order, now: float) -> Facts:
        merchant = self._world.merchants.get(order.merchant_id)
        return Facts(order, merchant, now, self._clock.zone, self._world.weather, lambda: self.fleet(now))

    def would_choose(self, order: Order, now: float) -> Choice | None:
        """What the rules say of the order; ``None`` where none of them has a say."""
        rules = self.rules
        return rules.choose(self.facts(order, now), lambda p: self.free(p, now), self._world.tallies) if rules else None

    # What follows for an order

    def choose(self, draft: Draft, order: Order) -> None:
        """By the rules; where none of them has a say it waits for a driver of ours, as it does without any rules."""
        now = draft.now
        choice = self.would_choose(order, now)
        if choice is None:
            draft.change(OrderQueued, order.take(Step.QUEUE, now))
            return
        why = reasons.BY_RULE.format(rule=choice.rule.title)
        if choice.decision.refused:
            gone = order.take(Step.CANCEL, now)
            draft.add(OrderRefused(at=now, actor="rules", reason=why, orders=(gone,)))
            return
        tally = counted(choice, self._world.tallies, now)
        tallies = () if tally is None else (tally,)
        self._hand(draft, order, choice.decision.chain, why, rule_id=choice.rule.id, tallies=tallies, actor="rules")

    def _hand(
        self,
        draft: Draft,
        order: Order,
        chain: Sequence[str],
        why: str,
        *,
        rule_id: str = "",
        tallies: tuple[Tally, ...] = (),
        actor: str = "system",
    ) -> None:
        """Give the order to the first of the chain that is free; the others are kept for later."""
        now = draft.now
        if tuple(chain) == (NOBODY,):
            draft.change(OrderHeld, order.take(Step.HOLD, now, provider_id=None), reason=reasons.TAKEN_BACK)
            return
        for n, provider_id in enumerate(chain):
            if not self.free(provider_id, now):
                continue
            provider = self.provider(provider_id)
            capped = provider.cap_per_hour is not None
            book = (booking(self._world.tallies, provider_id, now, self._clock.zone),) if capped else ()
            if provider.kind is ProviderKind.INTERNAL:
                parcel = Parcel(order.id, order, "", order.due_at)
                if at_once(self.own.send(parcel)).fate is not Fate.ACCEPTED:
                    continue
                order = replace(order, provider_id=provider_id)
                made: tuple[Consignment, ...] = ()
            else:
                one = Consignment(
                    id=f"{order.id}.{order.sends + 1}",
                    order_id=order.id,
                    provider_id=provider_id,
                    since=now,
                    valid_until=now + provider.decide_s,
                    rest=tuple(chain[n + 1 :]),
                )
                order = order.take(Step.SEND, now, provider_id=provider_id, sends=order.sends + 1)
                made = (one,)
            draft.add(
                ProviderChosen(
                    at=now,
                    actor=actor,
                    reason=why,
                    rule_id=rule_id,
                    orders=(order,),
                    consignments=made,
                    tallies=tallies + book,
                )
            )
            if not made:
                draft.change(OrderQueued, order.take(Step.QUEUE, now))
            return
        held = order.take(Step.HOLD, now, provider_id=None)
        tried = ", ".join(chain)
        reason = (reasons.NOBODY_CAN_OF if tried else reasons.NOBODY_CAN).format(why=why, tried=tried)
        draft.add(NoProviderLeft(at=now, actor=actor, reason=reason, orders=(held,), tallies=tallies))

    def recall(self, draft: Draft, order: Order, reason: str, then: tuple[str, ...] = (), *, cancel: bool = False) -> None:
        """Ask for it back; what comes then follows once the provider has given it up."""
        one = self._world.consignments.get(order.id)
        if one is None:
            raise CommandRefused(Message("order {order} is with nobody it could be recalled from", order=order.id))
        if order.picked_up_at is not None:
            name = self._name(one.provider_id)
            raise CommandRefused(
                Message("order {order} is on its way with {name}: it can't be called back", order=order.id, name=name)
            )
        recalled = replace(one, state=_S.RECALLING, rest=then, cancel=cancel)
        draft.add(OrderRecalled(at=draft.now, actor=draft.actor, reason=reason, orders=(order,), consignments=(recalled,)))

    def send_to(self, draft: Draft, command: SendToProvider) -> None:
        """A dispatcher's word: the rules have no say."""
        order = draft.order(command.order_id)
        provider = self.provider(command.provider_id)
        if not provider.enabled:
            raise CommandRefused(Message("{provider} is switched off: switch it on first", provider=provider.name))
        if order.provider_id == provider.id and order.status in ABROAD and not self._called_back(order):
            raise CommandRefused(Message("{provider} has order {order} already", provider=provider.name, order=order.id))
        draft.outcome.undo = (self.way_back(order, command.actor),)
        if order.status in ABROAD:
            self.recall(draft, order, reasons.TO_GO_TO.format(provider=provider.name), (provider.id,))
            return
        own = provider.kind is ProviderKind.INTERNAL
        if (
            order.status in BEFORE_PICKUP
            or order.status is Status.OFFERED
            or order.status in ENDED
            or (own and order.status is Status.WAITING)
        ):
            raise CommandRefused(
                Message(
                    "order {order} is {what}: only one that waits, is held or is with a provider can be sent",
                    order=order.id,
                    what=WORDS[order.status],
                )
            )
        self._check_free(provider.id, draft.now)
        if own:
            back = replace(order, provider_id=provider.id).take(Step.RELEASE, draft.now)
            draft.add(ProviderChosen(at=draft.now, actor=draft.actor, reason=reasons.BY_DISPATCHER, orders=(back,)))
            return
        self._hand(draft, order, (provider.id,), "by the dispatcher", actor=draft.actor)

    def _called_back(self, order: Order) -> bool:
        one = self._world.consignments.get(order.id)
        return one is not None and one.state is _S.RECALLING

    def way_back(self, order: Order, actor: str) -> Command:
        """What would bring the order, which somebody is about to send elsewhere or cancel, to where it is going now."""
        one = self._world.consignments.get(order.id)
        if one is None:
            return BringBack(order_id=order.id, chain=(NOBODY if order.status is Status.HELD else INTERNAL,), actor=actor)
        if one.state is not _S.RECALLING:
            return BringBack(order_id=order.id, chain=(one.provider_id, *one.rest), actor=actor)
        if one.cancel:
            return CancelOrder(order_id=order.id, actor=actor)
        return BringBack(order_id=order.id, chain=one.rest or (NOBODY,), actor=actor)

    def bring_back(self, draft: Draft, command: BringBack) -> None:
        order, chain = draft.order(command.order_id), command.chain
        back, outside = self.way_back(order, command.actor), chain[0] not in {NOBODY, INTERNAL}
        to = reasons.TAKEN_BACK if chain[0] == NOBODY else reasons.TO_GO_TO.format(provider=self._name(chain[0]))
        if order.status in ABROAD and back == command:
            name = self._name(chain[0])
            raise CommandRefused(Message("{provider} has order {order} already", provider=name, order=order.id))
        if outside:
            self._check_free(chain[0], draft.now)
        if order.status in ABROAD:
            self.recall(draft, order, to, chain)
        elif order.picked_up_at is None and order.status is not Status.FAILED:
            if order.status is Status.CANCELLED:
                order = order.take(Step.REINSTATE, draft.now, provider_id=None)
                draft.change(OrderReinstated, order)
            if outside:
                self._hand(draft, draft.free(order, to), chain, reasons.BY_DISPATCHER, actor=draft.actor)
            elif chain[0] == NOBODY and order.status is Status.WAITING:
                draft.change(OrderHeld, order.take(Step.HOLD, draft.now), reason=to)
            elif chain[0] == INTERNAL and order.status is Status.HELD:
                draft.change(OrderReleased, order.take(Step.RELEASE, draft.now))
        if not draft.outcome.changes:
            raise CommandRefused(
                Message("order {order} is {what} by now: it stays where it is", order=order.id, what=WORDS[order.status])
            )
        draft.outcome.undo = (back,)

    def _check_free(self, provider_id: str, now: float) -> None:
        if not self.free(provider_id, now):
            raise CommandRefused(
                Message(
                    "{provider} can't take an order now: it is out of reach, or has had its orders for this hour",
                    provider=self._name(provider_id),
                )
            )

    def settle(self, draft: Draft, command: SettleConsignment) -> None:
        one = self._world.consignments.get(command.order_id)
        if one is None:
            raise CommandRefused(
                Message("order {order} is with no provider: there is nothing to settle", order=command.order_id)
            )
        heard = Answer(Fate.ACCEPTED if command.has_it else Fate.CANCELLED, "by the dispatcher's word")
        self.answered(draft, one, heard, recalled=command.has_it)
        back: Command = BringBack(order_id=one.order_id, chain=(one.provider_id, *one.rest), actor=command.actor)
        draft.outcome.undo = (DoubtConsignment(before=one, actor=command.actor) if command.has_it else back,)

    def doubt(self, draft: Draft, command: DoubtConsignment) -> None:
        before = command.before
        order, one = draft.order(before.order_id), self._world.consignments.get(before.order_id)
        name = self._name(before.provider_id)
        if one is None or one.id != before.id or one.state is not _S.ACCEPTED:
            raise CommandRefused(Message("order {order} is not with {name} any more", order=order.id, name=name))
        if order.arrived_pickup_at is not None or order.picked_up_at is not None:
            raise CommandRefused(
                Message("{name} has said itself meanwhile how far order {order} is", order=order.id, name=name)
            )
        if before.state is _S.SENDING:
            order = replace(order, status=Status.SENDING, status_at=draft.now)
        draft.add(ProviderDoubted(at=draft.now, actor=draft.actor, orders=(order,), consignments=(before,)))
        draft.outcome.undo = (SettleConsignment(order_id=order.id, has_it=True, actor=command.actor),)

    # What providers say

    def answered(self, draft: Draft, one: Consignment, answer: Answer, *, recalled: bool = False) -> None:
        """Act on a word about a consignment that has not ended. ``recalled``: it is the answer to being asked to give it up."""
        fate = answer.fate
        order = draft.order(one.order_id)
        if fate in HAS_IT:
            if one.state is _S.RECALLING and (recalled or fate in ON_THE_WAY):
                one = replace(one, state=_S.ACCEPTED, cancel=False, remote_id=answer.remote_id or one.remote_id)
                if order.status is Status.SENDING:
                    order = order.take(Step.TAKE_OUTSIDE, draft.now)
                self._note(draft, ProviderKept, order, one, answer.reason)
            elif one.state is _S.SENDING:
                one = replace(one, state=_S.ACCEPTED, remote_id=answer.remote_id)
                order = order.take(Step.TAKE_OUTSIDE, draft.now)
                self._note(draft, ProviderAccepted, order, one, answer.reason)
            if fate is not Fate.ACCEPTED and one.state is _S.ACCEPTED:
                self._progress(draft, one, order, answer)
        elif fate in {Fate.REFUSED, Fate.CANCELLED}:
            if order.picked_up_at is not None:
                failed = Answer(Fate.FAILED, reasons.GIVEN_UP.format(why=answer.reason), at=answer.at)
                self._progress(draft, one, order, failed)
            else:
                self.lose(draft, one, answer.reason or fate.value)

    def lose(self, draft: Draft, one: Consignment, reason: str) -> None:
        """It is certain that this provider will not deliver it: the next one follows, or what the recall was for."""
        order = draft.order(one.order_id)
        name = self._name(one.provider_id)
        free = order.take(Step.LOSE_PROVIDER, draft.now, provider_id=None, arrived_pickup_at=None)
        ended = replace(one, state=_S.ENDED, outcome=reason)
        self._note(draft, ProviderLost, free, ended, reasons.OF_PROVIDER.format(provider=name, why=reason))
        if one.cancel:
            draft.change(OrderCancelled, free.take(Step.CANCEL, draft.now), reason=reason)
        else:
            self._hand(draft, free, one.rest, reasons.INSTEAD.format(provider=name))

    def _progress(self, draft: Draft, one: Consignment, order: Order, answer: Answer) -> None:
        """Take the step told of. Steps may come in any order, and any number of times: each counts once."""
        fate = answer.fate
        at = min(max(answer.at or draft.now, order.placed_at), draft.now)
        field = f"{fate.value}_at"
        if fate is not Fate.FAILED and getattr(order, field) is not None:
            return
        by = Draft(draft.world, draft.now, f"provider:{one.provider_id}")
        if fate is Fate.DELIVERED and order.picked_up_at is None:
            order = replace(order, picked_up_at=at)
        later = (getattr(order, f"{after.value}_at") for after in HAS_IT[HAS_IT.index(fate) + 1 : -1])
        at = min((at, *(when for when in later if when is not None)))
        record(by, order, fate.value, answer.reason, at)
        for change in by.outcome.changes:
            draft.add(change)
        if fate in {Fate.DELIVERED, Fate.FAILED}:
            ended = replace(one, state=_S.ENDED, outcome=fate.value)
            draft.add(ProviderReported(at=draft.now, actor=by.actor, reason=fate.value, consignments=(ended,)))

    def strange(self, draft: Draft, provider_id: str, order: Order, answer: Answer) -> None:
        """A provider speaks of an order as its own that is not, or no longer."""
        word = answer.fate.value.replace("_", " ")
        reason = reasons.CONTRADICTS.format(provider=self._name(provider_id), word=word)
        draft.add(ProviderContradicted(at=draft.now, actor=f"provider:{provider_id}", reason=reason, orders=(order,)))

    def close(self, draft: Draft, one: Consignment) -> None:
        """The order has ended by somebody else's word."""
        ended = replace(one, state=_S.ENDED, outcome=draft.order(one.order_id).status.value)
        draft.add(ProviderReported(at=draft.now, reason=reasons.ORDER_OVER, consignments=(ended,)))

    def _note(self, draft: Draft, kind: type[DispatchChange], order: Order, one: Consignment, reason: str) -> None:
        actor = f"provider:{one.provider_id}"
        draft.add(kind(at=draft.now, actor=actor, reason=reason, orders=(order,), consignments=(one,)))

    def _name(self, provider_id: str) -> str:
        provider = self.providers().get(provider_id)
        return provider.name if provider is not None else provider_id
