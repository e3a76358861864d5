"""The page: whole, safe, and without anything to fetch."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report import check_target, write_report
from app.report.ground import ground_of
from app.report.page import build_page
from core.domain.errors import BadInput
from core.domain.language import speaking
from core.routing.base_map import BaseMap
from core.routing.city import Bounds
from tests.unit.app.report.conftest import AWKWARD
from widgets.common.look import LOOKS


class Tags(HTMLParser):
    """Everything a browser could load something from, the pieces of code, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.code: dict[str, list[str]] = {"script": [], "style": []}
        self.handlers: list[str] = []
        self.policy = ""
        self.text = ""
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "style"):
            self._inside = tag
            self.code[tag].append("")
        self.loads += [v for k, v in attrs if v and k in ("src", "href", "xlink:href", "data", "action", "srcset", "poster")]
        self.handlers += [k for k in values if k.startswith("on") or k == "style"]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[self._inside][-1] += data
        else:
            self.text += data


@pytest.fixture
def page(small_run) -> str:
    return build_page(small_run.system, small_run.city, small_run.figures, small_run.cycles_s)


def test_there_is_nothing_to_fetch(page: str) -> None:
    tags = Tags(page)
    assert tags.loads == []
    css = "".join(tags.code["style"])
    assert "@import" not in css
    addresses = re.findall(r"url\(([^)]*)\)", css)
    assert addresses
    assert [a for a in addresses if not a.startswith(("data:", "#"))] == []
    assert "sourceMappingURL" not in page
    for host in ("cdn.", "unpkg", "jsdelivr", "googleapis", "tile.openstreetmap"):
        assert host not in page


