from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from app.presenters.audit import audit_row, wanted_by, write_csv
from app.presenters.kinds import GROUPS, KINDS, kind_text
from core.domain.events import (
    AlertRaised,
    AreaSaved,
    BackupRestored,
    KeyMade,
    LettersResent,
    MerchantsTagged,
    NoteTaken,
    OfferMade,
    SecretChanged,
    SettingsChanged,
    UpkeepChange,
)
from core.domain.geo import LatLon
from core.domain.language import speaking
from core.domain.merchant import Area, Merchant
from core.domain.note import Note
from core.domain.offer import Offer
from core.domain.upkeep import Altered, letters_altered, secret_altered
from core.storage.audit import Entry, Touched, Wanted
from core.storage.codec import KINDS as ALL
from core.storage.database import schema_steps
from core.storage.upkeep import UPKEEP_KINDS
from widgets.audit.rows import AuditQuestion, AuditRow

RING = (LatLon(45.0, 9.0), LatLon(45.0, 9.1), LatLon(45.1, 9.1), LatLon(45.0, 9.0))
AREA = Area("a", "Old town", ((RING,),))
NOON = 1_770_033_600.0


def test_one_thing_is_told_by_its_fields_and_several_by_name() -> None:
    after = replace(AREA, name="Citadel")
    row = audit_row(Entry(7, AreaSaved(at=NOON, actor="ida", areas=(after,)), (Touched("areas", "a", AREA, after),)), UTC)
    assert (row.id, row.when, row.who, row.what, row.thing) == ("7", "2 Feb 12:00", "ida", "Area saved", "Citadel")
    assert row.lines == ("name: Old town → Citadel",)
    shops = [Merchant(f"m{n}", f"Shop {n}", LatLon(45.0, 9.0)) for n in range(3)]
    touched = tuple(Touched("merchants", m.id, m, replace(m, area_id="a")) for m in shops)
    many = audit_row(Entry(8, MerchantsTagged(at=NOON, merchants=tuple(shops)), touched, more=4), UTC)
    assert many.thing == "Shop 0, Shop 1, +5"
    assert many.lines[0] == "Shop 0: area: none → a"
    assert many.lines[-1] == "and 4 more"


def test_what_touches_nothing_audited_still_says_whom_it_is_about() -> None:
    offer = Offer("f", "D-1", ("O-1",), NOON, NOON + 60)
    row = audit_row(Entry(9, OfferMade(at=NOON, actor="matcher", offers=(offer,)), ()), UTC)
    assert row.thing == "O-1, D-1"
    assert audit_row(Entry(9, AlertRaised(at=NOON, reason="late"), ()), UTC).change == "late"


def test_groups_hold_kinds_there_are_and_every_kind_reads_as_words() -> None:
    for _, kinds in GROUPS.values():
        assert kinds
        assert kinds <= set(KINDS)
    assert kind_text("OrderHandedBack") == "Order handed back"
    english = {kind: kind_text(kind) for kind in KINDS}
    with speaking("de"):
        assert [kind for kind, words in english.items() if kind_text(kind) == words] == []
    assert wanted_by(AuditQuestion("areas", "ida", "a", 1.0, 2.0)) == Wanted(GROUPS["areas"][1], "ida", "a", 1.0, 2.0)
    assert wanted_by(AuditQuestion()) == Wanted()


def test_a_spreadsheet_gets_text_and_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    row = AuditRow("1", NOON, "", "=cmd", "Area saved", "Old, town", ("a: 1 → 2", "b"), "+1")
    assert write_csv(path, [row], UTC) == 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, told = csv.reader(file)
    assert header[0] == "number"
    assert told == ["1", "2026-02-02T12:00:00+00:00", "'=cmd", "Area saved", "Old, town", "a: 1 → 2; b", "'+1"]


def row_of(change: UpkeepChange | NoteTaken) -> AuditRow:
    return audit_row(Entry(1, change, ()), UTC)


def test_settings_are_told_by_what_they_mean() -> None:
    one, two = Altered("matching.cycle_s", "", 10.0, 7.5), Altered("map.online_tiles", "", False, True)
    row = row_of(SettingsChanged(at=NOON, actor="settings.toml", altered=(one,)))
    assert (row.who, row.what, row.thing) == ("settings.toml", "Settings changed", "matching.cycle_s")
    assert row.lines == ("How often the matcher runs: 10 → 7.5 s",)
    row = row_of(SettingsChanged(at=NOON, altered=(one, two, Altered("gone.for_good", "", None, "x"))))
    assert row.thing == "matching.cycle_s, map.online_tiles, +1"
    assert row.lines[1].endswith(": off → on")
    assert row.lines[2] == "gone.for_good: none → x"


def test_of_secrets_nothing_is_told_but_that_they_are_others() -> None:
    for altered, line in (
        (secret_altered("swift", "Swift", had=False), "none → set"),
        (secret_altered("swift", "Swift", had=True), "set → changed"),
        (secret_altered("swift", "Swift", had=True, has=False), "set → none"),
    ):
        row = row_of(SecretChanged(at=NOON, actor="key:Shop", altered=(altered,)))
        assert (row.who, row.thing, row.lines) == ("key Shop", "Swift", (line,))
    with speaking("de"):
        row = row_of(SecretChanged(at=NOON, actor="terminal:root", altered=(altered,)))
        assert (row.who, row.what, row.lines) == ("Terminal root", "Geheimnis geändert", ("gesetzt → keine",))


def test_keys_letters_backups_and_notes() -> None:
    made = KeyMade(at=NOON, actor="terminal:root", altered=(Altered("ab12", "Shop", None, "orders:read, orders:write"),))
    assert (row_of(made).who, row_of(made).thing, row_of(made).lines) == (
        "terminal root", "Shop", ("none → orders:read, orders:write",)
    )  # fmt: skip
    sent = row_of(LettersResent(at=NOON, altered=(letters_altered("till", "Till", [7, 9]),)))
    assert (sent.thing, sent.lines) == ("Till", ("events 7, 9",))
    assert row_of(LettersResent(at=NOON, altered=(letters_altered("till", "Till", [7]),))).lines == ("event 7",)
    back = row_of(BackupRestored(at=NOON, altered=(Altered("/b/monday.kerbside.zip", "monday.kerbside.zip"),)))
    assert (back.thing, back.lines) == ("monday.kerbside.zip", ("/b/monday.kerbside.zip",))
    assert row_of(NoteTaken(at=NOON, note=Note("n", NOON, "ida", "Bridge closed"))).lines == ("Bridge closed",)


def test_every_kind_of_upkeep_has_a_group_and_an_index() -> None:
    kinds = {name for name, kind in ALL.items() if issubclass(kind, UpkeepChange) and kind is not UpkeepChange}
    assert kinds == set(UPKEEP_KINDS) <= GROUPS["setup"][1]
    assert kinds == (GROUPS["upkeep"][1] | GROUPS["forwarding"][1]) & kinds
    step = next(text for text in schema_steps() if "events_of_upkeep" in text)
    assert kinds == set(re.findall(r"'(\w+)'", step))
