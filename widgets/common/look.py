"""The look, declared once: tokens that fill the style sheet, the map page, the charts and the reports.

Nothing here needs a window, so that a report written without one wears the same colours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PySide6.QtGui import QPalette

ThemeName = Literal["light", "dark"]
RowsName = Literal["compact", "comfortable"]

RADIUS_PX = 4
BODY_PX, CAPTION_PX, TITLE_PX = 13, 11, 15
WEIGHT, WEIGHT_STRONG = 400, 600
ROW_PX: dict[RowsName, int] = {"compact": 26, "comfortable": 32}
ICON_PX = 16
OFF_SHARE = 0.75
"""How much of the muted colour is left where something can't be done: paler, and still read."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one theme as ``#RRGGBB``. State colours say what a thing is doing and nothing else."""

    bg: str
    surface: str
    text: str
    muted: str
    accent: str
    on_accent: str
    free: str
    offered: str
    to_pickup: str
    waiting: str
    carrying: str
    late: str
    offline: str
    # Ground colours of the map: quiet, so that what moves on it is seen first.
    land: str
    beyond: str
    water: str
    park: str
    building: str
    road: str
    road_thin: str
    road_edge: str
    path: str
    rail: str
    label: str
    label_place: str
    label_water: str
    label_park: str

    @property
    def line(self) -> str:
        """1 px lines between things: 12 % of the text over the surface."""
        return mix(self.surface, self.text, 0.12)

    @property
    def hover(self) -> str:
        return mix(self.surface, self.text, 0.06)

    @property
    def pressed(self) -> str:
        """Ground of a primary button while it is held down."""
        return mix(self.accent, self.text, 0.25)

    @property
    def off(self) -> str:
        """What can't be done or changed now."""
        return mix(self.surface, self.muted, OFF_SHARE)

    @property
    def selected(self) -> str:
        """Ground of a selected row, light enough to keep every state colour legible upon it."""
        return mix(self.surface, self.accent, 0.08)


LOOKS: dict[ThemeName, Look] = {
    "light": Look(
        bg="#F5F6F8",
        surface="#FFFFFF",
        text="#1B1F27",
        muted="#566070",
        accent="#1F5FD0",
        on_accent="#FFFFFF",
        free="#17754F",
        offered="#8A5200",
        to_pickup="#1F5FD0",
        waiting="#7A45C9",
        carrying="#0B6E78",
        late="#B3261E",
        offline="#626B78",
        land="#F2F3F1",
        beyond="#E4E6E8",
        water="#C7DBE8",
        park="#DCE8D6",
        building="#E5E5E2",
        road="#FFFFFF",
        road_thin="#D9DCDF",
        road_edge="#CFD3D8",
        path="#CBCFC6",
        rail="#BFC4CA",
        label="#5D6673",
        label_place="#404957",
        label_water="#335A77",
        label_park="#3B6040",
    ),
    "dark": Look(
        bg="#12151A",
        surface="#1B1F26",
        text="#E8EBF0",
        muted="#A2ACBA",
        accent="#86AEFF",
        on_accent="#12151A",
        free="#56C596",
        offered="#F0B04A",
        to_pickup="#86AEFF",
        waiting="#C3A0FF",
        carrying="#4FC3CF",
        late="#FF8A80",
        offline="#9AA4B2",
        land="#171B21",
        beyond="#101317",
        water="#132837",
        park="#18261F",
        building="#20252D",
        road="#343C48",
        road_thin="#2C333D",
        road_edge="#101318",
        path="#2B332F",
        rail="#39414C",
        label="#98A2B0",
        label_place="#BCC5D1",
        label_water="#7BA5C2",
        label_park="#7FAA86",
    ),
}

_ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
"""Marks that only the style sheet draws: the arrows of boxes, the tick of a check box."""

STATE_TOKENS = ("free", "offered", "to_pickup", "waiting", "carrying", "late", "offline")
"""Tokens that stand for a state, of a driver or of an order."""


def mix(ground: str, colour: str, share: float) -> str:
    """``colour`` at ``share`` (0 to 1) over ``ground``, as ``#RRGGBB``."""
    pairs = zip(_channels(ground), _channels(colour), strict=True)
    return "#" + "".join(f"{round(g + (c - g) * share):02X}" for g, c in pairs)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def css_variables(theme: ThemeName) -> str:
    """A ``:root`` rule with every colour as a variable: ``--to-pickup``, ``--line``, …"""
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours(theme).items()) + f"color-scheme:{theme}}}"


