"""What fits comes, the best first."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from app.actions.finder import Finder


def finder() -> Finder:
    made = Finder()
    made.sync("action", {"hold": "Hold", "held": "Show held orders"}, lambda text: (text, "Orders"))
    made.sync("order", {"1017": "Rosa", "17": "Sushi"}, lambda text: ("", text))
    made.sync("driver", {"D-17": "Cy Stone", "D-170": "Ana Hold", "D-9": "Stella"}, lambda text: (text, ""))
    return made


def keys(typed: str, **more: object) -> list[str]:
    return [named.key for named in finder().find(typed, **more)]  # type: ignore[arg-type]


def test_a_name_in_full_then_its_beginning_then_a_word_in_it_then_the_rest() -> None:
    assert keys("hold") == ["hold", "D-170"]
    assert keys("hel") == ["held"]
    assert keys("st") == ["D-9", "D-17"]


def test_a_number_means_what_ends_in_it() -> None:
    made = Finder()
    made.sync("driver", {"D-170": "170 x", "D-17": "17 y"}, lambda text: (text, ""))
    assert [named.key for named in made.find("17")] == ["D-17", "D-170"]


def test_every_word_counts_in_any_order() -> None:
    assert keys("stone cy") == ["D-17"]
    assert keys("cy nobody") == []
    assert keys("   ") == []


def test_kinds_can_be_left_out_and_many_are_cut_short() -> None:
    assert keys("hold", kinds={"driver"}) == ["D-170"]
    made = Finder()
    made.sync("order", {str(i): f"Rosa {i}" for i in range(100)}, lambda text: (text, ""))
    assert len(made.find("rosa", per_kind=7)) == 7


def test_what_is_gone_is_not_found_and_what_changed_is_found_anew() -> None:
    made, asked = Finder(), []

    def words(text: str) -> tuple[str, str]:
        asked.append(text)
        return text, ""

    ada, bo = "Ada", "Bo"
    made.sync("driver", {"1": ada, "2": bo}, words)
    made.sync("driver", {"1": ada, "3": "Cy"}, words)
    assert asked == ["Ada", "Bo", "Cy"]
    assert made.find("bo") == []
    assert [named.key for named in made.find("cy")] == ["3"]


@given(st.lists(st.text("abc 1", min_size=1, max_size=6), max_size=30), st.text("abc1", min_size=1, max_size=3), st.integers())
def test_exactly_what_holds_the_words_is_found_whatever_the_order(names: list[str], typed: str, seed: int) -> None:
    things = {str(i): name for i, name in enumerate(names)}
    mixed = list(things.items())
    random.Random(seed).shuffle(mixed)
    first, second = Finder(), Finder()
    first.sync("thing", things, lambda name: (name, ""))
    second.sync("thing", dict(mixed), lambda name: (name, ""))
    found = [named.key for named in first.find(typed, limit=99, per_kind=99)]
    assert set(found) == {key for key, name in things.items() if typed in name}
    assert found == [named.key for named in second.find(typed, limit=99, per_kind=99)]
