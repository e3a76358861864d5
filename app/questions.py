"""What the window asks, and what it says: the dialogs behind the actions."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import PySide6
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from app import VERSION
from app.driver_drafts import NewDriverDialog, draft_of, driver_from
from app.main_window import MainWindow
from app.new_order import new_order_dialog
from app.outside import OutsideDoors
from app.phones import phone_code
from app.presenters.asking import Asking
from app.presenters.choices import choices
from app.presenters.settings import SettingsWindow
from app.scene import Scene
from core.domain.causes import cause
from core.domain.commands import Command
from core.domain.driver import Driver
from core.domain.errors import KerbsideError
from core.domain.geo import LatLon
from core.domain.language import ntr, said, sentence, tr
from core.domain.order import Order
from core.messaging.credentials import Credentials
from core.routing.city import City
from core.storage.folder import DataFolder
from core.storage.track_story import Story, as_csv, as_geojson
from widgets.dialogs.about import AboutDialog
from widgets.dialogs.ask import AskDialog
from widgets.dialogs.assign import AssignDialog
from widgets.dialogs.files import file_dialog
from widgets.dialogs.keys import KeysDialog
from widgets.dialogs.setup import DriverDraft
from widgets.dialogs.setup_people import PhonesPage


@dataclass(frozen=True, slots=True)
class Panels:
    """What searches, and what looks back."""

    search: Callable[[str, LatLon | None], None]
    past: Callable[[str, str | None, LatLon | None], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """What leads out of this core: to another map or broker, to the demo and back."""

    set_up_fleet: Callable[[], None]
    import_city: Callable[[Path], None]
    start_demo: Callable[[], None]
    leave_demo: Callable[[], None]
    settings: SettingsWindow
    outside: OutsideDoors
    stalls: Callable[[], str]


class Questions:
    """Implements `app.actions.window.Window`. ``address`` is host, port and TLS as phones are told them."""

    def __init__(
        self,
        window: MainWindow,
        engine: Scene,
        folder: DataFolder,
        city: City | None,
        credentials: Credentials,
        address: tuple[str, int, bool],
        doors: Doors,
    ) -> None:
        self._window, self._engine, self._folder, self._city = window, engine, folder, city
        self._credentials, self._address = credentials, address
        self._doors = doors
        self._panels = Panels(lambda *_: None, lambda *_: None)
        self._asking = Asking(window, window.arrangement.dress)

    def use(self, panels: Panels) -> None:
        self._panels = panels

    def tell(self, text: str, *, bad: bool = False) -> None:
        self._window.toast.show_line(text, bad=bad)

    def copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def close(self) -> None:
        """Questions about a core that goes are taken back."""
        self._asking.close()

    def ask_sure(self, title: str, text: str, button: str, then: Callable[[], object]) -> None:
        self._asking.sure(title, text, button, then)

    def ask_reason(self, title: str, button: str, then: Callable[[str], None], first: str = "") -> None:
        self._asking.words(title, button, then, first=first)

    def ask_driver(self, orders: Sequence[Order], offer: bool, then: Callable[[str], None], route_of: str = "") -> None:
        """``route_of``: the orders are all that this driver has still to pick up."""
        others = [choice for choice in choices(orders[0], self._engine) if choice.id != route_of]
        dialog = AssignDialog([order.id for order in orders], others, self._window, offer=offer)
        if route_of:
            holder = self._engine.world.driver(route_of)
            counted = ntr("{n:,} order", "{n:,} orders", len(orders))
            dialog.ask(tr("Who takes the route of {id} {name}, {counted}?", id=route_of, name=holder.name, counted=counted))
        dialog.chosen.connect(lambda ids, driver_id: then(driver_id))
        self._asking.show(dialog)

    def ask_new_order(self, then: Callable[[list[Command]], object]) -> None:
        self._asking.show(new_order_dialog(self._window, self._engine, self._city, then))

    def ask_driver_details(self, then: Callable[[Driver], object]) -> None:
        dialog = NewDriverDialog(self._window)

        def added(draft: DriverDraft) -> None:
            then(driver_from(draft, self._engine.world.drivers))
            dialog.accept()

        dialog.page.driver_added.connect(added)
        dialog.page.refused.connect(dialog.show_problem)
        self._asking.show(dialog)

    def ask_files(self, then: Callable[[list[Path]], None]) -> None:
        filters = [tr("Everything that can be imported (*.pbf *.csv *.geojson *.json *.toml)"), tr("All files (*)")]
        dialog = file_dialog(tr("What is to be imported?"), filters, self._window, several=True)
        dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
        self._asking.show(dialog)

    def import_city(self, path: Path) -> None:
        self._doors.import_city(path)

    def set_up_fleet(self) -> None:
        self._doors.set_up_fleet()

    def back_up(self) -> None:
        self._doors.outside.back_up()

    def restore_backup(self) -> None:
        self._doors.outside.restore()

    def set_up_http(self) -> None:
        self._doors.outside.set_up_http()

    def start_demo(self) -> None:
        self._doors.start_demo()

    def leave_demo(self) -> None:
        self._doors.leave_demo()

    def open_settings(self) -> None:
        self._doors.settings.open()

    def choose_profile(self) -> None:
        self._doors.settings.choose_profile()

    def show_code(self, driver_id: str) -> None:
        driver = self._engine.world.driver(driver_id)
        dialog = AskDialog(tr("How does {name}'s phone join?", name=driver.name), tr("Close"), self._window)
        dialog.cancel.hide()
        page = PhonesPage()
        page.view.hide()
        dialog.body.addWidget(page)

        def code(wanted: str) -> None:
            try:
                page.set_code(wanted, *phone_code(driver, self._credentials, *self._address))
            except KerbsideError as error:
                dialog.show_problem(sentence(error))

        page.code_requested.connect(code)
        page.set_drivers([draft_of(driver)])
        dialog.resize(700, 600)
        page.enter()
        self._asking.show(dialog)

    def find_drivers(self, shape: str, place: LatLon | None) -> None:
        self._window.open_dock("find")
        if shape:
            self._panels.search(shape, place)

    def past(self, question: str, driver_id: str | None, place: LatLon | None) -> None:
        self._window.open_dock("history")
        self._panels.past(question, driver_id, place)

    def stop_drawing(self) -> None:
        self._window.map.stop_drawing()

    def save_track(self, driver_id: str, story: Story, names: list[str]) -> None:
        """GeoJSON or CSV, by the name the file is given."""
        filters = [tr("GeoJSON (*.geojson)"), tr("CSV (*.csv)")]
        dialog = file_dialog(tr("Where is the way to be saved?"), filters, self._window, save_as=f"{driver_id}.geojson")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("csv" if "csv" in chosen else "geojson"))

        def save(name: str) -> None:
            path = Path(name)
            text = as_csv(driver_id, story) if path.suffix.lower() == ".csv" else as_geojson(driver_id, story, names)
            try:
                path.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                self.tell(tr("{path} can't be written: {why}", path=path, why=said(cause(error))), bad=True)
            else:
                self.tell(tr("Saved as {path}", path=path))

        dialog.fileSelected.connect(save)
        self._asking.show(dialog)

    def show_keys(self) -> None:
        self._asking.show(KeysDialog(self._window.keys(), self._window))

    def find(self, text: str) -> None:
        self._window.finder.begin(text)

    def next_panel(self, step: int) -> None:
        self._window.next_panel(step)

    def show_about(self) -> None:
        facts = (
            (tr("Version"), VERSION),
            (tr("Python"), platform.python_version()),
            (tr("Qt for Python"), PySide6.__version__),
            (tr("System"), platform.platform()),
            (tr("Data folder"), str(self._folder.path)),
            (tr("Window"), self._doors.stalls()),
            (tr("City"), self._city.name if self._city is not None else tr("none: great-circle distances")),
        )
        self._asking.show(AboutDialog(facts, self._window))

    def open_logs(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder.logs))):
            self.tell(tr("The logs are in {logs}", logs=self._folder.logs))

    def focus(self, panel: str) -> None:
        if panel == "orders":
            self._window.boards.show(self._window.boards.current)
            self._window.boards.current.focus_filter()
            return
        self._window.open_dock(panel)
        lists: dict[str, QWidget] = {"alerts": self._window.alerts.view, "timeline": self._window.timeline.view}
        if panel in lists:
            lists[panel].setFocus()
        else:
            self._window.drivers.focus_filter()

    def board_alone(self) -> None:
        self._window.board_alone(not self._window.is_board_alone)

    def is_board_alone(self) -> bool:
        return self._window.is_board_alone

    def step_board(self, by: int) -> None:
        self._window.boards.step(by)

    def new_board(self) -> None:
        self._window.boards.add()

    def fit_map(self) -> None:
        self._window.map.fit_all()

    def follow(self, driver_id: str) -> None:
        self._window.map.follow(driver_id)
        self.tell(tr("The map follows {name}; move it by hand to stop", name=self._engine.world.driver(driver_id).name))

    def next_exception(self) -> None:
        boards = self._window.boards
        boards.show(boards.current)
        if boards.current.select_next_exception() is None:
            hidden = len(boards.current.exceptions())
            self.tell(
                tr("This board lets none of the exceptions through: another, or its filter, has them")
                if hidden
                else tr("No exceptions: nothing is late, silent or too long without a driver")
            )

    def reset_layout(self) -> None:
        self._window.reset_layout()

    def quit(self) -> None:
        if self._window.may_close():
            self._window.close()
