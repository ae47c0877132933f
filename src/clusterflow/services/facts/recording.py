"""Records one fact from a form: enters, corrects, ends or withdraws it, and says what is wrong at which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clusterflow.domain.record_events import SubmissionSource
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.text import Language, Text
from clusterflow.engine.record import Submission
from clusterflow.engine.record_checks import NewTaxId, doubtful_tax_ids
from clusterflow.errors import FactChanged, KeyTaken, Mistakes, shortened
from clusterflow.intake.record_forms.form import (
    Form,
    FormReading,
    as_sentence,
    columns_of,
    form_of,
    is_happening,
    noun,
    read_form,
)
from clusterflow.intake.workbook.cells import slug
from clusterflow.reports.translations import mistake_text, translated
from clusterflow.rules.plausibility import odd_values
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.services.facts.listing import facts_query
from clusterflow.services.facts.permission import check_permission
from clusterflow.services.refusals import entering_refusals
from clusterflow.store.fact_lists import find_by_name
from clusterflow.store.fact_versions import FactVersion, fact_version, versions_of
from clusterflow.store.registry import existing_ids

CONFIRM = "confirm"
"""The field by which the author says that unusual values are right."""

_NOT_FOUND = Text(
    es="no hay {noun} con ese nombre o Id en esta iniciativa", en="no {noun} of this initiative has that name or id"
)
_SEVERAL = Text(es="así se llaman varios: {ids}; escriba el Id", en="several have that name: {ids}; type the id")


@dataclass(frozen=True, slots=True)
class Author:
    """Who records, in which initiative, and in which language they read."""

    person: str
    initiative: str
    language: Language


@dataclass(slots=True)
class Outcome:
    """What became of a form: the entry of the fact if it was recorded, otherwise what is wrong."""

    entry: int | None = None
    mistakes: dict[str, str] = field(default_factory=dict)
    """By field; what concerns the whole form is under ``form``."""
    odd: dict[str, str] = field(default_factory=dict)
    """Values that look like a mistake, by field. The author may confirm them."""
    repeated: bool = False
    """Whether the same form was recorded before, when its new thing got another id."""
    other: FactVersion | None = None
    """The fact as somebody else changed it meanwhile."""


def enter(context: Context, author: Author, record: str, form: Form, key: str | None) -> Outcome:
    """Enter a fact. One of the same key and day is not changed by it: that is a correction."""
    reading = _read(context, author, record, form)
    if reading.record is None:
        return Outcome(mistakes=reading.mistakes)
    return _record(context, author, [_submission(author, reading.record, form, 0)], reading.record, key)


def correct(
    context: Context, author: Author, shown: FactVersion, form: Form, replaces: int, key: str | None
) -> Outcome:
    """Correct a fact. Where its first day changes, the fact of the old day is withdrawn.

    Args:
        replaces: the entry that the author read, or agreed to replace.
    """
    old = shown.record
    reading = _read(context, author, old.type, form, old)
    if reading.record is None:
        return Outcome(mistakes=reading.mistakes)
    new = reading.record
    if new.valid_from == old.valid_from:
        submissions = [_submission(author, new, form, replaces)]
    else:
        withdrawal = _submission(author, old, form, replaces)._replace(retract=True)
        submissions = [withdrawal, _submission(author, new, form, 0)]
    return _record(context, author, submissions, new, key)


def end(context: Context, author: Author, shown: FactVersion, text: str, key: str | None) -> Outcome:
    """End a fact: it is true until a day, that day included."""
    old = shown.record
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return Outcome(mistakes={"valid_to": as_sentence(text, "date", author.language)})
    if day < old.valid_from:
        return Outcome(mistakes={"valid_to": as_sentence(text, "ends_before", author.language, first=old.valid_from)})
    new = old.model_copy(update={"valid_to": day})
    return _record(context, author, [_submission(author, new, {}, shown.entry)], new, key)


def withdraw(context: Context, author: Author, shown: FactVersion, key: str | None) -> Outcome:
    """Withdraw a fact that was entered by mistake. Its row stays, marked."""
    withdrawal = _submission(author, shown.record, {}, shown.entry)._replace(retract=True)
    return _record(context, author, [withdrawal], shown.record, key)


def _read(context: Context, author: Author, record: str, form: Form, old: Record | None = None) -> FormReading:
    """Read a form. In a correction the key is the one of the fact; a new thing gets a new id."""

    def resolve(target: str, text: str) -> tuple[str | None, str]:
        return _resolve(context, author, target, text)

    fixed = {name: str(getattr(old, name)) for name in old.key if name != "valid_from"} if old else None
    reading = read_form(record, form, author.language, resolve, fixed)
    reading.mistakes = {name: translated(text, author.language) for name, text in reading.mistakes.items()}
    if reading.record is not None and old is None and "id" in type(reading.record).model_fields and not form.get("id"):
        reading.record = reading.record.model_copy(update={"id": _free_id(context, author, reading.record)})
    return reading


def _resolve(context: Context, author: Author, target: str, text: str) -> tuple[str | None, str]:
    """Find a record by its id or name. Organisations of others can be named; their people cannot."""
    everywhere = target == Organisation.type
    query = facts_query(context, author.person, author.initiative, target, everywhere=everywhere)
    with context.reading() as connection:
        found = find_by_name(connection, query, text)
        if not found and (plain := slug(text, keep=True)) and plain != text:
            found = find_by_name(connection, query, plain)
    if len(found) == 1:
        return next(iter(found)), ""
    if found:
        wrong = _SEVERAL.to(author.language).format(ids=", ".join(sorted(found)))
    else:
        wrong = _NOT_FOUND.to(author.language).format(noun=noun(target, language=author.language))
    return None, f"«{shortened(text)}»: {wrong}."


def _free_id(context: Context, author: Author, record: Any) -> str:
    """Return the id that a new thing gets: its own if it is free, otherwise with a number."""
    chain = author.initiative if type(record).of_initiative else REGISTRY
    wanted = [record.id, *(f"{record.id[:60]}-{n}" for n in range(2, 200))]
    with context.reading() as connection:
        taken = existing_ids(connection, record.type, chain, wanted)
    return next((name for name in wanted if name not in taken), str(record.id))


def _submission(author: Author, record: Record, form: Form, replaces: int) -> Submission:
    fields = {RECORDS[record.type].model_fields[n].alias or n: v for n, v in record.model_dump(mode="json").items()}
    if is_happening(record.type):
        fields.pop("valid_to", None)
    initiative = author.initiative if record.of_initiative else None
    return Submission(
        record.type, fields, "form", initiative, confirm=form.get(CONFIRM) == "yes", replaces=replaces
    )  # fmt: skip


def _record(context: Context, author: Author, submissions: list[Submission], new: Record, key: str | None) -> Outcome:
    if not any(s.confirm or s.retract for s in submissions[-1:]) and (odd := _odd(new, author.language)):
        return Outcome(odd=odd)
    query = facts_query(context, author.person, author.initiative, new.type, everywhere=True)
    try:
        with entering_refusals(context, author.initiative, author.person, SubmissionSource.FORM, submissions):
            check_permission(context, author.person, author.initiative, submissions)
            registry.record(context, submissions, author.person, key)
    except Mistakes as problem:
        texts = [mistake_text(m, author.language).partition(": ")[2] for m in problem.mistakes]
        return Outcome(mistakes={"form": " ".join(t[:1].upper() + t[1:] + "." for t in texts)})
    except KeyTaken:
        return Outcome(repeated=True)
    except FactChanged:
        with context.reading() as connection:
            now = [v for v in versions_of(connection, query, new) if v.superseded_by is None]
        same_day = [v for v in now if v.record.valid_from == new.valid_from]
        return Outcome(other=next(reversed(same_day or now), None))
    with context.reading() as connection:
        versions = [v for v in versions_of(connection, query, new) if v.record.valid_from == new.valid_from]
    return Outcome(entry=versions[-1].entry if versions else None)


def _odd(record: Record, language: Language) -> dict[str, str]:
    """Return the values of a record that look like a mistake, by field, in words."""
    cls, columns, found = type(record), columns_of(record.type), {}
    for odd in odd_values(record):
        name = next((n for n, f in cls.model_fields.items() if odd.field in (n, f.alias)), "form")
        title = columns[name].title.to(language) if name in columns else odd.field
        found[name] = odd.describe(language, title)
    return found


def doubts_about(context: Context, record: Record, language: Language) -> list[str]:
    """Return why the tax id of an organisation should be checked, as sentences; other records have none."""
    if not isinstance(record, Organisation) or record.tax_id is None:
        return []
    with context.reading() as connection:
        found = list(doubtful_tax_ids(connection, [NewTaxId("", record.id, record.tax_id, record.country)]))
    texts = [one.describe(language).partition(": ")[2] for one in found]
    return [f"{text[:1].upper()}{text[1:]}." for text in texts]


def version_of(context: Context, author: Author, record: str, entry: int) -> FactVersion | None:
    """Return the version of a fact that an entry entered, if the initiative has it."""
    query = facts_query(context, author.person, author.initiative, record)
    with context.reading() as connection:
        return fact_version(connection, query, entry)


def form_values(record: Record, language: Language) -> Mapping[str, str]:
    """Return what a form for a correction of a fact is filled with."""
    return form_of(record, language)


__all__ = [
    "Author",
    "FactVersion",
    "Outcome",
    "correct",
    "doubts_about",
    "end",
    "enter",
    "form_values",
    "version_of",
    "withdraw",
]
