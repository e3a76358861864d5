"""No text is left out of the translation: under a language that marks whatever went through it, every panel, menu and dialog of
the console is read, and what a person sees unmarked is a fault."""

from __future__ import annotations

import gettext
import html
import platform
import re
import string
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from app.actions.declared import ACTIONS
from app.actions.declaring import Scope
from app.actions.spoken import VERBS
from core.domain import language
from core.domain.commands import (
    AssignOrder,
    CancelOrder,
    HoldOrder,
    OfferOrder,
    RecordProgress,
    SaveArea,
    SaveForward,
    SaveMerchant,
    SaveProvider,
    SaveRules,
    TakeNote,
    TellWeather,
)
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from core.settings.declared import DECLARED
from widgets.dialogs.first_start import FirstStartDialog
from widgets.map.texts import page_texts
from widgets.map.tools import Popup

Rig = Any  # tests/gui/app/conftest.py
OPEN, CLOSE = "⟦", "⟧"
SQUARE = (LatLon(44.99, 8.99), LatLon(44.99, 9.01), LatLon(45.01, 9.01), LatLon(45.01, 8.99), LatLon(44.99, 8.99))
TABLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)

# What is the same in every language: names of programs and of keys, units, what is typed into files, and numbers of things.
SAME = re.compile(
    r"Kerbside|OwnTracks|OpenStreetMap|OSM|Leaflet|MQTT|HTTP|CSV|PDF|JSON|GeoJSON|TOML|Python|Qt|PySide6|Linux|English|Deutsch"
    r"|\b(min|km|h|km/h|kg|l|m|s|ms|MB|kB|d)\b|\b(Ctrl|Shift|Alt)\+\S+|\b(Del|Esc|Home|F\d+|Return)\b|\b[A-Z]\b|\b[A-Z]-\d+\b"
    r"|\brule-\d+\b|\*\.\w+|\{kind\}|\b[a-z]+(_[a-z]+)+\b|[a-z_]+(\.[a-z_*]+)+|https?://\S*|mqtts?:\S*|/\S+|v?\d\S*"
)


PLACE = re.compile(r"-?\d+\.\d+, -?\d+\.\d+")
RAW_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}|,\d{3})(?![\d.])")
"""A decimal number, or one with thousands, that no language has written; versions have more points."""


class Marked(gettext.GNUTranslations):
    """Every text between marks, the values in it outside of them; numbers as no language writes them."""

    def __init__(self) -> None:
        gettext.NullTranslations.__init__(self)

    def gettext(self, message: str) -> str:
        if message == "1,234.5":
            return "1’234·5"
        if message.startswith(("Jan ", "January ", "Monday ")):
            return " ".join(map(_marked, message.split()))
        try:
            parts = list(string.Formatter().parse(message))
        except ValueError:
            return _marked(message)
        said = ""
        for literal, name, spec, conversion in parts:
            said += _marked(literal.replace("{", "{{").replace("}", "}}") if len(parts) > 1 or name is not None else literal)
            if name is not None:
                said += "{" + name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
        return said

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _marked(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}" if re.search(r"[A-Za-z]", text) else text


def unmarked(text: str, names: set[str]) -> str:
    """What of a text has letters and went through no translation; empty where there is nothing."""
    if "<" in text and ">" in text:
        text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S))
    bare = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    bare = bare.replace(platform.platform(), " ")
    if RAW_NUMBER.search(bare) and not PLACE.fullmatch(text):
        return text
    bare = SAME.sub(" ", bare)
    for name in sorted(filter(None, names), key=len, reverse=True):
        bare = bare.replace(name, " ")
    bare = SAME.sub(" ", bare)
    return text if re.search(r"[A-Za-z]{2,}", bare) else ""


