"""The forwarding panel: rules, how it goes with them, and letters that are sent again from here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.actions.final import BESIDE
from app.presenters.aside import Aside
from app.presenters.asking import Asking
from app.presenters.event_words import event_forms, event_text
from app.presenters.kinds import KINDS, kind_text
from app.presenters.links import Links
from app.presenters.things import Things
from app.scene import record
from core.api.server import Outside
from core.domain import commands as c
from core.domain.errors import KerbsideError
from core.domain.events import LettersDiscarded, LettersResent, SecretChanged, UpkeepChange
from core.domain.forward import Forward
from core.domain.language import ntr, said, sentence, tr
from core.domain.upkeep import letters_altered, secret_altered
from core.forwarding.choose import checked
from core.forwarding.letters import DeadLetter, all_dead
from widgets.common.words import Moment
from widgets.dialogs.secret import SecretDialog
from widgets.forwarding.dialog import ForwardDialog
from widgets.forwarding.panel import ForwardingPanel
from widgets.forwarding.rows import DeadRow, ForwardRow

LOOK_MS = 1500
PATIENCE_S = 10.0


class ForwardingPresenter(QObject):
    """``outside`` gives the interface as it runs."""

    def __init__(self, deeds: Deeds, panel: ForwardingPanel, asking: Asking, outside: Callable[[], Outside | None]) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking, self._outside = deeds, panel, asking, outside
        self._world, self._store = deeds.engine.world, deeds.engine.store
        self._things = Things(self._world, deeds.engine.errands.dispatch.providers)
        self._aside = Aside("forwarding", self)
        self._asked = False
        self._links = links = Links()
        links.connect(panel.chosen, lambda _: deeds.changed())
        links.connect(panel.again, self.send_again)
        links.connect(panel.forgotten, self.forget)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.seen)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._links.end()
        self._aside.close()
        self._panel.set_rows((), ())
        self.deleteLater()

    # What is seen

    def seen(self) -> None:
        """Letters are read from the disk, so one look after another, and none for a panel that nobody sees."""
        if self._panel.isVisible() and not self._asked:
            self._asked = True
            self._aside.do(lambda: all_dead(self._store), self._show, self._unreadable)

    def _unreadable(self, text: str) -> None:
        self._asked = False
        self._failed(text)

    def _show(self, letters: Sequence[DeadLetter]) -> None:
        self._asked = False
        clock = self._deeds.engine.clock
        dead: dict[str, int] = defaultdict(int)
        for letter in letters:
            dead[letter.forward_id] += 1
        names = {forward.id: forward.name for forward in self._world.forwards.values()}
        moment = Moment(clock.now(), clock.zone)
        self._panel.model.set_moment(moment)
        self._panel.dead.set_moment(moment)
        self._panel.set_rows(
            [self._row(forward, dead[forward.id]) for forward in self._world.forwards.values()],
            [
                DeadRow(
                    f"{letter.forward_id} {letter.seq}",
                    letter.forward_id,
                    letter.seq,
                    names.get(letter.forward_id, letter.forward_id),
                    kind_text(letter.kind),
                    letter.order_id or "",
                    letter.at,
                    letter.tries,
                    said(letter.problem),
                )
                for letter in letters
            ],
        )

    def _row(self, forward: Forward, dead: int) -> ForwardRow:
        outside = self._outside()
        health = outside.forwarding(forward.id) if outside is not None else None
        if health is None:
            return ForwardRow(forward.id, forward, what(forward, self._things), dead=dead)
        return ForwardRow(
            forward.id,
            forward,
            what(forward, self._things),
            health.sent,
            health.waiting,
            dead,
            health.behind,
            said(health.problem),
        )

    def chosen(self) -> Forward | None:
        return self._world.forwards.get(self._panel.selected())

    # Rules

    def add(self) -> None:
        self._ask(Forward("", "", "", frozenset({"Delivered"})), new=True)

    def edit(self) -> None:
        forward = self.chosen()
        if forward is not None:
            self._ask(forward, new=False)

    def _ask(self, forward: Forward, new: bool) -> None:
        kinds = [(kind, kind_text(kind)) for kind in KINDS]
        kinds.sort(key=lambda pair: pair[1].casefold())
        dialog = ForwardDialog(forward, new, kinds, event_forms(self._things), self._asking.window)

        def saved(wanted: Forward) -> None:
            if new:
                wanted = replace(wanted, id=_id_from(wanted.name, set(self._world.forwards)))
            try:
                checked(wanted)
            except KerbsideError as error:
                dialog.show_problem(sentence(error))
                return
            if wanted != forward:
                text = tr("Pass on: {name}") if new else tr("Change what {name} passes on")
                refused = self._deeds.carry_out(text.format(name=wanted.name), [c.SaveForward(forward=wanted)])
                if refused:
                    dialog.show_problem(refused[0])
                    return
            dialog.accept()
            self.seen()

        dialog.saved.connect(saved)
        self._asking.show(dialog)

    def switch(self) -> None:
        forward = self.chosen()
        if forward is not None:
            text = tr("Stop passing on: {name}") if forward.enabled else tr("Pass on again: {name}")
            changed = replace(forward, enabled=not forward.enabled)
            self._deeds.carry_out(text.format(name=forward.name), [c.SaveForward(forward=changed)])
            self.seen()

    def remove(self) -> None:
        forward = self.chosen()
        if forward is None:
            return

        def remove() -> None:
            self._deeds.carry_out(tr("Remove {name}", name=forward.name), [c.RemoveForward(forward_id=forward.id)])
            self.seen()

        self._asking.sure(
            tr("Remove {name}?", name=forward.name),
            tr("Nothing more is passed on by it, and what waits to be sent is dropped. Undoing brings back the rule alone."),
            tr("Remove {name}", name=forward.name),
            remove,
        )

    def secret(self) -> None:
        """A new secret, shown once: the other side needs it to know that a message is ours."""
        forward, outside = self.chosen(), self._outside()
        if forward is None or outside is None:
            return

        had = outside.keyring.has_hook(forward.id)

        def make() -> None:
            self._aside.do(lambda: outside.keyring.new_hook_secret(forward.id), told, self._failed)

        def told(secret: str) -> None:
            record(self._deeds.engine, SecretChanged, secret_altered(forward.id, forward.name, had=had))
            self._asking.show(SecretDialog(tr("The new secret of {name}", name=forward.name), secret, self._asking.window))

        self._asking.sure(
            tr("Make a new secret for {name}?", name=forward.name),
            tr(
                "The one there is signs nothing any more: the other side needs the new one to believe what it gets. "
                "This can't be undone: {why}.",
                why=tr(BESIDE[SecretChanged]),
            ),
            tr("Make a new secret"),
            make,
        )

    # Letters

    def send_again(self, ids: Sequence[str]) -> None:
        self._letters(ids, LettersResent, lambda outside, rule, seqs: outside.resend(rule, seqs), self._sent)

    def _sent(self, count: int) -> None:
        self._deeds.window.tell(ntr("{n} event is sent again", "{n} events are sent again", count))
        self.seen()

    def forget(self, ids: Sequence[str]) -> None:
        def forget() -> None:
            self._letters(ids, LettersDiscarded, lambda outside, rule, seqs: outside.discard(rule, seqs), lambda _: self.seen())

        self._asking.sure(
            ntr("Forget {n} event that did not arrive?", "Forget {n} events that did not arrive?", len(ids)),
            tr("The other system never gets them. This can't be undone: {why}.", why=tr(BESIDE[LettersDiscarded])),
            tr("Forget them"),
            forget,
        )

    def _letters(
        self,
        ids: Sequence[str],
        kind: type[UpkeepChange],
        act: Callable[[Outside, str, list[int]], Future[list[int]]],
        then: Callable[[int], None],
    ) -> None:
        outside = self._outside()
        wanted: dict[str, list[int]] = defaultdict(list)
        for row in self._panel.dead.shown:
            if row.id in ids:
                wanted[row.rule_id].append(row.seq)
        if outside is None or not wanted:
            return

        def work() -> dict[str, list[int]]:
            return {rule: act(outside, rule, seqs).result(PATIENCE_S) for rule, seqs in wanted.items()}

        def done(settled: dict[str, list[int]]) -> None:
            for rule_id, seqs in settled.items():
                if seqs:
                    rule = self._world.forwards.get(rule_id)
                    record(self._deeds.engine, kind, letters_altered(rule_id, rule.name if rule is not None else "", seqs))
            then(sum(map(len, settled.values())))

        self._aside.do(work, done, self._failed)

    def _failed(self, text: str) -> None:
        self._deeds.window.tell(f"{text[:1].upper()}{text[1:]}", bad=True)


def what(forward: Forward, things: Things) -> str:
    """Which events, in words."""
    kinds = ", ".join(sorted(kind_text(kind) for kind in forward.kinds)) if forward.kinds else tr("Every event")
    if not forward.when:
        return kinds
    return tr("{kinds} where {conditions}", kinds=kinds, conditions=event_text(forward.when, things.named))


def _id_from(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "rule"
    wanted, number = plain, 2
    while wanted in taken:
        wanted, number = f"{plain}-{number}", number + 1
    return wanted
