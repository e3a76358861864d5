"""Values of settings as a person reads them."""

from __future__ import annotations

from core.domain.language import number, tr
from core.settings import Setting, Value


def written(value: Value) -> str:
    """As they are typed as well."""
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return value if isinstance(value, str) else number(value, ".15g")


def shown(setting: Setting | None, value: Value) -> str:
    """``setting`` is ``None`` where there is none of that name any more."""
    return tr(str(value)) if setting is not None and setting.choices else written(value)
