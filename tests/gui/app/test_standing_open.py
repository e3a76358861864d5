"""A panel that stood open at the last end shows its content at the next start, and what can't be stored is not closed over."""

from __future__ import annotations

from typing import Any

import pytest

from core.storage.writer import Health
from widgets.dialogs.confirm import ConfirmDialog


def test_the_audit_that_stands_open_is_read_anew_behind_the_window(rig: Any) -> None:
    rig.window.open_dock("audit")
    panel = rig.window.managed["audit"]
    rig.until(lambda: panel.model.shown)
    before, seen = rig.engine, {row.id for row in panel.model.shown}
    rig.console.reopen()
    rig.until(lambda: rig.console.system is not None and rig.engine is not before and rig.window._deeds is not None)
    rig.until(lambda: panel.model.shown)
    assert rig.window.docks["audit"].isVisible()
    assert seen <= {row.id for row in panel.model.shown}
    rig.people_the_town()
    rig.window.docks["audit"].close()


def test_closing_over_changes_that_can_t_be_stored_asks(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(rig.console.system.store), "health", Health("the disk is full", 3))
    assert not rig.window.may_close()
    dialog = rig.dialog(ConfirmDialog)
    assert "3 changes that can't be stored yet" in dialog.heading.text()
    dialog.reject()
    monkeypatch.undo()
    assert rig.window.may_close()
