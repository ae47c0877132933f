"""A report as one HTML file that stands for itself: no script, no font and no address from elsewhere.

What is said stands in templates (``sheets/``) that extend ``page.html``; whatever they print is escaped. The same facts
give the same bytes: nothing of the moment of its making is in a page.
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

from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.labels import WORDS

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Table(Frozen):
    """A table: the first cell of a row is its head. Cells are plain texts; None is what nobody knows."""

    caption: str
    """What it is of, for whoever does not see where it stands; not printed where a figure's caption says it."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    numeric: tuple[int, ...] = ()
    """The columns (from 0) of numbers, set flush right."""
    wide: tuple[int, ...] = ()
    """The columns that take what room there is."""
    total: bool = False
    """Whether the last row is a total."""


class Figure(Frozen):
    """A picture, and its numbers beside it: there is none without them."""

    name: str
    """Unique on the page; in small letters and hyphens."""
    caption: str
    svg: str
    """Made by ``plots`` or by hand here: never what a user wrote, unless it was escaped."""
    table: Table
    note: str = ""
    """What to know for reading it: how it is counted, what is left out."""
    below: bool = False
    """The table stands below the picture instead of beside it."""


def page(sheet: str, language: Language, words: Mapping[str, Text], **facts: object) -> str:
    """A page out of a sheet that extends ``page.html``.

    In a sheet ``t.name`` is the word of that name in the reader's language (``words``, or those that all reports
    share), ``day`` a filter that writes a date out, and ``figure`` and ``table`` of ``parts.html`` set those.

    Args:
        sheet: the name of the template, without ``.html``.
        facts: what the sheet prints. ``title`` is asked for: the page's name in a browser's tab.
    """
    told = {name: text.to(language) for name, text in {**WORDS, **FRAME, **words}.items()}
    return _environment(language).get_template(f"{sheet}.html").render(language=language, t=told, **facts)


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
    environment.globals["css"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - ours
    return environment


def day(value: date | None, language: Language) -> str:
    """A date written out, «22 de octubre de 2025»; empty where there is none."""
    return "" if value is None else format_date(value, format="long", locale=language)


def short_day(value: date | None) -> str:
    """A date for narrow columns, the same in both languages; empty where there is none."""
    return "" if value is None else value.isoformat().replace("-", "\u2011")


def lines(text: str) -> list[str]:
    """The lines of a text that people wrote, without the empty ones."""
    return [line for line in text.splitlines() if line.strip()]


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """A text without what no HTML may hold and what turns the direction of all that follows."""
    return _CONTROLS.sub("\ufffd", text)


def _legible(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return legible(value)


FRAME: dict[str, Text] = {
    "unknown": Text(es="desconocido", en="unknown"),
    "figure": Text(es="Figura", en="Figure"),
    "as_of": Text(es="Al", en="As of"),
    "page_of": Text(es="Página", en="Page"),
    "contents": Text(es="Contenido", en="Contents"),
    "total": Text(es="Total", en="Total"),
    "source_note": Text(es="Cómo se cuenta", en="How it is counted"),
}
