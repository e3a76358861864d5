"""`key`: with what other systems open the HTTP interface. It works while the program runs, which sees it within a second."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from app.cli.spooling import leave
from core.api.keyring import Key, Keyring, Scope
from core.domain.errors import BadInput
from core.domain.events import KeyMade, KeyRevoked
from core.storage.folder import KEYS, data_path


def run_key(args: argparse.Namespace) -> int:
    path = data_path(args.data)
    path.mkdir(parents=True, exist_ok=True)
    keyring = Keyring(path / KEYS)
    match args.verb:
        case "make":
            key, text = keyring.make(args.name, parse_scopes(args.scopes))
            leave(path, KeyMade, key.altered())
            if args.json:
                print(json.dumps({**_facts(key), "key": text}))
            else:
                listens = f"; at the built-in broker it listens as {key.id}" if Scope.EVENTS_READ in key.scopes else ""
                print(f"{text}\nkerbside: this is the key of {key.name}, shown this once; it opens {_listed(key)}{listens}")
        case "list":
            keys = keyring.listed()
            if args.json:
                print(json.dumps([_facts(key) for key in keys]))
            elif not keys:
                print("kerbside: there are no keys; make one with: main.py key make NAME")
            for key in keys if not args.json else ():
                made = datetime.fromtimestamp(key.made_at).strftime("%Y-%m-%d %H:%M")
                print(f"{key.id}  {made}  {key.name}: {_listed(key)}")
        case _:
            key = keyring.revoke(args.id)
            leave(path, KeyRevoked, key.altered(revoked=True))
            print(f"kerbside: the key of {key.name} opens nothing any more")
    return 0


def parse_scopes(text: str) -> list[Scope]:
    """Scopes by name, apart by commas. Raises BadInput with the names there are."""
    if text.strip() == "all":
        return list(Scope)
    try:
        return [Scope(name.strip()) for name in text.split(",")]
    except ValueError:
        raise BadInput(f"there is no such scope in {text!r}: choose from {', '.join(Scope)}, or all") from None


def _facts(key: Key) -> dict[str, object]:
    return {"id": key.id, "name": key.name, "scopes": sorted(key.scopes), "made_at": key.made_at}


def _listed(key: Key) -> str:
    return ", ".join(sorted(key.scopes))
