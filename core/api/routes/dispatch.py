"""Who delivers: provider rules, providers, and what providers call back with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from core.api import dispatch_models as m
from core.api import order_models, views
from core.api.answers import answer
from core.api.gate import Caller, may
from core.api.keyring import Scope
from core.api.routes import PathId, Serving
from core.api.service import Service, StillWriting
from core.domain import commands as c
from core.domain.errors import BadInput, UnknownThing
from core.domain.events import SecretChanged
from core.domain.provider import INTERNAL, Provider, ProviderKind
from core.domain.rules import Rule
from core.domain.upkeep import secret_altered
from core.engine.engine import Engine
from core.engine.setup import ProviderView
from core.signing import HEADER

router = APIRouter(tags=["who delivers"])
READ, WRITE, ORDERS = [may(Scope.RULES_READ)], [may(Scope.RULES_WRITE)], [may(Scope.ORDERS_WRITE)]
EXAMPLES = 200
DAY_S = 24 * 3600.0
LONGEST_TRIED_S = 8 * DAY_S
PATIENCE_S = 10.0


# Rules


@router.get("/rules", response_model=m.RuleSet, dependencies=READ)
async def get_rules(service: Serving) -> Response:
    """The rules as they were saved last, in their order."""
    return answer(views.ruleset(await service.ask(lambda e: e.world.ruleset)))


@router.put("/rules", response_model=m.RuleSet, dependencies=WRITE)
async def save_rules(body: m.RuleSetIn, service: Serving, key: Caller) -> Response:
    """Save all rules. Those that can't be read, or name what does not exist, are refused."""
    command = c.SaveRules(rules=_rules(body.rules), based_on=body.based_on, actor=f"key:{key.name}")
    return answer(await service.do(command, lambda e: views.ruleset(e.world.ruleset)))


@router.post("/rules/check", response_model=m.Findings, dependencies=READ)
async def check_rules(body: m.RulesToCheck, service: Serving) -> Response:
    """What is wrong with these rules, errors first: contradictions, rules that never fire, areas without one."""
    rules = _rules(body.rules)
    setup = await service.ask(lambda e: e.setup)
    found = await asyncio.to_thread(setup.check, rules)
    return answer({"findings": [{**asdict(one), "text": str(one.text)} for one in found]})


@router.post("/rules/dry-run", response_model=m.DryRun, dependencies=READ)
async def dry_run(body: m.DryRunIn, service: Serving) -> Response:
    """What these rules would have done with orders that were placed, beside what was done."""
    setup, now = await service.ask(lambda e: (e.setup, e.clock.now()))
    end = now if body.end is None else body.end
    start = end - DAY_S if body.start is None else body.start
    if not start < end <= start + LONGEST_TRIED_S:
        raise BadInput("a dry run is of a span of 8 days at most, and its end comes after its start")
    run = await asyncio.to_thread(setup.dry_run, _rules(body.rules), service.store, start, end)
    changed = run.changed
    return answer(
        {
            "start": start,
            "end": end,
            "orders": len(run.orders),
            "changed": len(changed),
            "by_provider": _both((name, None, both) for name, both in run.by_provider().items()),
            "by_area": _both((name, area, both) for (area, name), both in run.by_area().items()),
            "by_rule": _both((name, None, both) for name, both in run.by_rule().items()),
            "examples": [asdict(one) for one in changed[:EXAMPLES]],
        }
    )


def _both(counts: Iterable[tuple[str, str | None, tuple[int, int]]]) -> list[views.View]:
    return [{"name": name, "area_id": area, "was": was, "would": would} for name, area, (was, would) in counts]


@router.get("/rules/shares", response_model=m.Shares, dependencies=READ)
async def get_shares(service: Serving) -> Response:
    """Each split as it was asked for and as it is held, by area."""
    return answer({"shares": [asdict(one) for one in await service.ask(lambda e: e.setup.shares())]})


@router.put("/weather", status_code=204, response_class=Response, dependencies=WRITE)
async def tell_weather(body: m.WeatherIn, service: Serving, key: Caller) -> Response:
    """Say what the weather of a day is, for rules that ask for it; the empty word takes it back."""
    command = c.TellWeather(weather=body.weather, date=body.date or "", actor=f"key:{key.name}")
    await service.do(command, lambda e: None)
    return Response(status_code=204)


def _rules(rules: list[m.RuleIn]) -> tuple[Rule, ...]:
    return tuple(Rule(x.id, x.when, x.then, x.name, x.priority, x.enabled) for x in rules)


# Providers


@router.get("/providers", response_model=m.Providers, dependencies=READ)
async def list_providers(service: Serving) -> Response:
    """All providers and how it goes with them, our own fleet among them."""
    return answer({"providers": [_view(one) for one in await service.ask(lambda e: e.setup.providers())]})


