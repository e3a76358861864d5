"""The areas panel: its rows, and what its tools do. Shapes in the making are `area_shapes`' business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.presenters.area_shapes import ShapeDesk, area_id
from app.presenters.aside import Aside
from app.presenters.asking import Asking
from app.presenters.differences import difference
from app.presenters.history_text import actor_word
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.scene import Turned
from core.domain import commands as c
from core.domain.events import (
    AreaRemoved,
    AreaSaved,
    Change,
    MerchantRegistered,
    MerchantRemoved,
    MerchantsTagged,
    RulesSaved,
)
from core.domain.language import day, ntr, tr
from core.domain.merchant import Area
from core.domain.world import World
from core.geofencing.ranking import ranked
from core.geofencing.shapes import Polygons, merged, parted
from core.orders.files import areas_as_geojson, read_areas
from core.orders.places import names
from core.routing.city import City
from core.storage.audit import area_versions
from core.storage.store import Logged
from widgets.areas.details import AreaDialog
from widgets.areas.panel import AreasPanel
from widgets.areas.rows import AreaDraft, AreaRow
from widgets.dialogs.versions import VersionRow, VersionsDialog
from widgets.map.view import MapView

LOOK_MS = 200
FILTERS = ("GeoJSON (*.geojson *.json)",)


class AreasPresenter(QObject):
    shapes: ShapeDesk

    def __init__(self, deeds: Deeds, panel: AreasPanel, view: MapView, asking: Asking, city: City | None) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._view, self._asking = deeds, panel, view, asking
        engine = deeds.engine
        self._aside = Aside("areas", self)
        self._look = Refresh(self.show_rows, LOOK_MS, self)
        self.shapes = ShapeDesk(deeds, panel, view, city, self._name_new, self._chosen_shape)
        self._links = links = Links()
        links.keep(engine.bus.subscribe(Turned, lambda _: self._look()))
        for kind in (AreaSaved, AreaRemoved, MerchantsTagged, MerchantRegistered, MerchantRemoved, RulesSaved):
            links.keep(engine.bus.subscribe(kind, self._hear))
        links.connect(panel.selection_changed, lambda _: self._selected())
        links.connect(panel.moved, self.reorder)
        self.show_rows()

    def close(self) -> None:
        self._links.end()
        self._look.stop()
        self.shapes.close()
        self.shapes.deleteLater()
        self._aside.close()
        self.deleteLater()
        self._panel.set_rows(())

    @property
    def _world(self) -> World:
        return self._deeds.engine.world

    def _hear(self, _: Change) -> None:
        if self._panel.isVisible():
            self._look()

    def show_rows(self) -> None:
        world = self._world
        inside = Counter(merchant.area_id for merchant in world.merchants.values())
        self._panel.set_rows(
            AreaRow(
                id=area.id,
                name=area.name,
                priority=area.priority,
                vehicles=area.vehicles,
                watched=area.watched,
                rules=tuple(r.title for r in world.ruleset.rules if names(r.when, "area", area.id)),
                merchants=inside[area.id],
                parts=len(area.polygons),
                version=area.version,
            )
            for area in self.in_order()
        )
        self.shapes.refresh()

    def in_order(self) -> list[Area]:
        """As they count where they overlap."""
        return sorted(self._world.areas.values(), key=lambda area: (-area.priority, area.id))

    def chosen(self) -> list[Area]:
        return [self._world.areas[i] for i in self._panel.selected() if i in self._world.areas]

    def _chosen_shape(self) -> Polygons:
        return tuple(rings for area in self.chosen() for rings in parted(area.polygons)) if self._panel.isVisible() else ()

    def _selected(self) -> None:
        self.shapes.refresh()
        if self.shapes.session is None and self._panel.view.hasFocus() and self.chosen():
            self._view.reveal("edit")
        self._deeds.changed()

    def seen(self) -> None:
        """The panel can be seen again, or no more: then nothing of it stays on the map but a shape that is worked on."""
        if self._panel.isVisible():
            self.show_rows()
        self.shapes.refresh()

    def _save(self, text: str, *areas: Area) -> list[str]:
        return self._deeds.carry_out(text, [c.SaveArea(area=area) for area in areas])

    # Shapes

    def draw(self) -> None:
        if self.shapes.session is not None:
            self._deeds.window.tell(tr("Save or discard the shape you are working on first"), bad=True)
        else:
            self.shapes.draw("new")

    def edit(self) -> None:
        self.shapes.edit(self.chosen()[0])

    def split(self) -> None:
        self._view.reveal("edit")
        self.shapes.draw("split")

    def save(self) -> None:
        """Save the shape that is being worked on."""
        session = self.shapes.session
        if session is None or not session.changed:
            return
        if problem := self.shapes.problem():
            self._deeds.window.tell(f"{problem[:1].upper()}{problem[1:]}", bad=True)
        elif session.new:
            self._name_new()
        else:
            now = self._world.areas.get(session.area.id, session.area)
            if now.version != session.area.version:
                self._asking.sure(
                    tr("Replace the newer shape of {area}?", area=now.name),
                    tr("It was changed while you worked on it. The other shape stays among its versions."),
                    tr("Replace it"),
                    lambda: self._save_shape(now, session.shape),
                )
            else:
                self._save_shape(now, session.shape)

    def _save_shape(self, area: Area, shape: Polygons) -> None:
        if not self._save(tr("Change the shape of {area}", area=area.name), replace(area, polygons=shape)):
            self.shapes.end()

    def discard(self) -> None:
        session = self.shapes.session
        if session is None:
            return
        if not session.changed:
            self.shapes.end()
            return
        what = tr("The outline you drew is lost.") if session.new else tr("The shape stays as it was saved.")
        self._asking.sure(tr("Discard what you did to the shape?"), what, tr("Discard it"), self.shapes.end)

    def _name_new(self) -> None:
        top = max((area.priority for area in self._world.areas.values()), default=0)
        draft = AreaDraft(priority=top + 10 if self._world.areas else 0)
        dialog = AreaDialog(tr("What is the new area called?"), tr("Save area"), draft, self._asking.window)

        def saved(said: AreaDraft) -> None:
            session = self.shapes.session
            if session is None:
                return
            if any(area.name == said.name for area in self._world.areas.values()):
                dialog.show_problem(tr("There is an area {area} already: choose another name", area=said.name))
                return
            area = _with(Area(area_id(said.name, set(self._world.areas)), said.name, session.shape), said)
            refused = self._save(tr("New area {area}", area=area.name), area)
            if refused:
                dialog.show_problem(refused[0])
                return
            dialog.accept()
            self.shapes.end()
            self.show_rows()
            self._panel.select([area.id])

        dialog.saved.connect(saved)
        self._asking.show(dialog)

    # What else is said about them

    def details(self) -> None:
        area = self.chosen()[0]
        draft = AreaDraft(name=area.name, priority=area.priority, vehicles=area.vehicles, watched=area.watched)
        dialog = AreaDialog(tr("What is to be known about {area}?", area=area.name), tr("Save"), draft, self._asking.window)

        def saved(said: AreaDraft) -> None:
            if said != draft:
                refused = self._save(tr("Change {area}", area=area.name), _with(self._world.area(area.id), said))
                if refused:
                    dialog.show_problem(refused[0])
                    return
            dialog.accept()

        dialog.saved.connect(saved)
        self._asking.show(dialog)

    def reorder(self, order: Sequence[str]) -> None:
        areas = self._world.areas
        before = [area.id for area in self.in_order()]
        wanted = [i for i in order if i in areas]
        if set(wanted) != set(before):  # one has come or gone meanwhile
            self.show_rows()
            return
        moved = frozenset(self._panel.selected())
        changed = ranked(wanted, {i: areas[i].priority for i in wanted}, moved)
        self._save(tr("Put areas into another order"), *(replace(areas[i], priority=p) for i, p in changed.items()))
        self.show_rows()
        self._panel.select(sorted(moved))

    def merge(self) -> None:
        first, *others = self.chosen()
        rules = self._world.ruleset.rules
        named = [(a, r) for a in others for r in rules if names(r.when, "area", a.id)]
        if named:
            area, rule = named[0]
            text = tr("{area} is named by rule {rule}: change the rule first", area=area.name, rule=rule.title)
            self._deeds.window.tell(text, bad=True)
            return
        one = replace(first, polygons=merged([area.polygons for area in (first, *others)]))
        text = tr("Merge {others} into {area}", others=", ".join(a.name for a in others), area=first.name)
        gone = [c.RemoveArea(area_id=area.id) for area in others]
        self._deeds.carry_out(text, [c.SaveArea(area=one), *gone])
        self.show_rows()
        self._panel.select([one.id])

    def remove(self) -> None:
        areas = self.chosen()
        which = areas[0].name if len(areas) == 1 else ntr("{n} area", "{n} areas", len(areas))
        self._asking.sure(
            tr("Remove {which}?", which=which),
            tr("Shops there go to the area below, or to none. This can be undone."),
            tr("Remove {which}", which=which),
            lambda: self._remove(which, areas),
        )

    def _remove(self, which: str, areas: Sequence[Area]) -> None:
        commands = [c.RemoveArea(area_id=area.id) for area in areas if area.id in self._world.areas]
        self._deeds.carry_out(tr("Remove {which}", which=which), commands)

    # Files

    def import_file(self) -> None:
        self._asking.open_file(tr("Which areas are to be imported?"), FILTERS, self.read_file)

    def read_file(self, path: Path) -> None:
        def read(commands: list[c.Command]) -> None:
            text = ntr("Import {n} area from {file}", "Import {n} areas from {file}", len(commands), file=path.name)
            self._deeds.carry_out(text, commands)

        self._aside.do(lambda: read_areas(path), read, self._failed)

    def export(self) -> None:
        areas = self.chosen() or self.in_order()
        if not areas:
            self._deeds.window.tell(tr("There is no area to export yet: draw one"), bad=True)
            return
        name = f"{areas[0].id}.geojson" if len(areas) == 1 else "areas.geojson"
        self._asking.save_file(tr("Where are the areas to be saved?"), FILTERS, name, lambda path: self.write_file(path, areas))

    def write_file(self, path: Path, areas: Sequence[Area]) -> None:
        def write() -> str:
            path.write_text(areas_as_geojson(replace(area, polygons=parted(area.polygons)) for area in areas), encoding="utf-8")
            return ntr("{n} area saved as {file}", "{n} areas saved as {file}", len(areas), file=str(path))

        self._aside.do(write, self._deeds.window.tell, self._failed)

    def _failed(self, text: str) -> None:
        self._deeds.window.tell(f"{text[:1].upper()}{text[1:]}", bad=True)

    # Versions

    def versions(self) -> None:
        area, store = self.chosen()[0], self._deeds.engine.store
        dialog = VersionsDialog(tr("How was {area} before?", area=area.name), self._asking.window)
        found: dict[str, Area] = {}

        def told(logged: list[Logged]) -> None:
            found.update((str(one.seq), _area_in(one, area.id)) for one in logged)
            dialog.set_rows(self._version_rows(logged, area.id))

        def look(row_id: str) -> None:
            if self.shapes.session is None:
                self._view.editor.show(parted(found[row_id].polygons))
                self._view.reveal("edit")

        def wanted(row_id: str) -> None:
            old = found[row_id]
            text = tr("Bring back version {n} of {area}", n=old.version, area=old.name)
            refused = self._save(text, replace(old, removed=False))
            if refused:
                dialog.show_problem(refused[0])
            else:
                dialog.accept()

        dialog.chosen.connect(look)
        dialog.wanted.connect(wanted)
        dialog.finished.connect(lambda _: self.shapes.refresh())
        self._asking.show(dialog)
        self._aside.do(lambda: area_versions(store, area.id), told, dialog.show_problem)

    def _version_rows(self, logged: Sequence[Logged], wanted: str) -> list[VersionRow]:
        zone = self._deeds.engine.clock.zone
        rows, before = [], None
        for one in logged:
            area = _area_in(one, wanted)
            at = datetime.fromtimestamp(one.change.at, zone)
            when = f"{day(at, year=True)} {at:%H:%M}"
            what = "; ".join(difference(before, area, zone)) or tr("saved as it was")
            last = one is logged[-1]
            rows.append(
                VersionRow(
                    str(one.seq),
                    area.version,
                    one.change.at,
                    when,
                    actor_word(one.change.actor),
                    what,
                    now=last,
                )
            )
            before = area
        return rows


def _with(area: Area, said: AreaDraft) -> Area:
    return replace(area, name=said.name, priority=said.priority, vehicles=said.vehicles, watched=said.watched)


def _area_in(one: Logged, wanted: str) -> Area:
    return next(area for area in one.change.areas if area.id == wanted)
