"""Kinds of goods and the rules they travel by, as the settings have them: ``[goods.food]`` and so on in ``settings.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.settings import Settings


@dataclass(frozen=True, slots=True)
class GoodsRule:
    """``door_min`` is the longest time from ready to door, inf for goods that don't mind; ``cold_box``: only in one."""

    door_min: float = math.inf
    cold_box: bool = False


def rule_for(settings: Settings, kind: str) -> GoodsRule:
    """The rule of a kind; one that the settings don't name has none of its own."""
    return GoodsRule(settings.number(f"goods.{kind}.door_min") or math.inf, settings.flag(f"goods.{kind}.cold_box"))
