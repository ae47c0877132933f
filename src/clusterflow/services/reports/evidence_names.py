"""Finds the names behind evidence: of organisations, bodies and objectives, and of people if allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from sqlalchemy import Connection

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Evidence
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Organisation, Person
from clusterflow.domain.term_labels import CHOICES
from clusterflow.domain.text import Language, Text
from clusterflow.reports.dossier.texts import SOMEBODY, WHAT
from clusterflow.reports.explanation import EvidenceLine, GateExplanation
from clusterflow.rules.mistakes import bare_type
from clusterflow.store import registry
from clusterflow.store.people import person_of

PEOPLE = ("seat", "staff", "attendance")
"""Record types whose evidence may be a person."""

PARTIES = ("membership", "invoice", "payment", "signature", "income", "business", "attendance")
"""Record types whose evidence may be an organisation."""


@cache
def _terms(record: str) -> dict[str, Text]:
    """The terms that the fields of a record may hold, with their labels; a member has those of its organisation."""
    classes = [RECORDS[r] for r in (record, *(["organisation"] if record == "membership" else ())) if r in RECORDS]
    kinds = [bare_type(f.annotation) for cls in classes for f in cls.model_fields.values()]
    return {word: text for kind in kinds if kind in CHOICES for word, text in CHOICES[kind].items()}


class EvidenceNames:
    """The names of records of one initiative, on a day and in a language."""

    def __init__(
        self,
        connection: Connection,
        initiative: str,
        model: LifecycleModel,
        day: date,
        language: Language,
        *,
        by_name: bool,
    ) -> None:
        self.stages = {stage.id: stage.title.to(language) for stage in model.stages}
        self.connection, self.initiative, self.day, self.language = connection, initiative, day, language
        self.by_name = by_name

    def behind(self, alias: str) -> str | None:
        """The name behind a pseudonym; ``None`` if it must not be shown or the person was forgotten."""
        person = person_of(self.connection, [alias]).get(alias) if self.by_name else None
        return self.person(person) if person else None

    def person(self, person: str) -> str | None:
        return self._called(Person, REGISTRY, [person]).get(person) if self.by_name else None

    def explained(self, gate: GateExplanation) -> GateExplanation:
        """The gate with names in its evidence."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for criterion in gate.criteria:
            for row in criterion.evidence:
                wanted[row.record].add(row.what)
        names = {record: self._names(record, ids) for record, ids in wanted.items()}
        criteria = tuple(
            c.model_copy(update={"evidence": tuple(self._named(row, names[row.record]) for row in c.evidence)})
            for c in gate.criteria
        )
        return gate.model_copy(update={"criteria": criteria})

    def evidence(self, rows: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Evidence of one metric with names in the place of ids."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            wanted[row.record].add(row.what)
        names = {record: self._names(record, ids) for record, ids in wanted.items()}
        return tuple(row._replace(what=names[row.record].get(row.what, row.what)) for row in rows)

    def _named(self, row: EvidenceLine, names: dict[str, str]) -> EvidenceLine:
        return row.model_copy(update={"what": names.get(row.what, row.what)})

    def _names(self, record: str, ids: Iterable[str]) -> dict[str, str]:
        wanted = sorted(ids)
        if record == "stage-visit":
            return self.stages
        terms = {**_terms(record), **WHAT}
        found = {i: terms[i].to(self.language) for i in wanted if i in terms}
        if record in PARTIES:
            found |= self._called(Organisation, REGISTRY, wanted)
        if record in PEOPLE:
            found |= self._called(Person, REGISTRY, wanted) if self.by_name else {}
            # An id can identify a person, so it is replaced, too.
            found |= {i: SOMEBODY.to(self.language) for i in wanted if i not in found}
        cls = RECORDS.get(record)
        if cls is not None and cls.key == ("id",) and cls.of_initiative:
            found |= self._called(cls, self.initiative, wanted)
        return found

    def _called(self, cls: type[Record], chain: str, ids: Iterable[str]) -> dict[str, str]:
        """The last names of records, even of records that ended."""
        facts = registry.facts_of(self.connection, cls, chain, [(i,) for i in ids])
        records = [f.record for f in facts if not f.retracted and f.record.valid_from <= self.day]
        titles = {r.identity()[0]: getattr(r, "title", None) or getattr(r, "name", None) for r in records}
        return {i: str(title) for i, title in titles.items() if title}
