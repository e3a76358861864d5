"""The finder answers: what is typed in, what fits it out; what is chosen is done."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from app.actions.deeds import Deeds
from app.actions.finder import Finder, Named
from app.actions.spoken import BY_WORD, VERBS, Heard, Slot, hear
from app.main_window import MainWindow
from app.presenters.links import Links
from core.domain.driver import Activity, Driver
from core.domain.language import tr
from core.domain.merchant import Merchant
from core.domain.order import ENDED, Order
from core.routing.addresses import place_of
from core.routing.city import City
from widgets.common.states import ACTIVITY, STATUS
from widgets.common.words import from_to
from widgets.finder.rows import Found

SHOWN = 40
COMPLETIONS = 12
CLOSE_ZOOM = 16.0
_DO = "do"


class FinderPresenter(QObject):
    def __init__(self, deeds: Deeds, window: MainWindow, city: City | None) -> None:
        super().__init__(window.finder)
        self._deeds, self._window, self._city = deeds, window, city
        self._finder = Finder()
        self._actions: dict[str, tuple[str, QAction]] = {}
        self._recent: list[str] = []
        self._heard = Heard(None)
        self._streets = {name: name for name in city.streets if name} if city is not None else {}
        self._links = Links()
        self._links.connect(window.finder.typed, self._typed)
        self._links.connect(window.finder.chosen, self._chosen)
        self._links.connect(window.finder.closed, self._closed)
        self._open = False

    def close(self) -> None:
        self._window.finder.end()
        self._links.end()

    def _closed(self) -> None:
        self._open = False

    def _typed(self, text: str) -> None:
        if not self._open:
            self._open = True
            self._learn()
        if text.startswith("/"):
            self._show_commands(text[1:])
            return
        words = text.split(maxsplit=1)
        self._heard = hear(text, self._deeds.engine.world) if len(words) > 1 and words[0] in BY_WORD else Heard(None)
        done = [self._deed()] if self._heard.commands else []
        if text.strip():
            found = [self._row(named) for named in self._finder.find(text, SHOWN)]
        else:
            found = [self._row_of_action(key) for key in self._usual()]
        nothing = self._heard.problem or tr("Nothing is called that. Commands begin with /")
        note = "" if done or found else nothing
        self._window.finder.show_found([*done, *found], note)

    # What there is

    def _learn(self) -> None:
        """Once each time the finder opens: what is new is read, the rest is known."""
        world = self._deeds.engine.world
        actions = self._window.menu_actions()
        self._actions = {action.objectName() or f"{path}/{action.text()}": (path, action) for path, action in actions}
        self._finder.sync("action", {key: f"{_plain(a)}\n{path}" for key, (path, a) in self._actions.items()}, _action_words)
        self._finder.sync("order", world.orders, self._order_words)
        self._finder.sync("driver", world.drivers, lambda d: (d.id, f"{d.name} {d.group} {d.phone}"))
        self._finder.sync("merchant", world.merchants, lambda m: (m.name, m.id))
        self._finder.sync("street", self._streets, lambda name: (name, ""))

    def _order_words(self, order: Order) -> tuple[str, str]:
        merchant = self._deeds.engine.world.merchants.get(order.merchant_id)
        return order.id, f"{merchant.name if merchant is not None else ''} {order.customer} {order.address}"

    def _usual(self) -> list[str]:
        """With nothing typed: what was done last, then what can be done now."""
        able = [key for key, (_, action) in self._actions.items() if action.isEnabled()]
        last = [key for key in self._recent if key in self._actions]
        return [*last, *(key for key in able if key not in last)]

    # How it looks

    def _row(self, named: Named) -> Found:
        source = named.source
        if isinstance(source, Order):
            return self._row_of_order(self._deeds.engine.world.orders.get(source.id, source))
        if isinstance(source, Driver):
            return self._row_of_driver(source)
        if isinstance(source, Merchant):
            return Found(f"merchant {source.id}", source.name, tr("Merchant, on the map"), icon="storefront")
        if named.kind == "street":
            return Found(f"street {named.key}", named.key, tr("Street, on the map"), icon="map-pin")
        return self._row_of_action(named.key)

    def _row_of_action(self, key: str) -> Found:
        path, action = self._actions[key]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        on = tr(", on") if action.isCheckable() and action.isChecked() else ""
        able = action.isEnabled()
        return Found(
            f"action {key}",
            _plain(action),
            f"{path}{on}" if able else tr("{path}, not now", path=path),
            keys,
            "lightning",
            able=able,
        )

    def _row_of_order(self, order: Order, fill: str = "") -> Found:
        world = self._deeds.engine.world
        state, merchant = STATUS[order.status], world.merchants.get(order.merchant_id)
        place = merchant.name if merchant is not None else order.merchant_id
        title = f"{order.id}  {from_to(place, order.address or order.customer)}"
        detail = f"{state.label}, {order.driver_id}" if order.driver_id else state.label
        return Found(f"order {order.id}", title, detail, icon=state.icon, token=state.token, fill=fill)

    def _row_of_driver(self, driver: Driver, fill: str = "") -> Found:
        state = ACTIVITY[self._deeds.engine.world.activity(driver.id)]
        title = f"{driver.id}  {driver.name}"
        return Found(f"driver {driver.id}", title, state.label, icon=state.icon, token=state.token, fill=fill)

    # Commands

    def _show_commands(self, line: str) -> None:
        heard = self._heard = hear(line, self._deeds.engine.world)
        rows = [self._deed()] if heard.commands else []
        if heard.verb is None or not heard.wants:
            wanted = (heard.word or line.strip()).casefold()
            if len(line.split()) < 2 and not line.endswith(" "):
                rows += [
                    Found(
                        f"verb {verb.word}",
                        verb.usage,
                        tr(verb.meaning),
                        icon="terminal-window",
                        fill=f"/{verb.word} ",
                    )
                    for verb in VERBS
                    if verb.word.startswith(wanted)
                ]
        for slot in heard.wants:
            rows += self._completions(slot, heard)
        bad = heard.certain or (bool(heard.word) and bool(heard.problem) and not rows)
        note = f"{heard.verb.usage}: {tr(heard.verb.meaning)}" if heard.verb is not None and not bad else heard.problem
        self._window.finder.show_found(rows, note, bad)

    def _deed(self) -> Found:
        return Found(
            _DO, self._heard.text, tr("Enter does it, Ctrl+Z takes it back"), icon="arrow-elbow-down-left", token="accent"
        )

    def _completions(self, slot: Slot, heard: Heard) -> list[Found]:
        world = self._deeds.engine.world
        prefix = f"/{heard.head}"
        if slot is Slot.DRIVER:
            if heard.word:
                named = self._finder.find(heard.word, COMPLETIONS, kinds={"driver"})
                drivers = [world.drivers[n.key] for n in named if n.key in world.drivers]
            else:
                free = (d for d in world.drivers.values() if world.activity(d.id) is Activity.FREE)
                drivers = list(islice(free, COMPLETIONS))
            return [self._row_of_driver(d, f"{prefix}{d.id} ") for d in drivers if d.id != heard.word]
        if slot is Slot.ORDERS:
            if heard.word:
                named = self._finder.find(heard.word, COMPLETIONS, kinds={"order"})
                orders = [world.orders[n.key] for n in named if n.key in world.orders]
            else:
                orders = self._orders_at_hand(heard)
            return [self._row_of_order(o, f"{prefix}{o.id} ") for o in orders if o.id != heard.word]
        return []

    def _orders_at_hand(self, heard: Heard) -> list[Order]:
        """The selected ones, then the open ones that are due first; those typed already are not asked for again."""
        typed = set(heard.head.split())
        chosen = [o for o in self._deeds.chosen_orders() if o.id not in typed]
        there = {o.id for o in chosen} | typed
        open_ones = (o for o in self._deeds.engine.world.orders.values() if o.status not in ENDED and o.id not in there)
        return [*chosen, *sorted(open_ones, key=lambda o: (o.due_at, o.id))][:COMPLETIONS]

    # What is chosen

    def _chosen(self, key: str) -> None:
        kind, _, thing = key.partition(" ")
        world = self._deeds.engine.world
        if kind == _DO:
            self._deeds.carry_out(self._heard.text, self._heard.commands)
        elif kind == "action":
            self._run(thing)
        elif kind == "order" and thing in world.orders:
            self._deeds.selection.set_orders([thing])
        elif kind == "driver":
            self._deeds.selection.set_driver(thing)
        elif kind == "merchant" and thing in world.merchants:
            self._window.map.set_view(*world.merchants[thing].place, CLOSE_ZOOM)
        elif kind == "street" and self._city is not None and (place := place_of(self._city, thing)) is not None:
            self._window.map.set_view(*place, CLOSE_ZOOM)

    def _run(self, key: str) -> None:
        _, action = self._actions[key]
        if not action.isEnabled():
            self._deeds.window.tell(tr("{action}: not possible now", action=_plain(action)), bad=True)
            return
        self._recent = [key, *(k for k in self._recent if k != key)][:8]
        action.trigger()


def _plain(action: QAction) -> str:
    return action.text().replace("&", "")


def _action_words(line: str) -> tuple[str, str]:
    name, _, path = line.partition("\n")
    return name, path
