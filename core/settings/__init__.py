"""Settings, each declared once: key, type, unit, range, default and what it does.

The file `settings.toml` in the data folder holds only what differs from the defaults. The same declarations fill the
settings window.
"""

from core.settings.declared import BY_KEY, DECLARED, RATES, SECTIONS, declared
from core.settings.setting import Setting, Value
from core.settings.values import DESK, FILE, Settings, toml_of, values_of

__all__ = [
    "BY_KEY",
    "DECLARED",
    "DESK",
    "FILE",
    "RATES",
    "SECTIONS",
    "Setting",
    "Settings",
    "Value",
    "declared",
    "toml_of",
    "values_of",
]
