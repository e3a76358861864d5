"""What the system and libraries say of a failure, in words of our own: theirs come in English, or in the system's language."""

from __future__ import annotations

import errno
import json
import re
import socket
import ssl
import tomllib
import zlib
from collections.abc import Iterator

import msgspec

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
_KINDS = {
    "int": Message("a whole number"),
    "float": Message("a number"),
    "str": Message("a text"),
    "bool": Message("true or false"),
    "array": Message("a list"),
    "object": Message("a group of fields"),
    "null": Message("nothing"),
}
"""What msgspec calls the kinds of values."""
_BREAKS_OFF = Message("it breaks off before its end")
_FIELD = re.compile(r"(?P<said>.*?)(?: - at `(?:key in )?\$(?P<field>.*)`)?", re.S)
_MISMATCH = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")


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
    if isinstance(error, tomllib.TOMLDecodeError):
        return _of_toml(str(error))
    if isinstance(error, msgspec.ValidationError):
        return _of_field(str(error))
    if isinstance(error, msgspec.DecodeError):
        at = re.search(r"\(byte (\d+)\)", str(error))
        return Message("it can't be read from byte {byte} on", byte=at[1]) if at else _BREAKS_OFF
    if isinstance(error, RecursionError):
        return Message("it is nested too deeply")
    if isinstance(error, zlib.error):
        return Message("what is compressed in it is damaged")
    if isinstance(error, KeyError):
        return Message("{field} is missing", field=".".join(map(str, error.args)))
    return None


def _of_toml(text: str) -> Message:
    at = _PLACE.search(text)
    twice = "Cannot overwrite" in text or "twice" in text
    if at is None:
        return Message("a value is set twice") if twice else _BREAKS_OFF
    place = Message("line {line}, column {column}", line=int(at[1]), column=int(at[2]))
    return Message("{place}: a value is set twice", place=place) if twice else place


def _of_field(text: str) -> Message:
    """Of what does not fit its form: ``orders[2].due: a text instead of a number``."""
    parts = _FIELD.fullmatch(text)
    said, field = (parts["said"], (parts["field"] or "").removeprefix(".")) if parts else (text, "")
    if missing := _MISSING.fullmatch(said):
        return Message("{field} is missing", field=f"{field}.{missing['name']}".removeprefix("."))
    mismatch = _MISMATCH.fullmatch(said)
    if mismatch is None:
        return Message("{field} has a value that does not fit", field=field) if field else Message("it has another form")
    wanted, got = (_kinds(mismatch[which]) for which in ("wanted", "got"))
    if not field:
        return Message("it is {got} instead of {wanted}", got=got, wanted=wanted)
    return Message("{field} is {got} instead of {wanted}", field=field, got=got, wanted=wanted)


def _kinds(text: str) -> Message:
    """``int | null`` as a whole number or nothing."""
    first, *others = (_KINDS.get(one, Message(one)) for one in text.split(" | "))
    for other in others:
        first = Message("{one} or {other}", one=first, other=other)
    return first
