"""Evidence names terms by their labels, whichever record they are in."""

from __future__ import annotations

import pytest
from support.world import World, model, stage, stated

from clusterflow.domain.measurement import Evidence
from clusterflow.domain.records import RECORDS
from clusterflow.domain.term_labels import CHOICES
from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.intake.record_forms.form import FormField, fields_of
from clusterflow.reports.dossier.texts import WHAT
from clusterflow.services.reports.evidence_names import EvidenceNames


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_of_a_record_and_of_the_organisation_of_a_member_has_its_label(
    sqlite_url: str, language: Language
) -> None:
    tiny = model(stage("first", (), stated("signed")))
    world = World(sqlite_url, tiny)
    with world.context.reading() as connection:
        names = EvidenceNames(connection, "one", tiny, world.now.date(), language, by_name=True)
        for record in RECORDS:
            fields = [*fields_of(record), *(fields_of("organisation") if record == "membership" else ())]
            terms = {term: WHAT.get(term, text) for f in fields if is_term(f) for term, text in f.choices.items()}
            rows = [Evidence(record, 1, term, None, None, None) for term in terms]
            shown = [row.what for row in names.evidence(rows)]
            assert shown == [text.to(language) for text in terms.values()], record


def is_term(one: FormField) -> bool:
    """Whether the choices are terms, and no languages."""
    return bool(one.choices) and one.choices in CHOICES.values()
