"""What is told to whom outside: rules of forwarding, saved and removed."""

from __future__ import annotations

from dataclasses import replace

from core.domain.commands import RemoveForward, SaveForward
from core.domain.errors import UnknownThing
from core.domain.events import ForwardRemoved, ForwardSaved
from core.domain.language import Message
from core.orders.draft import Draft, check_unchanged


def save_forward(draft: Draft, command: SaveForward) -> None:
    before = draft.world.forwards.get(command.forward.id)
    if command.over is not None:
        check_unchanged(command.over, before, command.forward.name)
    draft.add(ForwardSaved(at=draft.now, actor=draft.actor, forwards=(command.forward,)))
    back = RemoveForward(forward_id=command.forward.id, actor=command.actor)
    again = SaveForward(forward=before, over=command.forward, actor=command.actor) if before is not None else back
    draft.outcome.undo = (again,)


def remove_forward(draft: Draft, command: RemoveForward) -> None:
    forward = draft.world.forwards.get(command.forward_id)
    if forward is None:
        raise UnknownThing(Message("there is no forwarding rule {forward}", forward=command.forward_id))
    draft.add(ForwardRemoved(at=draft.now, actor=draft.actor, forwards=(replace(forward, removed=True),)))
    draft.outcome.undo = (SaveForward(forward=forward, actor=command.actor),)
