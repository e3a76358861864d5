"""What is seen and how, as actions: panels, map, figures, boards, colours, layouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.declaring import Declared, Scope, under
from app.boards import Boards
from app.layouts import LAYOUTS
from core.domain.language import mark, tr

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def _boards(act: Callable[[Boards], None]) -> Callable[[Deeds], None]:
    return lambda deeds: act(deeds.desk.window.boards)


def _figures(span: str) -> Callable[[Deeds], None]:
    return lambda deeds: deeds.desk.dashboard.choose(span)


def _figures_are(span: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.desk.dashboard.span == span


def _lay_out(name: str) -> Callable[[Deeds], None]:
    def lay_out(deeds: Deeds) -> None:
        window = deeds.desk.window
        deeds.desk.arranging.do(tr(LAYOUTS[name].label), lambda: window.use_layout(name))

    return lay_out


def _reset(deeds: Deeds) -> None:
    deeds.desk.arranging.do(tr("Reset the layout"), deeds.window.reset_layout)


def _float(deeds: Deeds) -> None:
    deeds.desk.arranging.do(tr("Float the panel, or dock it"), deeds.desk.window.float_panel)


def _lies(name: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.desk.window.layouts.name == name


def _toggle_rows(deeds: Deeds) -> None:
    deeds.set_to("window.rows", "compact" if deeds.settings.text("window.rows") == "comfortable" else "comfortable")


def _toggle_online_tiles(deeds: Deeds) -> None:
    deeds.set_to("map.online_tiles", not deeds.settings.flag("map.online_tiles"))


_FIGURES = {
    "hour": mark("Figures of the last hour"),
    "shift": mark("Figures of the shift"),
    "day": mark("Figures of the day"),
}

VIEWING: tuple[Declared, ...] = (
    Declared("view.timeline", "&View", mark("Timeline"), lambda d: d.window.focus("timeline"), "Ctrl+T",
             "chart-bar-horizontal"),
    Declared("trainer.open", "&View", "Trainer", lambda d: d.desk.open("trainer"), "Ctrl+Shift+T", "chalkboard-teacher"),
    Declared("view.next_panel", "&View", "Next panel", lambda d: d.window.next_panel(1), "F6", "arrow-right"),
    Declared("view.previous_panel", "&View", "Previous panel", lambda d: d.window.next_panel(-1), "Shift+F6", "arrow-left"),
    *under(
        mark("Map"),
        Declared("map.fit", "&View", "Show everything on the map", lambda d: d.window.fit_map(), "Ctrl+0", "frame-corners",
                 Scope.MAP, rule_before=True),
        Declared("map.online", "&View", "Online map tiles", _toggle_online_tiles, "", "globe", Scope.MAP,
                 checked=lambda d: d.settings.flag("map.online_tiles")),
        Declared("map.measure", "&View", mark("Measure on the map"), lambda d: d.maps.draw("measure"), "M", "ruler", Scope.MAP,
                 rule_before=True),
        Declared("map.lasso", "&View", mark("Select on the map by a lasso"), lambda d: d.maps.draw("lasso"), "L", "selection",
                 Scope.MAP),
        Declared("map.pop_out", "&View", mark("Map in a window of its own"), lambda d: d.maps.pop_out(), "Ctrl+Shift+F11",
                 "app-window", Scope.MAP),
        Declared("map.wall", "&View", mark("Wall view"), lambda d: d.maps.wall(), "Shift+F11", "monitor", Scope.MAP),
    ),
    *under(
        mark("Figures"),
        Declared("dashboard.open", "&View", "Show the dashboard", lambda d: d.desk.open("dashboard"), "Ctrl+Shift+D",
                 "chart-line-up", rule_before=True),
        *(Declared(f"dashboard.{span}", "&View", text, _figures(span), scope=Scope.DASHBOARD, checked=_figures_are(span))
          for span, text in _FIGURES.items()),
        Declared("dashboard.picture", "&View", "Save the figures as a picture…", lambda d: d.desk.dashboard.save_picture(), "",
                 "image", Scope.DASHBOARD, able=lambda d: d.desk.dashboard.has_figures),
        Declared("dashboard.table", "&View", "Save the figures as a table…", lambda d: d.desk.dashboard.save_table(), "",
                 "table", Scope.DASHBOARD, able=lambda d: d.desk.dashboard.has_figures),
    ),
    *under(
        mark("Boards"),
        Declared("board.alone", "&View", mark("Board without the map"), lambda d: d.window.board_alone(), "F11", "arrows-out",
                 checked=lambda d: d.window.is_board_alone(), rule_before=True),
        Declared("board.next", "&View", mark("Next board"), lambda d: d.window.step_board(1), "Ctrl+B", "columns"),
        Declared("board.previous", "&View", mark("Previous board"), lambda d: d.window.step_board(-1), "Ctrl+Shift+B",
                 "columns"),
        Declared("board.new", "&View", mark("New board from this one…"), lambda d: d.window.new_board(), "", "plus",
                 Scope.BOARD),
        Declared("board.beside", "&View", mark("Open beside"), _boards(Boards.open_beside), "Ctrl+Alt+B",
                 "square-half", Scope.BOARD, able=lambda d: d.desk.window.boards.can_open, rule_before=True),
        Declared("board.back", "&View", mark("Back among the tabs"), _boards(Boards.put_back), "Ctrl+Alt+Shift+B",
                 "arrow-u-up-left", Scope.BOARD, able=lambda d: d.desk.window.boards.is_beside),
        Declared("board.rename", "&View", mark("Rename the board…"), _boards(Boards.rename), "", "pencil-simple", Scope.BOARD,
                 rule_before=True),
        Declared("board.remove", "&View", mark("Remove the board"), _boards(Boards.remove), "", "trash", Scope.BOARD,
                 able=lambda d: d.desk.window.boards.can_remove),
    ),
    *under(
        mark("Colours and rows"),
        Declared("view.system", "&View", "Colours as the system", lambda d: d.set_to("window.theme", "system"), "", "",
                 rule_before=True, checked=lambda d: d.settings.text("window.theme") == "system"),
        Declared("view.light", "&View", "Light", lambda d: d.set_to("window.theme", "light"), "", "sun",
                 checked=lambda d: d.settings.text("window.theme") == "light"),
        Declared("view.dark", "&View", "Dark", lambda d: d.set_to("window.theme", "dark"), "", "moon",
                 checked=lambda d: d.settings.text("window.theme") == "dark"),
        Declared("view.rows", "&View", "Comfortable rows", _toggle_rows, "", "rows",
                 checked=lambda d: d.settings.text("window.rows") == "comfortable"),
    ),
    *under(
        mark("Layouts"),
        *(Declared(f"layout.{name}", "&View", layout.label, _lay_out(name), keys, checked=_lies(name), rule_before=n == 0)
          for n, ((name, layout), keys) in enumerate(zip(LAYOUTS.items(), ("Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4"),
          strict=True))),
        Declared("view.float", "&View", "Float the panel, or dock it", _float, "Ctrl+F11",
                 "frame-corners"),
        Declared("view.layout", "&View", "Reset the layout", _reset, "", "layout"),
    ),
)  # fmt: skip
