"""Reads one record from a form, with every mistake at its field in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from pydantic import ValidationError

from clusterflow.domain.money import Money
from clusterflow.domain.records import RECORDS, Happening, Record
from clusterflow.domain.text import Language, Text
from clusterflow.errors import shortened
from clusterflow.intake.record_forms.titles import COLUMNS, HELP, TITLES
from clusterflow.intake.workbook.amounts import read_amount
from clusterflow.intake.workbook.bounds import accepted_values
from clusterflow.intake.workbook.cells import read_cell, slug
from clusterflow.intake.workbook.layout import Column, Kind
from clusterflow.intake.workbook.messages import Unreadable, message_text
from clusterflow.intake.workbook.sheets import OF_RECORD

Form = Mapping[str, str]
Resolve = Callable[[str, str], tuple[str | None, str]]
"""Finds the record of a type that a text names: its id, or None and what is wrong."""

CURRENCY = "currency"
"""The suffix of the field that holds the currency of an amount."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a record as a form shows it."""

    name: str
    title: Text
    kind: Kind
    help: Text | None
    required: bool
    choices: Mapping[str, Text]
    reference: str | None
    codes: str | None
    """The list that has its values (``CodesOf``): a public one, or the files of the office."""
    column: Column
    is_key: bool
    """Whether it says which thing the record is about. A correction does not change it."""
    has_default: bool
    """Whether an empty field has a value of its own, so that «not known» cannot be chosen."""


_IN_A_FORM = {
    "date": Text(
        es="no es una fecha; se acepta 2025-03-04 o 4 de marzo de 2025",
        en="is no date; accepted: 2025-03-04, 4 March 2025",
    ),
    "currency": Text(
        es="no tiene moneda; escriba su código, como {example}", en="has no currency; type its code, as {example}"
    ),
    "id": Text(
        es="no es un identificador: minúsculas, cifras, punto y guion, como {example}; o déjelo vacío",
        en="is no id: lower case letters, digits, point and hyphen, as {example}; or leave it empty",
    ),
    "needed": Text(es="Falta «{column}».", en="«{column}» is missing."),
}
"""The messages that speak of cells in a workbook, in the words of a form."""


def as_sentence(value: str, key: str, language: Language, **values: object) -> str:
    """Return a mistake in a field: the value, what is wrong with it, and what is accepted."""
    text = _IN_A_FORM[key].to(language).format(**values) if key in _IN_A_FORM else message_text(key, language, **values)
    value = value.strip()
    return f"«{shortened(value)}» {text}." if value else text[:1].upper() + text[1:]


@cache
def fields_of(record: str) -> tuple[FormField, ...]:
    """Return the fields of a record type, in the order of its sheet."""
    cls, columns = RECORDS[record], columns_of(record)
    return tuple(_field(cls, columns[name]) for name in columns if name in cls.model_fields)


@cache
def columns_of(record: str) -> dict[str, Column]:
    """Return a column for each field of a record type: that of the workbook, or one of our own."""
    own = {c.name: c for c in COLUMNS if c.record == record}
    of_sheet = OF_RECORD[record].columns_of(record) if record in OF_RECORD else {}
    found = {**{name: _alone(c, record) for name, c in of_sheet.items()}, **own}
    return {name: c for name, c in found.items() if c.kind is not Kind.CURRENCY}


def _alone(column: Column, record: str) -> Column:
    """Return a column that fills the field of this record type alone."""
    if column.record == record:
        return column
    fills = tuple(f for f in column.fills if f[0] == record)
    return Column(fills, column.title, column.example, column.also, column.per, column.percent, column.free)


def _field(cls: type[Record], column: Column) -> FormField:
    declared = cls.model_fields[column.name]
    words = declared.description
    return FormField(
        name=column.name,
        title=column.title,
        kind=column.kind,
        help=Text(es=HELP.get(words, words), en=words) if words and column.per == 1 else None,
        required=declared.is_required() and column.kind is not Kind.ID,
        choices=column.choices,
        reference=column.reference,
        codes=column.codes,
        column=column,
        is_key=column.name in cls.key and column.name != "valid_from",
        has_default=not declared.is_required() and declared.default is not None,
    )


def noun(record: str, many: bool = False, *, language: Language) -> str:
    """Return what a record of a type is called: member, members."""
    if record in TITLES:
        return TITLES[record][many].to(language)
    sheet = OF_RECORD[record]
    return (sheet.many if many else sheet.one).to(language)


