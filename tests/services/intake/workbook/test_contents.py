"""A workbook holds the whole registry of an initiative, and importing it unchanged changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.registry import registries

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.intake.workbook.drafts import read_tables
from clusterflow.intake.workbook.headings import language_of, recognize_sheets
from clusterflow.intake.workbook.reader import open_book
from clusterflow.intake.workbook.sheets import LEFT_OUT, OF_RECORD, SHEETS
from clusterflow.intake.workbook.template import write_workbook
from clusterflow.services.intake.workbook.contents import fill_rows
from clusterflow.services.intake.workbook.plan import Answers, Plan, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot
from clusterflow.services.intake.workbook.related_parties import related_parties

TODAY = date(2025, 3, 4)

CONFIRMED = Answers(odd="keep")
"""Among random facts are invoices that are due before their own day."""

SEARCH = (Phase.explicit, Phase.reuse, Phase.generate, Phase.target)
"""A whole workbook takes too long to be written a thousand times for a smaller counterexample."""


def there_and_back(known: RegistrySnapshot, language: Language, against: RegistrySnapshot) -> Plan:
    content = write_workbook(language, TODAY, fill_rows(known), "one", "Uno")
    book = open_book("one.xlsx", content, language)
    assert language_of(book, "es" if language == "en" else "en") == language
    tables, wrong = recognize_sheets(book, language)
    assert not wrong
    read = read_tables(tables, language, lambda _: None)
    return plan_import(read, against, "one", TODAY, CONFIRMED)


@settings(max_examples=30, phases=SEARCH)
@given(registries(), st.sampled_from(LANGUAGES))
def test_a_registry_is_the_same_after_its_workbook(known: RegistrySnapshot, language: Language) -> None:
    plan = there_and_back(known, language, RegistrySnapshot(known.country))
    assert [str(w.mistake) for w in plan.mistakes] == []
    assert not plan.open_questions(CONFIRMED)
    again = RegistrySnapshot(known.country)
    for submission in plan.submissions:
        again.add(RECORDS[submission.type].model_validate(submission.fields))
    organisations, people = related_parties(known)
    for record in OF_RECORD:
        mine = {"organisation": organisations, "person": people}.get(record)
        wanted = [f for f in known.all(record) if mine is None or f.identity()[0] in mine]
        if record == "representation":
            wanted = [f for f in known.all(record) if f.identity()[0] in people]
        found = list(again.all(record))
        assert sorted(found, key=repr) == sorted(wanted, key=repr), record


@settings(max_examples=30, phases=SEARCH)
@given(registries(), st.sampled_from(LANGUAGES))
def test_the_workbook_of_a_registry_changes_nothing_in_it(known: RegistrySnapshot, language: Language) -> None:
    plan = there_and_back(known, language, known)
    assert [str(w.mistake) for w in plan.mistakes] == []
    assert plan.submissions == []
    assert not plan.open_questions(CONFIRMED)


def test_every_record_type_has_its_sheet_or_is_left_out_for_a_reason() -> None:
    assert set(OF_RECORD) | LEFT_OUT == set(RECORDS)
    assert not set(OF_RECORD) & LEFT_OUT


@pytest.mark.parametrize("record", sorted(set(OF_RECORD) - {"attendance"}))
def test_every_field_has_its_column(record: str) -> None:
    fields = {n for n, f in RECORDS[record].model_fields.items() if not f.exclude}
    assert fields <= set(OF_RECORD[record].columns_of(record))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_heads_of_a_sheet_and_no_two_sheets_read_alike(language: Language) -> None:
    titles = [sheet.title.to(language) for sheet in SHEETS]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 31 for title in titles)
    for sheet in SHEETS:
        heads = [column.title.to(language) for column in sheet.columns]
        assert len(set(heads)) == len(heads), sheet.name
