"""The settings window: declarations in, rows out; what is changed is checked, kept and saved at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog

from app.lines import check_broker
from app.main_window import MainWindow
from app.presenters.profiles import OwnProfiles
from app.presenters.setting_words import shown
from core.domain.causes import cause
from core.domain.commands import Command
from core.domain.errors import BadInput
from core.domain.language import capital, first_of, mark, ntr, said, sentence, tr
from core.settings import DECLARED, SECTIONS, Setting, Settings, Value, declared, toml_of, values_of
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.files import file_dialog
from widgets.dialogs.line import LineDialog
from widgets.settings.dialog import SettingsDialog
from widgets.settings.rows import SettingRow

_FILES = mark("Settings (*.toml);;All files (*)")
_PROFILES = mark("Profiles (*.toml);;All files (*)")


def setting_row(setting: Setting, value: Value) -> SettingRow:
    section = setting.key.partition(".")[0]
    return SettingRow(
        key=setting.key,
        section=tr(SECTIONS.get(section, section.capitalize())),
        meaning=tr(setting.description),
        text=shown(setting, value),
        usual=shown(setting, setting.default),
        unit=tr(setting.unit),
        limits=said(setting.range),
        choices=tuple(map(tr, setting.choices)),
        on=value if isinstance(value, bool) else None,
        live=setting.live,
        changed=value != setting.default,
    )


def setting_rows(settings: Settings) -> list[SettingRow]:
    """All of them, section by section."""
    order = list(SECTIONS)

    def place(setting: Setting) -> int:
        section = setting.key.partition(".")[0]
        return order.index(section) if section in order else len(order)

    single = (setting for setting in DECLARED if "*" not in setting.key)  # a family has no value of its own
    return [setting_row(setting, settings[setting.key]) for setting in sorted(single, key=place)]


def _setting(key: str) -> Setting:
    setting = declared(key)
    assert setting is not None, key
    return setting


def problem_of(key: str, text: str) -> str:
    """What is wrong with a text for this setting, in one line; empty where nothing is."""
    try:
        value = _setting(key).read(text)
        if key == "mqtt.broker":
            check_broker(str(value))
    except BadInput as error:
        problem = cause(error)
        return capital(said(problem.values.get("problem", problem)))
    return ""


class SettingsWindow:
    """``restart`` ends the core and begins another, by which what does not take effect at once does."""

    def __init__(self, window: MainWindow, settings: Settings, profiles: OwnProfiles, restart: Callable[[], None]) -> None:
        self._window, self._settings, self._profiles, self._restart = window, settings, profiles, restart
        self._before = settings.changed()
        self.changed: Callable[[Mapping[str, Value], Mapping[str, Value], Sequence[Command]], None] = lambda *_: None
        """Told what differed from the usual values before, and what does now; and what a profile has changed besides."""
        self._dialog: SettingsDialog | None = None
        self._asked: list[QDialog] = []

    def open(self) -> None:
        dialog = self._dialog = SettingsDialog(setting_rows(self._settings), problem_of, self._window)
        dialog.given.connect(self._given)
        dialog.reset.connect(lambda key: self._try(lambda: self._settings.set(key, _setting(key).default)))
        dialog.reset_all.connect(self._reset_all)
        dialog.import_wanted.connect(self._import)
        dialog.export_wanted.connect(self._export)
        dialog.save_profile.connect(self._save_profile)
        dialog.profile_wanted.connect(self._take_profile)
        dialog.profile_removed.connect(self._remove_profile)
        dialog.profile_import_wanted.connect(self._import_profile)
        dialog.profile_export_wanted.connect(self._export_profile)
        dialog.restart_wanted.connect(self._start_anew)
        dialog.finished.connect(self._closed)
        self._show()
        dialog.open()

    def close(self) -> None:
        """The core it belongs to goes."""
        for asked in tuple(self._asked):
            asked.reject()
        if self._dialog is not None:
            self._dialog.reject()

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _show(self) -> None:
        if self._dialog is None:
            return
        self._dialog.show_rows(setting_rows(self._settings))
        self._dialog.show_later(self._is_behind())
        self._dialog.set_profiles(self._profiles.names(), self._profiles.worn)

    def _is_behind(self) -> bool:
        """Whether the core began with other settings, and needs a new start to heed those there are now."""
        now = self._settings.changed()
        return any(not _setting(key).live and now.get(key) != self._before.get(key) for key in {*now, *self._before})

    def start_anew_where_needed(self) -> None:
        """After a deed was undone or done again."""
        if self._is_behind():
            self._start_anew()

    def _given(self, key: str, value: object) -> None:
        setting = _setting(key)
        chosen = {tr(choice): choice for choice in setting.choices}
        self._try(lambda: self._settings.set(key, setting.read(chosen.get(value, value)) if isinstance(value, str) else value))

    def _try(self, change: Callable[[], object], done: Callable[[], str] = str) -> None:
        """Change something and save it; what stands in the way is told in the window, and else what was ``done``."""
        problem, before = "", self._settings.changed()
        try:
            change()
            self._settings.save()
        except BadInput as error:
            problem = sentence(error)
        except OSError as error:
            problem = tr(
                "The settings could not be saved in {path}: {why}",
                path=error.filename or self._settings.path,
                why=said(cause(error)),
            )
        self.changed(before, self._settings.changed(), self._profiles.rearranged())
        told = "" if problem else done()
        if self._dialog is not None:
            self._dialog.show_problem(problem)
            self._dialog.show_done(told)
            self._show()
        elif problem or told:
            self._window.toast.show_line(problem or told, bad=bool(problem))

    def _ask(self, dialog: QDialog) -> None:
        self._asked.append(dialog)
        dialog.finished.connect(lambda _: self._asked.remove(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _reset_all(self) -> None:
        changed = len(self._settings.changed())
        text = tr(
            "{changed} will have the usual value again. Save them as a profile first to keep them.",
            changed=ntr("{n:,} setting", "{n:,} settings", changed),
        )
        self._sure(tr("Reset all settings?"), text, tr("Reset all"), lambda: self._settings.replace({}))

    def _import(self) -> None:
        dialog = file_dialog(tr("Which settings are to be taken?"), tr(_FILES).split(";;"), self._dialog)
        dialog.fileSelected.connect(lambda name: self.take_file(Path(name)))
        self._ask(dialog)

    def take_file(self, path: Path) -> None:
        """Take what a file sets; all else stays as it is."""

        def change() -> None:
            try:
                values, problems = values_of(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError):
                raise BadInput(tr("{name} can't be read: choose a file that Export has written", name=path.name)) from None
            for key, value in values.items():
                self._settings.set(key, value)
            taken.extend(values)
            if problems:
                notes.append(
                    tr(
                        "{values} taken, {problems} not: {join}",
                        values=len(values),
                        problems=len(problems),
                        join=said(first_of(problems, 3)),
                    )
                )

        notes: list[str] = []
        taken: list[str] = []
        self._try(change, lambda: "" if notes else ntr("{n:,} setting taken", "{n:,} settings taken", len(taken)))
        if notes and self._dialog is not None:
            self._dialog.show_problem(notes[0])

    def _export(self) -> None:
        dialog = file_dialog(
            tr("Where are the settings to be written?"), tr(_FILES).split(";;"), self._dialog, save_as="kerbside-settings.toml"
        )
        dialog.fileSelected.connect(lambda name: self.write_file(Path(name)))
        self._ask(dialog)

    def write_file(self, path: Path) -> None:
        """Write what differs from the usual values."""
        self._try(
            lambda: path.write_text(toml_of(self._settings.changed()), encoding="utf-8"),
            lambda: tr("Saved as {path}", path=path),
        )

    def _save_profile(self) -> None:
        dialog = LineDialog(tr("What is the profile called?"), tr("Save profile"), self._dialog)
        dialog.set_text(self._profiles.taken)
        dialog.given.connect(self._name_profile)
        self._ask(dialog)

    def _name_profile(self, name: str) -> None:
        def save() -> None:
            self._profiles.save(name)

        def told() -> str:
            return tr("Profile {name} saved: settings, boards and layout", name=name)

        if name not in self._profiles.names():
            self._try(save, told)
            return
        self._sure_to_replace(name, save, told)

    def _sure_to_replace(self, name: str, then: Callable[[], object], told: Callable[[], str]) -> None:
        question = tr("Replace the profile {name}?", name=name)
        self._sure(question, tr("What it holds now is lost."), tr("Replace profile"), then, told)

    def _take_profile(self, name: str) -> None:
        told = tr("Profile {name}: settings, boards and layout are as they were saved", name=name)
        self._try(lambda: self._profiles.take(name), lambda: told)

    def choose_profile(self) -> None:
        """Take one of those there are, without the window of all settings."""
        names = self._profiles.names()
        if not names:
            self._window.toast.show_line(tr("There is no profile yet: save one under Settings, Profiles"))
            return
        dialog = LineDialog(tr("Which profile do you want?"), tr("Take profile"), self._window, names)
        dialog.set_text(self._profiles.taken)
        dialog.given.connect(self._take_profile)
        self._ask(dialog)

    def _import_profile(self) -> None:
        dialog = file_dialog(tr("Which profile is to be taken?"), tr(_PROFILES).split(";;"), self._dialog)
        dialog.fileSelected.connect(lambda name: self.bring_profile(Path(name)))
        self._ask(dialog)

    def bring_profile(self, path: Path) -> None:
        """Keep the profile in a file under its name, and take it."""

        def bring() -> None:
            self._profiles.take(self._profiles.bring_in(path))

        def told() -> str:
            return tr("Profile {name}: settings, boards and layout are as they were saved", name=path.stem)

        if path.stem in self._profiles.names():
            self._sure_to_replace(path.stem, bring, told)
        else:
            self._try(bring, told)

    def _export_profile(self, name: str) -> None:
        dialog = file_dialog(
            tr("Where is the profile to be written?"), tr(_PROFILES).split(";;"), self._dialog, save_as=f"{name}.toml"
        )
        dialog.fileSelected.connect(lambda chosen: self.write_profile(name, Path(chosen)))
        self._ask(dialog)

    def write_profile(self, name: str, path: Path) -> None:
        self._try(lambda: self._profiles.hand_on(name, path), lambda: tr("Saved as {path}", path=path))

    def _remove_profile(self, name: str) -> None:
        self._sure(
            tr("Delete the profile {name}?", name=name),
            tr("Settings, boards and layout stay as they are."),
            tr("Delete profile"),
            lambda: self._profiles.remove(name),
        )

    def _sure(self, question: str, text: str, button: str, then: Callable[[], object], told: Callable[[], str] = str) -> None:
        """Ask before something that can't be undone."""
        dialog = ConfirmDialog(question, text, button, self._dialog, danger=True)
        dialog.accepted.connect(lambda: self._try(then, told))
        self._ask(dialog)

    def _start_anew(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self._restart()
