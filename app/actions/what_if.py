"""The deeds about trying: begin, carry out what was tried, drop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.sandbox import Sandbox
from core.domain.language import ntr, tr

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def toggle(deeds: Deeds) -> None:
    if deeds.sandbox is None:
        begin(deeds)
    else:
        drop(deeds)


def begin(deeds: Deeds) -> None:
    deeds.sandbox = Sandbox(deeds.engine.world, deeds.settings, deeds.engine.clock.now)
    deeds.window.tell(tr("From now on changes are only tried: no driver hears of them"))
    deeds.tell_tried()


def drop(deeds: Deeds) -> None:
    """Ask first where something would be lost."""
    sandbox = deeds.sandbox
    if sandbox is None:
        return

    def go() -> None:
        _end(deeds)
        deeds.window.tell(tr("Nothing was changed"))

    if sandbox.steps:
        tried = ntr("{n} change that was tried?", "{n} changes that were tried?", len(sandbox.steps))
        deeds.window.ask_sure(tr("Drop {tried}", tried=tried), tr("No driver has heard of it."), tr("Drop what was tried"), go)
    else:
        go()


def carry_out(deeds: Deeds) -> None:
    """All that was tried, as one deed; what can't be done any more is named before."""
    sandbox = deeds.sandbox
    if sandbox is None or not sandbox.steps:
        return
    sandbox.rebase()
    commands, conflicts = sandbox.commands(), sandbox.conflicts()
    count = len(sandbox.steps)
    text = sandbox.steps[0].text if count == 1 else ntr("{n} change that was tried", "{n} changes that were tried", count)

    def go() -> None:
        _end(deeds)
        deeds.carry_out(text, commands)

    if conflicts:
        deeds.window.ask_sure(
            tr("Carry out the rest?"),
            tr("Since it was tried, this has become impossible: {lines}.", lines="; ".join(conflicts)),
            ntr("Carry out the other {n}", "Carry out the other {n}", max(0, len(commands) - len(conflicts))),
            go,
        )
    else:
        go()


def _end(deeds: Deeds) -> None:
    deeds.sandbox = None
    deeds.tell_tried()