def colours(theme: ThemeName) -> dict[str, str]:
    """Every colour by its CSS name."""
    look = LOOKS[theme]
    derived = {"line": look.line, "hover": look.hover, "selected": look.selected}
    return {name.replace("_", "-"): value for name, value in {**asdict(look), **derived}.items()}


def palette(theme: ThemeName) -> QPalette:
    """The same colours for what Qt paints without a style sheet."""
    # Imported here: a report needs the tokens on machines that have no display libraries.
    from PySide6.QtGui import QColor, QPalette

    look = LOOKS[theme]
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for which, colour in {
        role.Window: look.bg,
        role.WindowText: look.text,
        role.Base: look.surface,
        role.AlternateBase: look.bg,
        role.Text: look.text,
        role.PlaceholderText: look.muted,
        role.Button: look.surface,
        role.ButtonText: look.text,
        role.ToolTipBase: look.surface,
        role.ToolTipText: look.text,
        role.Highlight: look.selected,
        role.HighlightedText: look.text,
        role.Link: look.accent,
        role.LinkVisited: look.accent,
        role.BrightText: look.late,
        role.Accent: look.accent,
        role.Light: look.surface,
        role.Midlight: look.hover,
        role.Mid: look.line,
        role.Dark: look.line,
        role.Shadow: look.line,
    }.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(group.Disabled, which, QColor(look.off))
    return result


