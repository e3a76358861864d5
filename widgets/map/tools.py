"""What one works with on the map: popups, a lasso, a measure, and how near is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Signal, SignalInstance

from core.domain.geo import LatLon
from widgets.map.bridge import Fields, PageState
from widgets.map.encode import to_json
from widgets.map.texts import read_ids, read_number, read_places

Mirrored = list[tuple[SignalInstance, SignalInstance]]


@dataclass(frozen=True, slots=True)
class PopupLine:
    """``token`` is a colour of `look.Look`, empty for that of other text."""

    text: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class PopupAction:
    id: str
    text: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Popup:
    """What stands in the popup of a ``driver`` or an ``order``, once it is clicked."""

    kind: str
    id: str
    title: str
    lines: tuple[PopupLine, ...] = ()
    actions: tuple[PopupAction, ...] = ()


class MapTools(QObject):
    """``acted(str)`` is an action of a popup; ``lassoed`` gives orders, drivers and the outline, ``measured`` places and metres
    as the crow flies."""

    acted = Signal(str)
    lassoed = Signal(list, list, object)
    measured = Signal(object, float)

    def __init__(self, state: PageState) -> None:
        super().__init__(state)
        self._state = state
        state.heard.connect(self._hear)

    def set_popup(self, popup: Popup | None) -> None:
        """Of what is selected. It opens where that was clicked, or Enter pressed on the map."""
        data = to_json(asdict(popup) if popup is not None else None)
        self._state.put("popup", lambda: data)

    def set_fences(self, fences: Sequence[tuple[LatLon, float]]) -> None:
        """Circles within which somebody counts as there: centre and metres."""
        data = to_json([{"place": list(place), "radius_m": radius_m} for place, radius_m in fences])
        self._state.put("fences", lambda: data)

    def _hear(self, kind: str, message: Fields) -> None:
        if kind == "act":
            self.acted.emit(str(message.get("id", "")))
        elif kind == "lassoed":
            self.lassoed.emit(read_ids(message, "orders"), read_ids(message, "drivers"), read_places(message))
        elif kind == "measured":
            self.measured.emit(read_places(message), read_number(message, "metres"))
