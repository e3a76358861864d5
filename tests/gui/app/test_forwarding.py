"""Events passed on from the whole console, to a real server that fails at first; letters sent again from the window."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.domain.commands import CancelOrder
from core.domain.events import LettersDiscarded, LettersResent, SecretChanged, UpkeepChange
from core.domain.forward import Forward
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.secret import SecretDialog
from widgets.forwarding.dialog import ForwardDialog

Rig = Any  # tests/gui/app/conftest.py


class Shop(ThreadingHTTPServer):
    """Another system: what it got, and whether it takes anything."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.open = False
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if shop.open:
                    shop.got.append(json.loads(body))
                self.send_response(204 if shop.open else 503)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.console.system.settings.set("forwarding.tries", 1)
    rig.action("forward.open").trigger()
    panel = rig.window.managed["forwarding"]
    rig.until(panel.isVisible)
    yield panel
    rig.window.docks["forwarding"].hide()


def on_disk(rig: Rig) -> dict[str, Forward]:
    rig.engine.store.flush()
    return dict(rig.engine.store.load().world.forwards)


def test_what_did_not_arrive_is_sent_again_from_the_window(rig: Rig, panel: Any, shop: Shop) -> None:
    rig.action("forward.add").trigger()
    dialog = rig.dialog(ForwardDialog)
    dialog.name.setText("Shop")
    dialog.to.setText("nowhere")
    dialog.kinds.choose(["OrderReceived", "OrderCancelled"])
    dialog.act()
    assert "no address" in dialog.problem.text()
    dialog.to.setText(shop.address)
    dialog.act()
    assert on_disk(rig)["shop"].kinds == {"OrderReceived", "OrderCancelled"}
    rig.until(lambda: rig.console.outside.forwarding("shop") is not None)
    order = rig.order()
    rig.until(lambda: [row.order for row in panel.dead.shown] == [order])
    assert "503" in panel.dead.shown[0].problem
    rig.until(lambda: [row.dead for row in panel.model.shown] == [1])
    shop.open = True
    panel.dead_view.select_ids([panel.dead.shown[0].id])
    panel.send_again.click()
    rig.until(lambda: "1 event is sent again" in rig.said())
    rig.until(lambda: [event["order_id"] for event in shop.got] == [order])
    rig.until(lambda: panel.dead.shown == [])
    shop.open = False
    rig.engine.execute(CancelOrder(order_id=order))
    rig.until(lambda: len(panel.dead.shown) == 1)
    panel.forgotten.emit([panel.dead.shown[0].id])
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: panel.dead.shown == [])
    assert len(shop.got) == 1
    rig.engine.store.flush()
    told = [(type(c), c.actor) for one in rig.engine.store.recent(8) if isinstance(c := one.change, UpkeepChange)]
    assert told[:2] == [(LettersDiscarded, "dispatcher"), (LettersResent, "dispatcher")]
    panel.select("shop")
    rig.action("forward.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: on_disk(rig) == {})
    rig.action("edit.undo").trigger()
    assert on_disk(rig)["shop"].to == shop.address
    rig.action("edit.redo").trigger()
    assert on_disk(rig) == {}


def test_a_rule_is_changed_stopped_and_given_a_new_secret(rig: Rig, panel: Any, shop: Shop) -> None:
    rig.action("forward.add").trigger()
    dialog = rig.dialog(ForwardDialog)
    dialog.name.setText("Till")
    dialog.to.setText(shop.address)
    dialog.act()
    rig.until(lambda: [row.id for row in panel.model.shown] == ["till"])
    panel.select("till")
    rig.action("forward.edit").trigger()
    dialog = rig.dialog(ForwardDialog)
    dialog.when.add_test.click()
    area = dialog.when.parts[0]
    area.word.setCurrentIndex(area.word.findData("orders.merchant_id"))
    merchant = next(iter(rig.engine.world.merchants.values()))
    area.argument.set_value([merchant.id])
    dialog.act()
    assert on_disk(rig)["till"].when == {"orders.merchant_id": [merchant.id]}
    rig.until(lambda: f"order's merchant {merchant.name}" in panel.model.shown[0].what)
    rig.action("forward.switch").trigger()
    assert not on_disk(rig)["till"].enabled
    rig.action("forward.secret").trigger()
    rig.dialog(ConfirmDialog).accept()
    shown = rig.dialog(SecretDialog)
    assert shown.secret.text() == rig.console.outside.keyring.hook_secret("till")
    rig.engine.store.flush()
    told = rig.engine.store.recent(1)[0].change
    assert isinstance(told, SecretChanged)
    assert [one.name for one in told.altered] == ["Till"]
    shown.accept()
    rig.action("forward.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: on_disk(rig) == {})
