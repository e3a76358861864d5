"""The shape of an area in the making: drawn, changed corner by corner, and saved or left as it was.

Until it is saved, a shape is a draft that nobody else sees. Each thing done to it is a deed of the one history, so undo and
redo are what they are everywhere; once it is saved, the saving alone is left of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.presenters.links import Links
from core.domain import commands as c
from core.domain.errors import BadInput, CommandRefused, KerbsideError
from core.domain.geo import LatLon, checked_place
from core.domain.language import Message, mark, sentence, tr
from core.domain.merchant import Area
from core.geofencing.shapes import Polygons, closed, cut, joined, problem_of, split
from core.orders.places import names
from core.routing.addresses import place_of
from core.routing.city import City
from widgets.areas.panel import AreasPanel
from widgets.map.marks import Drawn
from widgets.map.view import MapView

_DEEDS = {"move": mark("Move a corner"), "insert": mark("Add a corner"), "remove": mark("Remove a corner")}
_PLACE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeDraft(c.Command):
    """The shape that is being worked on."""

    shape: Polygons


@dataclass(slots=True)
class Session:
    """``area`` is as it was when the work began; a new one has no shape there. ``shape`` is the draft."""

    area: Area
    shape: Polygons
    new: bool = False

    @property
    def changed(self) -> bool:
        return self.shape != self.area.polygons


class ShapeDesk(QObject):
    """``name_new`` asks for what else belongs to a new area, and saves it; ``shown`` gives the shape to show where none is
    worked on."""

    def __init__(
        self,
        deeds: Deeds,
        panel: AreasPanel,
        view: MapView,
        city: City | None,
        name_new: Callable[[], None],
        shown: Callable[[], Polygons],
    ) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._view, self._city = deeds, panel, view, city
        self._name_new, self._shown = name_new, shown
        self.session: Session | None = None
        self._purpose = ""
        deeds.own[ShapeDraft] = self._take
        self._links = links = Links()
        links.keep(lambda: deeds.own.pop(ShapeDraft, None))
        links.connect(view.editor.edited, self._edited)
        links.connect(view.editor.refused, lambda: self._tell(tr("An area has three corners at least: remove it instead")))
        links.connect(view.drawn, self._drawn)
        links.connect(view.draw_ended, self._draw_ended)
        links.connect(panel.corner_typed, self._corner)

    def close(self) -> None:
        self._links.end()
        self._purpose = ""
        self.session = None
        self._view.editor.show(())
        self._panel.show_session("", "")
        self.deleteLater()  # the panel, its parent, outlives the core

    def _tell(self, text: str) -> None:
        self._deeds.window.tell(f"{text[:1].upper()}{text[1:]}", bad=True)

    # Beginning and ending

    def edit(self, area: Area) -> None:
        self.session = Session(area, area.polygons)
        self._show()
        self._view.reveal("edit")

    def draw(self, purpose: str) -> None:
        """Let something be drawn: ``new`` area, ``part``, ``cut`` or ``split``."""
        self._purpose = purpose
        self._view.draw("line" if purpose == "split" else "outline")
        self._show()

    def end(self) -> None:
        """The draft is saved or dropped."""
        self.session = None
        self._deeds.history.forget(ShapeDraft)
        self._show()

    def problem(self) -> str:
        return problem_of(self.session.shape)[0] if self.session is not None else ""

    # What is done to the draft

    def _take(self, command: c.Command) -> Sequence[c.Command]:
        assert isinstance(command, ShapeDraft)
        session = self.session
        if session is None:
            raise CommandRefused(Message("the area is not being worked on any more"))
        before = ShapeDraft(shape=session.shape)
        session.shape = command.shape
        self._show()
        return (before,)

    def _change(self, text: str, shape: Polygons) -> None:
        for line in self._deeds.history.do(text, ShapeDraft(shape=shape)):
            self._tell(line)
        self._deeds.changed()

    def _edited(self, shape: Polygons, what: str) -> None:
        if self.session is not None and shape != self.session.shape:
            self._change(tr(_DEEDS.get(what, what)), shape)

    def _corner(self, typed: str) -> None:
        if not typed:
            self._view.editor.finish()
            return
        try:
            self._view.editor.put_corner(self._place(typed))
        except KerbsideError as error:
            self._tell(sentence(error))
        else:
            self._panel.corner.clear()

    def _place(self, typed: str) -> LatLon:
        found = _PLACE.fullmatch(typed)
        if found is not None:
            return checked_place(float(found[1]), float(found[2]))
        place = place_of(self._city, typed) if self._city is not None else None
        if place is None:
            raise BadInput(
                tr("{typed} is not on the map: type latitude and longitude, for example 45.0312, 9.2011", typed=typed)
            )
        return place

    # What was drawn

    def _drawn(self, drawn: Drawn) -> None:
        # Others let people draw as well.
        purpose, self._purpose = self._purpose, ""
        if not purpose:
            return
        places = [LatLon(round(lat, 7), round((lon + 180.0) % 360.0 - 180.0, 7)) for lat, lon in drawn.places]
        try:
            if purpose == "new":
                self._begin_new(places)
            elif purpose == "split":
                self._split(places)
            elif self.session is not None:
                self._draw_more(self.session, purpose, places)
        except BadInput as error:
            self._tell(sentence(error))
        self._show()

    def _draw_ended(self) -> None:
        if self._purpose:
            self._purpose = ""
            self._show()

    def _begin_new(self, places: list[LatLon]) -> None:
        # What crosses itself is taken as it was drawn: the corner that is wrong can be moved, nothing has to be drawn again.
        shape: Polygons = ((closed(places),),)
        self.session = Session(Area("", tr("New area"), ()), shape, new=True)
        if not self.problem():
            self._name_new()

    def _draw_more(self, session: Session, purpose: str, places: list[LatLon]) -> None:
        outline = closed(places)
        crossed = bool(problem_of(((outline,),))[0])
        if purpose == "part":
            shape = (*session.shape, (outline,)) if crossed else joined(session.shape, places)
            self._change(tr("Add a part"), shape)
        else:
            first, *others = session.shape
            shape = ((*first, outline), *others) if crossed else cut(session.shape, places)
            self._change(tr("Cut out"), shape)

    def _split(self, places: list[LatLon]) -> None:
        world = self._deeds.engine.world
        area = world.areas.get(next(iter(self._panel.selected()), ""))
        if area is None:
            raise BadInput(tr("select the area that is to be split"))
        first, *others = split(area.polygons, places)
        made = [replace(area, polygons=first)]
        taken = {a.name for a in world.areas.values()}
        for piece in others:
            name = free_name(area.name, taken)
            taken.add(name)
            made.append(replace(area, id=area_id(name, {*world.areas, *(m.id for m in made)}), name=name, polygons=piece))
        self._deeds.carry_out(tr("Split {area}", area=area.name), [c.SaveArea(area=one) for one in made])
        self._panel.select([one.id for one in made])
        if any(names(rule.when, "area", area.id) for rule in world.ruleset.rules):
            self._deeds.window.tell(tr("Its rules name {area} alone: say in them what holds for the new part", area=area.name))

    # What is to be seen

    def _show(self) -> None:
        session, editor = self.session, self._view.editor
        self._deeds.changed()
        drawing = {
            "new": tr("Draw the outline of the new area"),
            "part": tr("Draw the part to add"),
            "cut": tr("Draw what is to be cut out"),
            "split": tr("Draw a line across the area"),
        }.get(self._purpose, "")
        if session is None:
            editor.show(self._shown())
            self._panel.show_session(drawing, "", drawing=bool(drawing))
            return
        problem, where = problem_of(session.shape)
        editor.show(session.shape, live=True, problem=where)
        told = drawing or (tr("New area") if session.new else tr("Shape of {area}", area=session.area.name))
        text = f"{problem[:1].upper()}{problem[1:]}"
        self._panel.show_session(told, text, drawing=bool(drawing), savable=session.changed)

    def refresh(self) -> None:
        """What is shown where nothing is worked on may be another one."""
        if self.session is None and not self._purpose:
            self._view.editor.show(self._shown())


def free_name(name: str, taken: set[str]) -> str:
    """``Old town 2``, ``Old town 3`` … whichever is the first that nobody has."""
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"


def area_id(name: str, taken: set[str]) -> str:
    """An id from a name: ``old-town``, with a number where there is one already."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "area"
    wanted, number = plain, 2
    while wanted in taken or wanted == "none":
        wanted, number = f"{plain}-{number}", number + 1
    return wanted
