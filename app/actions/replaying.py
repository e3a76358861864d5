"""What can be done while a recording is looked at: look, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.actions.declaring import Declared
    from app.actions.deeds import Deeds

LOOKING = frozenset({"&Recorder", "&View", "&Help"})
"""Menus of which every action changes no order, driver or rule."""
LOOKS = frozenset(
    {
        "order.why",
        "order.next_exception",
        "map.reach",
        "alert.show",
        "driver.follow",
        "history.open",
        "history.track",
        "history.near",
        "find.open",
        "find.near",
        "find.reach",
        "edit.find",
        "edit.filter_orders",
        "edit.filter_drivers",
        "edit.clear",
        "area.open",
        "shift.open",
        "handover.sheet",
        "shift.export",
        "file.settings",
        "file.quit",
    }
)
"""Of the other menus, those that do no more than look."""


def can_do(declared: Declared, deeds: Deeds) -> bool:
    """Whether an action can be done now."""
    looks = declared.menu in LOOKING or declared.id in LOOKS
    return (looks or not deeds.recorder.open) and declared.able(deeds)