def style_sheet(theme: ThemeName, rows: RowsName = "compact") -> str:
    """Qt's style sheet. A button named primary or danger by its property ``kind`` is coloured so."""
    values = {**asdict(LOOKS[theme]), "line": LOOKS[theme].line, "hover": LOOKS[theme].hover}
    values |= {"selected": LOOKS[theme].selected, "row": str(ROW_PX[rows] - 2), "off": LOOKS[theme].off}
    values |= {"pressed": LOOKS[theme].pressed}
    values |= {"icons": _ICONS.as_posix(), "theme": theme}
    sheet = _SHEET
    # Longest names first: @road must not eat the head of @road_edge.
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace("@" + name, values[name])
    return sheet


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_SHEET = """
* { font-size: 13px; }
QWidget { color: @text; }
QMainWindow, QDialog, QMainWindow::separator { background: @bg; }
QMainWindow::separator { width: 4px; height: 4px; }
QMainWindow::separator:hover { background: @line; }
QLabel[kind="caption"] { color: @muted; font-size: 11px; }
QLabel[kind="title"] { font-size: 15px; font-weight: 600; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="error"] { color: @late; }
QLabel[kind="warning"] { color: @offered; }
QDockWidget { font-size: 15px; font-weight: 600; titlebar-close-icon: url("@icons/close-@theme.svg");
  titlebar-normal-icon: url("@icons/float-@theme.svg"); }
QDockWidget::title { background: @surface; padding: 6px 8px; border-bottom: 1px solid @line; text-align: left; }
QDockWidget > QWidget { background: @surface; }
QTabBar { qproperty-drawBase: 0; qproperty-elideMode: ElideNone; qproperty-usesScrollButtons: true; }
QTabBar::tab { background: transparent; color: @muted; padding: 4px 9px; border: 1px solid transparent;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:focus { border-color: @accent; }
QTabBar::scroller { width: 48px; }
QTabBar QToolButton { background: @surface; border: 1px solid @line; padding: 0; }
QTabBar QToolButton::left-arrow { image: url("@icons/caret-left-@theme.svg"); width: 14px; height: 14px; }
QTabBar QToolButton::right-arrow { image: url("@icons/caret-right-@theme.svg"); width: 14px; height: 14px; }
QTabWidget::pane { border: 0; border-top: 1px solid @line; }
QAbstractItemView { background: @surface; alternate-background-color: @surface; border: 0; gridline-color: @line;
  selection-background-color: @selected; selection-color: @text; outline: 0; }
QAbstractItemView::item { padding: 0 8px; border: 0; }
QTableView::item, QTreeView::item, QListView::item { min-height: @rowpx; border-bottom: 1px solid @hover; }
QTreeView::item:hover, QListView::item:hover { background: @hover; }
QAbstractItemView::item:selected { background: @selected; color: @text; }
QTableView { border: 1px solid @surface; }
QTableView:focus, QTreeView:focus, QListView:focus { border: 1px solid @accent; }
QHeaderView { background: @surface; }
QHeaderView::section { background: @surface; color: @muted; font-size: 11px; font-weight: 600; padding: 4px 8px;
  border: 0; border-bottom: 1px solid @line; }
QHeaderView::section:hover { color: @text; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-origin: border; subcontrol-position: top center;
  width: 8px; height: 8px; }
QHeaderView::up-arrow { image: url("@icons/caret-up-@theme.svg"); }
QHeaderView::down-arrow { image: url("@icons/caret-down-@theme.svg"); }
QPushButton, QToolButton[kind="button"] { background: @surface; border: 1px solid @line; border-radius: 4px;
  padding: 4px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @off; }
QPushButton[kind="primary"], QPushButton:default { background: @accent; color: @on_accent; border-color: @accent;
  font-weight: 600; }
QPushButton[kind="primary"]:pressed, QPushButton:default:pressed { background: @pressed; border-color: @pressed; }
QPushButton[kind="primary"]:disabled { background: @line; color: @muted; border-color: @line; }
QPushButton[kind="danger"] { color: @late; border-color: @late; }
QPushButton[kind="danger"]:disabled { color: @off; border-color: @line; }
QPushButton[kind="danger"]:focus { border: 3px double @accent; padding: 2px 10px; }
QPushButton[kind="primary"]:focus, QPushButton:default:focus { border: 3px double @on_accent; padding: 2px 10px; }
QToolBar { background: @surface; border: 0; border-bottom: 1px solid @line; spacing: 4px; padding: 2px 8px; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px 6px; }
QToolButton:hover { background: @hover; }
QToolButton:checked { background: @selected; }
QToolButton:focus { border-color: @accent; }
QToolButton[kind="button"] { padding: 4px 6px 4px 10px; }
QToolButton:disabled { color: @off; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit { background: @surface;
  border: 1px solid @line; border-radius: 4px; padding: 3px 8px; min-height: 18px; placeholder-text-color: @muted;
  selection-background-color: @accent; selection-color: @on_accent; }
QComboBox:!editable { padding-left: 10px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateTimeEdit:focus { border-color: @accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled,
QComboBox:disabled, QDateTimeEdit:disabled { color: @off; background: @bg; }
QLabel:disabled, QCheckBox:disabled, QRadioButton:disabled { color: @off; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: url("@icons/caret-down-@theme.svg"); width: 12px; height: 12px; }
QAbstractSpinBox { padding-right: 22px; max-height: 18px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { background: transparent; border: 0; width: 20px; height: 12px; }
QAbstractSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @hover; }
QAbstractSpinBox::up-arrow { image: url("@icons/caret-up-@theme.svg"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("@icons/caret-down-@theme.svg"); width: 10px; height: 10px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @muted; background: @surface; }
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: @accent; border-color: @accent; }
QCheckBox::indicator:checked { image: url("@icons/check-@theme.svg"); }
QRadioButton::indicator:checked { image: url("@icons/dot-@theme.svg"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @line; background: @bg; }
QCheckBox, QRadioButton { border: 1px solid transparent; border-radius: 4px; padding: 1px 4px 1px 1px; }
QCheckBox:focus, QRadioButton:focus { border-color: @accent; }
QMenuBar { background: @surface; border-bottom: 1px solid @line; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selected; }
QMenu::item:disabled { color: @off; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QToolTip { background: @surface; color: @text; border: 1px solid @line; padding: 4px 8px; }
QStatusBar { background: @surface; border-top: 1px solid @line; }
QStatusBar::item { border: 0; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QLabel[kind="toast"], QLabel[kind="toast-bad"] { background: @surface; border: 1px solid @line; border-radius: 4px;
  padding: 8px 16px; }
QLabel[kind="toast-bad"] { color: @late; border-color: @late; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: @hover; border: 0; border-radius: 2px; height: 4px; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
"""
