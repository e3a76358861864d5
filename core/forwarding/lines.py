"""The two ways out: a webhook that is posted to, a topic that is published to. Each says what went wrong, or nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from core.domain.causes import cause
from core.domain.forward import Forward
from core.domain.language import Message
from core.signing import HEADER, sign

if TYPE_CHECKING:
    import httpx

    from core.ports import Transport

CONFIRMED_WITHIN_S = 20.0


class Line(Protocol):
    async def send(self, rule: Forward, event: dict[str, Any]) -> str:
        """Pass the event on; return the empty text, or in one line why it is not known to have arrived."""
        ...


class Webhook:
    """An answer of 200 to 299 counts as taken. Redirects are not followed: what is signed goes where the rule says.

    ``Kerbside-Id`` is the same each time an event is sent, so that a repeated one can be told.
    """

    def __init__(self, client: httpx.AsyncClient, secret_of: Callable[[Forward], str]) -> None:
        self._client = client
        self._secret_of = secret_of

    async def send(self, rule: Forward, event: dict[str, Any]) -> str:
        import httpx

        body = msgspec.json.encode(event)
        headers = {
            "Content-Type": "application/json",
            "Kerbside-Id": f"{rule.id}-{event['id']}",
            "Kerbside-Event": event["kind"],
            HEADER: sign(self._secret_of(rule), body, time.time()),
        }
        try:
            # The answer's body is of no interest, and may be endless: it is not read.
            async with self._client.stream("POST", rule.to, content=body, headers=headers) as answer:
                return "" if answer.is_success else Message("answered {status}", status=answer.status_code)
        except httpx.TimeoutException:
            return Message("did not answer in time")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Message("can't be reached: {reason}", reason=cause(error))


class Topic:
    """QoS 1. ``transport`` is used from this thread: publishing is safe from any."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, rule: Forward, event: dict[str, Any]) -> str:
        order = "".join(c if c.isprintable() and c not in "/+#" else "_" for c in event["order_id"] or "none")
        if self._transport.stats.state not in {"connected", "outgrown"}:
            return Message("the broker is away")
        topic = rule.to.removeprefix("mqtt:").format(kind=event["kind"], order=order)
        self._transport.publish(topic, msgspec.json.encode(event))
        deadline = time.monotonic() + CONFIRMED_WITHIN_S
        while self._transport.stats.pending:
            if time.monotonic() > deadline:
                return "the broker did not confirm it"
            await asyncio.sleep(0.02)
        return ""
