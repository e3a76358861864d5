"""What stands before anything is seen: the data folder, held; the settings; and the broker, which starts meanwhile.

Nothing here brings Qt, numpy or the core, so that the broker's process is on its way while this one still loads them.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from app.lines import Post, open_post
from app.runtime import start_logging
from core.settings import Settings
from core.storage.folder import DataFolder, data_path

log = logging.getLogger(__name__)


class Ground:
    """``simulated`` keeps the broker on this machine, and the demo's files out of a real fleet's folder.

    Raises BadInput where the folder or the settings can't be used. ``post`` may fail with a KerbsideError.
    """

    def __init__(self, data: Path | None, simulated: bool, verbose: bool = False) -> None:
        self.folder = DataFolder(folder_of(data, simulated))
        try:
            no_log = start_logging(self.folder.logs, verbose=verbose)
            self.settings = Settings.load(self.folder.settings)
            self.settings.problems += [no_log] if no_log else []
        except BaseException:
            self.folder.close()
            raise
        starter = ThreadPoolExecutor(1, "broker-start")
        self.post: Future[Post] = starter.submit(open_post, self.folder, self.settings, private=simulated)
        starter.shutdown(wait=False)

    def close(self) -> None:
        """Stop the broker, also one that is still starting, and let go of the folder."""
        if self.post.exception() is None:
            self.post.result().stop()
        self.folder.close()


def folder_of(data: Path | None, simulated: bool) -> Path:
    """Where a run keeps everything; a demo that is given no folder has its own beside a real fleet's."""
    return data_path(None) / "demo" if data is None and simulated else data_path(data)