@router.get("/providers/{provider_id}", response_model=m.Provider, dependencies=READ)
async def get_provider(provider_id: PathId, service: Serving) -> Response:
    return answer(await service.ask(lambda e: _provider(e, provider_id)))


@router.put("/providers/{provider_id}", response_model=m.Provider, dependencies=WRITE)
async def save_provider(provider_id: PathId, body: m.ProviderIn, service: Serving, key: Caller) -> Response:
    """Register a provider, or change one."""
    given = {**body.model_dump(), "kind": ProviderKind(body.kind)}
    command = c.SaveProvider(provider=Provider(id=provider_id, **given), actor=f"key:{key.name}")
    return answer(await service.do(command, lambda e: _provider(e, provider_id)))


@router.delete("/providers/{provider_id}", status_code=204, response_class=Response, dependencies=WRITE)
async def remove_provider(provider_id: PathId, service: Serving, key: Caller) -> Response:
    """Remove a provider that has no order and that no rule names."""
    secrets, provider = await service.ask(lambda e: (e.errands.secrets, e.world.provider(provider_id)))
    await service.do(c.RemoveProvider(provider_id=provider_id, actor=f"key:{key.name}"), lambda e: None)
    if secrets.get(provider_id):
        await asyncio.to_thread(secrets.forget, provider_id)
        await service.record(SecretChanged, secret_altered(provider_id, provider.name, had=True, has=False), key)
    return Response(status_code=204)


@router.post("/providers/{provider_id}/secret", response_model=m.ProviderSecret, dependencies=WRITE)
async def new_provider_secret(provider_id: PathId, service: Serving, key: Caller) -> Response:
    """A new secret to sign with, both ways; the old one signs nothing any more."""
    if provider_id == INTERNAL:
        raise BadInput("our own fleet signs nothing")
    secrets, provider = await service.ask(lambda e: (e.errands.secrets, e.world.provider(provider_id)))
    had = bool(secrets.get(provider_id))
    secret = await asyncio.to_thread(secrets.issue, provider_id)
    await service.record(SecretChanged, secret_altered(provider_id, provider.name, had=had), key)
    return answer({"secret": secret})


def _provider(engine: Engine, provider_id: str) -> views.View:
    """Raises UnknownThing."""
    for one in engine.setup.providers():
        if one.provider.id == provider_id:
            return _view(one)
    raise UnknownThing(f"there is no provider {provider_id}")


def _view(one: ProviderView) -> views.View:
    health: Mapping[str, Any] = {name: getattr(one, name) for name in m.ProviderHealth.model_fields}
    return {**views.provider(one.provider), "health": health}


_CALLBACK = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": m.Callback.model_json_schema()}}},
}


@router.post("/providers/{provider_id}/callbacks", response_model=m.Heard, openapi_extra=_CALLBACK)
async def call_back(
    provider_id: PathId,
    request: Request,
    service: Serving,
    signature: Annotated[str, Header(alias=HEADER, max_length=200, description="t=SECONDS,v1=HEX")] = "",
) -> Response:
    """For providers: how an order stands. It needs no key but the provider's signature. 200 means that it is on disk; anything
    else is to be sent again. It may come in any order, twice, or late."""
    engine = service.engine
    heard = engine.errands.hear(provider_id, await request.body(), signature)
    engine.handover.nudge()
    try:
        await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(heard)), PATIENCE_S)
    except TimeoutError:
        raise StillWriting(f"{service.store.health.problem or 'the engine does not answer'}; send it again") from None
    return answer({"heard": True})


# Orders


@router.post("/orders/{order_id}/send", response_model=order_models.Order, dependencies=ORDERS)
async def send_order(order_id: PathId, body: m.SendIn, service: Serving, key: Caller) -> Response:
    """Give an order to a provider by hand; the rules have no say. From another provider it is called back first."""
    command = c.SendToProvider(order_id=order_id, provider_id=body.provider_id, actor=f"key:{key.name}")
    return await _order(service, command)


@router.post("/orders/{order_id}/settle", response_model=order_models.Order, dependencies=ORDERS)
async def settle_order(order_id: PathId, body: m.SettleIn, service: Serving, key: Caller) -> Response:
    """Say whether a provider that does not answer has the order."""
    return await _order(service, c.SettleConsignment(order_id=order_id, has_it=body.has_it, actor=f"key:{key.name}"))


async def _order(service: Service, command: c.SendToProvider | c.SettleConsignment) -> Response:
    return answer(await service.do(command, lambda e: views.order(e.world.order(command.order_id))))
