"""The event log as an audit: how one thing came to be what it is."""

from __future__ import annotations

from core.storage.store import Logged, Store


def area_versions(store: Store, area_id: str) -> list[Logged]:
    """Every change of an area, oldest first. Reads the disk: not for the engine's thread."""
    query = "SELECT seq, kind, body FROM events WHERE kind IN ('AreaSaved', 'AreaRemoved') ORDER BY seq"
    return [one for one in store.logged(query) if any(area.id == area_id for area in one.change.areas)]
