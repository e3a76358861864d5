"""What the system says of a failure, in words of our own: its own come in whichever language it was set up in."""

from __future__ import annotations

import errno
import json
import socket
import ssl
from collections.abc import Iterator

from core.domain.errors import KerbsideError
from core.domain.language import Message

_BY_NUMBER = {
    errno.ENOENT: Message("there is no such file or folder"),
    errno.EACCES: Message("access is denied"),
    errno.EPERM: Message("access is denied"),
    errno.EROFS: Message("the disk is write-protected"),
    errno.ENOSPC: Message("the disk is full"),
    errno.EDQUOT: Message("the disk is full"),
    errno.EIO: Message("the disk reports an error"),
    errno.EEXIST: Message("it is there already"),
    errno.EISDIR: Message("it is a folder"),
    errno.ENOTDIR: Message("a part of its path is no folder"),
    errno.ENAMETOOLONG: Message("its name is too long"),
    errno.EBUSY: Message("another program holds it"),
    errno.EADDRINUSE: Message("another program listens there"),
    errno.EADDRNOTAVAIL: Message("this computer has no such address"),
    errno.ECONNREFUSED: Message("nobody listens there"),
    errno.ECONNRESET: Message("the connection broke off"),
    errno.ECONNABORTED: Message("the connection broke off"),
    errno.EPIPE: Message("the connection broke off"),
    errno.ETIMEDOUT: Message("no answer in time"),
    errno.EHOSTUNREACH: Message("the network does not lead there"),
    errno.ENETUNREACH: Message("the network does not lead there"),
    errno.ENETDOWN: Message("there is no network"),
}


def cause(error: BaseException) -> Message:
    """Why something failed, as the end of a sentence; of our own errors what they say themselves."""
    if isinstance(error, KerbsideError):
        what = error.args[0] if error.args else ""
        return what if isinstance(what, Message) else Message(str(what))
    return next(filter(None, map(_known, _down(error))), None) or Message(str(error) or type(error).__name__)


def _down(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on: libraries wrap what the system has said."""
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _known(error: BaseException) -> Message | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Message("its certificate is not trusted: {why}", why=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return Message("it does not speak TLS")
    if isinstance(error, socket.gaierror):
        return Message("no computer of that name is known")
    if isinstance(error, TimeoutError):
        return _BY_NUMBER[errno.ETIMEDOUT]
    if isinstance(error, OSError):
        text = _BY_NUMBER.get(error.errno or 0)
        return text or (Message(error.strerror[:1].lower() + error.strerror[1:]) if error.strerror else None)
    if isinstance(error, UnicodeDecodeError):
        return Message("it is not written in UTF-8")
    if isinstance(error, json.JSONDecodeError):
        return Message("line {line}, column {column}", line=error.lineno, column=error.colno)
    return None
