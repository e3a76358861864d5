"""Providers in the whole console: added with a secret, changed, switched, settled and removed; read back from the disk."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core.domain.commands import CancelOrder, RemoveProvider, SaveProvider, SaveRules, SendToProvider, SettleConsignment
from core.domain.events import SecretChanged
from core.domain.order import Status
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from core.storage.folder import PROVIDER_SECRETS
from tests.provider_rig import FaultyProvider
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.line import LineDialog
from widgets.providers.dialog import ProviderDialog

Rig = Any  # tests/gui/app/conftest.py
NOBODY = "http://127.0.0.1:9/orders"


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.action("provider.open").trigger()
    panel = rig.window.managed["providers"]
    rig.until(panel.isVisible)
    yield panel
    rig.engine.execute(SaveRules(rules=()))
    for provider_id in list(rig.engine.world.providers):
        rig.engine.execute(RemoveProvider(provider_id=provider_id))
    rig.window.docks["providers"].hide()


def on_disk(rig: Rig) -> dict[str, Provider]:
    rig.engine.store.flush()
    return dict(rig.engine.store.load().world.providers)


def secrets_on_disk(rig: Rig) -> dict[str, str]:
    path = rig.folder / PROVIDER_SECRETS
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return known


def choose(rig: Rig, panel: Any, provider_id: str) -> None:
    rig.until(lambda: provider_id in {row.id for row in panel.model.shown})
    panel.view.select_ids([provider_id])


def test_a_provider_is_added_with_a_secret_nobody_sees_again(rig: Rig, panel: Any) -> None:
    rig.action("provider.add").trigger()
    dialog = rig.dialog(ProviderDialog)
    dialog.action.click()
    assert dialog.problem.text() == "Give the provider a name"
    assert dialog.focusWidget() is dialog.name
    dialog.name.setText("Swift Couriers")
    dialog.act()
    assert "address" in dialog.problem.text()
    dialog.url.setText(NOBODY)
    dialog.act()
    assert "secret" in dialog.problem.text()
    assert dialog.focusWidget() is dialog.secret
    dialog.make.click()
    secret = dialog.secret.text()
    assert len(secret) > 30
    dialog.act()
    assert on_disk(rig)["swift-couriers"].url == NOBODY
    rig.until(lambda: secrets_on_disk(rig).get("swift-couriers") == secret)
    choose(rig, panel, "swift-couriers")
    rig.action("provider.edit").trigger()
    again = rig.dialog(ProviderDialog)
    assert again.secret.text() == ""
    again.capped.setChecked(True)
    again.cap.setValue(40)
    again.act()
    assert on_disk(rig)["swift-couriers"].cap_per_hour == 40
    assert secrets_on_disk(rig)["swift-couriers"] == secret
    # Nor does the log know it, only that there is one.
    rig.until(lambda: any(isinstance(one.change, SecretChanged) for one in rig.engine.store.recent(5)))
    told = next(c for one in rig.engine.store.recent(5) if isinstance(c := one.change, SecretChanged))
    assert [(one.name, one.before, one.after) for one in told.altered] == [("Swift Couriers", None, "set")]
    assert not rig.engine.store.ask("SELECT 1 FROM events WHERE instr(body, ?)", secret)
    rig.action("edit.undo").trigger()
    assert on_disk(rig)["swift-couriers"].cap_per_hour is None
    rig.action("edit.undo").trigger()
    assert "swift-couriers" not in on_disk(rig)


def test_it_is_switched_off_and_removed_unless_a_rule_names_it(rig: Rig, panel: Any) -> None:
    rig.engine.execute(SaveProvider(provider=Provider("nordic", "Nordic", ProviderKind.POLLING, NOBODY)))
    choose(rig, panel, "nordic")
    rig.action("provider.switch").trigger()
    assert not on_disk(rig)["nordic"].enabled
    rig.until(lambda: next(row.state for row in panel.model.shown if row.id == "nordic") == "off")
    rig.engine.execute(SaveRules(rules=(Rule("r", {}, {"provider": "nordic"}, name="All to Nordic", enabled=False),)))
    rig.action("provider.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: "named by rule All to Nordic" in rig.said())
    rig.engine.execute(SaveRules(rules=()))
    rig.action("provider.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: "nordic" not in on_disk(rig))


@pytest.fixture
def mute() -> Iterator[str]:
    """The address of somebody who hears every call out, and hangs up."""

    class Mute(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mute) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/orders"
        server.shutdown()


def test_an_order_that_may_have_been_taken_is_settled_by_a_person(rig: Rig, panel: Any, mute: str) -> None:
    rig.engine.errands.secrets.set("silent", "x")
    silent = Provider("silent", "Silent", ProviderKind.WEBHOOK, mute, tries=1, decide_s=3600, idempotent=False)
    rig.engine.execute(SaveProvider(provider=silent))
    rig.engine.execute(SaveRules(rules=(Rule("r", {}, {"provider": "silent"}),)))
    order = rig.order()
    rig.until(lambda: [row.id for row in panel.doubts.shown] == [order])
    assert rig.engine.world.consignments[order].provider_id == "silent"
    panel.doubts_view.select_ids([order])
    panel.has_it.click()
    question = rig.dialog(ConfirmDialog)
    assert order in question.heading.text()
    assert "Undone, it is in doubt again" in question.text.text()
    question.accept()
    rig.until(lambda: panel.doubts.shown == [])
    rig.engine.store.flush()
    assert rig.engine.store.order(order).status is Status.OUTSIDE
    rig.press("Ctrl+Z")
    rig.until(lambda: [row.id for row in panel.doubts.shown] == [order])
    assert rig.said() == f"Undone: Silent has order {order}"
    rig.engine.execute(SettleConsignment(order_id=order, has_it=False))
    rig.engine.execute(CancelOrder(order_id=order))


def test_a_dispatcher_gives_an_order_to_a_provider_whatever_the_rules_say(rig: Rig, panel: Any) -> None:
    order = rig.order()
    rig.choose(order)
    assert not rig.action("order.provider").isEnabled()
    rig.engine.errands.secrets.set("hand", "x")
    rig.engine.execute(SaveProvider(provider=Provider("hand", "By hand", ProviderKind.WEBHOOK, NOBODY)))
    rig.window.refresh_actions()
    rig.action("order.provider").trigger()
    dialog = rig.dialog(LineDialog)
    assert [dialog.field.itemText(i) for i in range(dialog.field.count())] == ["By hand", "Own fleet"]
    assert dialog.action.text() == f"Send order {order}"
    dialog.set_text("By hand")
    dialog.accept()
    rig.until(lambda: order in rig.engine.world.consignments)
    rig.engine.store.flush()
    assert rig.engine.store.order(order).provider_id == "hand"
    rig.engine.execute(SettleConsignment(order_id=order, has_it=False))
    rig.engine.execute(CancelOrder(order_id=order))


def test_an_order_with_a_provider_is_cancelled_once_they_have_given_it_up_and_goes_back_by_an_undo(
    rig: Rig, panel: Any
) -> None:
    outside = FaultyProvider(rig.engine.errands.secrets.issue("swift"), rig.engine.clock.now, step_s=1e9)
    try:
        swift = Provider("swift", "Swift", ProviderKind.POLLING, outside.url, poll_s=1.0, timeout_s=3.0)
        rig.engine.execute(SaveProvider(provider=swift))
        order = rig.order()
        rig.deeds.carry_out("Send", [SendToProvider(order_id=order, provider_id="swift")])
        rig.until(lambda: rig.state(order)[0] == "outside")
        rig.choose(order)
        rig.press("Del")
        question = rig.dialog(ConfirmDialog)
        assert "is asked to give it up: it is cancelled once they have" in question.text.text()
        question.accept()
        rig.until(lambda: rig.state(order)[0] == "cancelled")
        assert [held.state for held in outside.held.values()] == ["cancelled"]
        rig.press("Ctrl+Z")
        rig.until(lambda: rig.state(order)[0] == "outside")
        assert sorted(held.state for held in outside.held.values()) == ["accepted", "cancelled"]
        rig.engine.execute(CancelOrder(order_id=order))
        rig.until(lambda: rig.state(order)[0] == "cancelled")
    finally:
        outside.close()
