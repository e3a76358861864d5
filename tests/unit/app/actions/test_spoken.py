"""The command line: what is meant, what is missing, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.naming import driver_named, order_named
from app.actions.spoken import BY_WORD, VERBS, Slot, hear
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import UnknownThing
from core.domain.order import Order
from core.domain.vehicle import Vehicle
from core.domain.world import World


@pytest.fixture
def world(town: World, make_order: Callable[..., Order], make_driver: Callable[..., Driver]) -> World:
    for order_id in ("O-17", "2041", "2042"):
        town.orders[order_id] = make_order(id=order_id)
    for driver_id in ("D-4", "bike-7", "van-7", "D-040"):
        town.drivers[driver_id] = make_driver(id=driver_id, name=f"Name {driver_id}")
    return town


@pytest.mark.parametrize(
    ("line", "text", "commands"),
    [
        ("assign O17 D4", "Assign order O-17 to Name D-4", [c.AssignOrder(order_id="O-17", driver_id="D-4")]),
        ("assign 17 4", "Assign order O-17 to Name D-4", [c.AssignOrder(order_id="O-17", driver_id="D-4")]),
        (
            "ASSIGN 2041 2042 d-4",
            "Assign 2 orders to Name D-4",
            [c.AssignOrder(order_id="2041", driver_id="D-4"), c.AssignOrder(order_id="2042", driver_id="D-4")],
        ),
        ("hold O17", "Hold order O-17", [c.HoldOrder(order_id="O-17")]),
        ("hold 2041 #2041", "Hold order 2041", [c.HoldOrder(order_id="2041")]),
        ("offer 2041 bike-7", "Offer order 2041 to Name bike-7", [c.OfferOrder(order_id="2041", driver_id="bike-7")]),
        ("break 4", "Break for Name D-4", [c.SetPresence(driver_id="D-4", presence=Presence.BREAK)]),
        (
            "failed 2041 nobody at home",
            "Mark as failed: order 2041",
            [c.RecordProgress(order_id="2041", event="failed", reason="nobody at home")],
        ),
    ],
)
def test_a_whole_line_is_a_deed(world: World, line: str, text: str, commands: list[c.Command]) -> None:
    heard = hear(line, world)
    assert (heard.text, list(heard.commands), heard.problem) == (text, commands, "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("assing 2041 4", "There is no command assing"),
        ("assign 9999 4", "There is no order 9999"),
        ("assign 2041 99", "There is no driver 99"),
        ("assign 2041 7", "7 may be driver bike-7 or van-7: type the whole number"),
        ("break 4 1", "Type break DRIVER, with one driver"),
        ("assign 2041 ", "Type assign ORDER… DRIVER"),
        ("hold ", "Type hold ORDER…"),
    ],
)
def test_what_is_wrong_or_missing_is_told_in_one_line(world: World, line: str, problem: str) -> None:
    heard = hear(line, world)
    assert (heard.problem, heard.commands) == (problem, ())


@pytest.mark.parametrize(
    ("line", "wants", "head", "word"),
    [
        ("", (), "", ""),
        ("as", (), "", "as"),
        ("assign", (), "", "assign"),
        ("assign ", (Slot.ORDERS,), "assign ", ""),
        ("assign 20", (Slot.ORDERS,), "assign ", "20"),
        ("assign 2041 ", (Slot.DRIVER, Slot.ORDERS), "assign 2041 ", ""),
        ("assign 2041 4", (Slot.DRIVER, Slot.ORDERS), "assign 2041 ", "4"),
        ("hold 2041 ", (Slot.ORDERS,), "hold 2041 ", ""),
        ("break ", (Slot.DRIVER,), "break ", ""),
        ("break 4 ", (), "break 4 ", ""),
        ("failed ", (Slot.ORDERS,), "failed ", ""),
        ("failed 2041 no", (Slot.WORDS,), "failed 2041 ", "no"),
    ],
)
def test_it_is_known_what_the_next_word_may_be(world: World, line: str, wants: tuple[Slot, ...], head: str, word: str) -> None:
    heard = hear(line, world)
    assert (heard.wants, heard.head, heard.word) == (wants, head, word)


def test_every_verb_is_one_word_of_its_own() -> None:
    assert len(BY_WORD) == len(VERBS)
    assert all(verb.word.isalpha() and verb.word.islower() and verb.meaning for verb in VERBS)


@given(st.text(max_size=40) | st.builds(" ".join, st.lists(st.sampled_from([*BY_WORD, "2041", "D-1", "7", "O-17", "", "x"]))))
def test_no_line_raises(line: str) -> None:
    world = World()
    world.drivers["D-1"] = Driver("D-1", "Ada", Vehicle.BIKE)
    heard = hear(line, world)
    assert not (heard.commands and heard.problem)
    assert "\n" not in heard.problem
    assert heard.head + heard.word == line or not line.split()


def test_an_exact_name_beats_a_number(
    town: World, make_driver: Callable[..., Driver], make_order: Callable[..., Order]
) -> None:
    town.drivers["1"] = make_driver(id="1")
    assert driver_named("1", town).id == "1"
    assert driver_named("d1", town).id == "D-1"
    town.orders["o-5"] = make_order(id="o-5")
    town.orders["5"] = replace(town.orders["o-5"], id="5")
    assert [order_named(typed, town).id for typed in ("o-5", "5", "O5")] == ["o-5", "5", "5"]
    with pytest.raises(UnknownThing):
        driver_named("", town)
