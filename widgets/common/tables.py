"""Tables of rows: a passive model that is told its rows, and the view every table of the console shares.

A row is a frozen dataclass with an ``id``. The model takes whole lists and works out what came, went, moved and changed,
so that selection and scrolling hold while thousands of rows are told again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import attrgetter, is_not
from typing import Generic, NamedTuple, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from core.domain.language import tr
from widgets.common.diff import come, gone, spans
from widgets.common.icons import icon
from widgets.common.words import Moment

Index = QModelIndex | QPersistentModelIndex
SortKey = float | str | None
_ROOT = QModelIndex()
_ID = attrgetter("id")

_FIRST_OWN = int(Qt.ItemDataRole.UserRole)
ID_ROLE = _FIRST_OWN + 1
SORT_ROLE = _FIRST_OWN + 2


class CellFace(NamedTuple):
    """All that is painted of a cell."""

    text: str
    token: str
    icon: str
    meter: float | None
    right: bool
    wrap: bool = False


class Row(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column. ``timed`` says that its text changes with the moment alone; ``width`` in pixels, 0 takes what is left.
    ``narrow`` is its width where little would be left: one with an icon may be so narrow that the icon stands alone;
    ``least`` is where even that is not enough, or the least of what takes the rest. ``wrap`` breaks its text into lines,
    and makes the row as high as they need.

    ``shown`` is whether the column is there before the user says otherwise; a ``spare`` one steps aside where there is no
    room for all, the one with the highest number first, of equals the last. ``sign`` is an icon that stands for the title, of
    a column of little more than icons.
    """

    title: str
    text: Callable[[R, Moment], str]
    sort: Callable[[R], SortKey] | None = None
    token: Callable[[R, Moment], str] | None = None
    icon: Callable[[R, Moment], str] | None = None
    tip: Callable[[R, Moment], str] | None = None
    meter: Callable[[R, Moment], float | None] | None = None
    right: bool = False
    timed: bool = False
    wrap: bool = False
    width: int = 80
    narrow: int = 0
    least: int = 0
    shown: bool = True
    spare: int = 0
    sign: str = ""
    name: str = ""
    """What the column is called where its title is too short for a screen reader."""


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows in; filtered, sorted and shown. Ids are unique; of two rows with one id the later is kept."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.moment = Moment()
        self._rows: list[R] = []
        self._shown: list[R] = []
        self._places: tuple[dict[str, int], dict[str, int]] | None = None
        self._wanted: Callable[[R], bool] | None = None
        self._sort: tuple[int, bool] | None = None

    # What the panel tells

    def set_rows(self, rows: Iterable[R]) -> None:
        new = list({row.id: row for row in rows}.values())
        if new != self._rows:
            self._rows = new
            self._arrange()

    def update_rows(self, rows: Iterable[R]) -> bool:
        """Some rows anew, those not known passed over; whether others would be shown now, or in another order.

        Cheap however many rows there are: what is shown stays where it is until `rearrange`.
        """
        known, shown = self._known_places()
        key = self.columns[self._sort[0]].sort if self._sort is not None else None
        wanted = self._wanted
        moved, changed = False, []
        for row in rows:
            place = known.get(row.id)
            if place is None or self._rows[place] == row:
                continue
            old, self._rows[place] = self._rows[place], row
            moved |= key is not None and key(old) != key(row)
            at = shown.get(row.id)
            moved |= wanted is not None and wanted(row) != (at is not None)
            if at is not None:
                self._shown[at] = row
                changed.append(at)
        last_column = len(self.columns) - 1
        for first, last in spans(sorted(changed)):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column))
        return moved

    def _known_places(self) -> tuple[dict[str, int], dict[str, int]]:
        """Where each row stands, by its id: among all, and among those that are shown."""
        if self._places is None:
            self._places = {row.id: i for i, row in enumerate(self._rows)}, {row.id: i for i, row in enumerate(self._shown)}
        return self._places

    def rearrange(self) -> None:
        """Filter and sort anew."""
        self._arrange()

    def set_filter(self, wanted: Callable[[R], bool] | None) -> None:
        self._wanted = wanted
        self._arrange()

    def set_moment(self, moment: Moment) -> None:
        """Time has passed: what is written against it is painted anew, and nothing else."""
        everything = moment.zone != self.moment.zone
        self.moment = moment
        if not self._shown:
            return
        timed = [i for i, column in enumerate(self.columns) if column.timed or everything]
        for first, last in spans(timed):
            self.dataChanged.emit(self.index(0, first), self.index(len(self._shown) - 1, last))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        sortable = 0 <= column < len(self.columns) and self.columns[column].sort is not None
        self._sort = (column, order == Qt.SortOrder.DescendingOrder) if sortable else None
        self._arrange()

    # What the panel asks

    @property
    def rows(self) -> Sequence[R]:
        """All rows, shown or not."""
        return self._rows

    @property
    def shown(self) -> Sequence[R]:
        return self._shown

    def place(self, row_id: str) -> int:
        """Where the row stands, −1 where it is not shown."""
        return next((i for i, row in enumerate(self._shown) if row.id == row_id), -1)

    # What Qt asks

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        return self.cell(self._shown[index.row()], self.columns[index.column()], role)

    def faces(self, place: int, columns: Iterable[int]) -> object:
        """All that is painted of a row in these columns, a `CellFace` for each, to be compared with what it was before."""
        row, moment = self._shown[place], self.moment
        return tuple([self.face(row, self.columns[i], moment) for i in columns])

    @staticmethod
    def face(row: R, column: Column[R], moment: Moment) -> CellFace:
        meter = column.meter(row, moment) if column.meter else None
        return CellFace(
            column.text(row, moment),
            column.token(row, moment) if column.token else "text",
            column.icon(row, moment) if column.icon else "",
            None if meter is None else round(meter, 2),  # finer than a pixel nobody sees it grow
            column.right,
            column.wrap,
        )

    def cell(self, row: R, column: Column[R], role: int) -> object:
        """One value of one cell; ``None`` where there is none for the role."""
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row, self.moment)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(row, self.moment) if column.tip else column.text(row, self.moment)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == SORT_ROLE:
            return column.sort(row) if column.sort else None
        if role == ID_ROLE:
            return row.id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(column.name or column.title)}: {column.text(row, self.moment)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if column.sign else tr(column.title)
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(column.sign, "muted") if column.sign else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(column.name or column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(column.name or column.title if column.sign else column.name) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    # How it gets there

    def arranged(self) -> list[R]:
        """The rows as they are to be shown."""
        wanted = self._wanted
        rows = [row for row in self._rows if wanted(row)] if wanted else list(self._rows)
        if self._sort is not None:
            column, falling = self._sort
            key = self.columns[column].sort
            assert key is not None
            keyed = [(key(row), row) for row in rows]
            known = sorted((k, row.id, i) for i, (k, row) in enumerate(keyed) if k is not None)
            order = [i for _, _, i in (reversed(known) if falling else known)]
            # What has no value stands last either way.
            rows = [rows[i] for i in order] + [row for k, row in keyed if k is None]
        return rows

    def _arrange(self) -> None:
        self._become(self.arranged())

    def _become(self, new: list[R]) -> None:
        self._places = None
        # Of thousands of rows, several times a second: what can be left to C is.
        shown, new_ids = self._shown, list(map(_ID, new))
        kept = list(map(_ID, shown))
        if kept != new_ids:
            ids, there = set(new_ids), set(kept)
            if there - ids:
                for first, last in gone(kept, ids):
                    self.beginRemoveRows(_ROOT, first, last)
                    del shown[first : last + 1], kept[first : last + 1]
                    self.endRemoveRows()
            self._reorder(kept, [row_id for row_id in new_ids if row_id in there] if ids - there else new_ids)
            if ids - there:
                for first, last in come(there, new_ids):
                    self.beginInsertRows(_ROOT, first, last)
                    shown[first:first] = new[first : last + 1]
                    self.endInsertRows()
        changed = [i for i in compress(count(), map(is_not, shown, new)) if shown[i] != new[i]]
        shown[:] = new
        last_column = len(self.columns) - 1
        for first, last in spans(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column))

    def _reorder(self, old: list[str], new: list[str]) -> None:
        if old == new:
            return
        self.layoutAboutToBeChanged.emit()
        by_id = dict(zip(old, self._shown, strict=True))
        self._shown[:] = map(by_id.__getitem__, new)
        if before := self.persistentIndexList():
            place = {row_id: i for i, row_id in enumerate(new)}
            self.changePersistentIndexList(before, [self.index(place[old[i.row()]], i.column()) for i in before])
        self.layoutChanged.emit()
