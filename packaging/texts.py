"""Gathers the texts that people read into the catalogues of resources/translations, and compiles them.

.venv/bin/python packaging/texts.py          after texts have changed: new ones come in empty, to be translated
.venv/bin/python packaging/texts.py LANG     begins a catalogue of another language
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "resources" / "translations"
CALLS: dict[str, tuple[int | str, ...]] = {
    "tr": (0,),
    "mark": (0,),
    "Message": (0,),
    # What is declared once and translated where it is shown.
    "Column": (0, "name"),
    "Declared": (1, 2),
    "StateLook": (1,),
    "ModeLook": (0, 3),
    "BrokerLook": (0,),
    "Verb": (2, 3),
    "_dock": (0,),
    "Question": (0, 1, 4, 5),
    "_s": (2, 3, "description", "unit"),
}
"""Which arguments of which calls are texts, by place or by name."""
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a date would change the files whenever they are made


def gathered() -> Catalog:
    """Every text of the code, in the order of the files."""
    found = Catalog(charset="utf-8", creation_date=NO_DATE, revision_date=NO_DATE)
    for folder in ("app", "widgets", "core"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = [(path.relative_to(ROOT).as_posix(), 0)]
            for text in texts_of(ast.parse(path.read_text(encoding="utf-8"))):
                found.add(text, locations=place)
    return found


def texts_of(tree: ast.Module) -> Iterator[str | tuple[str, str]]:
    """Constant texts in the calls named above; of ``ntr`` the two forms."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "ntr":
            one, many = (ast.literal_eval(argument) for argument in call.args[:2])
            yield (one, many)
            continue
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        for which in CALLS.get(name, ()):
            value = named.get(which) if isinstance(which, str) else call.args[which] if which < len(call.args) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value


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
    catalogue.project, catalogue.version, catalogue.fuzzy = "Kerbside", "0", False
    catalogue.header_comment = f"# The texts of Kerbside in {catalogue.locale.english_name if catalogue.locale else language}."
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    return catalogue


def _all_of(message: Message) -> bool:
    """Whether it is translated, in each of its forms."""
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def main(names: list[str]) -> None:
    for language in names or languages():
        catalogue = update(language)
        file = file_of(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            write_po(out, catalogue, width=120, include_lineno=False, omit_header=False)
        with file.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue)
        empty = sum(1 for message in catalogue if message.id and not _all_of(message))
        print(f"{language}: {len(catalogue)} texts, {empty} not translated")


if __name__ == "__main__":
    main(sys.argv[1:])
