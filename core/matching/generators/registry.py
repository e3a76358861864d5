"""The generators there are, by name. A new one takes a file of its own and an entry here; settings choose among them."""

from __future__ import annotations

from core.domain.errors import BadInput
from core.matching.generators import BundleGenerator
from core.matching.generators.alone import Alone
from core.matching.generators.into_route import IntoRoute
from core.matching.generators.multibundle import Multibundle
from core.matching.generators.nearby_merchants import NearbyMerchants
from core.matching.generators.same_merchant import SameMerchant

GENERATORS: tuple[BundleGenerator, ...] = (Alone(), SameMerchant(), NearbyMerchants(), IntoRoute(), Multibundle())


def chosen(names: str) -> tuple[BundleGenerator, ...]:
    """The generators of these names, separated by commas. Raises BadInput for a name that is none."""
    known = {generator.name: generator for generator in GENERATORS}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    stranger = next((name for name in wanted if name not in known), None)
    if stranger is not None:
        raise BadInput(f"there is no bundle generator {stranger!r}: choose among {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(wanted))
