"""What states look like to who can't tell some colours apart, and that something else tells them apart then.

Colours are simulated by the matrices for complete protanopia, deuteranopia and tritanopia of G. M. Machado, M. M. Oliveira and
L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on
Visualization and Computer Graphics 15 (6), 2009, applied to linear RGB. Differences are CIE 1976: distances in L*a*b*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from widgets.common.icons import icon
from widgets.common.look import ICON_PX, LOOKS, ThemeName
from widgets.common.states import ACTIVITY, LATE, STATUS
from widgets.dashboard.chart import MARKS
from widgets.done.panel import STANDINGS
from widgets.orders.told import LOOKS as TOLD
from widgets.providers.panel import _STATE as PROVIDERS
from widgets.rules.panel import _LEVEL as FINDINGS
from widgets.shifts.panel import DUTIES
from widgets.status.bar import BROKER
from widgets.status.mode import MODES

Floats = NDArray[np.float64]
Mark = tuple[str, str, str]
"""Colour, icon and words."""

SIGHTS: dict[str, Floats] = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
CLEAR = 15.0
"""Colours that differ by less may be taken for one another at a glance."""
UNLIKE = 0.3
"""Two icons share less than seven tenths of their ink."""

TOGETHER: dict[str, Mapping[object, Mark]] = {
    "drivers": {key: (s.token, s.icon, s.text) for key, s in ACTIVITY.items()},
    "orders": {key: (s.token, s.icon, s.text) for key, s in (*STATUS.items(), ("late", LATE))},
    "told": {key: (token, name, text) for key, (text, name, token) in TOLD.items()},
    "providers": {key: (token, name, text) for key, (text, name, token) in PROVIDERS.items()},
    "duties": {key: (token, name, text) for key, (text, name, token) in DUTIES.items()},
    "done": {key: (token, name, text) for key, (text, name, token) in STANDINGS.items()},
    "findings": {key: (token, name, key) for key, (name, token) in FINDINGS.items()},
    "broker": {key: (look.token, look.icon, look.text) for key, look in BROKER.items()},
    "modes": {key: (look.token, "", look.label) for key, look in MODES.items()},
}


def linear(colour: str) -> Floats:
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str = "usual") -> Floats:
    white = XYZ @ np.ones(3)
    ratio = XYZ @ np.clip(SIGHTS[sight] @ linear(colour), 0, 1) / white
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(a: str, b: str, sight: str) -> float:
    return float(np.linalg.norm(lab(a, sight) - lab(b, sight)))


def ink(name: str) -> Floats:
    """Where the icon has colour, 0 to 1 a pixel; shape (48, 48)."""
    image = icon(name, "text").pixmap(3 * ICON_PX, 3 * ICON_PX).toImage().convertToFormat(QImage.Format.Format_Alpha8)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    return flat.astype(float) / 255


def unlikeness(a: str, b: str) -> float:
    one, other = ink(a), ink(b)
    return 1 - float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


def alike(theme: ThemeName, marks: Mapping[object, Mark]) -> Iterator[tuple[str, Mark, Mark]]:
    """States that somebody may take for one another by their colours, with the sight."""
    look = LOOKS[theme]
    for sight in SIGHTS:
        for one, other in combinations(marks.values(), 2):
            if difference(getattr(look, one[0]), getattr(look, other[0]), sight) < CLEAR:
                yield sight, one, other


def test_colours_are_reckoned_as_the_standard_does() -> None:
    assert lab("#FF0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.01)
    assert lab("#FFFFFF") == pytest.approx([100.0, 0.0, 0.0], abs=0.01)
    for sight in SIGHTS:  # what has no colour is seen alike by everybody
        assert lab("#808080", sight) == pytest.approx(lab("#808080"), abs=0.01)
    assert difference("#FF0000", "#00A000", "usual") > 100
    assert difference("#B3261E", "#8A5200", "deuteranopia") < CLEAR  # late and offered: the reason for all of this


@pytest.mark.parametrize("theme", get_args(ThemeName))
@pytest.mark.parametrize("place", TOGETHER)
def test_what_colours_don_t_tell_apart_has_words_and_a_mark_that_do(qapp: QApplication, theme: ThemeName, place: str) -> None:
    same = [
        (sight, one, other)
        for sight, one, other in alike(theme, TOGETHER[place])
        if one[2] == other[2] or (one[1] != other[1] and unlikeness(one[1], other[1]) < UNLIKE)
    ]
    assert same == []


@pytest.mark.parametrize("theme", get_args(ThemeName))
@pytest.mark.parametrize("place", ["drivers", "orders", "told", "findings"])
def test_where_icons_stand_alone_each_looks_like_no_other(qapp: QApplication, theme: ThemeName, place: str) -> None:
    """On chips, in a narrow board and in the timeline there is no room for words."""
    same = [(one, other) for _, one, other in alike(theme, TOGETHER[place]) if unlikeness(one[1], other[1]) < UNLIKE]
    assert same == []


@pytest.mark.parametrize("theme", get_args(ThemeName))
@pytest.mark.parametrize("sight", SIGHTS)
def test_what_is_late_is_seen_among_what_goes_well(theme: ThemeName, sight: str) -> None:
    look = LOOKS[theme]
    for token in ("free", "to_pickup", "waiting", "carrying", "text"):
        assert difference(look.late, getattr(look, token), sight) > 10, token


def test_lines_of_a_chart_have_marks_of_their_own() -> None:
    assert len({symbol for symbol, _ in MARKS}) == len({shown for _, shown in MARKS}) == len(MARKS) >= 4
