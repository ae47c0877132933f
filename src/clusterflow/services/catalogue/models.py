"""The lifecycle models of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.catalogue.files import Stamp, stamp
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.context import Context


def models_of(context: Context) -> Mapping[str, LifecycleModel]:
    """Return the models of the office, or those of the context if it has its own."""
    return Models(context.settings.configs) if context.models is None else context.models


class Models(Mapping[str, LifecycleModel]):
    """The models as their files are now. Each is read when it is used, so a mistake in one does not affect the others.

    Initiatives under way keep the version they started under.

    Raises:
        Mistakes: all mistakes in the file of a model when it is read; or there is no model file.
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
    """Return all models as their files are now.

    Raises:
        Mistakes: all mistakes in the files.
    """
    return _read(configs, model_files(configs / "models"))


def _read(configs: Path, files: Sequence[Path]) -> dict[str, LifecycleModel]:
    return _models(configs, tuple(files), stamp(configs / "metrics.yaml", *files))


def find_model(models: Mapping[str, LifecycleModel], model_id: str) -> LifecycleModel:
    """Return the model with this id.

    Raises:
        UnknownName: there is no such model; the error suggests similar names.
        Mistakes: all mistakes in its file.
    """
    if model_id not in models:
        raise UnknownName("model", model_id, nearest(model_id, models), sorted(models))
    return models[model_id]


@lru_cache(maxsize=64)
def _models(configs: Path, files: tuple[Path, ...], written: Stamp) -> dict[str, LifecycleModel]:
    return load_models(files, metrics_in(configs))
