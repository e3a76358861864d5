"""Errors that a person can act on. Their text is shown as it is."""

from __future__ import annotations

import errno

from core.domain.language import Message, mark


class KerbsideError(Exception):
    """Base of every expected error; ``str(error)`` is one clear line that says what to do."""


class IllegalStep(KerbsideError):
    """An order was asked to take a step that its status does not allow."""


class CommandRefused(KerbsideError):
    """A command can't be carried out as things stand."""


class UnknownThing(CommandRefused):
    """A command names an order, driver, merchant or area that does not exist."""


class BadInput(KerbsideError):
    """A file, a message or a setting can't be read."""


_PLAIN = {
    errno.EACCES: mark("access is denied: check who owns it"),
    errno.EPERM: mark("access is denied: check who owns it"),
    errno.EROFS: mark("the disk is read-only: allow writing to it"),
    errno.ENOSPC: mark("the disk is full: free some space"),
    errno.EISDIR: mark("it is a folder"),
    errno.ENOENT: mark("it is not there"),
}


def why(error: Exception) -> Message:
    """What the system or a decoder said of a file, in plain words, to stand within a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return Message("it is no text in UTF-8")
    if isinstance(error, OSError) and error.strerror:
        return Message(_PLAIN.get(error.errno or 0) or error.strerror.lower())
    return Message(str(error))
