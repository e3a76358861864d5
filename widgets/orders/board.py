"""The model of the orders board: rows of orders under the titles of their queues, in one flat list.

A flat list rather than a tree: Qt lays a whole tree out anew whenever a row comes or goes, a table only what it shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from PySide6.QtCore import QMimeData, QModelIndex, Qt

from core.domain.language import capital, mark, number, tr
from core.domain.order import ENDED, Status
from widgets.common.dragging import ORDER_MIME, order_mime
from widgets.common.states import LATE, STATUS
from widgets.common.tables import Column, Index, RowsModel
from widgets.common.words import Moment, countdown, duration, from_to, lateness
from widgets.orders.grouping import GROUPINGS, GroupKey
from widgets.orders.queues import Plan, Queues
from widgets.orders.rows import OrderRow, Section
from widgets.orders.told import told_icon, told_rank, told_text, told_tip, told_token


@dataclass(frozen=True, slots=True)
class Heading:
    """The title row of a queue. ``whole`` counts the orders in it, ``shown`` those that the filter lets through."""

    section: GroupKey
    whole: int
    shown: int
    folded: bool
    detail: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        return f"\0{self.section.name if isinstance(self.section, Section) else self.section}"

    def text(self) -> str:
        count = (
            number(self.whole) if self.whole == self.shown else tr("{shown:,} of {whole:,}", shown=self.shown, whole=self.whole)
        )
        title = tr(self.section.value) if isinstance(self.section, Section) else self.title
        return f"{title}  {count}"


def _is_late(row: OrderRow, moment: Moment) -> bool:
    minutes = row.lateness_min(moment.now)
    return minutes is not None and round(minutes) > 0


def _state_text(row: OrderRow, _: Moment) -> str:
    # What is wrong, in its first words: the minutes stand in the last column.
    wrong = capital(row.exception.partition(tr(" for "))[0].partition(",")[0])
    return wrong if wrong and row.status is not Status.FAILED else STATUS[row.status].label


def _state_token(row: OrderRow, _: Moment) -> str:
    if row.tried:
        return "accent"
    return LATE.token if row.alarming else "text" if row.eased else STATUS[row.status].token


def _state_icon(row: OrderRow, _: Moment) -> str:
    # The icon keeps telling the state where the words tell what is wrong with it.
    if row.tried:
        return "flask"
    return STATUS[row.status].icon


def _way(row: OrderRow, _: Moment) -> str:
    return from_to(row.merchant, row.address or row.customer) if row.address or row.customer else row.merchant


def when(row: OrderRow, moment: Moment) -> str:
    """What counts now: how long it waits, how long the offer stands, when it will be there, how it ended."""
    if row.status is Status.OFFERED and row.offer_until is not None:
        return countdown(row.offer_until - moment.now)
    if row.status in ENDED:
        minutes = row.lateness_min(moment.now)
        return moment.clock(row.status_at) + (f" {lateness(minutes)}" if minutes is not None and round(minutes) else "")
    if not row.driver_id:
        waited_s = moment.now - row.waiting_since
        # Still in the kitchen: nobody is needed before then.
        return (
            duration(waited_s) if waited_s >= 0 else tr("from {waiting_since}", waiting_since=moment.clock(row.waiting_since))
        )
    minutes = row.lateness_min(moment.now)
    late = f" {lateness(minutes)}" if minutes is not None and round(minutes) > 0 else ""
    return moment.clock(row.eta if row.eta is not None else row.due_at) + late


def _when_token(row: OrderRow, moment: Moment) -> str:
    if row.status is Status.OFFERED:
        return "offered"
    if row.alarming or _is_late(row, moment):
        return LATE.token
    return "muted" if not row.driver_id and row.waiting_since > moment.now else "text"


def _tip(row: OrderRow, moment: Moment) -> str:
    lines = [tr("Order {id}: {value}", id=row.id, value=row.exception or STATUS[row.status].label), _way(row, moment)]
    if row.tried:
        lines.append(tr("Only tried, not carried out"))
    if row.customer:
        lines.append(tr("For {customer}", customer=row.customer))
    if row.driver_id:
        lines.append(tr("Driver {driver_id} {driver_name}", driver_id=row.driver_id, driver_name=row.driver_name).rstrip())
    lines.append(tr("Placed {placed_at}, due {due_at}", placed_at=moment.clock(row.placed_at), due_at=moment.clock(row.due_at)))
    if not row.driver_id and row.waiting_since > moment.now:
        lines.append(tr("A driver is needed from {waiting_since}", waiting_since=moment.clock_and_gap(row.waiting_since)))
    if row.eta is not None:
        lines.append(tr("Expected {eta}", eta=moment.clock_and_gap(row.eta)))
    marks = [text for on, text in ((row.batched, tr("batched")), (row.chained, tr("chained"))) if on]
    if marks:
        lines.append(capital(", ".join(marks)))
    return "\n".join(lines)


def _plain(title: str, field: str, width: int, name: str = "") -> Column[OrderRow]:
    """A column of words that is there once it is asked for."""

    def text(row: OrderRow, _: Moment) -> str:
        return str(getattr(row, field))

    def sort(row: OrderRow) -> str | None:
        return str(getattr(row, field)).casefold() or None

    return Column(title, text, sort=sort, tip=_tip, width=width, shown=False, name=name)


def _time(title: str, field: str, width: int) -> Column[OrderRow]:
    """A column of times that is there once it is asked for."""

    def text(row: OrderRow, moment: Moment) -> str:
        return moment.clock(getattr(row, field))

    def sort(row: OrderRow) -> float | None:
        at: float | None = getattr(row, field)
        return at

    return Column(title, text, sort=sort, tip=_tip, right=True, width=width, shown=False)


def columns(alarm_s: Callable[[], float]) -> tuple[Column[OrderRow], ...]:
    """``alarm_s`` gives the seconds without a driver at which the age bar is full."""

    def age_share(row: OrderRow, moment: Moment) -> float | None:
        if row.driver_id or row.status in ENDED or row.status not in (Status.RECEIVED, Status.WAITING):
            return None
        return (moment.now - row.waiting_since) / alarm_s()

    return (
        Column("Order", lambda r, m: r.id, sort=lambda r: r.id, tip=_tip, width=50),
        Column(
            "State",
            _state_text,
            token=_state_token,
            icon=_state_icon,
            sort=lambda r: r.status.value,
            tip=_tip,
            width=152,
            narrow=132,
            least=40,
        ),
        Column("From → to", _way, sort=lambda r: r.merchant.casefold(), tip=_tip, width=0, least=90, name="From and to"),
        Column("Driver", lambda r, m: r.driver_id, sort=lambda r: r.driver_id or None, tip=_tip, width=64, narrow=50, spare=1),
        Column(
            "Age, ETA",
            when,
            token=_when_token,
            tip=_tip,
            meter=age_share,
            sort=lambda r: r.eta if r.eta is not None else r.due_at,
            right=True,
            timed=True,
            width=114,
            least=108,
            name="Age, countdown or expected arrival",
        ),
        Column(
            "Told",
            told_text,
            sort=told_rank,
            token=told_token,
            icon=told_icon,
            tip=told_tip,
            width=104,
            narrow=34,
            spare=2,
            sign="device-mobile",
            name="How far the last command has come",
        ),
        _time(mark("Due"), "due_at", 60),
        _plain(mark("Name"), "driver_name", 100, mark("Driver's name")),
        _plain(mark("Area"), "area", 90),
        _plain(mark("Customer"), "customer", 110),
        _time(mark("Placed"), "placed_at", 64),
        _time(mark("Ready"), "ready_at", 64),
    )


# Put together once: each cell is asked for its flags at each stroke.
_OF_A_HEADING = Qt.ItemFlag.ItemIsEnabled
_OF_AN_ORDER = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren | Qt.ItemFlag.ItemIsDragEnabled
)


class BoardModel(RowsModel[OrderRow | Heading]):
    """`set_rows` takes orders; the titles are the model's own."""

    def __init__(self, order_columns: Sequence[Column[OrderRow]]) -> None:
        # A heading never reaches a column: `cell` answers for it.
        super().__init__(order_columns)  # type: ignore[arg-type]
        self._sortable = tuple(order_columns)
        self._folded: set[GroupKey] = {Section.DONE}
        self._words: list[str] = []
        self._queues = Queues(Plan())

    @property
    def rows(self) -> Sequence[OrderRow]:
        return tuple(self._queues.rows.values())

    def orders(self) -> Iterable[OrderRow]:
        return (row for row in self.shown if isinstance(row, OrderRow))

    def is_folded(self, section: GroupKey) -> bool:
        return section in self._folded

    def fold(self, section: GroupKey, folded: bool) -> None:
        (self._folded.add if folded else self._folded.discard)(section)
        self._arrange()

    def group_of(self, row: OrderRow) -> GroupKey:
        return GROUPINGS[self._queues.plan.grouping].of(row)

    def set_grouping(self, name: str) -> None:
        """One of `GROUPINGS`."""
        self._replan(self._queues.plan._replace(grouping=name))

    def set_sections(self, sections: Iterable[Section]) -> None:
        """Let only these queues through; all of them where there are none."""
        self._replan(self._queues.plan._replace(sections=frozenset(sections)))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        sortable = 0 <= column < len(self.columns) and self.columns[column].sort is not None
        by = (self._sortable[column], order == Qt.SortOrder.DescendingOrder) if sortable else None
        self._replan(self._queues.plan._replace(sort=by))

    def _replan(self, plan: Plan) -> None:
        if plan != self._queues.plan:
            self._queues = Queues(plan, self._queues.rows.values())
            self._arrange()

    def set_words(self, words: Sequence[str]) -> None:
        """Let only orders through that hold each of these, in one case; all of them where there are none."""
        if list(words) != self._words:
            self._words = list(words)
            self._arrange()

    def set_rows(self, rows: Iterable[OrderRow | Heading]) -> None:
        before, now = self._queues.rows, {row.id: row for row in rows if isinstance(row, OrderRow)}
        gone: dict[str, OrderRow | None] = dict.fromkeys(before.keys() - now.keys())
        self.change_rows(gone | {order_id: row for order_id, row in now.items() if before.get(order_id) != row})

    def change_rows(self, changes: Mapping[str, OrderRow | None]) -> None:
        """Orders that have come or are others now, and ``None`` for those that are gone."""
        if changes:
            self._queues.change(changes)
            self._arrange()

    def section_at(self, place: int) -> GroupKey | None:
        """The queue whose title stands at the place."""
        row = self.shown[place] if 0 <= place < len(self.shown) else None
        return row.section if isinstance(row, Heading) else None

    def counts(self) -> dict[str, int]:
        """Orders in each queue, whatever is let through, by its name."""
        return {section.name: self._queues.counts[section] for section in Section}

    def arranged(self) -> list[OrderRow | Heading]:
        if not self._queues.rows:
            return []
        grouping = self._queues.plan.grouping
        result: list[OrderRow | Heading] = []
        for group, queue in self._queues.groups.items():
            rows = self._found(queue)
            if grouping != "state" and not rows:
                continue
            # While something is searched for, a folded queue would hide what was found.
            folded = group in self._folded and not self._words
            title = "" if isinstance(group, Section) else GROUPINGS[grouping].title(group, self.moment)
            result.append(Heading(group, len(queue), len(rows), folded, _detail(group, rows), title))
            if not folded:
                result += rows
        return result

    def _found(self, rows: list[OrderRow]) -> list[OrderRow]:
        for word in self._words:
            rows = [row for row in rows if word in row.haystack()]
        return rows

    def cell(self, row: OrderRow | Heading, column: Column[OrderRow | Heading], role: int) -> object:
        if not isinstance(row, Heading):
            return super().cell(row, column, role)
        first = column is self.columns[0]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text() if first else ""
        if role == Qt.ItemDataRole.AccessibleTextRole and first:
            return f"{row.text()}, {tr('folded') if row.folded else tr('unfolded')}"
        return None

    def faces(self, place: int, columns: Iterable[int]) -> object:
        row = self.shown[place]
        return row if isinstance(row, Heading) else super().faces(place, columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _OF_A_HEADING if isinstance(self.shown[index.row()], Heading) else _OF_AN_ORDER

    def mimeTypes(self) -> list[str]:
        return [ORDER_MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        places = sorted({index.row() for index in indexes})
        return order_mime(row.id for row in map(self.shown.__getitem__, places) if isinstance(row, OrderRow))

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction


_STATUS = attrgetter("status")


def _detail(section: GroupKey, rows: Sequence[OrderRow]) -> str:
    if section is not Section.ACTIVE or not rows:
        return ""
    counts = Counter(map(_STATUS, rows))
    return ", ".join(
        f"{number(counts[status])} {text}"
        for status, text in (
            (Status.ASSIGNED, tr("to pick-up")),
            (Status.AT_PICKUP, tr("at pick-up")),
            (Status.CARRYING, tr("on the way")),
            (Status.AT_DROPOFF, tr("at the door")),
        )
        if counts[status]
    )
