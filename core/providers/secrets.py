"""The secrets that calls to and from providers are signed with, in one file that only its owner may read."""

from __future__ import annotations

import secrets
from pathlib import Path

from core.domain.errors import BadInput
from core.domain.language import Message
from core.private_file import read_private, replace_private

SECRET_BYTES = 32


class Secrets:
    """By provider. Each change is on disk before the call returns; without a ``path`` they last as long as the program."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._known: dict[str, str] = {}
        if path is not None:
            self._known = read_private(path, dict[str, str], Message("delete it to issue new secrets")) or {}

    def get(self, provider_id: str) -> str:
        """Empty where there is none: nothing that is signed with it is believed."""
        return self._known.get(provider_id, "")

    def issue(self, provider_id: str) -> str:
        """A new one; the old is worth nothing any more."""
        self.set(provider_id, secrets.token_urlsafe(SECRET_BYTES))
        return self._known[provider_id]

    def set(self, provider_id: str, secret: str) -> None:
        if not secret.strip():
            raise BadInput(Message("a secret can't be empty"))
        self._store({**self._known, provider_id: secret})

    def forget(self, provider_id: str) -> None:
        self._store({i: s for i, s in self._known.items() if i != provider_id})

    def _store(self, known: dict[str, str]) -> None:
        if self.path is not None:
            replace_private(self.path, known)
        self._known = known