def test_the_policy_admits_nothing_but_the_pages_own_pieces(page: str) -> None:
    tags = Tags(page)
    policy = dict(part.strip().split(" ", 1) for part in tags.policy.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    assert "unsafe" not in tags.policy
    assert not re.search(r"https?:", tags.policy)
    for kind in ("script", "style"):
        assert len(tags.code[kind]) == 3
        digests = [base64.b64encode(hashlib.sha256(c.encode()).digest()).decode() for c in tags.code[kind]]
        assert policy[f"{kind}-src"] == " ".join(f"'sha256-{d}'" for d in digests)
    assert tags.handlers == []


def test_names_are_text_and_never_code(page: str) -> None:
    assert "<script>alert(1)" not in page
    assert "<b>End" not in page
    script = Tags(page).code["script"][2]
    calls = dict(re.findall(r"Report\.(\w+)\(\w+,(.*?)\);\n", script + "\n"))
    (merchant,) = json.loads(calls["merchants"])
    assert merchant == [45.0, 9.0, 'Trattoria </script><script>alert(1)</script> "Ada" & Söhne', 4, "4 orders"]
    assert "North <b>End</b>" in calls["ground"].replace("\\u003c", "<").replace("\\u003e", ">")


def test_the_map_shows_what_became_of_each_order(page: str) -> None:
    script = Tags(page).code["script"][2]
    calls = {k: json.loads(v) for k, v in re.findall(r"Report\.(\w+)\(\w+,(.*?)\);\n", script + "\n")}
    titles = {k: [o[4] for o in calls[k]] for k in ("underWay", "inTime", "late")}
    assert titles == {"underWay": ["O-4"], "inTime": ["O-1 by D-1"], "late": ["O-2 by D-1"]}
    assert calls["late"][0][5] == "promised for 18:22, delivered 18:26 (+4 min)"
    assert calls["inTime"][0][5].endswith("(−6 min)")
    assert [name for name, _ in calls["areas"]] == ["Old town"]
    assert set(calls["ground"]["roads"]) == {"primary", "residential"}
    for name in ("Areas", "Under way (1)", "Delivered in time (1)", "Delivered late (1)"):
        assert json.dumps(name) in script


def test_figures_facts_and_both_looks_are_there(page: str) -> None:
    tags = Tags(page)
    text = " ".join(tags.text.split())
    assert "Deliveries in Testville" in text
    assert "Friday 6 March 2026, 18:00 to 18:30 UTC" in text
    assert "2 drivers · 1 merchant ·" in text
    assert "30 min simulated in 1.5 s" in text
    assert "▲ 50.0" in text
    assert re.search("Waiting at the pick-up ?– ?beyond the usual stop", text)
    assert "© Nobody" in text
    css = tags.code["style"][0]
    light, dark = css.split("prefers-color-scheme:dark")
    assert LOOKS["light"].late in light
    assert LOOKS["dark"].late in dark
    assert page.count('role="img"') == 6


def test_it_speaks_the_language_in_use_and_no_other(small_run) -> None:
    with speaking("de"):
        page = build_page(small_run.system, small_run.city, small_run.figures, small_run.cycles_s)
    english = build_page(small_run.system, small_run.city, small_run.figures, small_run.cycles_s)
    assert '<html lang="de">' in page
    text = " ".join(Tags(page).text.split())
    for word in ("Freitag, 6. März 2026, 18:00 bis 18:30", "2 Fahrer · 1 Laden ·", "▲ 50,0", "je Zustellung", "Erstellt mit"):
        assert word in text
    for word in ("versprochen für 18:22, zugestellt 18:26 (+4 min)", "O-1 durch D-1", "4 Aufträge"):
        assert json.dumps(word)[1:-1] in page

    def words(html: str) -> set[str]:
        named = " ".join(re.findall(r'aria-label="([^"]*)"', html))
        shown, _, _ = Tags(html).text.partition("Alle Zahlen" if html is page else "All figures")
        return set(re.findall(r"[A-Za-z]{5,}", f"{shown} {named}"))

    same = words(page) & words(english) - set(re.findall(r"\w+", AWKWARD))
    assert same <= {"Kerbside", "Leaflet", "Nobody", "Testville", "Minuten", "online", "Offline"}


def test_a_run_without_deliveries_says_so(small_run) -> None:
    figures = {"simulated_min": 1.0, "orders_placed": 0, "late_orders_pct": None, "pdt_min": None}
    small_run.system.clock._now = 1_772_820_060.0
    page = build_page(small_run.system, small_run.city, figures)
    assert page.count("Nothing has been delivered yet") == 3
    assert "No cycle was measured" in page
    assert "None" not in Tags(page).text


def test_the_same_run_gives_the_same_page(small_run, page: str) -> None:
    assert build_page(small_run.system, small_run.city, small_run.figures, small_run.cycles_s) == page


def test_the_file_is_small_and_replaces_the_old_one(small_run, tmp_path: Path) -> None:
    target = tmp_path / "out" / "report.html"
    target.parent.mkdir()
    target.write_text("old")
    write_report(target, small_run.system, small_run.city, small_run.figures)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert target.stat().st_size < 400_000
    assert [p.name for p in target.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no folder"):
        check_target(tmp_path / "nowhere" / "r.html")
    with pytest.raises(BadInput, match="is a folder"):
        check_target(tmp_path)
    check_target(tmp_path / "r.html")


def walk(size: int) -> st.SearchStrategy[np.ndarray]:
    step = st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
    return st.lists(step, min_size=2, max_size=size).map(lambda s: np.add(np.cumsum(s, axis=0), (45.0, 9.0)))


@given(walk(40))
def test_simplified_roads_keep_their_ends_and_stay_near(points: np.ndarray) -> None:
    import shapely

    base = BaseMap()
    base.road("primary", "", points)
    ground = ground_of(base.to_bytes(Bounds(44, 8, 46, 10), ()))
    (line,) = ground["roads"]["primary"]
    drawn = np.cumsum(np.array(line).reshape(-1, 2), axis=0) / 1e5
    ends = points[[0, -1]]
    assert any(np.allclose(drawn[[i, j]], ends, atol=2e-5) for i, j in ((0, -1), (-1, 0)))
    apart = shapely.hausdorff_distance(shapely.LineString(points), shapely.LineString(drawn))
    assert apart * 111_200 < 8  # 3 m of tolerance at most, and rounding


def test_a_large_region_is_drawn_coarser_until_it_fits() -> None:
    rng = np.random.default_rng(1)
    base = BaseMap()
    for kind in ("primary", "residential"):
        for _ in range(40):
            base.road(kind, "", np.cumsum(rng.normal(0, 2e-4, (200, 2)), axis=0) + rng.random(2) + np.array([45.0, 9.0]))
    data = base.to_bytes(Bounds(44, 8, 46, 10), ())
    sizes = [len(json.dumps(ground_of(data, limit), separators=(",", ":"))) for limit in (10**7, 80_000, 61_000)]
    assert sizes[0] > 80_000 > sizes[1] > 61_000 > sizes[2]
    assert "residential" in ground_of(data, 61_000)["roads"]
    assert set(ground_of(data, 1_000)["roads"]) == {"primary"}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"roads": [{"c": "primary"}]}', b'{"parks": [[]]}', b'{"roads": 3}'])
def test_a_base_map_that_is_none_is_one_clear_line(data: bytes) -> None:
    with pytest.raises(BadInput, match="import the map again"):
        ground_of(data)
