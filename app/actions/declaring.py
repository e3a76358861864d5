"""What an action is as it is declared; and the submenus they stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


class Scope(Enum):
    """What an action is about, and so in which context menus it stands."""

    PROGRAM = "program"
    ORDERS = "orders"
    BOARD = "board"
    DRIVER = "driver"
    MAP = "map"
    ALERTS = "alerts"
    AREAS = "areas"
    DASHBOARD = "dashboard"
    RULES = "rules"
    PROVIDERS = "providers"
    MERCHANTS = "merchants"
    FORWARDING = "forwarding"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Declared:
    """``menu`` is the menu bar's; ``keys`` a Qt key sequence; ``able`` says whether it can be done now."""

    id: str
    menu: str
    text: str
    run: Callable[[Deeds], None]
    keys: str = ""
    icon: str = ""
    scope: Scope = Scope.PROGRAM
    able: Callable[[Deeds], bool] = lambda deeds: True
    checked: Callable[[Deeds], bool] | None = None
    rule_before: bool = False
    under: str = ""
    """The submenu of ``menu`` it stands in: a menu has to fit a low screen with large letters."""


def under(title: str, *actions: Declared) -> tuple[Declared, ...]:
    """The actions, in a submenu of that title."""
    return tuple(replace(action, under=title) for action in actions)
