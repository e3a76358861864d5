"""Providers over HTTP: every call is a signed POST of JSON that is safe to repeat.

``{url}/orders`` places an order, ``{url}/orders/cancel`` takes one back, ``{url}/orders/status`` asks for up to
`ASKED_AT_ONCE` of them, ``{url}/quotes`` asks for a price. A provider must take one key for one order however often it comes,
must not take it after its ``valid_until``, and must not deliver what it has told us is cancelled."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from core.domain.errors import BadInput
from core.domain.provider import Provider
from core.providers.carrier import Answer, Fate, Parcel, Quote
from core.providers.signing import HEADER, sign

ASKED_AT_ONCE = 100
LONGEST_ANSWER = 1 << 20
LONGEST_REASON = 200
_TOLD = frozenset(Fate) - {Fate.NOT_SENT, Fate.DOUBTFUL}


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
            return Quote(False, reason=why.reason if why else f"answered {status}")
        minutes, price = (_number(told.get(name)) for name in ("minutes", "price"))
        currency = str(told.get("currency", ""))[:8]
        return Quote(told.get("takes_it") is True, minutes, price, currency, _reason(told))

    async def send(self, parcel: Parcel) -> Answer:
        status, told, why = await self._post("/orders", parcel.told())
        if why is not None:
            return why
        answer = _answer(told, parcel.key)
        if answer is not None and status < 500:
            return answer
        # What a client did wrong was not taken; what befell a server may have been.
        return _by_status(status, Fate.REFUSED, told)

    async def cancel(self, key: str) -> Answer:
        status, told, why = await self._post("/orders/cancel", {"key": key})
        if why is not None:
            return why
        answer = _answer(told, key)
        if answer is not None and status < 500:
            return answer
        return _by_status(status, Fate.UNKNOWN if status == 404 else Fate.DOUBTFUL, told)

    async def follow(self, keys: Sequence[str]) -> dict[str, Answer]:
        status, told, why = await self._post("/orders/status", {"keys": list(keys)})
        orders = told.get("orders") if isinstance(told, dict) else None
        if why is None and status < 400 and isinstance(orders, dict):
            unclear = Answer(Fate.DOUBTFUL, "its answer can't be read")
            return {k: (_answer(orders[k], k) or unclear) if k in orders else Answer(Fate.UNKNOWN) for k in keys}
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
            return 0, None, Answer(Fate.NOT_SENT, f"can't be reached: {_told(error)}")
        except TimeoutError:
            return 0, None, Answer(Fate.DOUBTFUL, f"no answer within {limit_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return 0, None, Answer(Fate.DOUBTFUL, f"the call broke off: {_told(error)}")


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
    wait = _number(_as_number(response.headers.get("Retry-After")))
    return Answer(Fate.NOT_SENT, "asks us to slow down", retry_after_s=wait)


def _by_status(status: int, otherwise: Fate, told: Any) -> Answer:
    if status >= 500 or status < 400 or status in {408, 425}:
        return Answer(Fate.DOUBTFUL, f"answered {status}" if status >= 400 else "its answer can't be read")
    return Answer(otherwise, _reason(told) or f"answered {status}")


def _answer(told: Any, key: str) -> Answer | None:
    """The answer of that key, or ``None`` where this is none."""
    if (
        not isinstance(told, dict)
        or told.get("key", key) != key
        or not isinstance(told.get("state"), str)
        or told["state"] not in _TOLD
    ):
        return None
    remote_id = told.get("id", "")
    return Answer(Fate(told["state"]), _reason(told), str(remote_id)[:100], _number(told.get("at")))


def read_callback(body: bytes) -> tuple[str, Answer]:
    """Key and answer of what a provider calls back with. Raises BadInput with what is wrong."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("the body is no JSON") from None
    key = told.get("key") if isinstance(told, dict) else None
    if not isinstance(key, str) or not key:
        raise BadInput("key is missing: the one the order was sent with")
    answer = _answer(told, key)
    if answer is None:
        raise BadInput(f"state must be one of {', '.join(sorted(_TOLD))}")
    return key, answer


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None  # type: ignore[arg-type]


def _as_number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _reason(told: Any) -> str:
    reason = told.get("reason", "") if isinstance(told, dict) else ""
    return " ".join(str(reason).split())[:LONGEST_REASON]


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
