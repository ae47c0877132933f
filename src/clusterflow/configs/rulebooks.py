"""Reads rulebooks from files and reports all mistakes of all files at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clusterflow.configs.json_schema import file_schema
from clusterflow.configs.mistakes import sorted_mistakes
from clusterflow.configs.model_file import Catalogue
from clusterflow.configs.rulebook_builder import build_rulebook
from clusterflow.configs.rulebook_checks import check_rulebook
from clusterflow.configs.rulebook_file import SHAPES, WrittenRulebook
from clusterflow.configs.yaml import Document, parse, read
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.rulebook import Rulebook
from clusterflow.errors import Mistake, Mistakes

Metrics = Mapping[str, MetricDeclaration]


def load_rulebook(path: Path, metrics: Metrics) -> Rulebook:
    """Return the rulebook of one file.

    Raises:
        Mistakes: everything that is wrong with it, in the order of its lines.
    """
    return _rulebook(read(path), metrics)


def parse_rulebook(text: str, metrics: Metrics, file: str = "rulebook") -> Rulebook:
    """Return the rulebook of a text. Mistakes call the text ``file``."""
    return _rulebook(parse(text, file), metrics)


def rulebook_files(folder: Path) -> list[Path]:
    """Return the rulebook files of a folder, which may be missing: an office need not have rulebooks."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))


def load_rulebooks(files: Iterable[Path], metrics: Metrics) -> dict[str, Rulebook]:
    """Return the rulebooks of some files by their ids. Each file has the name of its rulebook.

    Raises:
        Mistakes: everything that is wrong with any of the files.
    """
    rulebooks: dict[str, Rulebook] = {}
    mistakes: list[Mistake] = []
    for path in files:
        try:
            document = read(path)
            mistakes += _misnamed(document, path)
            rulebook = _rulebook(document, metrics)
            rulebooks[rulebook.id] = rulebook
        except Mistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return rulebooks


def rulebook_schema(metrics: Iterable[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema of a rulebook file, for editors; with the ids of metrics, an editor can offer them."""
    return file_schema(
        WrittenRulebook, "clusterflow rulebook", metrics, ("WrittenCriterion", "WrittenRule", "WrittenOpenRule")
    )


def _rulebook(document: Document, metrics: Metrics) -> Rulebook:
    mistakes = check_rulebook(document, metrics)
    written: WrittenRulebook | None = None
    name = document.value.get("rulebook") if isinstance(document.value, dict) else None
    catalogue = Catalogue(metrics, rulebook=name if isinstance(name, str) else "rulebook")
    try:
        written = WrittenRulebook.model_validate(document.value, context=catalogue)
    except ValidationError as error:
        mistakes += SHAPES.mistakes(document, error)
    found = sorted_mistakes(document, mistakes)
    if written is None or found:
        raise Mistakes(found)
    return build_rulebook(written, metrics)


def _misnamed(document: Document, path: Path) -> list[Mistake]:
    name = document.value.get("rulebook") if isinstance(document.value, dict) else None
    if not isinstance(name, str) or name == path.stem:
        return []
    where = document.where(("rulebook",))
    return [Mistake(where, f"the rulebook «{name}» is in a file called {path.name}", f"{name}{path.suffix}")]
