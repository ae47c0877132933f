"""Renders a page in the language of its reader. Everything that a template prints is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from clusterflow.domain.number_style import short_date
from clusterflow.domain.term_labels import CHOICES, WEEKDAY
from clusterflow.domain.text import NoticeLanguage, Text, model_language, rewrite_days
from clusterflow.reports.dues import STATE
from clusterflow.reports.labels import (
    ANSWER,
    CONDITION,
    DECISION,
    READINESS,
    ROLE,
    SEVERITY,
    SIGN,
    STANCE,
    STANDING,
    STATUS,
    URGENCY,
)
from clusterflow.reports.portfolio.texts import SIGN as REASON
from clusterflow.reports.portfolio.texts import WAIT
from clusterflow.services import sign_in
from clusterflow.web.request import form_secret, is_staff, site_of, visitor_of
from clusterflow.web.texts import CAPACITY, TEXTS
from clusterflow.web.translations import translated, translated_noun

FOLDER = Path(__file__).resolve().parent
LABELS: tuple[Mapping[Any, Text], ...] = (
    REASON,
    WAIT,
    ANSWER,
    CONDITION,
    DECISION,
    READINESS,
    SEVERITY,
    STANCE,
    STANDING,
    STATE,
    STATUS,
    URGENCY,
    WEEKDAY,
)
_BY_TYPE = {type(key): labels for labels in LABELS for key in labels}


def page(request: Request, name: str, status: int = 200, **facts: object) -> HTMLResponse:
    """Render a page.

    In a template, ``t.name`` is the text of that name in the reader's language, ``token`` ties a form to its reader,
    and the filters ``label``, ``role``, ``sign``, ``day`` and ``days`` put values in words. What models and reports say
    has its own language; ``its_language`` is the attribute for an element that holds nothing else.

    Args:
        name: the name of the template, without ``.html``.
        facts: the variables of the template.
    """
    site, visitor = site_of(request), visitor_of(request)
    template = _environment(visitor.page_language).get_template(f"{name}.html")
    token = sign_in.form_token(site.context, form_secret(request))
    frame = {
        "person": visitor.person,
        "token": token,
        "here": request.url.path,
        "staff": visitor.person is not None and is_staff(request),
    }
    response = HTMLResponse(template.render(**frame, **facts), status)
    fresh = getattr(request.state, "fresh_secret", None)
    if fresh is not None:
        site.set_cookie(response, site.form_cookie, fresh)
    return response


@cache
def _environment(language: NoticeLanguage) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "label": lambda value: translated(_BY_TYPE[type(value)][value], language),
        "role": lambda value: translated(ROLE[value], language),
        "capacity": lambda value: translated(CAPACITY[value], language),
        "sign": lambda value: SIGN[value],
        "day": lambda value: _day(value, language),
        "days": lambda text: rewrite_days(text, partial(_day, language=language)),
        "short": short_date,
        # A sign stays on one line with its number.
        "unbroken": lambda text: re.sub("([<>=≤≥]) ", "\\1\N{NO-BREAK SPACE}", text),
        "counted": lambda number, one, many: (one if number == 1 else many).format(number=number),
        "noun": partial(translated_noun, language=language),
        "term": lambda value: translated(CHOICES[type(value)][value.value], language),
        "to": lambda text: translated(text, language),
    }
    of_models = model_language(language)
    environment.globals |= {
        "language": language,
        "t": {n: translated(text, language) for n, text in TEXTS.items()},
        "its_language": Markup("" if of_models == language else f' lang="{of_models}"'),  # noqa: S704 - one of two constants
    }
    return environment


@lru_cache(maxsize=4096)
def _day(value: date | None, language: NoticeLanguage) -> str:
    """A date written out, «22 de octubre de 2025»; empty for ``None``."""
    return "" if value is None else format_date(value, format="long", locale=language)
