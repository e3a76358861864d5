"""What the business is set up by, as actions: areas, rules, providers, merchants, what is passed on, the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.declaring import Declared, Scope, under
from core.domain.language import mark

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def _areas(least: int, most: int = 10**6) -> Callable[[Deeds], bool]:
    """So many areas are selected, and none is being worked on."""
    return lambda deeds: least <= len(deeds.editors.areas.chosen()) <= most and deeds.editors.areas.shapes.session is None


def _passed_on(deeds: Deeds) -> bool:
    return deeds.editors.forwarding.chosen() is not None


def _shaping(deeds: Deeds) -> bool:
    return deeds.editors.areas.shapes.session is not None


MANAGING: tuple[Declared, ...] = (
    *under(
        mark("Areas"),
        Declared("area.open", "M&anage", mark("Show the areas"), lambda d: d.editors.open("areas"), "Ctrl+Shift+A", "polygon"),
        Declared("area.draw", "M&anage", mark("Draw an area"), lambda d: d.editors.areas.draw(), "", "plus", Scope.AREAS),
        Declared("area.edit", "M&anage", mark("Edit the shape of the area"), lambda d: d.editors.areas.edit(), "", "polygon",
                 Scope.AREAS, _areas(1, 1)),
        Declared("area.split", "M&anage", mark("Split the area by a line"), lambda d: d.editors.areas.split(), "", "scissors",
                 Scope.AREAS, _areas(1, 1)),
        Declared("area.merge", "M&anage", mark("Merge the areas into one"), lambda d: d.editors.areas.merge(), "", "intersect",
                 Scope.AREAS, _areas(2)),
        Declared("area.details", "M&anage", mark("Details of the area…"), lambda d: d.editors.areas.details(), "",
                 "note-pencil", Scope.AREAS, _areas(1, 1)),
        Declared("area.versions", "M&anage", mark("Versions of the area…"), lambda d: d.editors.areas.versions(), "",
                 "clock-counter-clockwise", Scope.AREAS, _areas(1, 1)),
        Declared("area.remove", "M&anage", mark("Remove the area…"), lambda d: d.editors.areas.remove(), "", "trash",
                 Scope.AREAS, _areas(1)),
        Declared("area.add_part", "M&anage", mark("Add a part to the shape"), lambda d: d.editors.areas.shapes.draw("part"), "",
                 "plus-circle", Scope.AREAS, _shaping),
        Declared("area.cut_out", "M&anage", mark("Cut out of the shape"), lambda d: d.editors.areas.shapes.draw("cut"), "",
                 "minus-circle", Scope.AREAS, _shaping),
        Declared("area.save", "M&anage", mark("Save the shape"), lambda d: d.editors.areas.save(), "Ctrl+S", "floppy-disk",
                 Scope.AREAS, _shaping),
        Declared("area.discard", "M&anage", mark("Discard the shape"), lambda d: d.editors.areas.discard(), "", "x",
                 Scope.AREAS, _shaping),
        Declared("area.import", "M&anage", mark("Import areas…"), lambda d: d.editors.areas.import_file(), "",
                 "download-simple", Scope.AREAS),
        Declared("area.export", "M&anage", mark("Export areas…"), lambda d: d.editors.areas.export(), "", "export",
                 Scope.AREAS),
    ),
    *under(
        mark("Rules"),
        Declared("rule.open", "M&anage", mark("Show the rules"), lambda d: d.editors.open("rules"), "Ctrl+Shift+R",
                 "git-branch", rule_before=True),
        Declared("rule.add", "M&anage", mark("Add a rule"), lambda d: d.editors.rules.add(), "", "plus", Scope.RULES),
        Declared("rule.copy", "M&anage", mark("Copy the rule"), lambda d: d.editors.rules.copy(), "", "copy", Scope.RULES,
                 lambda d: d.editors.rules.chosen() is not None),
        Declared("rule.remove", "M&anage", mark("Remove the rule"), lambda d: d.editors.rules.remove(), "", "trash",
                 Scope.RULES, lambda d: d.editors.rules.chosen() is not None),
        Declared("rule.try", "M&anage", mark("Try the rules on yesterday's orders"),
                 lambda d: d.editors.rules.try_yesterday(), "", "flask", Scope.RULES, lambda d: bool(d.editors.rules.rules)),
        Declared("rule.save", "M&anage", mark("Save the rules"), lambda d: d.editors.rules.save(), "Ctrl+Shift+S",
                 "floppy-disk", Scope.RULES, lambda d: d.editors.rules.savable()),
        Declared("rule.discard", "M&anage", mark("Discard changes of the rules"), lambda d: d.editors.rules.discard(), "", "x",
                 Scope.RULES, lambda d: d.editors.rules.changed),
    ),
    *under(
        mark("Providers"),
        Declared("provider.open", "M&anage", mark("Show the providers"), lambda d: d.editors.open("providers"),
                 "Ctrl+Shift+P", "truck", rule_before=True),
        Declared("provider.add", "M&anage", mark("Add a provider…"), lambda d: d.editors.providers.add(), "", "plus",
                 Scope.PROVIDERS),
        Declared("provider.edit", "M&anage", mark("Edit the provider…"), lambda d: d.editors.providers.edit(), "",
                 "note-pencil", Scope.PROVIDERS, lambda d: d.editors.providers.chosen() is not None),
        Declared("provider.switch", "M&anage", mark("Switch the provider on or off"), lambda d: d.editors.providers.switch(),
                 "", "power", Scope.PROVIDERS, lambda d: d.editors.providers.chosen() is not None),
        Declared("provider.remove", "M&anage", mark("Remove the provider…"), lambda d: d.editors.providers.remove(), "",
                 "trash", Scope.PROVIDERS, lambda d: d.editors.providers.is_other()),
    ),
    *under(
        mark("Merchants"),
        Declared("merchant.open", "M&anage", mark("Show the merchants"), lambda d: d.editors.open("merchants"),
                 "Ctrl+Shift+M", "storefront", rule_before=True),
        Declared("merchant.add", "M&anage", mark("Add a merchant…"), lambda d: d.editors.merchants.add(), "", "plus",
                 Scope.MERCHANTS),
        Declared("merchant.edit", "M&anage", mark("Edit the merchant…"), lambda d: d.editors.merchants.edit(), "",
                 "note-pencil", Scope.MERCHANTS, lambda d: len(d.editors.merchants.chosen()) == 1),
        Declared("merchant.remove", "M&anage", mark("Remove the merchant…"), lambda d: d.editors.merchants.remove(), "",
                 "trash", Scope.MERCHANTS, lambda d: bool(d.editors.merchants.chosen())),
    ),
    *under(
        mark("Passing on"),
        Declared("forward.open", "M&anage", mark("What is passed on"), lambda d: d.editors.open("forwarding"), "Ctrl+Shift+W",
                 "paper-plane-tilt", rule_before=True),
        Declared("forward.add", "M&anage", mark("Pass events on…"), lambda d: d.editors.forwarding.add(), "", "plus",
                 Scope.FORWARDING),
        Declared("forward.edit", "M&anage", mark("Edit what is passed on…"), lambda d: d.editors.forwarding.edit(), "",
                 "note-pencil", Scope.FORWARDING, _passed_on),
        Declared("forward.switch", "M&anage", mark("Pass on or stop it"), lambda d: d.editors.forwarding.switch(), "", "power",
                 Scope.FORWARDING, _passed_on),
        Declared("forward.secret", "M&anage", mark("New secret of what is passed on…"),
                 lambda d: d.editors.forwarding.secret(), "", "key", Scope.FORWARDING, _passed_on),
        Declared("forward.remove", "M&anage", mark("Pass it on no more…"), lambda d: d.editors.forwarding.remove(), "", "trash",
                 Scope.FORWARDING, _passed_on),
    ),
    *under(
        mark("Audit"),
        Declared("audit.open", "M&anage", mark("Audit: who changed what"), lambda d: d.editors.open("audit"), "Ctrl+Shift+U",
                 "eye", rule_before=True),
        Declared("audit.older", "M&anage", mark("Older changes"), lambda d: d.editors.audit.older(), "", "arrow-down",
                 Scope.AUDIT),
        Declared("audit.export", "M&anage", mark("Export the changes…"), lambda d: d.editors.audit.export(), "", "export",
                 Scope.AUDIT),
    ),
)  # fmt: skip
