"""The catalogues of translations are whole: compiled as they are written, and with the values their texts name."""

from __future__ import annotations

import ast
import importlib.util
import io
import string
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parents[3]


def _texts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "packaging" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


texts = _texts()


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", texts.languages())
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, texts.read(language))
    assert compiled.getvalue() == texts.file_of(language).with_suffix(".mo").read_bytes(), "run: make texts"


@pytest.mark.parametrize("language", texts.languages())
def test_a_translation_names_the_same_values(language: str) -> None:
    wrong = []
    for message in texts.read(language):
        if not message.id or "{" not in str(message.id):
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set().union(*(_values(text) for text in ids))
        wrong += [text for text in said if text and not _values(text) <= wanted]
        if len(ids) == 1:
            wrong += [text for text in said if text and _values(text) != wanted]
    assert wrong == []


def test_every_text_of_the_code_is_found() -> None:
    found = {message.id for message in texts.gathered()}
    assert len(found) > 1, "texts are gathered from the code"


@pytest.mark.parametrize("language", texts.languages())
def test_every_text_is_translated(language: str) -> None:
    catalogue = texts.read(language)
    said = {message.id: message.string for message in texts.gathered() if message.id}
    for key in said:
        known = catalogue.get(key)
        said[key] = known.string if known is not None else ""
    missing = [key for key, text in said.items() if not (all(text) if isinstance(text, tuple) else text)]
    assert missing == [], "run: make texts, and translate what came in empty"


def test_titles_of_columns_are_translated_once_where_they_are_shown() -> None:
    """Translated twice, "What" would be "Was" and then, taken for the English word, "War"."""
    twice, seen = [], 0
    for path in sorted((ROOT / "widgets").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Column" and call.args:
                seen += 1
                if isinstance(call.args[0], ast.Call):
                    twice.append(f"{path.name}:{call.lineno}")
    assert twice == []
    assert seen > 80
