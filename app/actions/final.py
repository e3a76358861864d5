"""What nothing takes back, and why: one declaration, for the question before, for the history after, and for the test that goes
through everything that can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.presenters.history_text import upkeep_text
from app.scene import live
from core.domain import commands as c
from core.domain import events as e
from core.domain.language import mark, tr

if TYPE_CHECKING:
    from app.actions.deeds import Deeds

BESIDE: Mapping[type[e.UpkeepChange], str] = {
    e.SecretChanged: mark("the secret before it is kept nowhere that it could be read from: set another"),
    e.KeyMade: mark("whoever has the key may have used it: revoke it under Other systems"),
    e.KeyRevoked: mark("of a key only its fingerprint is kept: make a new one"),
    e.LettersResent: mark("the other system has them by now"),
    e.LettersDiscarded: mark("they are kept in the log alone"),
    e.BackupMade: mark("a file was written, and nothing else has changed"),
    e.BackupRestored: mark("what was here is set aside in the data folder, and can be restored from there"),
}
"""Of what is done beside the world, by the event that tells of it."""

COMMANDS: Mapping[type[c.Command], str] = {
    c.RecordProgress: mark("how far an order with a provider is, they say themselves: what they say next counts"),
    c.RecordUpkeep: mark("it says what was done, and does nothing"),
}
"""Of commands: for where they lead to nothing that could be taken back."""

ACTIONS: Mapping[str, str] = {
    "match.now": mark("what the matcher then offers can be taken back, each by itself"),
    "edit.what_if_drop": mark("nothing of it was done"),
    "rule.discard": mark("it was never saved"),
    "area.discard": mark("it was never saved"),
    "forward.secret": BESIDE[e.SecretChanged],
    "file.backup": BESIDE[e.BackupMade],
    "file.restore": BESIDE[e.BackupRestored],
    "file.http": BESIDE[e.KeyRevoked],
    "file.demo": mark("leaving it leads back, and your fleet is as it was"),
    "file.leave_demo": mark("a demo begins anew each time"),
}
"""Of actions of the menus."""


def why_final(commands: tuple[c.Command, ...]) -> str:
    """Why nothing takes these back that were carried out; empty where it is not known."""
    return next((tr(COMMANDS[type(command)]) for command in commands if type(command) in COMMANDS), "")


def keep_what_is_final(deeds: Deeds) -> None:
    """What is done at this desk beside the world, and has no way back, stands in the history with its reason."""

    def done(change: e.UpkeepChange) -> None:
        why = BESIDE.get(type(change))
        if why is not None and change.actor == deeds.own_name():
            deeds.history.tell_of(upkeep_text(change), tr(why))

    live(deeds.engine).bus.subscribe(e.UpkeepChange, done)  # which ends with the core, as the deeds do
