"""What the system says of a failure is said in words of our own."""

import json
import socket
import ssl
import tomllib
from typing import Literal

import msgspec
import pytest

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message, said, speaking


@pytest.mark.parametrize(
    ("error", "english", "german"),
    [
        (FileNotFoundError(2, "Datei nicht gefunden"), "there is no such file", "es gibt keine solche Datei"),
        (PermissionError(13, "Permission denied"), "access is denied", "der Zugriff ist verweigert"),
        (OSError(28, "No space left on device"), "the disk is full", "der Datenträger ist voll"),
        (ConnectionRefusedError(111, "Connection refused"), "nobody listens there", "dort lauscht niemand"),
        (TimeoutError(), "no answer in time", "keine Antwort"),
        (socket.gaierror(-2, "Name or service not known"), "no computer of that name", "ein Rechner dieses Namens"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "it does not speak TLS", "kein TLS"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "not written in UTF-8", "nicht in UTF-8"),
    ],
)
def test_what_fails_often_is_said_in_the_language_in_use(error: Exception, english: str, german: str) -> None:
    assert english in cause(error)
    with speaking("de"):
        assert german in said(cause(error))


def test_a_certificate_keeps_what_is_wrong_with_it() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    assert cause(error) == "its certificate is not trusted: self-signed certificate"


def test_a_place_in_a_file_is_told() -> None:
    with pytest.raises(json.JSONDecodeError) as found:
        json.loads('{\n"a": }')
    assert cause(found.value) == "line 2, column 6"


class Parcel(msgspec.Struct):
    id: str
    weight_kg: float | None = None
    stops: list[dict[str, int]] = []
    kind: Literal["food", "goods"] = "food"


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ('{"id": 7}', "id is a whole number instead of a text", "id ist eine ganze Zahl, erwartet wird: ein Text"),
        (
            '{"id": "a", "weight_kg": "much"}',
            "weight_kg is a text instead of a number or nothing",
            "weight_kg ist ein Text, erwartet wird: eine Zahl oder nichts",
        ),
        (
            '{"id": "a", "stops": [{}, {"at": []}]}',
            "stops[1][...] is a list instead of a whole number",
            "stops[1][...] ist eine Liste, erwartet wird: eine ganze Zahl",
        ),
        ("{}", "id is missing", "id fehlt"),
        ('{"id": "a", "kind": "gold"}', "kind has a value that does not fit", "kind hat einen Wert, der nicht passt"),
        (
            "[]",
            "it is a list instead of a group of fields",
            "der Inhalt ist eine Liste, erwartet wird: eine Gruppe von Feldern",
        ),
        ('{"id"', "it breaks off before its end", "der Inhalt bricht vor dem Ende ab"),
        ('{"id" 7}', "it can't be read from byte 6 on", "ab Byte 6 ist der Inhalt nicht lesbar"),
    ],
)
def test_the_field_that_does_not_fit_is_named(text: str, english: str, german: str) -> None:
    with pytest.raises(msgspec.DecodeError) as found:
        msgspec.json.decode(text, type=Parcel)
    assert cause(found.value) == english
    with speaking("de"):
        assert said(cause(found.value)) == german


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("a = 1\nb = 2 c", "Zeile 2, Spalte 7"),
        ("[a]\n[a]", "Zeile 2, Spalte 3: ein Wert ist doppelt gesetzt"),
        ("a = [1,", "der Inhalt bricht vor dem Ende ab"),
    ],
)
def test_the_line_of_a_settings_file_is_named(text: str, german: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as found:
        tomllib.loads(text)
    with speaking("de"):
        assert said(cause(found.value)) == german


def test_what_a_library_has_wrapped_is_found_below_it() -> None:
    outer = RuntimeError("All connection attempts failed")
    outer.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert cause(outer) == "nobody listens there"


def test_our_own_errors_say_it_themselves_and_all_else_as_it_came() -> None:
    message = Message("there is no setting {key}", key="x.y")
    assert cause(BadInput(message)) is message
    assert (cause(ValueError("odd {braces}")), cause(ValueError()), cause(OSError(9999, "Strange"))) == (
        "odd {braces}",
        "ValueError",
        "strange",
    )
