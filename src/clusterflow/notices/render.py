"""In which words: templates in the reader's language, in Jinja's sandbox."""

from __future__ import annotations

import traceback
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
        autoescape=False,
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
        raise TemplateFailed(
            f"{language}/{name}{_line(problem)}: {problem.message or type(problem).__name__}"
        ) from None
    except (TypeError, ValueError, KeyError, ArithmeticError) as problem:
        # What an expression of a template does with the facts is the template's mistake too.
        raise TemplateFailed(f"{language}/{name}{_line(problem)}: {problem}") from None
    subject, _, body = text.partition("\n")
    # A line break in a subject would begin another header.
    return " ".join(subject.split()).replace("\\", ""), body.strip() + "\n"


def _line(problem: Exception) -> str:
    """Where in the template it went wrong: Jinja gives the frames of a template their own file names."""
    own = getattr(problem, "lineno", None)
    frames = [f.lineno for f in traceback.extract_tb(problem.__traceback__) if f.filename.endswith(".md")]
    line = own or (frames[-1] if frames else None)
    return f":{line}" if line else ""
