"""Setting up a fleet: the dialog's questions answered by the core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.actions.deeds import Deeds
from app.actions.file_deeds import import_file
from app.bootstrap import System
from app.cli.importing import import_city
from app.driver_drafts import draft_of, driver_from
from app.lines import Lines, check_broker, own_address
from app.main_window import MainWindow
from app.phones import phone_code
from app.scene import record
from core.domain.causes import cause
from core.domain.commands import RemoveDriver, SaveDriver
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import SecretChanged
from core.domain.language import capital, said, sentence, tr
from core.domain.upkeep import secret_altered
from core.messaging.address import parse_address
from core.storage.folder import DataFolder
from widgets.dialogs.fleet import FleetDialog
from widgets.dialogs.setup import BrokerChoice, DriverDraft


class _Cancelled(KerbsideError):
    """The import was stopped by the user."""


class FleetSetup(QObject):
    """``reopen`` puts a new core in place after the map or the broker has changed."""

    _progressed = Signal(float, str)

    def __init__(
        self, window: MainWindow, system: System, lines: Lines, folder: DataFolder, reopen: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._window, self._system, self._lines, self._folder = window, system, lines, folder
        self._reopen = reopen
        self._before = system.settings.changed()
        self._behind = False
        self._cancelled = False
        self.deeds: Deeds

    # The dialog

    def begin(self) -> None:
        dialog = FleetDialog(self._window)
        # What was done on a page is done; there is nothing to cancel.
        dialog.cancel.setText(tr("Close"))
        self._before, self._behind = self._system.settings.changed(), False
        self._progressed.connect(dialog.map.set_progress)
        dialog.map.import_requested.connect(lambda path: asyncio.ensure_future(self._import(dialog, Path(path))))
        dialog.map.import_cancelled.connect(self._cancel)
        dialog.map.great_circle_chosen.connect(lambda: self._set("map.city", ""))
        settings = self._system.settings
        addresses = [settings.text("mqtt.address"), own_address(), "127.0.0.1"]
        port = int(settings.number("mqtt.port")) or self._lines.port
        dialog.broker.set_addresses([a for a in dict.fromkeys(addresses) if a], port)
        dialog.broker.broker_chosen.connect(lambda choice: self._choose_broker(dialog, choice))
        dialog.broker.test_requested.connect(lambda choice: self._test_broker(dialog, choice))
        dialog.drivers.driver_added.connect(lambda draft: self._add(dialog, draft))
        dialog.drivers.driver_removed.connect(lambda driver_id: self._remove(dialog, driver_id))
        dialog.drivers.csv_chosen.connect(lambda path: self._read_drivers(dialog, Path(path)))
        dialog.phones.code_requested.connect(lambda driver_id: self._show_code(dialog, driver_id))
        dialog.finished.connect(lambda _: self._finish(dialog))
        self._show_drivers(dialog)
        self._window.arrangement.dress(dialog)
        dialog.open()

    def close(self) -> None:
        self._cancel()
        self.deleteLater()

    def _finish(self, dialog: FleetDialog) -> None:
        dialog.deleteLater()
        self._begin_anew(tr("Another map or broker"))

    def _begin_anew(self, text: str) -> None:
        """Where anything was set, with a core that heeds it."""
        self.deeds.note_settings(self._before, self._system.settings.changed(), text=text)
        if self._behind:
            self._reopen()

    def _set(self, key: str, value: object) -> None:
        settings = self._system.settings
        before = settings[key]
        settings.set(key, value)
        settings.save()
        self._behind |= settings[key] != before

    # Map

    async def _import(self, dialog: FleetDialog, path: Path) -> None:
        self._cancelled = False
        try:
            target, text = await self._read_city(path)
        except KerbsideError as error:
            dialog.map.set_failed(tr("The import was stopped") if isinstance(error, _Cancelled) else sentence(error))
            return
        self._set("map.city", target.name)
        dialog.map.set_report(text)

    async def _read_city(self, path: Path) -> tuple[Path, str]:
        def progress(what: str, share: float) -> None:
            if self._cancelled:
                raise _Cancelled("stopped")
            self._progressed.emit(share, what[:1].upper() + what[1:])

        loop = asyncio.get_running_loop()
        target, report = await loop.run_in_executor(None, lambda: import_city(self._folder, path, progress))
        return target, report.text()

    def _cancel(self) -> None:
        self._cancelled = True

    def import_city(self, path: Path) -> None:
        """From the menu, without the dialog: import, use, say so."""

        async def work() -> None:
            self._window.toast.show_line(tr("Reading {name}…", name=path.name))
            try:
                target, text = await self._read_city(path)
            except KerbsideError as error:
                self._window.toast.show_line(sentence(error), bad=True)
                return
            self._before = self._system.settings.changed()
            self._set("map.city", target.name)
            self._window.toast.show_line(text.splitlines()[0])
            self._begin_anew(tr("The map {name}", name=target.stem))

        self._task = asyncio.ensure_future(work())

    # Broker

    def _choose_broker(self, dialog: FleetDialog, choice: BrokerChoice) -> None:
        try:
            if choice.embedded:
                self._set("mqtt.broker", "embedded")
                self._set("mqtt.port", choice.port)
                self._set("mqtt.address", "" if choice.host == own_address() else choice.host)
                return
            check_broker(choice.url)
            self._set("mqtt.broker", choice.url)
            if choice.user:
                self._set("mqtt.user", choice.user)
            if choice.password:
                user = self._lines.credentials.console
                self._lines.credentials.set_secret(user, choice.password)
                record(self._system.engine, SecretChanged, secret_altered(user, tr("Broker"), had=True))
        except KerbsideError as error:
            dialog.show_problem(sentence(error))

    def _test_broker(self, dialog: FleetDialog, choice: BrokerChoice) -> None:
        asyncio.ensure_future(self._try_broker(dialog, choice))  # noqa: RUF006  the dialog outlives it, and asks once

    async def _try_broker(self, dialog: FleetDialog, choice: BrokerChoice) -> None:
        try:
            host, port, _ = (choice.host, choice.port, False) if choice.embedded else parse_address(choice.url)
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
            writer.close()
        except BadInput as error:
            dialog.broker.set_result(False, sentence(error))
        except (OSError, TimeoutError) as error:
            dialog.broker.set_result(
                False,
                tr(
                    "Nothing answers at {host}:{port} ({why}): look at address and port",
                    host=host,
                    port=port,
                    why=said(cause(error)),
                ),
            )
        else:
            dialog.broker.set_result(True, tr("A broker answers at {host}:{port}", host=host, port=port))

    # Drivers

    def _show_drivers(self, dialog: FleetDialog) -> None:
        dialog.set_drivers([draft_of(driver) for driver in self._system.engine.world.drivers.values()])

    def _add(self, dialog: FleetDialog, draft: DriverDraft) -> None:
        driver = driver_from(draft, self._system.engine.world.drivers)
        self._do(dialog, lambda deeds: deeds.carry_out(tr("Add {name}", name=driver.name), [SaveDriver(driver=driver)]))

    def _remove(self, dialog: FleetDialog, driver_id: str) -> None:
        name = self._system.engine.world.driver(driver_id).name
        removed = [RemoveDriver(driver_id=driver_id)]
        self._do(dialog, lambda deeds: deeds.carry_out(tr("Remove {name}", name=name), removed))

    def _read_drivers(self, dialog: FleetDialog, path: Path) -> None:
        self._do(dialog, lambda deeds: import_file(deeds, path))

    def _do(self, dialog: FleetDialog, act: Callable[[Deeds], list[str]]) -> None:
        try:
            refused = act(self.deeds)
        except KerbsideError as error:
            dialog.show_problem(sentence(error))
        else:
            dialog.show_problem(capital(refused[0]) if refused else "")
        self._show_drivers(dialog)

    def _show_code(self, dialog: FleetDialog, driver_id: str) -> None:
        """As it will be when the set-up is done, whatever the broker is now."""
        driver, settings = self._system.engine.world.driver(driver_id), self._system.settings
        try:
            if settings.text("mqtt.broker") == "embedded":
                host = settings.text("mqtt.address") or own_address()
                address = (host, int(settings.number("mqtt.port")) or self._lines.port, False)
            else:
                address = parse_address(settings.text("mqtt.broker"))
            dialog.phones.set_code(driver_id, *phone_code(driver, self._lines.credentials, *address))
        except KerbsideError as error:
            dialog.show_problem(sentence(error))
