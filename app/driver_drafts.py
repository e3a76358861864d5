"""Drivers as they are typed in, and as they are kept."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from core.domain.driver import App, Driver
from core.domain.language import tr
from core.domain.vehicle import Vehicle
from widgets.dialogs.ask import AskDialog
from widgets.dialogs.setup import DriverDraft
from widgets.dialogs.setup_people import DriversPage


class NewDriverDialog(AskDialog):
    """One driver, by the same page as in the set-up."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Who is the new driver?"), tr("Add driver"), parent)

        self.page = DriversPage()
        for widget in (self.page.view, self.page.csv, self.page.csv_columns, self.page.remove, self.page.add):
            widget.hide()
        self.body.addWidget(self.page)
        self.setMinimumWidth(640)
        self.page.enter()

    def act(self) -> None:
        self.page.add_typed()


def driver_from(draft: DriverDraft, taken: Iterable[str]) -> Driver:
    """A driver with the next free number where none was typed."""
    ids = set(taken)
    number = 1
    while f"D-{number}" in ids:
        number += 1
    return Driver(draft.id or f"D-{number}", draft.name, Vehicle(draft.vehicle), App(draft.app), phone=draft.phone)


def draft_of(driver: Driver) -> DriverDraft:
    return DriverDraft(id=driver.id, name=driver.name, vehicle=driver.vehicle, app=driver.app, phone=driver.phone)
