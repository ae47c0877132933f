"""The metrics and models an office works with: its files, and what third parties add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from clusterflow.configs.dues import load_schemes
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.dues import Scheme
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.context import Context
from clusterflow.store.metrics import plugins

Stamp = tuple[tuple[str, int], ...]


def metrics_of(context: Context) -> dict[str, MetricDeclaration]:
    """The metrics of the office: see ``metrics_in``."""
    return metrics_in(context.settings.configs)


def models_of(context: Context) -> Mapping[str, LifecycleModel]:
    """The models of the office, or those that the context brings along."""
    return Models(context.settings.configs) if context.models is None else context.models


def schemes_of(context: Context) -> Mapping[str, Scheme]:
    """The dues schemes of the office, or those that the context brings along."""
    return schemes_in(context.settings.configs) if context.schemes is None else context.schemes


def metrics_in(configs: Path) -> dict[str, MetricDeclaration]:
    """The shipped metrics and those of third parties.

    Raises:
        Mistakes: all that is wrong with the file.
    """
    path = configs / "metrics.yaml"
    return _metrics(path, _stamp(path))


class Models(Mapping[str, LifecycleModel]):
    """The models as their files are now, each read when it is asked for: a mistake in one is no trouble of another's.

    Initiatives under way keep the one they started under.

    Raises:
        Mistakes: all that is wrong with the file, when a model is asked for; there is no file at all.
    """

    def __init__(self, configs: Path) -> None:
        self._configs = configs

    def __getitem__(self, model_id: str) -> LifecycleModel:
        files = [file for file in self._files() if file.stem == model_id]
        if not files:
            raise KeyError(model_id)
        return _read(self._configs, files)[model_id]

    def __contains__(self, model_id: object) -> bool:
        return any(file.stem == model_id for file in self._files())

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(file.stem for file in self._files()))

    def __len__(self) -> int:
        return len(set(self))

    def _files(self) -> list[Path]:
        return model_files(self._configs / "models")


def models_in(configs: Path) -> dict[str, LifecycleModel]:
    """All the models as their files are now.

    Raises:
        Mistakes: all that is wrong with any of the files.
    """
    return _read(configs, model_files(configs / "models"))


def _read(configs: Path, files: Sequence[Path]) -> dict[str, LifecycleModel]:
    return _models(configs, tuple(files), _stamp(configs / "metrics.yaml", *files))


def schemes_in(configs: Path) -> dict[str, Scheme]:
    """The dues schemes as their files are now.

    Raises:
        Mistakes: all that is wrong with any of the files.
    """
    folder = configs / "dues"
    return _schemes(folder, _stamp(*sorted(folder.glob("*"))))


def find_model(models: Mapping[str, LifecycleModel], model_id: str) -> LifecycleModel:
    """One of the models.

    Raises:
        UnknownName: with the nearest.
        Mistakes: all that is wrong with its file.
    """
    if model_id not in models:
        raise UnknownName("model", model_id, nearest(model_id, models), sorted(models))
    return models[model_id]


def _stamp(*paths: Path) -> Stamp:
    return tuple((str(p), p.stat().st_mtime_ns) for p in paths if p.exists())


@lru_cache(maxsize=8)
def _metrics(path: Path, stamp: Stamp) -> dict[str, MetricDeclaration]:
    theirs = plugins.discover()
    plugins.install(theirs)
    return {**load_metrics(path), **{m.declaration.id: m.declaration for m in theirs}}


@lru_cache(maxsize=64)
def _models(configs: Path, files: tuple[Path, ...], stamp: Stamp) -> dict[str, LifecycleModel]:
    return load_models(files, metrics_in(configs))


@lru_cache(maxsize=8)
def _schemes(folder: Path, stamp: Stamp) -> dict[str, Scheme]:
    return load_schemes(folder)
