"""What is kept beside the world, in files of its own, and changed there: settings, keys, secrets, backups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SECRET, NEW_SECRET = "set", "changed"
"""All that is said of a secret."""


@dataclass(frozen=True, slots=True)
class Altered:
    """Such a thing as it was and as it became; ``None`` where there was none, or is none any more."""

    id: str
    name: str = ""
    before: bool | int | float | str | None = None
    after: bool | int | float | str | None = None

    @property
    def title(self) -> str:
        return self.name or self.id


def secret_altered(thing_id: str, name: str, *, had: bool, has: bool = True) -> Altered:
    """The secret of a provider, a webhook or a user at the broker was made, replaced or dropped."""
    after = NEW_SECRET if had else SECRET
    return Altered(thing_id, name, SECRET if had else None, after if has else None)


def letters_altered(rule_id: str, name: str, seqs: Sequence[int]) -> Altered:
    """What a forwarding rule had given up on, by the numbers of the events, is no more among that."""
    return Altered(rule_id, name, ", ".join(map(str, seqs)))