def texts_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What one widget says line by line, and how."""
    return ((how, line) for how, text in _texts_of(widget) for line in text.splitlines())


def _texts_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tip", widget.toolTip()
    yield "name", widget.accessibleName()
    yield "description", widget.accessibleDescription()
    if widget.isWindow() or type(widget).__name__ == "QDockWidget":
        yield "title", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QGroupBox):
        yield "title", widget.title()
    if isinstance(widget, QLineEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QTextEdit):
        yield "text", widget.toPlainText()
    if isinstance(widget, QPlainTextEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (("choice", widget.itemText(i)) for i in range(widget.count()))
    if isinstance(widget, QTabBar):
        yield from (("tab", widget.tabText(i)) for i in range(widget.count()))
        yield from (("tab's tip", widget.tabToolTip(i)) for i in range(widget.count()))
    if hasattr(widget, "prefix") and hasattr(widget, "suffix"):
        yield "unit", widget.prefix()
        yield "unit", widget.suffix()
        yield "special", widget.specialValueText()
    if isinstance(widget, QMenu):
        for action in widget.actions():
            yield "action", action.text()
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView) and widget.model() is not None:
        yield from cells_of(widget.model())


def cells_of(model: QAbstractItemModel) -> Iterator[tuple[str, str]]:
    root = QModelIndex()
    try:
        columns, across = model.columnCount(root), Qt.Orientation.Horizontal
    except TypeError:  # a list model of Qt's keeps it to itself
        columns, across = 1, Qt.Orientation.Horizontal
    for column in range(columns):
        for role in TABLES:
            yield "head", str(model.headerData(column, across, role) or "")
        for row in range(model.rowCount(root)):
            for role in TABLES:
                yield f"cell of column {column}", str(model.data(model.index(row, column), role) or "")


def left_out(top: QWidget, names: set[str]) -> set[str]:
    found = set()
    whole = not isinstance(top, QFileDialog)  # what is in it is Qt's own, in Qt's own translation
    for widget in (top, *(top.findChildren(QWidget) if whole else ())):
        if isinstance(widget, QFileDialog) and widget is not top:
            continue
        for how, text in texts_of(widget):
            if text not in QTS_OWN and unmarked(text, names):
                found.add(f"{type(widget).__name__}, {how}: {text}")
    return found


@pytest.fixture(scope="module", autouse=True)
def marked() -> Iterator[None]:
    before = language._texts, language._code, language._signs
    language._texts, language._code = Marked(), "xx"
    language._signs = {ord(","): "’", ord("."): "·"}
    yield
    language._texts, language._code, language._signs = before


@pytest.fixture(scope="module", autouse=True)
def painted() -> Iterator[set[str]]:
    """What is written by painters of our own and by charts, while the tests below open everything."""
    noted: set[str] = set()
    draw = QPainter.drawText

    def note(painter: QPainter, *what: Any) -> Any:
        noted.update(one for one in what if isinstance(one, str))
        return draw(painter, *what)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QPainter, "drawText", note)
        yield noted


@pytest.fixture(scope="module")
def names(whole: Rig) -> set[str]:
    """What is called so by people; the town gets some of everything first."""
    engine, do = whole.engine, whole.engine.execute
    do(SaveArea(area=Area("quay", "Quay", ((SQUARE,),))))
    do(SaveMerchant(merchant=Merchant("M-2", "Osteria", LatLon(45.002, 9.002), goods="food", fleet="north")))
    do(SaveProvider(provider=Provider("swift", "Swift", ProviderKind.WEBHOOK, "http://127.0.0.1:9/orders", enabled=False)))
    rules = (
        Rule("rain", {"weather": ["rain"]}, {"provider": "swift"}, "Wet"),
        Rule(
            "all", {"any": [{"area": ["quay"]}, {"weight_kg": {"above": 2.5}}]}, {"split": {"swift": 30, "internal": 70}}, "Mix"
        ),
    )
    do(
        SaveForward(
            forward=Forward("shop", "Shopkeeper", "http://127.0.0.1:9/x", frozenset({"Delivered"}), {"area_id": "quay"})
        )
    )
    do(TakeNote(text="Lift"))
    _, held, gone, offered, under_way, done, failed = (whole.order() for _ in range(7))
    do(HoldOrder(order_id=held))
    do(CancelOrder(order_id=gone, reason="Hunger"))
    do(OfferOrder(order_id=offered, driver_id="D-17"))
    for order in (under_way, done, failed):
        do(AssignOrder(order_id=order, driver_id="D-1"))
        do(RecordProgress(order_id=order, event="picked_up"))
    do(RecordProgress(order_id=done, event="delivered"))
    do(RecordProgress(order_id=failed, event="failed", reason="Hunger"))
    do(SaveRules(rules=rules))
    do(TellWeather(weather="rain"))
    whole.order()
    whole.rest(0.5)
    world = engine.world
    called = {verb.word for verb in VERBS} | {str(s.default) for s in DECLARED if not s.choices and isinstance(s.default, str)}
    called |= {*SAID, "Mill Lane", "Trattoria Rosa", str(whole.folder)}
    for things in (world.drivers, world.merchants, world.providers):
        called |= {thing.name for thing in things.values()}
    return called


SAID = [
    "Ida",
    "Hunger",
    "Lift",
    "Quay",
    "Wet",
    "Mix",
    "Shopkeeper",
    "north",
    "quay",
    "swift",
    "food",
    "restaurant",
    "provider",
    "alone",
    "multibundle",
]
DONE_AT_ONCE = {"file.fleet"}
QTS_OWN = {"Closes the dock widget", "Undocks and re-attaches the dock widget", "Close", "Float", "Scroll Left", "Scroll Right"}
NOT_HERE = {"file.quit", "file.demo", "file.leave_demo", "help.logs", "view.float", "view.layout", "map.pop_out", "map.wall"}


def test_every_panel(rig: Rig, names: set[str]) -> None:
    found = left_out(rig.window, names)
    for name, dock in rig.window.docks.items():
        rig.window.open_dock(name)
        rig.until(dock.widget().isVisible)
        if name == "audit":
            audit = rig.window.managed["audit"]
            audit.group.setCurrentIndex(audit.group.findData(""))
            rig.until(lambda a=audit: len(a.model.shown) > 20)
        rig.rest(0.3)
        found |= {f"{name}: {text}" for text in left_out(dock, names)}
    assert not found, "\n".join(sorted(found))


def test_what_is_told_of_every_order_and_driver(rig: Rig, names: set[str]) -> None:
    found = set()
    world = rig.engine.world
    inspector = rig.window.docks["inspector"]
    rig.window.open_dock("inspector")
    for select, ids in ((rig.deeds.selection.set_orders, world.orders), (rig.deeds.selection.set_driver, world.drivers)):
        for each in tuple(ids):
            select([each] if ids is world.orders else each)
            rig.rest(0.1)
            found |= left_out(inspector, names) | left_out(rig.window.orders, names) | left_out(rig.window.drivers, names)
    assert not found, "\n".join(sorted(found))


def test_every_action_and_what_it_opens(rig: Rig, names: set[str]) -> None:
    found = {f"{key}: {a.text()}" for key, a in rig.window._actions.items() if unmarked(a.text(), names)}
    world, selection = rig.engine.world, rig.deeds.selection
    before: dict[str, Any] = {}
    for order in world.orders.values():
        before.setdefault(order.status.value, order.id)
    about_chosen = {one.id for one in ACTIONS if one.scope in {Scope.ORDERS, Scope.DRIVER, Scope.MAP}}
    tried: set[str] = set()
    for chosen in (*before.values(), "D-1"):
        for key, action in rig.window._actions.items():
            if key in NOT_HERE or key.startswith("layer.") or key in tried - about_chosen:
                continue
            selection.clear()
            if chosen == "D-1":
                selection.set_driver(chosen)
            elif chosen in world.orders:
                selection.set_orders([chosen])
            if not action.isEnabled():
                continue
            action.trigger()
            tried.add(key)
            rig.rest(0.02)
            for dialog in rig.window.findChildren(QDialog):
                if isValid(dialog) and dialog.isVisible():
                    rig.until(lambda d=dialog: not getattr(d, "_waiting", None))  # the settings' fields come a few at a time
                    found |= {f"{key}: {text}" for text in left_out(dialog, names)}
                    act = getattr(dialog, "act", None)
                    if act is not None and key not in DONE_AT_ONCE:
                        act()
                        found |= {f"{key}, refused: {text}" for text in left_out(dialog, names)}
                    if isValid(dialog) and dialog.isVisible():
                        dialog.reject()
            if unmarked(rig.said(), names):
                found.add(f"{key} says: {rig.said()}")
            rig.rest(0.0)
    found |= left_out(rig.window, names)
    assert not found, "\n".join(sorted(found))


def test_what_the_map_tells_and_what_was_painted_in_all_this(
    rig: Rig, names: set[str], painted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    popups: list[Popup | None] = []
    monkeypatch.setattr(rig.window.map.tools, "set_popup", popups.append)
    timeline = rig.window.docks["timeline"]
    rig.window.open_dock("timeline")
    world, selection = rig.engine.world, rig.deeds.selection
    for select, ids in ((lambda one: selection.set_orders([one]), world.orders), (selection.set_driver, world.drivers)):
        for each in tuple(ids):
            select(each)
            rig.rest(0.02)
            timeline.grab()
    told = {line.text for popup in popups if popup is not None for line in popup.lines}
    told |= {action.text for popup in popups if popup is not None for action in popup.actions}
    assert len(painted) > 50
    assert told
    whole = {text for text in painted if "…" not in text} | told  # what has been cut off has lost its mark
    found = {text for text in whole if unmarked(text, names)}
    found |= {text for text in page_texts().values() if unmarked(text.format(age=""), names)}
    first = FirstStartDialog(rig.window)
    found |= left_out(first, names)
    first.deleteLater()
    assert not found, "\n".join(sorted(found))
