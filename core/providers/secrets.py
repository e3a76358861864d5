"""The secrets that calls to and from providers are signed with, in one file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from core.domain.errors import BadInput

SECRET_BYTES = 32


class Secrets:
    """By provider. Each change is on disk before the call returns; without a ``path`` they last as long as the program."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._known: dict[str, str] = {}
        if path is None or not path.exists():
            return
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"{path} can't be read ({error}): restore it, or delete it to issue new secrets") from None
        if not isinstance(known, dict) or not all(isinstance(v, str) for v in known.values()):
            raise BadInput(f"{path} is damaged: restore it, or delete it to issue new secrets")
        self._known = known

    def get(self, provider_id: str) -> str:
        """Empty where there is none: nothing that is signed with it is believed."""
        return self._known.get(provider_id, "")

    def issue(self, provider_id: str) -> str:
        """A new one; the old is worth nothing any more."""
        self.set(provider_id, secrets.token_urlsafe(SECRET_BYTES))
        return self._known[provider_id]

    def set(self, provider_id: str, secret: str) -> None:
        if not secret.strip():
            raise BadInput("a secret can't be empty")
        self._store({**self._known, provider_id: secret})

    def forget(self, provider_id: str) -> None:
        self._store({i: s for i, s in self._known.items() if i != provider_id})

    def _store(self, known: dict[str, str]) -> None:
        if self.path is not None:
            scratch = self.path.with_name(self.path.name + ".new")
            try:
                scratch.unlink(missing_ok=True)
                file = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with open(file, "w", encoding="utf-8") as out:
                    json.dump(known, out, indent=1)
                    out.flush()
                    os.fsync(out.fileno())
                os.replace(scratch, self.path)
            except OSError as error:
                raise BadInput(f"{self.path} can't be written ({error.strerror}): check the folder and its rights") from None
        self._known = known
