"""The map's page and every file it may load, all of them local."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import PySide6.QtWebChannel  # noqa: F401  # brings qwebchannel.js among Qt's resources
from PySide6.QtCore import QFile, QIODevice
from xstatic.pkg import leaflet

ORIGIN = "kerbside://map"
RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "map"
PAGE_FILE = RESOURCES / "page.html"

# In the order in which they need each other.
OWN_SCRIPTS = (
    "core.js",
    "geo.js",
    "overlay.js",
    "basemap.js",
    "sprites.js",
    "drivers.js",
    "crowd.js",
    "dots.js",
    "orders.js",
    "marks.js",
    "shapes.js",
    "controls.js",
    "past.js",
    "heat.js",
    "popup.js",
    "crosshair.js",
    "draw.js",
    "edit.js",
    "hands.js",
    "start.js",
)

PAINTER_SCRIPTS = ("painter.js", "ground.js", "names.js")
"""What runs in the page's worker; ``geo.js`` serves both."""
PAINTER = "/scripts/painter.js"
PAINTER_POLICY = f"default-src 'none'; script-src {ORIGIN}"


def page_html(tile_host: str = "") -> bytes:
    """The page with its policy: nothing gets in but its own files, and pictures from ``tile_host`` if one is given."""
    html = PAGE_FILE.read_text(encoding="utf-8")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{_policy(html, tile_host)}">'
    return html.replace("<head>", f"<head>{meta}", 1).encode()


def _policy(html: str, tile_host: str) -> str:
    """folium writes some scripts and styles into the page itself: each is allowed by its digest, and no other."""
    scripts = " ".join((ORIGIN, *_digests(html, "script")))
    styles = " ".join((ORIGIN, *_digests(html, "style")))
    # Leaflet swaps a tile for an empty picture in a data: address when it drops it.
    images = f"{ORIGIN} data: {tile_host}" if tile_host else ORIGIN
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src {images}; "
        f"connect-src {ORIGIN}; base-uri 'none'; form-action 'none'"
    )


def _digests(html: str, tag: str) -> list[str]:
    bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" for body in bodies]


def local_files() -> Mapping[str, tuple[bytes, bytes]]:
    """Every file the page may ask for, by its path: MIME type and content. No other path is looked up, here or on disk."""
    kinds = {".js": b"text/javascript", ".css": b"text/css", ".png": b"image/png"}
    root = Path(leaflet.BASE_DIR)
    named = {f"/leaflet/{name}": root / name for name in ("leaflet.js", "leaflet.css")}
    named |= {f"/leaflet/images/{path.name}": path for path in (root / "images").glob("*.png")}
    named |= {f"/scripts/{name}": RESOURCES / name for name in (*OWN_SCRIPTS, *PAINTER_SCRIPTS, "map.css")}
    files = {url: (kinds[path.suffix], path.read_bytes()) for url, path in named.items()}
    files["/qwebchannel.js"] = (kinds[".js"], _from_qt(":/qtwebchannel/qwebchannel.js"))
    return files


def _from_qt(name: str) -> bytes:
    source = QFile(name)
    if not source.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(f"Qt's resource {name} is missing: install PySide6 with its web channel")
    return bytes(source.readAll().data())
