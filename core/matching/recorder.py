"""Cycles as files: what the matcher was told and what it answered, so that it can be asked again.

A file holds everything the decisions depend on: the snapshot with its parameters and seed, and the name of the city file the
travel times came from. It is msgpack, compressed; generators are kept by their class and parameters, and only classes of
`core.matching.generators` are made from a file.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec

from core.domain.errors import BadInput
from core.domain.language import as_text, from_text
from core.matching.decisions import Decisions
from core.matching.generators import BundleGenerator
from core.matching.params import Params, Weights
from core.matching.snapshot import Snapshot

VERSION = 1
SUFFIX = ".cycle"
_GENERATORS = "core.matching.generators."


class _File(msgspec.Struct):
    version: int
    city: str
    snapshot: msgspec.Raw
    params: dict[str, Any]
    decisions: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Recorded:
    """``city`` is the city file, empty for great-circle times."""

    snapshot: Snapshot
    decisions: Decisions
    city: str


def keep_cycle(folder: Path, keep: int, snapshot: Snapshot, decisions: Decisions, city: str, part: int = 0) -> Path:
    """Write the cycle, atomically, and drop all but the last ``keep``: they are numbered by the time they were told.
    Raises OSError, with nothing left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{round(snapshot.now * 1000):015d}{f'-{part:03d}' if part else ''}{SUFFIX}"
    scratch = path.with_suffix(".new")
    try:
        scratch.write_bytes(pack(snapshot, decisions, city))
        os.replace(scratch, path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
    for old in sorted(folder.glob(f"*{SUFFIX}"))[:-keep]:
        old.unlink(missing_ok=True)
    return path


def pack(snapshot: Snapshot, decisions: Decisions, city: str) -> bytes:
    bare = dataclasses.replace(snapshot, params=Params(generators=()))
    file = _File(VERSION, city, _raw(bare), _plain(snapshot.params), _raw(decisions))
    return zlib.compress(msgspec.msgpack.encode(file), 1)


def unpack(data: bytes, name: str) -> Recorded:
    """Raise BadInput for what is no recorded cycle of this version."""
    try:
        file = msgspec.msgpack.decode(zlib.decompress(data), type=_File)
        if file.version != VERSION:
            raise BadInput(f"{name} is a cycle of version {file.version}, this program plays version {VERSION}")
        snapshot = msgspec.msgpack.decode(file.snapshot, type=Snapshot, dec_hook=from_text)
        decisions = msgspec.msgpack.decode(file.decisions, type=Decisions, dec_hook=from_text)
        return Recorded(dataclasses.replace(snapshot, params=_params(file.params)), decisions, file.city)
    except (zlib.error, msgspec.DecodeError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise BadInput(f"{name} is no recorded cycle ({error}): they lie in the data folder, *{SUFFIX}") from None


def _raw(thing: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(thing, enc_hook=as_text))


def _plain(params: Params) -> dict[str, Any]:
    kept = {f.name: getattr(params, f.name) for f in fields(params)}
    return {**kept, "generators": [_generator(g) for g in params.generators]}


def _generator(generator: BundleGenerator) -> list[object]:
    kind: Any = type(generator)
    values = {f.name: getattr(generator, f.name) for f in fields(kind)}
    return [kind.__module__, kind.__qualname__, values]


def _params(plain: dict[str, Any]) -> Params:
    generators = tuple(_made(*one) for one in plain["generators"])
    return Params(**{**plain, "weights": Weights(**plain["weights"]), "generators": generators})


def _made(module: str, name: str, values: dict[str, Any]) -> BundleGenerator:
    if not module.startswith(_GENERATORS):
        raise KeyError(f"{module} holds no generators")
    made: BundleGenerator = getattr(importlib.import_module(module), name)(**values)
    return made
