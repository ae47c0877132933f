"""In which words: templates in the reader's language, in Jinja's sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from clusterflow.errors import ClusterflowError
from clusterflow.model.text import Language


class TemplateFailed(ClusterflowError):
    """A template could not be rendered; the text names it, the line, and the reason."""


@lru_cache(maxsize=8)
def _environment(folder: Path, language: Language) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder / language),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - what it writes is Markdown; user text passes through ``plain``
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["day"] = lambda value: format_date(value, format="long", locale=language)
    environment.filters["plain"] = plain
    return environment


def plain(value: object) -> str:
    """User text on one line, with what Markdown or HTML would read as markup made harmless."""
    text = " ".join(str(value).split())
    for sign in "\\`*_{}[]<>#|":
        text = text.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "&lt;", ">": "&gt;"}[sign])
    return text


def render(folder: Path, template: str, language: Language, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and Markdown body of a notice. The template's first line is the subject.

    Raises:
        TemplateFailed: which template, where, and which variable.
    """
    name = f"{template}.md"
    try:
        text = _environment(folder, language).get_template(name).render(**facts)
    except TemplateError as problem:
        line = getattr(problem, "lineno", None)
        place = f"{language}/{name}" + (f":{line}" if line else "")
        raise TemplateFailed(f"{place}: {problem.message or type(problem).__name__}") from problem
    subject, _, body = text.partition("\n")
    # A line break in a subject would begin another header.
    return " ".join(subject.split()).replace("\\", ""), body.strip() + "\n"
