"""Builds the map's page with folium: ``python -m widgets.map.build`` writes resources/map/page.html.

The page is built once and kept among the resources, since folium pulls pandas in where it finds it, and reading both costs
more time than a start of the whole console may take. A test builds it again and compares.
"""

from __future__ import annotations

from html.parser import HTMLParser

import folium
from branca.element import MacroElement
from folium.template import Template

from widgets.map.page import ORIGIN, OWN_SCRIPTS, PAGE_FILE


class _LocalMap(folium.Map):
    """folium's map with folium's links to content networks taken out."""

    default_js = [  # noqa: RUF012  # folium's own attribute is a list
        ("leaflet", f"{ORIGIN}/leaflet/leaflet.js"),
        ("qwebchannel", f"{ORIGIN}/qwebchannel.js"),
        *((name, f"{ORIGIN}/scripts/{name}") for name in OWN_SCRIPTS),
    ]
    default_css = [  # noqa: RUF012  # the same
        ("leaflet_css", f"{ORIGIN}/leaflet/leaflet.css"),
        ("map_css", f"{ORIGIN}/scripts/map.css"),
    ]


class _Start(MacroElement):
    """Hands the map that folium makes over to the page's own scripts."""

    _template = Template("{% macro script(this, kwargs) %}Kerbside.start({{ this._parent.get_name() }});{% endmacro %}")


def build_page() -> str:
    """The page as HTML, the same at every call."""
    page = _LocalMap(
        location=(0.0, 0.0),
        zoom_start=3,
        tiles=None,
        zoom_control=False,
        font_size="13px",
        max_zoom=19,
        min_zoom=2,
        zoom_snap=0.5,
        fade_animation=False,
        attribution_control=False,
        box_zoom=False,
        wheel_px_per_zoom_level=90,
        bounce_at_zoom_limits=False,
    )
    page._id = "live"
    start: MacroElement = _Start()  # type: ignore[no-untyped-call]  # branca declares no types here
    start.add_to(page)
    html: str = page.get_root().render()
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip()) + "\n"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]


def links(html: str) -> list[str]:
    """Every address that the page loads something from."""
    parser = _Links()
    parser.feed(html)
    return parser.found


if __name__ == "__main__":
    PAGE_FILE.write_text(build_page(), encoding="utf-8", newline="\n")
    print(PAGE_FILE)
