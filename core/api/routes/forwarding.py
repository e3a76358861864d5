"""Rules by which events are passed on, and their dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from core.api import forward_models as m
from core.api import views
from core.api.answers import answer
from core.api.gate import Caller, may
from core.api.keyring import Key, Scope
from core.api.routes import PathId, Serving
from core.api.service import Service
from core.domain import commands as c
from core.domain.errors import UnknownThing
from core.domain.events import LettersDiscarded, LettersResent, SecretChanged, UpkeepChange
from core.domain.forward import Forward
from core.domain.upkeep import letters_altered, secret_altered
from core.forwarding.choose import checked
from core.forwarding.letters import Letters

router = APIRouter(tags=["forwarding"], dependencies=[may(Scope.FORWARDING)])


@router.get("/forwarding", response_model=m.Forwards)
async def list_rules(service: Serving) -> Response:
    """All rules, and how it goes with them."""
    rules = await service.ask(lambda e: list(e.world.forwards.values()))
    return answer({"rules": [_view(service, rule) for rule in sorted(rules, key=lambda x: x.id)]})


@router.put("/forwarding/{rule_id}", response_model=m.Forward)
async def save_rule(rule_id: PathId, body: m.ForwardIn, service: Serving, key: Caller) -> Response:
    """Make a rule, which passes on what happens from then on, or change one, which goes on where it was."""
    rule = checked(Forward(rule_id, body.name, body.to, frozenset(body.kinds), body.when, body.enabled))
    await service.do(c.SaveForward(forward=rule, actor=f"key:{key.name}"), lambda e: None)
    return answer(_view(service, rule))


@router.delete("/forwarding/{rule_id}", status_code=204, response_class=Response)
async def remove_rule(rule_id: PathId, service: Serving, key: Caller) -> Response:
    """Remove a rule and its letters."""
    rule = await _known(service, rule_id)
    await service.do(c.RemoveForward(forward_id=rule_id, actor=f"key:{key.name}"), lambda e: None)
    if service.keyring.has_hook(rule_id):
        await asyncio.to_thread(service.keyring.drop_hook, rule_id)
        await service.record(SecretChanged, secret_altered(rule_id, rule.name, had=True, has=False), key)
    return Response(status_code=204)


@router.post("/forwarding/{rule_id}/secret", response_model=m.HookSecret)
async def new_secret(rule_id: PathId, service: Serving, key: Caller) -> Response:
    """A new secret to sign with; the old one signs nothing any more."""
    rule = await _known(service, rule_id)
    had = service.keyring.has_hook(rule_id)
    secret = await asyncio.to_thread(service.keyring.new_hook_secret, rule_id)
    await service.record(SecretChanged, secret_altered(rule_id, rule.name, had=had), key)
    return answer({"secret": secret})


@router.get("/forwarding/{rule_id}/dead", response_model=m.Letters)
async def dead_letters(rule_id: PathId, service: Serving) -> Response:
    """The oldest 200 events that were given up on."""
    await _known(service, rule_id)
    dead = await asyncio.to_thread(Letters(service.store, rule_id).dead)
    letters = [{"event": x.seq, "order_id": x.order_id, "tries": x.tries, "problem": x.problem} for x in dead]
    return answer({"letters": letters})


@router.post("/forwarding/{rule_id}/dead/resend", response_model=m.Done)
async def resend(rule_id: PathId, body: m.Chosen, service: Serving, key: Caller) -> Response:
    """Send dead letters again."""
    rule = await _known(service, rule_id)
    return await _settled(service, LettersResent, rule, await service.forwarder.resend(rule_id, body.events), key)


@router.post("/forwarding/{rule_id}/dead/discard", response_model=m.Done)
async def discard(rule_id: PathId, body: m.Chosen, service: Serving, key: Caller) -> Response:
    """Forget dead letters."""
    rule = await _known(service, rule_id)
    return await _settled(service, LettersDiscarded, rule, await service.forwarder.discard(rule_id, body.events), key)


async def _settled(service: Service, kind: type[UpkeepChange], rule: Forward, seqs: Sequence[int], key: Key) -> Response:
    if seqs:
        await service.record(kind, letters_altered(rule.id, rule.name, seqs), key)
    return answer({"count": len(seqs)})


async def _known(service: Service, rule_id: str) -> Forward:
    rule = await service.ask(lambda e: e.world.forwards.get(rule_id))
    if rule is None:
        raise UnknownThing(f"there is no forwarding rule {rule_id}")
    return rule


def _view(service: Service, rule: Forward) -> views.View:
    return {**views.forward(rule), "health": asdict(service.forwarder.health(rule.id))}
