"""`backup` and `restore`: the first while the program runs, the second only while it does not."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from app.cli.spooling import leave
from core.domain.events import BackupMade, BackupRestored
from core.storage.backup import Backup, back_up, restore
from core.storage.folder import DataFolder, data_path


def run_backup(args: argparse.Namespace) -> int:
    folder = data_path(args.data)
    made = back_up(folder, args.file)
    leave(folder, BackupMade, made.altered)
    if args.json:
        print(json.dumps(_facts(made)))
    else:
        print(f"kerbside: saved up to event {made.events:,} in {made.path} ({made.size / 1e6:.1f} MB); it holds secrets")
    return 0


def run_restore(args: argparse.Namespace) -> int:
    with DataFolder(args.data) as folder:
        done = restore(folder, args.file)
        leave(folder.path, BackupRestored, done.altered)
    backup, salvaged = done.backup, done.salvaged
    if args.json:
        facts = {} if backup is None else _facts(backup)
        more = {} if salvaged is None else {"brought_over": salvaged.events, "unreadable": salvaged.lost}
        print(json.dumps({**facts, "aside": str(done.aside), **more}))
        return 0
    told = []
    if backup is not None:
        told.append(f"back to {datetime.fromtimestamp(backup.made_at).strftime('%Y-%m-%d %H:%M')}, event {backup.events:,}")
    if salvaged is not None:
        since = "since" if backup is not None else "in all"
        told.append(f"{salvaged.events:,} events {since} read from the damaged database, {salvaged.lost:,} can't be read")
    print(f"kerbside: {'; '.join(told)}; what stood here before is in {done.aside}")
    return 0


def _facts(backup: Backup) -> dict[str, object]:
    return {"path": str(backup.path), "made_at": backup.made_at, "events": backup.events, "size": backup.size}
