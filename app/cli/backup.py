"""`backup` and `restore`: the first while the program runs, the second only while it does not."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from core.storage.backup import Backup, back_up, restore
from core.storage.folder import DataFolder, data_path


def run_backup(args: argparse.Namespace) -> int:
    made = back_up(data_path(args.data), args.file)
    if args.json:
        print(json.dumps(_facts(made)))
    else:
        print(f"kerbside: saved up to event {made.events:,} in {made.path} ({made.size / 1e6:.1f} MB); it holds secrets")
    return 0


def run_restore(args: argparse.Namespace) -> int:
    with DataFolder(args.data) as folder:
        restored, aside = restore(folder, args.file)
    if args.json:
        print(json.dumps({**_facts(restored), "aside": str(aside)}))
    else:
        at = datetime.fromtimestamp(restored.made_at).strftime("%Y-%m-%d %H:%M")
        print(f"kerbside: back to {at}, event {restored.events:,}; what stood here before is in {aside}")
    return 0


def _facts(backup: Backup) -> dict[str, object]:
    return {"path": str(backup.path), "made_at": backup.made_at, "events": backup.events, "size": backup.size}
