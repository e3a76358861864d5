"""Modules compiled by numba, once they are there. Nobody waits for a compiler: until then others do the work."""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from types import ModuleType

log = logging.getLogger(__name__)


class Compiled:
    """A module of kernels, by its name. Importing such a module compiles it, or loads what was compiled before."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._module: ModuleType | None = None

    def get(self, wait: bool = False) -> ModuleType | None:
        """The module, or ``None`` while it is being compiled and where numba can't be had.

        The first call begins the loading in a thread of its own: a second, or some more on the first start of an
        installation.
        """
        if self._module is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._load, name=f"compile {self._name}")
                    self._thread.start()
            if wait:
                self._thread.join()
        return self._module

    def _load(self) -> None:
        try:
            self._module = import_module(self._name)
        except (ImportError, RuntimeError, OSError) as error:  # no numba here, or no place for what it compiles
            log.warning("%s stays uncompiled, and slower: %s", self._name, error)
