"""What orders with providers outside need: which calls, when, and what to make of silence.

Where it is not known whether a provider has an order, nothing else is done with the order until it is: it is asked, it is sent
the same key again where that is safe, and at the end it is told to forget it. Only a refusal, a word that it is cancelled, or
"unknown" after the time until which it may take it, lets the next provider have it. A call is made only once the change that
asks for it is stored.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from core.clock import Clock
from core.domain import reasons
from core.domain.commands import DoubtConsignment, SettleConsignment
from core.domain.errors import KerbsideError, UnknownThing
from core.domain.language import Message
from core.domain.order import ENDED, Status
from core.domain.provider import INTERNAL, Consignment, ConsignmentState, Provider, ProviderKind
from core.domain.world import World
from core.engine.calls import Calls, order_of
from core.engine.dispatch import Dispatch
from core.engine.ties import Tag, Work
from core.orders.draft import Draft
from core.orders.tells import Outcome
from core.providers.breaker import backoff_s
from core.providers.carrier import HAS_IT, ON_THE_WAY, SILENT, Answer, Fate, Parcel, Quote
from core.providers.internal import at_once
from core.providers.secrets import Secrets
from core.providers.words import ASKED_AT_ONCE, read_callback
from core.settings import Settings
from core.signing import verify

log = logging.getLogger(__name__)

MARGIN_S = 5.0
"""What a provider's clock may be off when it is said to know an order no more."""
LONGEST_POLL = 8.0
"""An order of which nothing new is heard is asked about ever more rarely, up to this many times the provider's ``poll_s``."""
CALLED_BACK = 8.0
"""A provider that calls us is asked as well, this much more rarely: a call may get lost."""
DENIALS = 3
"""So often a provider has to deny an order it had accepted before a person is told."""

_S = ConsignmentState


