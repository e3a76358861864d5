"""Calls to providers outside: each by the provider's own carrier, counted with its breaker and its health."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from core.clock import Clock
from core.domain.provider import Provider
from core.domain.world import World
from core.engine.ties import Tag, Ties
from core.providers.breaker import Breaker, RetryBudget
from core.providers.carrier import SILENT, Answer, Carrier, Fate, Parcel, Quote
from core.providers.line import Line
from core.providers.secrets import Secrets
from core.settings import Settings


class Calls:
    """They are begun here and answered on the engine's thread, by `answers`."""

    def __init__(self, world: World, clock: Clock, settings: Settings, secrets: Secrets) -> None:
        self._world, self._clock, self._settings, self._secrets = world, clock, settings, secrets
        self._line: Line[Tag] = Line()
        self._ties: dict[str, Ties] = {}

    def ties(self, provider_id: str) -> Ties:
        if provider_id not in self._ties:
            number = self._settings.number
            breaker = Breaker(int(number("providers.breaker_after")), number("providers.breaker_open_s"))
            self._ties[provider_id] = Ties(breaker, RetryBudget(number("providers.retry_share")))
        return self._ties[provider_id]

    def reachable(self, provider_id: str, now: float) -> bool:
        return self.ties(provider_id).breaker.would_allow(now)

    def all_ties(self) -> list[Ties]:
        return list(self._ties.values())

    def make(self, action: str, provider: Provider, keys: tuple[str, ...]) -> None:
        """Begin one. ``action`` is ``send``, ``follow``, ``cancel`` or ``stray``, which is to forget what it should not have;
        several consignments can only be followed."""
        self.ties(provider.id).in_flight += 1
        tag = Tag(action, provider.id, keys)
        key = keys[0]
        if action == "follow":
            self._line.call(tag, lambda: self._carrier(provider).follow(keys))
        elif action in {"cancel", "stray"}:
            self._line.call(tag, lambda: self._carrier(provider).cancel(key))
        else:
            one = self._world.consignments[order_of(key)]
            order = self._world.orders[one.order_id]
            merchant = self._world.merchants.get(order.merchant_id)
            parcel = Parcel(key, order, merchant.name if merchant else order.merchant_id, one.valid_until)
            self._line.call(tag, lambda: self._carrier(provider).send(parcel))

    def quote(self, provider: Provider, parcel: Parcel) -> Future[Quote]:
        """Asked outside the breaker: a person is waiting for the answer."""
        return self._line.ask(lambda: self._carrier(provider).quote(parcel))

    def answers(self, now: float) -> Iterator[tuple[Tag, str, Answer]]:
        """What has come back, consignment by consignment."""
        for tag, result, seconds in self._line.drain():
            if isinstance(result, Exception):
                failed = Answer(Fate.DOUBTFUL, f"the call failed: {type(result).__name__}")
                answers = dict.fromkeys(tag.keys, failed)
            else:
                answers = result if isinstance(result, dict) else {tag.keys[0]: result}  # type: ignore[dict-item]
            first = next(iter(answers.values()))
            silent = all(answer.fate in SILENT for answer in answers.values())
            ties = self.ties(tag.provider_id)
            ties.in_flight -= 1
            ties.breaker.record(not silent or first.retry_after_s is not None, now, first.reason)
            ties.health.note(seconds, (first.reason or "no answer") if silent else "")
            for key, answer in answers.items():
                yield tag, key, answer

    def wait(self) -> bool:
        """Until those under way have come back; False where there are none."""
        if not self._line.in_flight:
            return False
        self._line.settle()
        return True

    def close(self) -> None:
        self._line.close()

    def _carrier(self, provider: Provider) -> Carrier:
        """On the line's thread alone, which may take its time to load httpx; who has no provider outside never does."""
        ties, secret = self.ties(provider.id), self._secrets.get(provider.id)
        if ties.carrier is None or ties.carrier[:2] != (provider, secret):
            from core.providers.http import HttpCarrier

            ties.carrier = provider, secret, HttpCarrier(provider, secret, self._line.client, self._clock.now)
        return ties.carrier[2]


def order_of(key: str) -> str:
    """The order a consignment's key belongs to."""
    return key.rpartition(".")[0]
