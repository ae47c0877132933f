"""What the keys of an office's files accept is said in Spanish, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules

import pytest
from pydantic import BaseModel

from clusterflow import configs
from clusterflow.reports.translations import translated

WRITTEN = "in the year of the end"
"""The days of windows are written so in the file."""

ENGLISH = re.compile(r"\b(the|which|must|how|what|who|if|out|are|with|its|that|begins|each|whether)\b")


def descriptions() -> Iterator[str]:
    """Yield what each key of a file accepts, in English."""
    for module in map(import_module, (f"{configs.__name__}.{found.name}" for found in iter_modules(configs.__path__))):
        for shape in filter(isclass, vars(module).values()):
            if issubclass(shape, BaseModel) and shape.__module__ == module.__name__:
                yield from (field.description for field in shape.model_fields.values() if field.description)


@pytest.mark.parametrize("text", sorted(set(descriptions())))
def test_each_key_has_a_spanish_text(text: str) -> None:
    spanish = translated(text, "es")
    assert spanish != text
    assert not ENGLISH.findall(spanish.replace(WRITTEN, ""))
