"""Providers over HTTP: every call is a signed POST of JSON that is safe to repeat.

``{url}/orders`` places an order, ``{url}/orders/cancel`` takes one back, ``{url}/orders/status`` asks for up to
`ASKED_AT_ONCE` of them, ``{url}/quotes`` asks for a price. A provider must take one key for one order however often it comes,
must not take it after its ``valid_until``, and must not deliver what it has told us is cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from core.domain.causes import cause
from core.domain.language import Message
from core.domain.provider import Provider
from core.providers.carrier import Answer, Fate, Parcel, Quote
from core.providers.words import answer_of, as_number, number, reason_of, text
from core.signing import HEADER, sign

LONGEST_ANSWER = 1 << 20


class HttpCarrier:
    """Used on the loop of `Line` alone. ``client`` gives that loop's client; ``now`` is epoch seconds."""

    def __init__(
        self, provider: Provider, secret: str, client: Callable[[], httpx.AsyncClient], now: Callable[[], float]
    ) -> None:
        self._provider = provider
        self._secret = secret
        self._client = client
        self._now = now

    async def quote(self, parcel: Parcel) -> Quote:
        status, told, why = await self._post("/quotes", parcel.told())
        if why is not None or status >= 400 or not isinstance(told, dict):
            return Quote(False, reason=why.reason if why else Message("answered {status}", status=status))
        minutes, price = (number(told.get(name)) for name in ("minutes", "price"))
        currency = text(told.get("currency", ""), 8)
        return Quote(told.get("takes_it") is True, minutes, price, currency, reason_of(told))

    async def send(self, parcel: Parcel) -> Answer:
        status, told, why = await self._post("/orders", parcel.told())
        if why is not None:
            return why
        answer = answer_of(told, parcel.key)
        if answer is not None and status < 500:
            return answer
        # What a client did wrong was not taken; what befell a server may have been.
        return _by_status(status, Fate.REFUSED, told)

    async def cancel(self, key: str) -> Answer:
        status, told, why = await self._post("/orders/cancel", {"key": key})
        if why is not None:
            return why
        answer = answer_of(told, key)
        if answer is not None and status < 500:
            return answer
        return _by_status(status, Fate.UNKNOWN if status == 404 else Fate.DOUBTFUL, told)

    async def follow(self, keys: Sequence[str]) -> dict[str, Answer]:
        status, told, why = await self._post("/orders/status", {"keys": list(keys)})
        orders = told.get("orders") if isinstance(told, dict) else None
        if why is None and status < 400 and isinstance(orders, dict):
            unclear = Answer(Fate.DOUBTFUL, Message("its answer can't be read"))
            return {k: (answer_of(orders[k], k) or unclear) if k in orders else Answer(Fate.UNKNOWN) for k in keys}
        return dict.fromkeys(keys, why or _by_status(status, Fate.DOUBTFUL, told))

    async def _post(self, path: str, data: dict[str, Any]) -> tuple[int, Any, Answer | None]:
        """Status and decoded body, or an answer that says what went wrong."""
        body = json.dumps(data, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", HEADER: sign(self._secret, body, self._now())}
        limit_s = self._provider.timeout_s
        if "key" in data:
            headers["Idempotency-Key"] = str(data["key"])
        try:
            async with asyncio.timeout(limit_s):
                url = self._provider.url.rstrip("/") + path
                async with self._client().stream("POST", url, content=body, headers=headers, timeout=limit_s) as response:
                    return response.status_code, await _read(response), _too_many(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return 0, None, Answer(Fate.NOT_SENT, Message("can't be reached: {reason}", reason=cause(error)))
        except TimeoutError:
            return 0, None, Answer(Fate.DOUBTFUL, Message("no answer within {limit_s:g} s", limit_s=limit_s))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return 0, None, Answer(Fate.DOUBTFUL, Message("the call broke off: {reason}", reason=cause(error)))


async def _read(response: httpx.Response) -> Any:
    raw = bytearray()
    async for piece in response.aiter_bytes():
        raw += piece
        if len(raw) > LONGEST_ANSWER:
            return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _too_many(response: httpx.Response) -> Answer | None:
    """429 (RFC 6585): it was heard and put off, and was not taken."""
    if response.status_code != 429:
        return None
    wait = number(as_number(response.headers.get("Retry-After")))
    return Answer(Fate.NOT_SENT, Message("asks us to slow down"), retry_after_s=wait)


def _by_status(status: int, otherwise: Fate, told: Any) -> Answer:
    if status >= 500 or status < 400 or status in {408, 425}:
        return Answer(
            Fate.DOUBTFUL, Message("answered {status}", status=status) if status >= 400 else Message("its answer can't be read")
        )
    return Answer(otherwise, reason_of(told) or Message("answered {status}", status=status))
