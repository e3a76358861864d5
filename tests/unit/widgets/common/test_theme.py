from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication

from core.domain.errors import BadInput
from widgets.common.icons import icon
from widgets.common.look import LOOKS
from widgets.common.states import ACTIVITY, LATE, STATUS
from widgets.common.theme import Theme, number_font


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    sheet, colours, font = qapp.styleSheet(), qapp.palette(), qapp.font()
    made = Theme(qapp, "light")
    yield made
    made.set_mode("system")
    made.deleteLater()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(colours)
    qapp.setFont(font)


def colours_of(shown: QIcon) -> set[str]:
    image: QImage = shown.pixmap(24, 24).toImage()
    found = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {colour.name().upper() for colour in found if colour.alpha() == 255}


def test_a_change_of_theme_is_worn_and_told_once(theme: Theme, qapp: QApplication) -> None:
    heard: list[str] = []
    theme.changed.connect(heard.append)
    theme.set_mode("dark")
    theme.set_mode("dark")
    assert heard == ["dark"]
    assert qapp.palette().window().color().name().upper() == LOOKS["dark"].bg
    assert LOOKS["dark"].surface in qapp.styleSheet()
    assert theme.look is LOOKS["dark"]


def test_rows_are_set_too(theme: Theme) -> None:
    assert theme.row_px == 26
    theme.set_rows("comfortable")
    assert theme.row_px == 32


def test_a_theme_there_is_none_of_is_refused(theme: Theme) -> None:
    with pytest.raises(BadInput, match="sepia"):
        theme.set_mode("sepia")
    with pytest.raises(BadInput, match="tight"):
        theme.set_rows("tight")


def test_an_icon_follows_the_theme_by_itself(theme: Theme) -> None:
    shown = icon("package", "late")
    assert LOOKS["light"].late in colours_of(shown)
    theme.set_mode("dark")
    assert LOOKS["dark"].late in colours_of(shown)


def test_every_state_has_an_icon_that_exists(theme: Theme) -> None:
    for look in (*ACTIVITY.values(), *STATUS.values(), LATE):
        assert colours_of(icon(look.icon, look.token))


def test_unknown_icons_and_colours_are_refused(theme: Theme) -> None:
    with pytest.raises(BadInput, match="no icon"):
        icon("unicorn-in-a-box")
    with pytest.raises(BadInput, match="no colour"):
        icon("package", "puce")


def test_figures_of_one_width_are_asked_for(theme: Theme, qapp: QApplication) -> None:
    assert [tag.toString().data().decode() for tag in number_font(qapp.font()).featureTags()] == ["tnum"]
