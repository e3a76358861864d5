from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from widgets.common.look import LOOKS, STATE_TOKENS, ThemeName, colours, contrast, css_variables, mix, palette, style_sheet
from widgets.status.mode import MODES

THEMES = get_args(ThemeName)
ICONS = Path(__file__).parents[4] / "resources" / "icons"


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
def test_what_is_written_on_a_tint_is_legible(theme: ThemeName) -> None:
    """Badges and chips, the strip of problems, filled badges of modes and of what is selected on the map."""
    look = LOOKS[theme]
    for token in (*STATE_TOKENS, "muted", "text"):
        colour = getattr(look, token)
        assert contrast(colour, mix(look.surface, colour, 0.08)) >= 4.5, token
        for ground in (look.bg, look.surface, look.hover):
            assert contrast(colour, ground) >= 4.5, token
    for token in ("text", "late", "accent"):
        assert contrast(getattr(look, token), mix(look.surface, look.late, 0.10)) >= 4.5, token
    for mode in MODES.values():
        colour = getattr(look, mode.token)
        assert contrast(look.on_accent if mode.simulated else look.surface, colour) >= 4.5, mode
    assert contrast(look.muted, look.line) >= 3.0  # a primary button that can't be pressed
    for ground in (look.surface, look.bg):
        assert contrast(look.off, ground) >= 3.0  # what else can't be done or changed now
        assert contrast(look.off, ground) < contrast(look.muted, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_icons_and_borders_that_say_something_stand_out(theme: ThemeName) -> None:
    look = LOOKS[theme]
    grounds = (look.bg, look.surface, look.hover, look.selected, look.line, mix(look.surface, look.late, 0.10))
    for ground in grounds:
        # The focus, boxes to tick, what destroys, and every icon of a state.
        for token in ("accent", "muted", *STATE_TOKENS):
            assert contrast(getattr(look, token), ground) >= 3.0, (token, ground)
    assert contrast(look.on_accent, look.accent) >= 3.0  # the tick, and the ring of a primary button with the focus
    for name in ("caret-down", "caret-up", "caret-left", "caret-right", "close", "float", "check", "dot"):
        drawn = (ICONS / f"{name}-{theme}.svg").read_text()
        for colour in re.findall(r"#[0-9A-Fa-f]{6}", drawn):
            ground = look.accent if name in {"check", "dot"} else look.surface
            assert contrast(colour, ground) >= 3.0, name


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
    known = {value.upper() for value in (*colours(theme).values(), LOOKS[theme].pressed)}
    strangers = {c for c in re.findall(r"#[0-9A-Fa-f]{6}", sheet) if c.upper() not in known}
    assert len(strangers) <= 1  # the colour of what is disabled


def test_the_palette_wears_the_same_colours() -> None:
    worn = palette("dark")
    assert worn.window().color().name().upper() == LOOKS["dark"].bg
    assert worn.text().color().name().upper() == LOOKS["dark"].text
