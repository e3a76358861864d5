"""The window's doors to other systems and to what is kept elsewhere: HTTP and its keys, backups and the way back."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QDialog

from app.actions.deeds import SOMEBODY
from app.actions.final import BESIDE
from app.main_window import MainWindow
from app.scene import Scene, record
from core.api.keyring import Key, Keyring, Scope
from core.api.server import Outside, parse_listen
from core.domain.errors import KerbsideError
from core.domain.events import BackupMade, BackupRestored, KeyMade, KeyRevoked
from core.domain.language import day, mark, number, sentence, tr
from core.settings import Settings, Value
from core.storage.backup import SUFFIX, Backup, back_up, restore
from core.storage.folder import DataFolder
from core.storage.upkeep import Spool
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.files import file_dialog
from widgets.dialogs.systems import KeyRow, SystemsDialog

_READ = frozenset(scope for scope in Scope if scope.value.endswith(":read"))
CHOICES: dict[str, tuple[str, frozenset[Scope]]] = {
    "orders": (mark("Place and follow orders"), frozenset({Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.PLACES_READ})),
    "read": (mark("Read everything"), _READ),
    "all": (mark("Everything"), frozenset(Scope)),
}
Reopen = Callable[[Callable[[], object] | None], None]


def put_back(folder: DataFolder, path: Path | None = None, by: str = SOMEBODY) -> str:
    """Restore a backup, by default the newest; what came of it, in a line. Raises BadInput."""
    done = restore(folder, path)
    Spool(folder.database).put(BackupRestored(at=time.time(), actor=by, altered=(done.altered,)))
    if done.salvaged is None:
        return tr("Everything is as it was in {name}", name=done.backup.path.name if done.backup is not None else "")
    if not done.salvaged.lost:
        return tr("The database is mended, and nothing is lost")
    return tr("The database is mended; {n} changes can't be read any more", n=number(done.salvaged.lost))


class OutsideDoors:
    """``outside`` gives the interface as it runs; ``reopen`` puts a new core in place, after something was done between."""

    def __init__(
        self,
        window: MainWindow,
        folder: DataFolder,
        settings: Settings,
        outside: Callable[[], Outside | None],
        reopen: Reopen,
        engine: Scene,
    ) -> None:
        self._window = window
        self._folder = folder
        self._settings = settings
        self._outside = outside
        self._reopen = reopen
        self._engine = engine
        self._open: list[QDialog] = []
        self.changed: Callable[[Mapping[str, Value], Mapping[str, Value]], None] = lambda *_: None
        """Told which settings differed from the usual before, and which do now."""

    def close(self) -> None:
        for dialog in tuple(self._open):
            dialog.reject()

    def _show(self, dialog: QDialog) -> None:
        self._open.append(dialog)
        dialog.finished.connect(lambda _: self._open.remove(dialog))
        dialog.finished.connect(dialog.deleteLater)
        self._window.arrangement.dress(dialog)
        dialog.open()

    # Backups

    def back_up(self) -> None:
        name = datetime.now().strftime(f"kerbside-%Y-%m-%d{SUFFIX}")
        filters = [tr("Backups (*{suffix})", suffix=SUFFIX)]
        dialog = file_dialog(tr("Where is the backup to be kept?"), filters, self._window, save_as=name)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        self._show(dialog)

    def save(self, path: Path) -> None:
        """In a thread; the toast says how it went."""
        self._window.toast.show_line(tr("Backing up…"), lasting=True)
        work = asyncio.get_event_loop().run_in_executor(None, functools.partial(back_up, self._folder.path, path))

        def done(future: asyncio.Future[Backup]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            line = (
                sentence(error)
                if error is not None
                else tr("Everything is saved in {name}; it holds passwords, keep it safe", name=path.name)
            )
            self._window.toast.show_line(line, bad=error is not None)
            if error is None:
                record(self._engine, BackupMade, future.result().altered)

        work.add_done_callback(done)

    def restore(self) -> None:
        kept = self._folder.backups
        filters = [tr("Backups (*{suffix})", suffix=SUFFIX), tr("All files (*)")]
        dialog = file_dialog(tr("Which backup is to be restored?"), filters, self._window)
        if kept.is_dir():
            dialog.setDirectory(str(kept))
        dialog.fileSelected.connect(lambda path: self.ask_restore(Path(path)))
        self._show(dialog)

    def ask_restore(self, path: Path) -> None:
        text = tr(
            "What has happened since then is left out: orders, drivers and settings are as they were. Everything that is here "
            "now is set aside in the data folder."
        )
        dialog = ConfirmDialog(
            tr("Go back to {name}?", name=path.name),
            text,
            tr("Restore it"),
            self._window,
            danger=True,
            refuse=tr("Leave everything as it is"),
        )
        dialog.accepted.connect(lambda: self._reopen(lambda: self._put_back(path)))
        self._show(dialog)

    def _put_back(self, path: Path) -> str:
        with DataFolder(self._folder.path) as folder:
            return put_back(folder, path, self._settings.desk_name)

    # HTTP

    def set_up_http(self) -> None:
        dialog = SystemsDialog([(choice, tr(text)) for choice, (text, _) in CHOICES.items()], self._window)
        dialog.set_listen(self._settings.text("http.listen"))
        outside = self._outside()
        where = outside.address if outside is not None else ""
        state = tr("Requests are answered at {where}/v1", where=where) if where else tr("No requests are answered")
        if outside is not None and outside.overheard:
            state = tr("{state}, not encrypted: keys can be overheard. Set http.certificate", state=state)
        dialog.set_state(state)
        dialog.listen_chosen.connect(lambda text: self._listen(dialog, text))
        try:
            keyring = Keyring(self._folder.keys)
        except KerbsideError as error:
            dialog.show_problem(sentence(error))
            dialog.make.setEnabled(False)
        else:
            dialog.set_keys([_row(key) for key in keyring.listed()])
            dialog.key_wanted.connect(lambda name, choice: self._make(dialog, keyring, name, choice))
            dialog.key_revoked.connect(lambda key_id: self._ask_revoke(dialog, keyring, key_id))
        self._show(dialog)

    def _listen(self, dialog: SystemsDialog, text: str) -> None:
        before = self._settings.changed()
        try:
            if text:
                parse_listen(text)
            self._settings.set("http.listen", text)
            self._settings.save()
        except (KerbsideError, OSError) as error:
            dialog.show_problem(sentence(error))
            return
        dialog.accept()
        self.changed(before, self._settings.changed())
        self._reopen(None)

    def _make(self, dialog: SystemsDialog, keyring: Keyring, name: str, choice: str) -> None:
        try:
            key, text = keyring.make(name, CHOICES[choice][1])
        except KerbsideError as error:
            dialog.show_problem(sentence(error))
            return
        dialog.set_keys([_row(key) for key in keyring.listed()])
        record(self._engine, KeyMade, key.altered())
        dialog.show_key(text)
        if Scope.EVENTS_READ in key.scopes:
            dialog.set_hint(
                tr("With it {name} may also listen at the built-in broker, as the user {user}", name=name, user=key.id)
            )

    def _ask_revoke(self, dialog: SystemsDialog, keyring: Keyring, key_id: str) -> None:
        name = next((key.name for key in keyring.listed() if key.id == key_id), key_id)
        sure = ConfirmDialog(
            tr("Revoke the key of {name}?", name=name),
            tr(
                "It is refused from now on, and whoever has it needs a new one. This can't be undone: {why}.",
                why=tr(BESIDE[KeyRevoked]),
            ),
            tr("Revoke key"),
            dialog,
            danger=True,
            refuse=tr("Leave it"),
        )
        sure.accepted.connect(lambda: self._revoke(dialog, keyring, key_id))
        self._show(sure)

    def _revoke(self, dialog: SystemsDialog, keyring: Keyring, key_id: str) -> None:
        try:
            key = keyring.revoke(key_id)
        except KerbsideError as error:
            dialog.show_problem(sentence(error))
        else:
            record(self._engine, KeyRevoked, key.altered(revoked=True))
        dialog.set_keys([_row(key) for key in keyring.listed()])


def _row(key: Key) -> KeyRow:
    known = next((tr(text) for text, scopes in CHOICES.values() if scopes == key.scopes), None)
    at = datetime.fromtimestamp(key.made_at)
    made = f"{day(at, year=True)} {at:%H:%M}"
    return KeyRow(key.id, key.name, known or ", ".join(sorted(key.scopes)), made)
