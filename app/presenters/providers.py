"""The providers panel: how each does, seen anew each second while it can be seen, and what is set about them."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.actions.naming import which_orders
from app.presenters.aside import Aside
from app.presenters.asking import Asking
from app.presenters.links import Links
from app.scene import record
from core.domain import commands as c
from core.domain.errors import KerbsideError
from core.domain.events import SecretChanged
from core.domain.language import said, sentence, tr
from core.domain.provider import INTERNAL, ConsignmentState, Provider, ProviderKind
from core.domain.upkeep import secret_altered
from core.engine.setup import ProviderView, check_provider
from core.providers.breaker import BreakerState
from core.providers.secrets import SECRET_BYTES
from widgets.common.words import Moment
from widgets.providers.dialog import ProviderDialog
from widgets.providers.panel import ProvidersPanel
from widgets.providers.rows import DoubtRow, ProviderDraft, ProviderRow

SECOND_MS = 1000
_BREAKER = {BreakerState.OPEN: "away", BreakerState.PROBING: "probing", BreakerState.CLOSED: "ready"}


class ProvidersPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: ProvidersPanel, asking: Asking) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking = deeds, panel, asking
        self._engine = deeds.engine
        self._aside = Aside("providers", self)
        self._links = links = Links()
        links.connect(panel.settled, self.settle)
        links.connect(panel.chosen, lambda _: deeds.changed())
        self._second = QTimer(self)
        self._second.setInterval(SECOND_MS)
        self._second.timeout.connect(self.seen)
        self._second.start()

    def close(self) -> None:
        self._second.stop()
        self._links.end()
        self._aside.close()
        self._panel.set_rows((), ())
        self.deleteLater()

    def seen(self) -> None:
        if self._panel.isVisible():
            self.show()

    def show(self) -> None:
        engine = self._engine
        self._panel.set_moment(Moment(engine.clock.now(), engine.clock.zone))
        shares = self._shares()
        views = engine.setup.providers()
        names = {view.provider.id: view.provider.title for view in views}
        doubts = [
            DoubtRow(
                one.order_id,
                names.get(one.provider_id, one.provider_id),
                one.since,
                tr("whether they gave it up") if one.state is ConsignmentState.RECALLING else tr("whether they took it"),
            )
            for one, _ in engine.errands.doubtful()
        ]
        self._panel.set_rows([self._row(view, shares.get(view.provider.id)) for view in views], doubts)

    def _shares(self) -> dict[str, float]:
        """Of all first choices that splits have made, in percent."""
        counts: Counter[str] = Counter()
        for tally in self._engine.world.tallies.values():
            if tally.id.startswith("split "):
                counts.update(tally.counts)
        whole = counts.total()
        return {provider: 100 * n / whole for provider, n in counts.items()} if whole else {}

    def _row(self, view: ProviderView, share_pct: float | None) -> ProviderRow:
        provider = view.provider
        return ProviderRow(
            id=provider.id,
            provider=provider,
            state=_BREAKER[view.breaker] if provider.enabled else "off",
            retry_at=view.retry_at,
            open=view.open,
            doubtful=view.doubtful,
            this_hour=view.this_hour,
            share_pct=share_pct,
            calls=view.calls,
            failures=view.failures,
            retries=view.retries,
            retries_left=view.retries_left,
            callbacks=view.callbacks,
            p50_ms=1000 * view.latency_p50_s,
            p95_ms=1000 * view.latency_p95_s,
            problem=said(view.problem),
            signed=bool(self._engine.errands.secrets.get(provider.id)),
        )

    def chosen(self) -> Provider | None:
        return self._engine.errands.dispatch.providers().get(self._panel.selected())

    # What is set

    def add(self) -> None:
        self._ask(Provider("", "", cap_per_hour=None), new=True)

    def edit(self) -> None:
        provider = self.chosen()
        if provider is not None:
            self._ask(provider, new=False)

    def _ask(self, provider: Provider, new: bool) -> None:
        known = bool(self._engine.errands.secrets.get(provider.id)) if not new else False
        dialog = ProviderDialog(provider, new, known, self._asking.window)

        def saved(draft: ProviderDraft) -> None:
            wanted = draft.provider
            if not wanted.name:
                dialog.show_problem(tr("Give the provider a name"), dialog.name)
                return
            if new:
                wanted = replace(wanted, id=_id_from(wanted.name, set(self._engine.errands.dispatch.providers())))
            try:
                check_provider(wanted)
            except KerbsideError as error:
                dialog.show_problem(sentence(error))
                return
            if new and not draft.secret:
                dialog.show_problem(tr("Give it a secret, or make one: what is not signed is not believed"), dialog.secret)
                return
            if draft.secret:
                self._set_secret(wanted, draft.secret)
            if wanted != provider:
                text = tr("Add provider {name}") if new else tr("Change provider {name}")
                refused = self._deeds.carry_out(text.format(name=wanted.title), [c.SaveProvider(provider=wanted)])
                if refused:
                    dialog.show_problem(refused[0])
                    return
            dialog.accept()
            self.seen()

        dialog.secret_wanted.connect(lambda: dialog.show_secret(secrets.token_urlsafe(SECRET_BYTES)))
        dialog.saved.connect(saved)
        self._asking.show(dialog)

    def _set_secret(self, provider: Provider, secret: str) -> None:
        store = self._engine.errands.secrets
        had = store.get(provider.id)

        def done(_: None) -> None:
            if secret != had:
                record(self._deeds.engine, SecretChanged, secret_altered(provider.id, provider.name, had=bool(had)))
            self.seen()

        self._aside.do(lambda: store.set(provider.id, secret), done, self._failed)

    def switch(self) -> None:
        provider = self.chosen()
        if provider is not None:
            text = tr("Switch off {name}") if provider.enabled else tr("Switch on {name}")
            changed = replace(provider, enabled=not provider.enabled)
            self._deeds.carry_out(text.format(name=provider.title), [c.SaveProvider(provider=changed)])
            self.seen()

    def remove(self) -> None:
        provider = self.chosen()
        if provider is not None:
            self._asking.sure(
                tr("Remove {name}?", name=provider.name),
                tr("It gets no orders any more. Its secret is kept, so that this can be undone."),
                tr("Remove {name}", name=provider.name),
                lambda: self._remove(provider),
            )

    def _remove(self, provider: Provider) -> None:
        self._deeds.carry_out(tr("Remove {name}", name=provider.name), [c.RemoveProvider(provider_id=provider.id)])
        self.seen()

    def settle(self, order_id: str, has_it: bool) -> None:
        """What a dispatcher heard on the telephone. Others act upon it, so it is asked."""
        one = self._engine.world.consignments.get(order_id)
        if one is None:
            return
        name = self._engine.errands.dispatch.providers()[one.provider_id].name
        if has_it:
            question = tr("Does {name} have order {order}?", name=name, order=order_id)
            text = tr("Nobody else gets it. Undone, it is in doubt again, and they are asked.")
            button = tr("Yes, they have it")
        else:
            question = tr("Is it sure that {name} does not have order {order}?", name=name, order=order_id)
            text = tr(
                "They are told to forget it, and the next in turn gets it: if they have it all the same, it is delivered "
                "twice. Undone, it is called back from the next and sent to {name} anew.",
                name=name,
            )
            button = tr("Yes, they don't have it")
        said = tr("{name} has order {order}") if has_it else tr("{name} does not have order {order}")
        command = c.SettleConsignment(order_id=order_id, has_it=has_it)

        def settled() -> None:
            self._deeds.carry_out(said.format(name=name, order=order_id), [command])
            self.seen()

        self._asking.sure(question, text, button, settled)

    def send(self) -> None:
        """The orders that are selected, to a provider of the dispatcher's choice, whatever the rules say."""
        orders = self._deeds.chosen_orders()
        providers = self._engine.errands.dispatch.providers()
        outside_first = sorted(providers.values(), key=lambda provider: provider.kind is ProviderKind.INTERNAL)
        by_name = {provider.title: provider for provider in outside_first if provider.enabled}

        def chosen(name: str) -> None:
            commands = [c.SendToProvider(order_id=order.id, provider_id=by_name[name].id) for order in orders]
            self._deeds.carry_out(tr("Send {orders} to {name}", orders=which_orders(orders), name=name), commands)

        which = which_orders(orders)
        self._asking.words(
            tr("Who is to deliver {orders}?", orders=which), tr("Send {orders}", orders=which), chosen, list(by_name)
        )

    def is_other(self) -> bool:
        provider = self.chosen()
        return provider is not None and provider.kind is not ProviderKind.INTERNAL

    def _failed(self, text: str) -> None:
        self._deeds.window.tell(f"{text[:1].upper()}{text[1:]}", bad=True)


def _id_from(name: str, taken: set[str]) -> str:
    """An id that the provider keeps for good: ``swift-couriers``."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "provider"
    wanted, number = plain, 2
    while wanted in taken or wanted == INTERNAL:
        wanted, number = f"{plain}-{number}", number + 1
    return wanted
