"""Providers outside, at the other end of a real line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from tests.provider_rig import Faults, FaultyProvider
from tests.rigs import Rig

Outside = Callable[..., FaultyProvider]


@pytest.fixture
def outside(rig: Rig) -> Iterator[Outside]:
    made: list[FaultyProvider] = []

    def make(name: str = "swift", faults: Faults = Faults(), **more: Any) -> FaultyProvider:  # noqa: B008
        known = {k: more.pop(k) for k in list(more) if k in Provider.__dataclass_fields__}
        rig.settings.set("providers.breaker_after", 3)
        provider = FaultyProvider(rig.secrets.issue(name), rig.clock.now, faults, **{"step_s": 1e9, **more})
        made.append(provider)
        values = {"kind": ProviderKind.POLLING, "poll_s": 2.0, "timeout_s": 3.0, **known}
        rig.do(c.SaveProvider(provider=Provider(name, name.title(), url=provider.url, **values)))
        return provider

    yield make
    for provider in made:
        provider.close()


def rules(rig: Rig, *then: dict[str, Any], when: dict[str, Any] | None = None) -> None:
    rig.do(c.SaveRules(rules=tuple(Rule(f"r{n}", when or {}, one) for n, one in enumerate(then))))
