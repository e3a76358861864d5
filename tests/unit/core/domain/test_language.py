import pickle
from datetime import datetime

import msgspec
import numpy as np
import pytest

from core.domain.errors import BadInput, CommandRefused
from core.domain.language import (
    Message,
    as_text,
    date,
    day,
    first_of,
    from_text,
    language,
    line,
    mark,
    ntr,
    number,
    said,
    sentence,
    speaking,
    tr,
    use_language,
)


def test_without_a_catalogue_texts_stay_english_and_take_their_values() -> None:
    use_language("xx")
    try:
        assert tr("Assign to {driver}", driver="D-17") == "Assign to D-17"
        assert tr("100 % of {x") == "100 % of {x", "no values, no braces to fill"
        assert [ntr("{n} order", "{n} orders", n) for n in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
        assert mark("Undo") == "Undo"
        assert language() == "en", "what it says of itself is what people read"
    finally:
        use_language("en")


def test_a_message_of_the_core_is_english_and_is_said_in_the_language_in_use() -> None:
    away, slow = Message("too far away"), Message("no way there")
    counted = tuple(Message("{count} {reason}", count=n, reason=why) for n, why in ((3, away), (1, slow)))
    message = Message("no driver: {counted}", counted=counted)
    assert message == "no driver: 3 too far away, 1 no way there"
    for each in (message, pickle.loads(pickle.dumps(message))):  # the matcher's workers send theirs
        assert said(each) == message
        with speaking("de"):
            assert said(each) == "kein Fahrer: 3 zu weit weg, 1 kein Weg dorthin"
            assert (str(each), said("as it is")) == (message, "as it is")


def test_a_message_is_written_as_what_it_says() -> None:
    message = Message("{n} of {what}", n=3, what=Message("Rain"))
    for encode in (msgspec.json.encode, msgspec.msgpack.encode):
        assert encode({"why": message}, enc_hook=as_text) == encode({"why": "3 of Rain"})
    back = msgspec.convert("{odd} braces", Message, dec_hook=from_text)
    assert (type(back), back) == (Message, "{odd} braces")
    with pytest.raises(TypeError, match="object can't be written"):
        msgspec.json.encode({"why": object()}, enc_hook=as_text)


def test_a_refusal_is_told_in_the_language_in_use() -> None:
    refused = CommandRefused(Message("there is no area {area}", area="A-9"))
    assert (str(refused), line(refused), sentence(refused)) == (
        "there is no area A-9",
        "there is no area A-9",
        "There is no area A-9",
    )
    with speaking("de"):
        assert (str(refused), sentence(refused)) == ("there is no area A-9", "Es gibt kein Gebiet A-9")
        assert sentence(BadInput("orders.csv: line 3 is too short")) == "orders.csv: line 3 is too short"


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    at = datetime(2026, 3, 6)
    assert (number(1234567), number(0.25, ".1f"), day(at), day(at, year=True)) == ("1,234,567", "0.2", "6 Mar", "6 Mar 2026")
    assert date(at) == "Friday 6 March 2026"
    assert tr("{value:.1f} km", value=np.float64(1.25)) == "1.2 km"
    far = Message("{n:,} of {all:,}: {text} {name!r}", n=1234, all=np.int64(5678), text="1.5", name="v1.5")
    with speaking("de"):
        assert (number(1234567), number(0.25, ".1f"), day(at), day(at, year=True)) == (
            "1.234.567",
            "0,2",
            "6. März",
            "6. März 2026",
        )
        assert date(at) == "Freitag, 6. März 2026"
        assert tr("{value:.1f} km", value=np.float64(1.25)) == "1,2 km"
        assert ntr("{n:,} order", "{n:,} orders", 1234) == "1.234 Aufträge"
        assert said(far) == "1.234 of 5.678: 1.5 'v1.5'", "a text is left as it is"
        assert str(far) == "1,234 of 5,678: 1.5 'v1.5'"


def test_of_many_texts_the_first_few_are_said() -> None:
    lines = [Message("line {line}: {problem}", line=n, problem=Message("it has no outline")) for n in (3, 7, 9)]
    assert first_of(lines, 3) == "; ".join(lines)
    with speaking("de"):
        assert said(first_of(lines, 1)) == "Zeile 3: es hat keinen Umriss; und 2 weitere"


def test_no_text_is_none_in_any_language() -> None:
    with speaking("de"):
        assert (tr(""), said(Message(""))) == ("", "")
        assert tr("Undo") == "Rückgängig"
