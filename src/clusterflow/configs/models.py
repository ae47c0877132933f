"""Reads lifecycle models from files and reports all mistakes of all files at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from clusterflow.configs.mistakes import sorted_mistakes
from clusterflow.configs.model_builder import build_model
from clusterflow.configs.model_checks import check_model, stage_ids
from clusterflow.configs.model_file import SHAPES, Catalogue, WrittenModel
from clusterflow.configs.yaml import Document, parse, read
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.errors import Mistake, Mistakes

Metrics = Mapping[str, MetricDeclaration]


def load_model(path: Path, metrics: Metrics) -> LifecycleModel:
    """Return the model of one file.

    Raises:
        Mistakes: everything that is wrong with it, in the order of its lines.
    """
    return _model(read(path), metrics)


def parse_model(text: str, metrics: Metrics, file: str = "model") -> LifecycleModel:
    """Return the model of a text. Mistakes call the text ``file``."""
    return _model(parse(text, file), metrics)


def model_files(folder: Path) -> list[Path]:
    """Return the model files of a folder. Each file has the name of its model.

    Raises:
        Mistakes: there is none.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))
    if not files:
        raise Mistakes([Mistake(str(folder), "there is no model in this folder", "files like basque.yaml")])
    return files


def load_models(files: Iterable[Path], metrics: Metrics) -> dict[str, LifecycleModel]:
    """Return the models of some files by their ids.

    Raises:
        Mistakes: everything that is wrong with any of the files.
    """
    models: dict[str, LifecycleModel] = {}
    mistakes: list[Mistake] = []
    first: dict[str, Path] = {}
    for path in files:
        try:
            document = read(path)
        except Mistakes as error:
            mistakes += error.mistakes
            continue
        try:
            model = _model(document, metrics)
            models[model.id] = model
        except Mistakes as error:
            mistakes += error.mistakes
        mistakes += _misnamed(document, path, first)
    if mistakes:
        raise Mistakes(mistakes)
    return models


def _model(document: Document, metrics: Metrics) -> LifecycleModel:
    mistakes = check_model(document, metrics)
    written: WrittenModel | None = None
    try:
        written = WrittenModel.model_validate(document.value, context=Catalogue(metrics, stage_ids(document)))
    except ValidationError as error:
        mistakes += SHAPES.mistakes(document, error)
    found = sorted_mistakes(document, mistakes)
    if written is None or found:
        raise Mistakes(found)
    return build_model(written, metrics)


def _misnamed(document: Document, path: Path, first: dict[str, Path]) -> list[Mistake]:
    """Return the mistakes of file names: a file has another name than its model, or two files have the same model."""
    name = document.value.get("model") if isinstance(document.value, dict) else None
    if not isinstance(name, str):
        return []
    where = document.where(("model",))
    found = []
    if name in first:
        found.append(Mistake(where, f"the model «{name}» is also in {first[name].name}", "every model once"))
    elif name != path.stem:
        found.append(Mistake(where, f"the model «{name}» is in a file called {path.name}", f"{name}{path.suffix}"))
    first.setdefault(name, path)
    return found