class Errands:
    """``commit`` stores and applies an outcome, and resolves the future it is given, if any, once that is on disk."""

    def __init__(
        self,
        *,
        world: World,
        clock: Clock,
        settings: Settings,
        secrets: Secrets,
        commit: Callable[[Outcome, Future[int] | None], None],
        seed: int = 0,
        stepped: bool = False,
    ) -> None:
        self.calls = Calls(world, clock, settings, secrets)
        self.dispatch = Dispatch(world, clock, self.calls.reachable)
        self.secrets = secrets
        self._world = world
        self._clock = clock
        self._settings = settings
        self._commit = commit
        self._stepped = stepped
        self._at_once = int(settings.number("providers.at_once"))
        self._chance = random.Random(seed)
        self._work: dict[str, Work] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._count = itertools.count()
        self._inbox: deque[tuple[str, str, Answer, Future[int]]] = deque()
        self._strays: dict[str, tuple[str, float]] = {}
        """Keys that somebody may hold although the order is elsewhere: who is told to forget them, and when next."""
        for one in world.consignments.values():
            self._work[one.order_id] = work = Work(one.id, clock.now(), doubt=True, tries=1)
            self._push(one.order_id, work)

    # What others may ask

    def hear(self, provider_id: str, body: bytes, signature: str) -> Future[int]:
        """A provider calls back. From any thread. Raises UnknownThing, BadSignature or BadInput; the future is resolved once
        what follows is stored, and only then may the provider be told that it was heard.
        """
        provider = self._world.providers.get(provider_id)
        if provider is None:
            raise UnknownThing(Message("there is no provider {provider}", provider=provider_id))
        most_s = self._settings.number("providers.callback_age_s")
        verify(self.secrets.get(provider_id), body, signature, self._clock.now(), most_s)
        key, answer = read_callback(body)
        heard: Future[int] = Future()
        self._inbox.append((provider_id, key, answer, heard))
        return heard

    def quote(self, provider_id: str, parcel: Parcel) -> Future[Quote]:
        """What the provider would take for it."""
        if provider_id == INTERNAL:
            own: Future[Quote] = Future()
            own.set_result(at_once(self.dispatch.own.quote(parcel)))
            return own
        provider = self._world.provider(provider_id)
        return self.calls.quote(provider, parcel)

    def settle(self, draft: Draft, command: SettleConsignment) -> None:
        """A dispatcher's word. Where it is that the provider does not have it, that one is told to forget it all the same."""
        one = self._world.consignments.get(command.order_id)
        self.dispatch.settle(draft, command)
        if one is not None and not command.has_it:
            self._forget(one.id, one.provider_id)

    def doubt(self, draft: Draft, command: DoubtConsignment) -> None:
        """A dispatcher's word was none: the provider is asked again."""
        self.dispatch.doubt(draft, command)
        one, now = command.before, self._clock.now()
        work = self._work.setdefault(one.order_id, Work(one.id, now, tries=1))
        work.doubt = True
        if not work.in_flight:
            self._later(one.order_id, work, now)

    def doubtful(self) -> list[tuple[Consignment, float]]:
        """Consignments of which it is not known whether the provider has them, and for how long, in seconds."""
        now = self._clock.now()
        found = []
        for order_id, work in self._work.items():
            one = self._world.consignments.get(order_id)
            if one is None or one.id != work.key:
                continue
            if (work.doubt and one.state is not _S.ACCEPTED) or work.denials >= DENIALS:
                found.append((one, now - one.since))
        return sorted(found, key=lambda pair: -pair[1])

    # The beat

    def wake(self, order_ids: Sequence[str]) -> None:
        """What concerns these is stored: whatever it asks for may be done."""
        for order_id in order_ids:
            one = self._world.consignments.get(order_id)
            work = self._work.get(order_id)
            if one is None:
                continue
            if work is None or work.key != one.id:
                work = self._work[order_id] = Work(one.id, self._clock.now())
            elif one.state is not _S.RECALLING:
                continue
            self._later(order_id, work, self._clock.now())

    def tick(self, now: float) -> None:
        self.listen(now)
        self._take_answers(now)
        self._launch(now)
        while self._stepped and self.calls.wait():
            self._take_answers(now)
            self._launch(now)

    def close(self) -> None:
        self.calls.close()

    def _push(self, order_id: str, work: Work) -> None:
        heapq.heappush(self._heap, (work.due, next(self._count), order_id))

    def _later(self, order_id: str, work: Work, at: float) -> None:
        work.due = at
        self._push(order_id, work)

    def _launch(self, now: float) -> None:
        self._tell_strays(now)
        self._sort_due(now)
        asked: dict[str, list[Consignment]] = defaultdict(list)
        for ties in self.calls.all_ties():
            while ties.ready and ties.in_flight < self._at_once:
                order_id = next(iter(ties.ready))
                due = ties.ready.pop(order_id)
                work, one = self._work.get(order_id), self._world.consignments.get(order_id)
                if work is not None and one is not None and one.id == work.key and work.due == due:
                    self._next_call(one, work, now, asked)
        for provider_id, ones in asked.items():
            for n in range(0, len(ones), ASKED_AT_ONCE):
                self._follow(provider_id, ones[n : n + ASKED_AT_ONCE], now)

    def _tell_strays(self, now: float) -> None:
        for key, (provider_id, due) in list(self._strays.items()):
            provider = self._world.providers.get(provider_id)
            if provider is None:
                del self._strays[key]
            elif due <= now and self.calls.ties(provider_id).breaker.allow(now):
                del self._strays[key]
                self.calls.make("stray", provider, (key,))

    def _sort_due(self, now: float) -> None:
        """What is due waits for its provider's turn; orders that have ended need no call any more."""
        while self._heap and self._heap[0][0] <= now:
            due, _, order_id = heapq.heappop(self._heap)
            work, one = self._work.get(order_id), self._world.consignments.get(order_id)
            if work is None or work.due != due or work.in_flight:
                continue
            if one is None or one.id != work.key:
                del self._work[order_id]
            elif self._world.orders[order_id].status in ENDED:
                if self._world.orders[order_id].status is not Status.DELIVERED:
                    self._forget(one.id, one.provider_id)
                self._act(one, lambda draft, one=one: self.dispatch.close(draft, one))  # type: ignore[misc]
            else:
                self.calls.ties(one.provider_id).ready[order_id] = due

    def _follow(self, provider_id: str, some: Sequence[Consignment], now: float) -> None:
        """Ask one provider how these stand, in one call."""
        if not self.calls.ties(provider_id).breaker.allow(now):
            for one in some:
                self._wait_for_breaker(one, now)
            return
        for one in some:
            self._work[one.order_id].in_flight = True
        self.calls.make("follow", self._world.providers[provider_id], tuple(one.id for one in some))

    def _next_call(self, one: Consignment, work: Work, now: float, asked: dict[str, list[Consignment]]) -> None:
        provider = self._world.providers[one.provider_id]
        never_sent = not work.tries and not work.doubt
        action = self._action(one, work, now)
        if never_sent and (action == "cancel" or now >= one.valid_until or not self.calls.reachable(provider.id, now)):
            reason = reasons.NEVER_SENT if action == "cancel" else reasons.OUT_OF_REACH
            self._act(one, lambda draft: self.dispatch.lose(draft, one, reason))
            return
        if action == "follow":
            asked[provider.id].append(one)
            return
        ties = self.calls.ties(provider.id)
        if not ties.breaker.allow(now):
            self._wait_for_breaker(one, now)
            return
        if action == "send":
            work.tries += 1
            if work.tries == 1:
                ties.budget.earn()
                ties.health.sent += 1
            else:
                ties.health.retries += 1
        work.in_flight = True
        self.calls.make(action, provider, (one.id,))

    def _action(self, one: Consignment, work: Work, now: float) -> str:
        if one.state is _S.RECALLING:
            return "cancel"
        if one.state is _S.ACCEPTED:
            return "follow"
        if not work.doubt and not work.pending:
            return "send"
        return "follow" if now < one.valid_until else "cancel"

    def _wait_for_breaker(self, one: Consignment, now: float) -> None:
        until = self.calls.ties(one.provider_id).breaker.until
        self._later(one.order_id, self._work[one.order_id], max(until, now + 1.0) + self._chance.random())

    # What comes back

    def _take_answers(self, now: float) -> None:
        for tag, key, answer in self.calls.answers(now):
            self._one_answer(tag, key, answer, now)

    def _one_answer(self, tag: Tag, key: str, answer: Answer, now: float) -> None:
        order_id = order_of(key)
        if tag.action == "stray":
            if answer.fate in SILENT:
                self._forget(key, tag.provider_id, now + backoff_s(5, self._chance))
            elif answer.fate in HAS_IT and order_id in self._world.orders:
                self._say_strange(tag.provider_id, order_id, answer)
            return
        work, one = self._work.get(order_id), self._world.consignments.get(order_id)
        if work is None or work.key != key or one is None or one.id != key:
            return
        work.in_flight = False
        provider = self._world.providers[tag.provider_id]
        if answer.fate in SILENT:
            self._silence(tag.action, one, work, provider, answer, now)
        elif tag.action == "send" and answer.fate is Fate.REFUSED and (work.doubt or one.state is not _S.SENDING):
            # To a key it may have had before, "no" may mean "not again": how it stands is asked, and it is not sent any more.
            work.doubt, work.tries = True, max(work.tries, provider.tries)
            self._later(order_id, work, now)
        elif answer.fate is Fate.UNKNOWN:
            self._unknown(tag.action, one, work, provider, now)
        elif answer.fate is Fate.PENDING:
            work.silences, work.pending, work.doubt = 0, True, work.doubt or tag.action == "cancel"
            self._later(order_id, work, min(now + provider.poll_s, max(now + 1.0, one.valid_until)))
        else:
            work.silences = 0
            self._settled(one, work, answer, now, recalled=tag.action == "cancel")

    def _settled(self, one: Consignment, work: Work, answer: Answer, now: float, *, recalled: bool) -> None:
        """The provider has said how it stands."""
        if answer.fate in HAS_IT:
            work.doubt, work.pending, work.denials = False, False, 0
        before = self._world.orders[one.order_id], one
        self._act(one, lambda draft: self.dispatch.answered(draft, one, answer, recalled=recalled))
        after = self._world.consignments.get(one.order_id)
        if after is None or after.id != work.key:
            return
        news = (self._world.orders[one.order_id], after) != before
        provider = self._world.providers[one.provider_id]
        often = provider.poll_s * (CALLED_BACK if provider.kind is ProviderKind.WEBHOOK else 1.0)
        if after.state is _S.RECALLING and not recalled:
            self._later(one.order_id, work, now)
            return
        work.stretch = 1.0 if news else min(LONGEST_POLL, work.stretch * 1.5)
        self._later(one.order_id, work, now + often * work.stretch)

    def _silence(self, action: str, one: Consignment, work: Work, provider: Provider, answer: Answer, now: float) -> None:
        ties = self.calls.ties(provider.id)
        work.silences += 1
        wait = answer.retry_after_s if answer.retry_after_s is not None else backoff_s(work.silences - 1, self._chance)
        if action == "send" and not work.doubt and one.state is _S.SENDING:
            if answer.fate is Fate.NOT_SENT:
                again = work.tries < provider.tries and now + wait < one.valid_until and ties.budget.spend()
                if not again:
                    self._act(one, lambda draft: self.dispatch.lose(draft, one, answer.reason))
                    return
            else:
                work.doubt = True
                ties.health.doubts += 1
        self._later(one.order_id, work, now + min(wait, 300.0))

    def _unknown(self, action: str, one: Consignment, work: Work, provider: Provider, now: float) -> None:
        work.silences, work.doubt = 0, work.doubt or one.state is _S.SENDING
        if one.state is _S.ACCEPTED or one.remote_id:
            # It had it: that it knows nothing of it now does not mean that nobody is on the way.
            work.denials += 1
            if work.denials == DENIALS:
                order = self._world.orders[one.order_id]
                denied = Answer(Fate.UNKNOWN)
                self._act(one, lambda draft: self.dispatch.strange(draft, provider.id, order, denied))
            self._later(one.order_id, work, now + provider.poll_s * min(work.denials, LONGEST_POLL))
        elif action == "cancel" and now >= one.valid_until + MARGIN_S:
            self._act(one, lambda draft: self.dispatch.lose(draft, one, "did not take it in time"))
        elif one.state is _S.RECALLING or action == "cancel":
            self._later(one.order_id, work, max(one.valid_until + MARGIN_S, now))
        elif provider.idempotent and work.tries < provider.tries and self.calls.ties(provider.id).budget.spend():
            work.tries += 1
            work.in_flight = True
            self.calls.ties(provider.id).health.retries += 1
            self.calls.make("send", provider, (one.id,))
        else:
            self._later(one.order_id, work, max(one.valid_until, now))

    def listen(self, now: float) -> None:
        """What providers have called back with, in any order, twice or late."""
        while self._inbox:
            provider_id, key, answer, heard = self._inbox.popleft()
            order_id = order_of(key)
            one, work = self._world.consignments.get(order_id), self._work.get(order_id)
            self.calls.ties(provider_id).health.callbacks += 1
            if one is not None and one.id == key and one.provider_id == provider_id:
                if work is None or work.key != key:
                    self._commit(Outcome(), heard)
                    continue
                if answer.fate not in {Fate.PENDING, Fate.UNKNOWN}:
                    self._settled(one, work, answer, now, recalled=False)
                self._commit(Outcome(), heard)
                continue
            self._stray(provider_id, key, answer)
            self._commit(Outcome(), heard)

    def _stray(self, provider_id: str, key: str, answer: Answer) -> None:
        """A word about what is not, or no longer, with this provider."""
        order = self._world.orders.get(order_of(key))
        if order is None or answer.fate not in HAS_IT:
            return
        ended_there = order.provider_id == provider_id and key == f"{order.id}.{order.sends}"
        if ended_there and order.status in {Status.DELIVERED, Status.FAILED}:
            if answer.fate is Fate.DELIVERED and order.status is Status.FAILED:
                self._say_strange(provider_id, order.id, answer)
            return
        if answer.fate in ON_THE_WAY:
            self._say_strange(provider_id, order.id, answer)
        elif answer.fate is not Fate.FAILED:
            self._forget(key, provider_id)

    def _forget(self, key: str, provider_id: str, at: float = 0.0) -> None:
        self._strays[key] = provider_id, at

    def _say_strange(self, provider_id: str, order_id: str, answer: Answer) -> None:
        draft = Draft(self._world, self._clock.now(), f"provider:{provider_id}")
        self.dispatch.strange(draft, provider_id, self._world.orders[order_id], answer)
        self._commit(draft.outcome, None)

    def _act(self, one: Consignment, step: Callable[[Draft], None]) -> None:
        draft = Draft(self._world, self._clock.now(), f"provider:{one.provider_id}")
        try:
            step(draft)
        except KerbsideError:  # whatever a provider may say, the beat goes on
            log.exception("order %s: what its provider says leads nowhere", one.order_id)
            return
        self._commit(draft.outcome, None)
        if one.order_id not in self._world.consignments:
            self._work.pop(one.order_id, None)
