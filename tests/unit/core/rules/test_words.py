from __future__ import annotations

import pytest

from core.domain.errors import BadInput
from core.rules.actions import ACTIONS, ActionWord
from core.rules.actions.refuse import Refuse
from core.rules.operators import OPERATORS, Operator, operator
from core.rules.sets import ANY_LABEL, Labels
from core.rules.words import Form, Word, action_words, operator_words


def by_word(words: tuple[Word, ...]) -> dict[str, Word]:
    return {word.word: word for word in words}


def test_each_operator_has_the_form_of_its_argument() -> None:
    words = by_word(operator_words())
    assert set(words) == set(OPERATORS)
    assert {name: word.form.value for name, word in words.items()} == {
        "area": "pick",
        "merchant": "pick",
        "kind": "labels",
        "time": "times",
        "weather": "pick",
        "load": "bounds",
        "waiting": "bounds",
        "weight_kg": "bounds",
        "volume_l": "bounds",
        "value": "bounds",
        "distance_km": "bounds",
        "promise_min": "bounds",
    }
    assert (words["area"].names, words["weather"].choices[0]) == ("area", "dry")
    assert [words[w].unit for w in ("weight_kg", "volume_l", "distance_km", "promise_min", "load")] == [
        "kg",
        "l",
        "km",
        "min",
        "",
    ]


def test_each_action_has_the_form_of_its_argument() -> None:
    forms = {name: word.form for name, word in by_word(action_words()).items()}
    assert forms == {"provider": Form.ONE, "chain": Form.CHAIN, "split": Form.SHARES, "refuse": Form.NOTHING}


def test_a_new_word_appears_by_itself_and_a_strange_one_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def strange(argument: object) -> Labels:
        raise BadInput("something else")

    monkeypatch.setitem(OPERATORS, "shop_kind", Operator("shop_kind", "kind", lambda a: ANY_LABEL, "any"))
    monkeypatch.setitem(OPERATORS, "moon", Operator("moon", "kind", strange, 'moon = "full"'))
    monkeypatch.setitem(ACTIONS, "wait", ActionWord("wait", lambda a: Refuse() if a == 3 else strange(a), "{wait = 3}"))
    words = by_word(operator_words())
    assert words["moon"] == Word("moon", Form.TEXT, example='moon = "full"')
    assert words["shop_kind"].form is Form.TEXT  # whatever it is given, it reads: nobody can tell what it means
    assert by_word(action_words())["wait"].form is Form.TEXT
    with pytest.raises(ValueError, match="two operators"):
        operator("area", "area", strange, "")
