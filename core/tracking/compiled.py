"""The compiled searches, once they are there. Nobody waits for a compiler: until then numpy answers."""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from types import ModuleType

log = logging.getLogger(__name__)

_lock = threading.Lock()
_thread: threading.Thread | None = None
_loaded: ModuleType | None = None


def kernels(wait: bool = False) -> ModuleType | None:
    """`core.tracking.kernels`, or ``None`` while it is being compiled and where numba can't be had.

    The first call begins the loading in a thread of its own: a fraction of a second, or some seconds on the first start of
    an installation.
    """
    global _thread
    if _loaded is None:
        with _lock:
            if _thread is None:
                _thread = threading.Thread(target=_load, name="compile-searches")
                _thread.start()
        if wait:
            _thread.join()
    return _loaded


def _load() -> None:
    global _loaded
    try:
        _loaded = import_module("core.tracking.kernels")
    except (ImportError, RuntimeError, OSError) as error:  # no numba here, or no place for what it compiles
        log.warning("searches stay uncompiled, and slower: %s", error)
