"""Where is it to be saved? One question for whatever a panel hands out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.presenters.asking import Asking
from core.domain.causes import cause
from core.domain.language import said, tr


class Saver:
    """``tell(text, bad)`` says how it went."""

    def __init__(self, asking: Asking, tell: Callable[[str, bool], None]) -> None:
        self._asking, self._tell = asking, tell

    def ask(self, question: str, name: str, kind: str, write: Callable[[Path], object]) -> None:
        """``name`` with the ending that files of this ``kind`` have. ``write`` raises OSError."""
        ending = Path(name).suffix
        self._asking.save_file(question, [f"{kind} (*{ending})"], name, lambda path: self._save(path, write))

    def _save(self, path: Path, write: Callable[[Path], object]) -> None:
        try:
            write(path)
        except OSError as error:
            self._tell(tr("{path} can't be written: {why}", path=path, why=said(cause(error))), True)
        else:
            self._tell(tr("Saved as {path}", path=path), False)
