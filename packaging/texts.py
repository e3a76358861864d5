"""Gathers the texts that people read into the catalogues of resources/translations, and compiles them.

.venv/bin/python packaging/texts.py          after texts have changed: new ones come in empty, to be translated
.venv/bin/python packaging/texts.py LANG     begins a catalogue of another language
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "resources" / "translations"
KEYWORDS = {"tr": None, "mark": None, "ntr": (1, 2)}
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a date would change the files whenever they are made


def gathered() -> Catalog:
    """Every text of the code, in the order of the files."""
    found = Catalog(charset="utf-8", creation_date=NO_DATE, revision_date=NO_DATE)
    for folder in ("app", "widgets", "core"):
        for file, _, message, _, context in extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS):
            found.add(message, locations=[(f"{folder}/{file}", 0)], context=context)
    return found


def languages() -> list[str]:
    return sorted(path.parts[-3] for path in CATALOGUES.glob("*/LC_MESSAGES/kerbside.po"))


def file_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "kerbside.po"


def read(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """The catalogue with today's texts: what is gone is dropped, what is new is empty, nothing is guessed."""
    catalogue = read(language) if file_of(language).exists() else Catalog(locale=language, charset="utf-8")
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    return catalogue


def main(names: list[str]) -> None:
    for language in names or languages():
        catalogue = update(language)
        file = file_of(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            write_po(out, catalogue, width=120, include_lineno=False, omit_header=False)
        with file.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue)
        empty = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{language}: {len(catalogue)} texts, {empty} not translated")


if __name__ == "__main__":
    main(sys.argv[1:])
