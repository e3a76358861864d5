"""Other systems and backups, from the menu."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from core.domain.events import BackupMade, BackupRestored
from tests.gui.app.test_reopening import reopened
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.systems import SystemsDialog


def ask(rig: Any, path: str, key: str) -> httpx.Response:
    """In a thread: the window's own loop has to go on meanwhile."""
    address = rig.console.outside.address

    def get() -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=20) as web:
            return web.get(address + path, headers={"Authorization": f"Bearer {key}"})

    async def work() -> httpx.Response:
        return await rig.loop.run_in_executor(None, get)

    answer: httpx.Response = rig.run(work())
    return answer


def await_reopening(rig: Any, before: object) -> None:
    rig.until(lambda: rig.console.system is not None and rig.console.system is not before and rig.window._deeds is not None)
    rig.until(lambda: not rig.window.toast.isVisible())


def test_an_address_and_a_key_let_another_system_in(rig: Any) -> None:
    order = rig.order()
    before = rig.console.system
    rig.action("file.http").trigger()
    dialog = rig.dialog(SystemsDialog)
    assert dialog.state.text() == "No requests are answered"
    dialog.listen.setText("nowhere")
    dialog.use.click()
    assert "HOST:PORT" in dialog.problem.text()
    dialog.name.setText("Web shop")
    dialog.make.click()
    key = dialog.key.text()
    assert key.startswith("kerb_")
    assert [row.name for row in dialog.model.rows] == ["Web shop"]
    assert dialog.hint.text().startswith("A key is shown once")
    dialog.name.setText("Ears")
    dialog.may.setCurrentIndex(1)
    dialog.make.click()
    ears = next(row for row in dialog.model.rows if row.name == "Ears")
    assert dialog.hint.text() == f"With it Ears may also listen at the built-in broker, as the user {ears.id}"
    dialog.view.select_ids([ears.id])
    dialog.revoke.click()
    sure = rig.dialog(ConfirmDialog)
    assert sure.windowTitle() == "Revoke the key of Ears?"
    sure.reject()
    assert ears in dialog.model.rows
    dialog.revoke.click()
    rig.dialog(ConfirmDialog).action.click()
    assert ears not in dialog.model.rows
    dialog.listen.setText("127.0.0.1:0")
    dialog.use.click()
    await_reopening(rig, before)
    try:
        rig.until(lambda: rig.console.outside._ready.is_set())
        answer = ask(rig, f"/v1/orders/{order}", key)
        assert (answer.status_code, answer.json()["order"]["id"]) == (200, order)
        assert ask(rig, "/v1/drivers", key).status_code == 403
        rig.action("file.http").trigger()
        dialog = rig.dialog(SystemsDialog)
        assert rig.console.outside.address in dialog.state.text()
        dialog.view.select_ids([dialog.model.rows[0].id])
        dialog.revoke.click()
        rig.dialog(ConfirmDialog).action.click()
        assert list(dialog.model.rows) == []
        dialog.reject()
    finally:
        rig.console.system.settings.set("http.listen", "")
        rig.console.system.settings.save()
        reopened(rig)


def test_a_port_that_is_taken_leaves_the_window_open_and_says_so(rig: Any) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        rig.console.system.settings.set("http.listen", f"127.0.0.1:{other.getsockname()[1]}")
        rig.console.system.settings.save()
        reopened(rig)
        assert rig.window.strip._problems["http"].text.text().startswith("HTTP can't listen at")
        rig.console.system.settings.set("http.listen", "")
        rig.console.system.settings.save()
    reopened(rig)
    assert "http" not in rig.window.strip._problems


def test_what_was_backed_up_comes_back(rig: Any, tmp_path: Path) -> None:
    kept = rig.order()
    doors = rig.window._deeds.window._doors.outside
    rig.rest(0.3)
    doors.save(tmp_path / "b.kerbside.zip")
    rig.until(lambda: "Everything is saved" in rig.said())
    rig.until(lambda: isinstance(rig.engine.store.recent(1)[0].change, BackupMade))
    lost = rig.order()
    before = rig.console.system
    doors.ask_restore(tmp_path / "b.kerbside.zip")
    rig.dialog(ConfirmDialog).action.click()
    await_reopening(rig, before)
    orders = rig.engine.world.orders
    assert kept in orders
    assert lost not in orders
    rig.engine.store.flush()
    told = next(one.change for one in rig.engine.store.recent(20) if isinstance(one.change, BackupRestored))
    assert [one.id for one in told.altered] == [str(tmp_path / "b.kerbside.zip")]
    assert [path.name[:14] for path in rig.folder.glob("before-restore-*")] == ["before-restore"]
    rig.people_the_town()


def test_a_file_that_is_no_backup_changes_nothing(rig: Any, tmp_path: Path) -> None:
    order = rig.order()
    wrong = tmp_path / "b.kerbside.zip"
    wrong.write_text("hello")
    before = rig.console.system
    rig.window._deeds.window._doors.outside.ask_restore(wrong)
    rig.dialog(ConfirmDialog).action.click()
    await_reopening(rig, before)
    assert "is no backup of Kerbside" in rig.window.strip._problems["restore"].text.text()
    rig.window.strip.clear_problem("restore")
    assert order in rig.engine.world.orders
    rig.people_the_town()


def test_a_damaged_database_is_mended_from_the_window(rig: Any) -> None:
    before = rig.order()
    rig.rest(0.3)
    doors = rig.window._deeds.window._doors.outside
    backup = rig.folder / "backups" / "b.kerbside.zip"
    backup.parent.mkdir(exist_ok=True)
    doors.save(backup)
    rig.until(lambda: "Everything is saved" in rig.said())
    after = rig.order()
    old = rig.console.system

    def damage() -> None:
        with (rig.folder / "kerbside.db").open("r+b") as file:
            file.seek(3 * 4096)
            file.write(b"\xa5" * 4096)

    rig.console.reopen(damage)
    rig.until(lambda: "start" in rig.window.strip._problems)
    problem = rig.window.strip._problems["start"]
    assert "is damaged" in problem.text.text()
    assert (rig.console.system, problem.action.text()) == (None, "Mend it")
    problem.action.click()
    rig.until(lambda: "The database is mended, and nothing is lost" in rig.said())
    assert rig.console.system is not old
    assert {before, after} <= rig.engine.world.orders.keys()
    assert "start" not in rig.window.strip._problems
    backup.unlink()
    rig.people_the_town()
