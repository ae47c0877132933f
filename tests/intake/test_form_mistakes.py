"""A mistake in the field of a form says what the field accepts."""

from __future__ import annotations

import pytest
from support.hostile import HOSTILE

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.intake.record_forms.form import fields_of, read_form


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("record", RECORDS)
def test_no_field_that_refuses_a_text_says_that_it_accepts_a_text(record: str, language: Language) -> None:
    typed = {field.name: HOSTILE for field in fields_of(record)}
    mistakes = read_form(record, typed, language, lambda _, text: (None, "no such record")).mistakes
    assert [m for m in mistakes.values() if m.endswith(("acepta: un texto.", "accepted: a text."))] == []
