"""What the providers panel shows, and what its dialog asks."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.provider import Provider


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """``state`` is ``ready``, ``away`` (calls are held back until ``retry_at``, epoch seconds), ``probing`` or ``off``.

    ``share_pct`` of all orders that rules have shared out; latencies in ms. Counts are since the start, ``open``, ``doubtful``
    and ``this_hour`` of orders now.
    """

    id: str
    provider: Provider
    state: str
    retry_at: float | None = None
    open: int = 0
    doubtful: int = 0
    this_hour: int | None = None
    share_pct: float | None = None
    calls: int = 0
    failures: int = 0
    retries: int = 0
    retries_left: int = 0
    callbacks: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    problem: str = ""
    signed: bool = True


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """An order of which it is not known whether the provider has it. ``since`` in epoch seconds."""

    id: str
    provider: str
    since: float
    asked: str


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """``secret`` is empty where the one there is stays."""

    provider: Provider
    secret: str = ""