@dataclass(slots=True)
class FormReading:
    """What was read from a form: the values of the fields, the record if it is complete, and the mistakes by field."""

    fields: dict[str, Any] = field(default_factory=dict)
    """A field that is empty is None."""
    record: Record | None = None
    mistakes: dict[str, str] = field(default_factory=dict)


def read_form(record: str, form: Form, language: Language, resolve: Resolve, fixed: Form | None = None) -> FormReading:
    """Read a record.

    Args:
        fixed: the values of the key, in a correction: no other ones are accepted.
    """
    cls, reading = RECORDS[record], FormReading()
    for one in fields_of(record):
        if fixed is not None and one.name in fixed:
            reading.fields[one.name] = fixed[one.name]
            continue
        with _mistake_at(one.name, form, reading, language):
            reading.fields[one.name] = _value(one, form, language)
        _resolve(one, reading, resolve)
        empty = reading.fields.get(one.name) is None
        if empty and one.required and one.name not in reading.mistakes:
            reading.mistakes[one.name] = as_sentence("", "needed", language, column=one.title.to(language))
    _make_id(cls, reading)
    _validate(cls, form, reading, language)
    return reading


def _value(one: FormField, form: Form, language: Language) -> Any:
    value = read_cell(one.column, form.get(one.name, ""), language)
    if one.kind is not Kind.MONEY or value is None:
        return value
    code = form.get(f"{one.name}.{CURRENCY}", "").strip().upper() or None
    head = Text(es="Moneda", en="Currency").to(language)
    return read_amount(value, code, head)


@contextmanager
def _mistake_at(name: str, form: Form, reading: FormReading, language: Language) -> Iterator[None]:
    try:
        yield
    except Unreadable as problem:
        reading.fields[name] = None
        reading.mistakes[name] = as_sentence(form.get(name, ""), problem.key, language, **problem.values)


def _resolve(one: FormField, reading: FormReading, resolve: Resolve) -> None:
    named = reading.fields.get(one.name)
    if one.reference is None or not isinstance(named, str):
        return
    found, wrong = resolve(one.reference, named)
    reading.fields[one.name] = found
    if found is None:
        reading.mistakes[one.name] = wrong


def _make_id(cls: type[Record], reading: FormReading) -> None:
    """Make a missing id of the fields that the workbook makes it of."""
    if "id" not in cls.model_fields or reading.fields.get("id") or "id" in reading.mistakes:
        return
    sheet = OF_RECORD.get(cls.type)
    made_of = sheet.made_of if sheet is not None and sheet.made_of else ("name", "title", "topic", "body", "valid_from")
    words = [str(reading.fields[name]) for name in made_of if reading.fields.get(name) is not None]
    reading.fields["id"] = slug(" ".join(words)) or cls.type


def _validate(cls: type[Record], form: Form, reading: FormReading, language: Language) -> None:
    values = {name: value for name, value in reading.fields.items() if value is not None}
    try:
        made = cls.model_validate(values)
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            name = next((n for n, f in cls.model_fields.items() if name in (n, f.alias)), "")
            if error["type"] == "missing":
                continue
            if not name:
                _whole_record(cls, error["msg"], reading, language)
            else:
                accepted = accepted_values(error.get("ctx", {}), columns_of(cls.type)[name], language)
                wrong = as_sentence(form.get(name, ""), "bounds", language, accepted=accepted)
                reading.mistakes.setdefault(name, wrong)
    else:
        reading.record = None if reading.mistakes else made


def _whole_record(cls: type[Record], message: str, reading: FormReading, language: Language) -> None:
    first, last = reading.fields.get("valid_from"), reading.fields.get("valid_to")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        reading.mistakes.setdefault("valid_to", as_sentence(str(last), "ends_before", language, first=first))
    else:
        name, _, rest = message.removeprefix("Value error, ").partition(": ")
        known = name in cls.model_fields
        reading.mistakes.setdefault(name if known else "form", rest if known else message.removeprefix("Value error, "))


def form_of(record: Record, language: Language) -> dict[str, str]:
    """Return the texts with which a form shows a record."""
    found = {}
    for one in fields_of(record.type):
        value = getattr(record, one.name)
        if isinstance(value, Money):
            number, found[f"{one.name}.{CURRENCY}"] = str(value).split()
            found[one.name] = number
        elif isinstance(value, bool):
            found[one.name] = "true" if value else "false"
        elif value is not None:
            found[one.name] = f"{value / one.column.per:g}" if one.column.per != 1 else str(value)
    return found


def is_happening(record: str) -> bool:
    return issubclass(RECORDS[record], Happening)
