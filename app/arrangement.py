"""How a person has arranged the window: boards, panels, columns, the map. Kept from start to start, and in profiles."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QDialog, QWidget

from app.boards import DOCK
from app.layouts import LAYOUTS, STATES, Kept
from core.domain.errors import BadInput
from core.domain.language import tr
from widgets.common.kept_columns import KeptColumns, read_columns
from widgets.common.table_view import RowsView
from widgets.map.marks import LAYERS
from widgets.orders.views import is_sound

if TYPE_CHECKING:
    from app.main_window import MainWindow

MOST_MAPS = 8
_STATE_BEGINS = b"\0\0\0\xff"
"""As everything does that QMainWindow.saveState gives."""


@dataclass(frozen=True, slots=True)
class MapPlace:
    """Where a window with the map stands: what Qt says of it, in base 64."""

    geometry: str
    wall: bool = False


class Maps(Protocol):
    def places(self) -> list[MapPlace]: ...
    def put(self, places: Sequence[MapPlace]) -> None: ...


class Arrangement:
    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.profile = ""
        """The name of the one it was saved in, or comes from."""
        self.map_windows: list[MapPlace] = []
        self._columns: dict[str, KeptColumns] = {}
        """Of tables that are arranged otherwise than at first, those of dialogs that are not open among them."""
        self.maps: Maps | None = None
        """Who opens map windows, while a core is there; in between, their places wait here."""

    def kept(self) -> Kept:
        window = self._window
        kept: Kept = {
            "profile": self.profile,
            "boards": window.boards.kept(),
            **window.layouts.kept(window.state_with_map()),
        }
        if (view := window.map.view()) is not None:
            kept["map"] = f"{view[0]:.6f};{view[1]:.6f};{view[2]:g}"
        kept["layers"] = json.dumps(window.map.layers())
        if self.maps is not None:
            self.map_windows = self.maps.places()
        kept["maps"] = json.dumps([asdict(place) for place in self.map_windows])
        for name, table in self._tables():
            self._remember(name, table)
        kept["columns"] = json.dumps({name: columns.written() for name, columns in self._columns.items()})
        return kept

    def take_up(self, kept: Mapping[str, object]) -> None:
        """Arrange everything as it was; what is missing or can't be understood comes as it is at first."""
        window = self._window
        window.board_alone(False)
        self.profile = str(kept.get("profile", ""))
        window.boards.restore(str(kept.get("boards", "")))  # their docks have to be there before they can be put in place
        if not window.layouts.restore(kept):
            window.layouts.arrange()
        self.map_windows = []
        with suppress(ValueError):
            self.map_windows = _maps(str(kept.get("maps", "")))
        if self.maps is not None and self.maps.places() != self.map_windows:
            self.maps.put(self.map_windows)
        columns: dict[str, KeptColumns] = {}
        with suppress(ValueError):
            columns = _columns(str(kept.get("columns", "")))
        self._arrange_columns(columns)
        with suppress(ValueError):
            window.map.set_layers(_layers(str(kept.get("layers", ""))))
        with suppress(ValueError):
            window.map.set_view(*_place(str(kept.get("map", ""))))

    # Columns

    def dress(self, dialog: QDialog) -> None:
        """A dialog comes: its tables are as somebody left them, and so they stay."""
        tables = dict(_tables_of(type(dialog).__name__, dialog))
        for name, view in tables.items():
            view.arrange_columns(self._columns.get(name, KeptColumns()))
            dialog.finished.connect(lambda _, name=name, view=view: self._remember(name, view))

    def reset_columns(self) -> None:
        """Every table as it is at first. What a board shows, and in which order, is its own; its widths are not."""
        self._arrange_columns({})
        for board in self._window.boards.panels():
            board.boards.reset_widths()

    def _arrange_columns(self, columns: dict[str, KeptColumns]) -> None:
        self._columns = columns
        for name, view in self._tables():
            view.arrange_columns(columns.get(name, KeptColumns()))

    def _remember(self, name: str, view: RowsView[Any]) -> None:
        self._columns.pop(name, None)
        if (kept := view.kept_columns()) != KeptColumns():
            self._columns[name] = kept

    def _tables(self) -> Iterator[tuple[str, RowsView[Any]]]:
        """But for the boards, which keep their own."""
        for name, dock in self._window.docks.items():
            if name != "orders" and not name.startswith(DOCK):
                yield from _tables_of(name, dock.widget())


def _tables_of(name: str, widget: QWidget) -> Iterator[tuple[str, RowsView[Any]]]:
    return ((f"{name}.{i}", view) for i, view in enumerate(widget.findChildren(RowsView)))


# As texts, for a file that people hand on


def as_texts(kept: Kept) -> dict[str, str]:
    """All but the name it has on this computer."""
    said = {key: value if isinstance(value, str) else base64.b64encode(value.data()).decode() for key, value in kept.items()}
    return {key: text for key, text in said.items() if key != "profile"}


def from_texts(texts: Mapping[str, str]) -> Kept:
    """Raises BadInput, with the name of the first part that can't be understood."""
    kept: Kept = {}
    for key, text in texts.items():
        try:
            if key.startswith(STATES):
                kept[key] = _state(text)
            elif key in _CHECKS:
                _CHECKS[key](text)
                kept[key] = text
            else:
                raise ValueError(key)
        except (ValueError, RecursionError):
            raise BadInput(tr("what stands for desk.{part} can't be understood", part=key)) from None
    return kept


def _state(text: str) -> QByteArray:
    data = base64.b64decode(text, validate=True)
    if not data.startswith(_STATE_BEGINS):
        raise ValueError(text)
    return QByteArray(data)


def _boards(text: str) -> None:
    if not is_sound(text):
        raise ValueError(text)


def _layout(text: str) -> None:
    if text not in LAYOUTS:
        raise ValueError(text)


def _place(text: str) -> tuple[float, float, float]:
    lat, lon, zoom = map(float, text.split(";"))
    if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 0 <= zoom <= 30):
        raise ValueError(text)
    return lat, lon, zoom


def _layers(text: str) -> dict[str, bool]:
    """Of those there are; one that went with an earlier version is passed over."""
    return {name: on for name, on in _table(text).items() if name in LAYERS and isinstance(on, bool)}


def _columns(text: str) -> dict[str, KeptColumns]:
    return {name: read_columns(raw) for name, raw in _table(text).items()}


def _maps(text: str) -> list[MapPlace]:
    found = json.loads(text)
    if not isinstance(found, list) or len(found) > MOST_MAPS:
        raise ValueError(text)
    try:
        places = [MapPlace(**one) for one in found]
        for place in places:
            base64.b64decode(place.geometry, validate=True)
    except TypeError:
        raise ValueError(text) from None
    return places


def _table(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(text)
    return found


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "boards": _boards,
    "layout": _layout,
    "map": _place,
    "layers": _layers,
    "columns": _columns,
    "maps": _maps,
}
