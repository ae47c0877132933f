"""In which words: one template a notice, in English, in Jinja's sandbox; the catalogs have it in other languages."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateRuntimeError
from jinja2.ext import Extension, InternationalizationExtension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from clusterflow.domain.text import NoticeLanguage
from clusterflow.errors import ClusterflowError
from clusterflow.notices import markup
from clusterflow.notices.catalogs import translations
from clusterflow.notices.formatting import filters, locale_of
from clusterflow.notices.markup import Marked, escaped
from clusterflow.notices.shared_words import word


class TemplateFailed(ClusterflowError):
    """A template could not be rendered; the text names it, the line, and the variable or the reason."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words; HTML and plain text are made of the Markdown where a channel wants them."""

    subject: str
    """One line of plain text."""
    markdown: str


class _LinesStay(Extension):
    """The line ends after ``{% endtrans %}``, as it does after a text; only what steers is no line of its own."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\{%(-?)\s*endtrans\s*%\}", r"{%\1 endtrans +%}", source)


@lru_cache(maxsize=64)
def _environment(folder: Path, language: NoticeLanguage, locale: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        extensions=[InternationalizationExtension, _LinesStay],
        finalize=escaped,
        autoescape=False,  # S701: what is printed passes ``escaped``, which knows Markdown
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalog = translations(folder, language)

    def filled(text: str, variables: dict[str, Any]) -> Marked:
        known = {name: _named(name, value) for name, value in variables.items()}
        try:
            return Marked(text % known)
        except (KeyError, TypeError, ValueError) as problem:
            raise TemplateRuntimeError(f"{language}.po, «{text[:60]}»: {problem!r}") from None

    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= {
        "gettext": lambda text, **known: filled(catalog.gettext(text), known),
        "ngettext": lambda one, more, n, **known: filled(catalog.ngettext(one, more, n), {"num": n} | known),
        "pgettext": lambda context, text, **known: filled(catalog.pgettext(context, text), known),
        "npgettext": lambda context, one, more, n, **known: filled(
            catalog.npgettext(context, one, more, n), {"num": n} | known
        ),
    }
    environment.filters |= filters(locale)
    environment.filters["word"] = lambda value: word(value, catalog.pgettext)
    return environment


def _named(name: str, value: object) -> Marked:
    try:
        return escaped(value)
    except TypeError as problem:
        raise TemplateRuntimeError(f"'{name}': {problem}") from None


def render(
    folder: Path,
    template: str,
    language: NoticeLanguage,
    facts: Mapping[str, Any],
    country: str | None = None,
) -> Letter:
    """A notice in the reader's words. The template's first line is the subject; what a fact says is never markup.

    Args:
        country: by whose customs days, numbers and money are written (ISO 3166-1 alpha-2).

    Raises:
        TemplateFailed: which template, where, and which variable.
    """
    try:
        environment = _environment(folder, language, locale_of(language, country))
        text = environment.get_template(f"{template}.md").render(**facts)
    except ClusterflowError:
        raise
    except Exception as problem:
        # Whatever an expression of a template does with the facts is that template's mistake, and of no other notice.
        raise TemplateFailed(_told(problem, f"{template}.md", language)) from None
    subject, _, body = text.partition("\n")
    # What was left out between two paragraphs leaves no hole.
    return Letter(markup.line(subject), re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n")


def _told(problem: Exception, name: str, language: NoticeLanguage) -> str:
    """Where in the template it went wrong: Jinja gives the frames of a template their own file names."""
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(problem.__traceback__) if f.filename.endswith(".md")]
    file, line = frames[-1] if frames else (getattr(problem, "filename", None), getattr(problem, "lineno", None))
    reason = problem.message if isinstance(problem, TemplateError) else str(problem)
    where = f"{Path(file).name if file else name}{f':{line}' if line else ''}"
    return f"{where}, in {language}: {reason or type(problem).__name__}"
