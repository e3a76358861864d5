"""The generators there are: every class of a file beside this one that proposes bundles. A new one takes a file, and its name
in the settings, which choose among them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import core.matching.generators as folder
from core.domain.errors import BadInput
from core.domain.language import Message
from core.matching.generators import BundleGenerator


def found() -> tuple[BundleGenerator, ...]:
    """With their own parameters, by the names of their files."""
    made: list[BundleGenerator] = []
    for name in sorted(f"{folder.__name__}.{module.name}" for module in iter_modules(folder.__path__)):
        if name != __name__:
            own = [kind for kind in vars(import_module(name)).values() if getattr(kind, "__module__", "") == name]
            made += [kind() for kind in own if isinstance(kind, type) and hasattr(kind, "propose") and hasattr(kind, "name")]
    return tuple(made)


GENERATORS: tuple[BundleGenerator, ...] = found()


def chosen(names: str) -> tuple[BundleGenerator, ...]:
    """The generators of these names, separated by commas. Raises BadInput for a name that is none."""
    known = {generator.name: generator for generator in GENERATORS}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    stranger = next((name for name in wanted if name not in known), None)
    if stranger is not None:
        raise BadInput(
            Message("there is no bundle generator {name!r}: choose among {choices}", name=stranger, choices=", ".join(known))
        )
    return tuple(known[name] for name in dict.fromkeys(wanted))
