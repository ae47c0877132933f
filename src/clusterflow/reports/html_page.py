"""Renders a report as one self-contained HTML file: without script, external font or address.

The templates (``templates/``) extend ``page.html``; everything they print is escaped. The same data give the same
bytes: a page holds nothing of the time of its making.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clusterflow.domain.number_style import short_date
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.labels import WORDS

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Table(Frozen):
    """A table whose rows begin with a head cell. Cells are plain texts; ``None`` stands for unknown."""

    caption: str
    """The caption for screen readers; it is not printed if the figure has the same caption."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    numeric: tuple[int, ...] = ()
    """The columns of numbers (from 0), aligned right."""
    wide: tuple[int, ...] = ()
    """The columns that take the remaining width."""
    total: bool = False
    """Whether the last row is a total."""


class Figure(Frozen):
    """A picture with the table of its numbers. Every picture has one."""

    name: str
    """Unique on the page; lower-case letters and hyphens."""
    caption: str
    svg: str
    """Made by ``plots`` or by our code: user text inside it must be escaped."""
    table: Table
    note: str = ""
    """How to read it: how it is counted, what is left out."""
    below: bool = False
    """The table stands below the picture instead of beside it."""


def render_page(
    sheet: str, language: Language, words: Mapping[str, Text], *, paper: str = "A4", **facts: object
) -> str:
    """Render a page from a template that extends ``page.html``.

    In a template, ``t.name`` is the text of that name in the reader's language (``words``, or those that all reports
    share), the filter ``day`` writes a date out, and the macros ``figure`` and ``table`` of ``parts.html`` set those.

    Args:
        sheet: the name of the template, without ``.html``.
        paper: the size of a printed page, A4 or letter.
        facts: the variables of the template. ``title`` is required: the title of the browser tab.
    """
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    if paper == "letter":
        css = css.replace("size: A4;", "size: letter;")
    facts["css"] = Markup(css)  # noqa: S704 - ours
    translated = {name: text.to(language) for name, text in {**WORDS, **FRAME, **words}.items()}
    return _environment(language).get_template(f"{sheet}.html").render(language=language, t=translated, **facts)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.finalize = _legible
    environment.filters["day"] = lambda value: day(value, language)
    environment.filters["trusted"] = Markup
    environment.filters["lines"] = lines
    environment.filters["unbroken"] = unbroken
    return environment


def day(value: date | None, language: Language) -> str:
    """A date written out, «22 de octubre de 2025»; empty for ``None``."""
    return "" if value is None else format_date(value, format="long", locale=language)


def short_day(value: date | None) -> str:
    """A date for narrow columns, in digits; empty for ``None``."""
    return "" if value is None else short_date(value).replace("-", "\u2011")


_SIGNS = re.compile(r"(?:(?<=^)|(?<=[ (]))([≥≤<>✔✘?]) |(?<=\d) (?=[%€])")


def unbroken(value: object) -> object:
    """A text that does not break after a sign of an answer or a bound, nor before that of a share or an amount."""
    return _SIGNS.sub(lambda found: f"{found[1] or ''}\N{NO-BREAK SPACE}", value) if isinstance(value, str) else value


def lines(text: str) -> list[str]:
    """The non-empty lines of a text."""
    return [line for line in text.splitlines() if line.strip()]


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """A text without the characters that HTML forbids, and without bidirectional controls."""
    return _CONTROLS.sub("\ufffd", text)


def _legible(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value)


FRAME: dict[str, Text] = {
    "unknown": Text(es="desconocido", en="unknown"),
    "figure": Text(es="Figura", en="Figure"),
    "as_of": Text(es="Al", en="As of"),
    "page_of": Text(es="Página", en="Page"),
    "contents": Text(es="Contenido", en="Contents"),
    "total": Text(es="Total", en="Total"),
    "source_note": Text(es="Cómo se cuenta", en="How it is counted"),
}
