from __future__ import annotations

import re
from typing import get_args

import pytest

from widgets.common.look import LOOKS, STATE_TOKENS, ThemeName, colours, contrast, css_variables, mix, palette, style_sheet

THEMES = get_args(ThemeName)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", ["text", "muted", "accent", *STATE_TOKENS])
def test_content_is_legible_on_every_ground(theme: ThemeName, token: str) -> None:
    look = LOOKS[theme]
    colour = getattr(look, token)
    assert round(contrast(colour, look.surface), 1) >= 5.0
    assert round(contrast(colour, look.bg), 1) >= 5.0
    # On rows that are pointed at or selected, and on the map's ground.
    for ground in (look.selected, look.hover, look.land):
        assert contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("colour", "ground"),
    [
        ("on_accent", "accent"),
        ("label", "land"),
        ("label_place", "land"),
        ("label_place", "park"),
        ("label_water", "water"),
        ("label_park", "park"),
    ],
)
def test_names_on_the_map_are_legible(theme: ThemeName, colour: str, ground: str) -> None:
    look = LOOKS[theme]
    assert contrast(getattr(look, colour), getattr(look, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_is_quieter_than_anything_on_it(theme: ThemeName) -> None:
    look = LOOKS[theme]
    grounds = ("water", "park", "building", "road", "road_thin", "beyond")
    loudest = max(contrast(getattr(look, ground), look.land) for ground in grounds)
    assert loudest < min(contrast(getattr(look, token), look.land) for token in STATE_TOKENS) / 2


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert mix("#000000", "#FF0080", 0.5) == "#800040"


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_is_a_variable_of_the_page(theme: ThemeName) -> None:
    css = css_variables(theme)
    assert f"--to-pickup:{LOOKS[theme].to_pickup};" in css
    assert f"--line:{LOOKS[theme].line};" in css
    assert all(re.fullmatch(r"#[0-9A-F]{6}", value) for value in colours(theme).values())


@pytest.mark.parametrize("theme", THEMES)
def test_the_style_sheet_has_no_token_left_in_it(theme: ThemeName) -> None:
    sheet = style_sheet(theme)
    assert "@" not in sheet
    assert "min-height: 24px" in sheet
    assert "min-height: 30px" in style_sheet(theme, "comfortable")
    known = {value.upper() for value in colours(theme).values()}
    strangers = {c for c in re.findall(r"#[0-9A-Fa-f]{6}", sheet) if c.upper() not in known}
    assert len(strangers) <= 1  # the colour of what is disabled


def test_the_palette_wears_the_same_colours() -> None:
    worn = palette("dark")
    assert worn.window().color().name().upper() == LOOKS["dark"].bg
    assert worn.text().color().name().upper() == LOOKS["dark"].text
