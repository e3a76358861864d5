"""An experiment on the drivers' apps: who runs which variant, decided by the driver's group or by chance that stays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

AppValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Variant:
    """``share`` is in percent of all drivers; ``groups`` run it whatever the shares say.

    ``settings`` overrides tracking settings by their keys; ``app`` is handed to the phones as it is.
    """

    name: str
    share: float = 0.0
    groups: tuple[str, ...] = ()
    settings: dict[str, float] = field(default_factory=dict)
    app: dict[str, AppValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Drivers beyond the shares take no part. One that has ``ended`` asks nothing of anybody and is kept to be looked at."""

    name: str
    variants: tuple[Variant, ...]
    ended: bool = False
    removed: bool = False

    def variant_of(self, driver_id: str, group: str = "") -> Variant | None:
        """The variant of a driver, the same on every machine and after every start; ``None`` who takes no part."""
        if self.ended:
            return None
        if group:
            for variant in self.variants:
                if group in variant.groups:
                    return variant
        at, upto = lot(self.name, driver_id), 0.0
        for variant in self.variants:
            upto += variant.share
            if at < upto:
                return variant
        return None

    @property
    def varied(self) -> frozenset[str]:
        """What its variants override, settings and the app's own words alike."""
        return frozenset(key for v in self.variants for key in (*v.settings, *(f"app.{name}" for name in v.app)))


def lot(experiment: str, driver_id: str) -> float:
    """The driver's lot in [0, 100): even over drivers, and in one experiment nothing like in another."""
    digest = hashlib.blake2b(f"{experiment}\0{driver_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * 100.0


def variants_of(experiments: Mapping[str, Experiment], driver_id: str, group: str) -> dict[str, Variant]:
    """The driver's variant in each experiment that runs and has them."""
    found = ((name, experiments[name].variant_of(driver_id, group)) for name in sorted(experiments))
    return {name: variant for name, variant in found if variant is not None}
