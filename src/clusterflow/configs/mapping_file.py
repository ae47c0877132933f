"""Reads the file that says which stages of a model take the place of the stages of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from clusterflow.configs.file_values import Id, Written
from clusterflow.configs.mistakes import Translator, describe_value, sorted_mistakes
from clusterflow.configs.yaml import Document, read
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.errors import Mistake, Mistakes
from clusterflow.rules.mistakes import nearest_hint


class WrittenMapping(Written):
    """Which stage of the new model takes the place of each stage of the former one."""

    former: Id = Field(alias="from", description="the id of the former model, like basque")
    to: Id = Field(description="the id of the new model, like catalan")
    stages: dict[str, str] = Field(
        min_length=1, description="a mapping from stages of the former model to stages of the new one"
    )


SHAPES = Translator({"": WrittenMapping})


def load_mapping(path: Path, formers: Sequence[LifecycleModel], new: LifecycleModel) -> dict[str, str]:
    """Return the stages of the new model by the former stages whose place they take.

    Args:
        formers: the versions of the former model that are in use; a stage may be one of any of them.

    Raises:
        Mistakes: everything that is wrong with the file, in the order of its lines.
    """
    document = read(path)
    mistakes: list[Mistake] = []
    written: WrittenMapping | None = None
    try:
        written = WrittenMapping.model_validate(document.value)
    except ValidationError as error:
        mistakes += SHAPES.mistakes(document, error)
    mistakes += _names(document, formers, new)
    found = sorted_mistakes(document, mistakes)
    if written is None or found:
        raise Mistakes(found)
    return written.stages


def _names(document: Document, formers: Sequence[LifecycleModel], new: LifecycleModel) -> list[Mistake]:
    value = document.value if isinstance(document.value, dict) else {}
    mistakes = []
    for key, ids in (("from", list(dict.fromkeys(m.id for m in formers))), ("to", [new.id])):
        name = value.get(key)
        if isinstance(name, str) and name not in ids:
            where = document.where((key,))
            mistakes.append(Mistake(where, f"«{name}» is not the model that is meant here", ", ".join(ids)))
    stages = value.get("stages")
    known = list(dict.fromkeys(s.id for m in formers for s in m.stages))
    for former, to in (stages if isinstance(stages, dict) else {}).items():
        if former not in known:
            where = document.where(("stages", former), key=True)
            found = f"{formers[0].id} has no stage «{former}»"
            mistakes.append(Mistake(where, found, ", ".join(known), nearest_hint(former, known)))
        if isinstance(to, str) and to not in new.by_id:
            found = f"{new.id} has no stage {describe_value(to)}"
            where = document.where(("stages", former))
            mistakes.append(Mistake(where, found, ", ".join(new.by_id), nearest_hint(to, new.by_id)))
    return mistakes
