"""What a form for a fact shows: its fields, the names to choose from, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterflow.domain.text import NoticeLanguage
from clusterflow.intake.record_forms.form import fields_of, read_form
from clusterflow.intake.workbook.layout import Kind
from clusterflow.intake.workbook.texts import CURRENCIES
from clusterflow.services.context import Context
from clusterflow.services.facts import listing
from clusterflow.services.facts.lists import choices_of
from clusterflow.services.facts.recording import Author, FactVersion, Outcome

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("group_parties", ("membership", "organisation", "person", "representation")),
    ("group_governance", ("body", "seat", "meeting", "attendance", "document", "signature", "legal-entity",
                          "delegation")),
    ("group_strategy", ("strategy", "strategy-review", "objective", "reading", "action", "project")),
    ("group_money", ("invoice", "payment", "dues-adoption", "dues-scheme", "income", "budget", "staff")),
    ("group_activity", ("training", "survey-wave", "link", "business", "label", "waiver", "observation",
                        "learning-enrolment", "learning-attendance")),
    ("group_programme", ("initiative", "office", "channel", "learning-series", "learning-session", "exchange-rate",
                         "cut-off")),
)  # fmt: skip
"""The record types by topic, each group under the name of its title."""


def form_facts(
    context: Context, author: Author, record: str, values: Mapping[str, str], version: FactVersion | None,
    done: Outcome | None, language: NoticeLanguage,
) -> dict[str, Any]:  # fmt: skip
    """Return the variables of the form's template."""
    # An id that is made by itself is the last thing that somebody wants to think about.
    fields = sorted(fields_of(record), key=lambda f: f.kind is Kind.ID and not f.required and version is None)
    options = dict[str, Any]()
    for one in fields:
        if one.reference is not None and not (version and one.is_key) and one.reference not in options:
            query = listing.facts_query(context, author.person, author.initiative, one.reference)
            options[one.reference] = listing.choices_of(context, query, author.language)
    other = done.other if done is not None else None
    own = listing.facts_query(context, author.person, author.initiative, record)
    # A region is one of the country that the form names. Most belong to the country of the initiative.
    country = values.get("country") or listing.country_of(context, own)
    cells = listing.all_cells(context, own, version.record, author.language) if version else ()
    return {
        "fields": fields,
        "options": options,
        "codes": {f.name: choices_of(context, f.codes, language, country) for f in fields if f.codes},
        "currencies": CURRENCIES,
        "replaces": other.entry if other else values.get("replaces", version.entry if version else 0),
        "differences": _differences(context, author, other, values) if other else (),
        "query": own,
        "shown": {cell.field: cell.text for cell in cells},
    }


def _differences(
    context: Context, author: Author, other: FactVersion, values: Mapping[str, str]
) -> tuple[listing.Change, ...]:
    """Return how the fact that others recorded differs from what was typed."""
    key = {name: str(getattr(other.record, name)) for name in other.record.key if name != "valid_from"}
    mine = read_form(other.record.type, values, author.language, lambda _, text: (text, ""), key).record
    query = listing.facts_query(context, author.person, author.initiative, other.record.type)
    return listing.differences(context, query, mine, other.record, author.language) if mine else ()
