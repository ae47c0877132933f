"""Which facts a person may record at the web door.

The registry decides who sees what and who votes. So nobody may give themselves, by a record that several initiatives
share, access to an initiative in which they may not record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clusterflow.domain.access import GRANTING_RECORDS, SHARED_RECORDS, Right, rights_of
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Organisation, Person, Representation
from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, NotPermitted
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.store.fact_lists import FactQuery
from clusterflow.store.fact_versions import related_ids
from clusterflow.store.parties import relations_of
from clusterflow.store.registry import existing_ids, people_by_id


def recordable(context: Context, person: str, initiative: str) -> frozenset[str]:
    """Return the record types of which a person may record facts in an initiative."""
    rights = access.rights_in(context, person, initiative)
    return frozenset(r for r in RECORDS if _fits(r, rights) or is_administrator(context, person))


def may_record(context: Context, person: str, initiative: str, record: str) -> bool:
    """Whether a person may record facts of a type in an initiative, as far as the type alone can say.

    A refusal is entered in the ledger of the initiative.
    """
    if record in recordable(context, person, initiative):
        return True
    if record in GRANTING_RECORDS and initiative != REGISTRY:
        access.enter_refusal(context, person, initiative, Right.GRANT)
    return False


def _fits(record: str, rights: frozenset[Right]) -> bool:
    if record in GRANTING_RECORDS:
        return {Right.RECORD, Right.GRANT} <= rights
    return Right.RECORD in rights and (RECORDS[record].of_initiative or record in SHARED_RECORDS)


def is_administrator(context: Context, person: str) -> bool:
    return person in context.settings.administrator_ids


def check_permission(context: Context, person: str, initiative: str, submissions: Sequence[Submission]) -> None:
    """Check every submission of a person in an initiative.

    Raises:
        NotPermitted: the person may not record these facts; the message says who may.
    """
    if is_administrator(context, person):
        return
    if mistakes := list(_Check(context, person, initiative, submissions).mistakes()):
        raise NotPermitted(mistakes)


OFFICE_ONLY = "only the program office records this"
ADMINISTRATOR_ONLY = "only an administrator records this"
ELSEWHERE = "this belongs to other initiatives"
VOTER = "this person votes, and signs in with this address"
SHARED_ORGANISATION = "this organisation belongs to other initiatives, too"
_CURE = "Ask the program office"


class _Check:
    def __init__(self, context: Context, person: str, initiative: str, submissions: Sequence[Submission]) -> None:
        self.context, self.person, self.initiative, self.submissions = context, person, initiative, submissions
        self.today = context.clock().date()
        self.rights = {i: rights_of(held) for i, held in access.capacities_of(context, person).items()}
        organisations, people = self._named("id", Organisation.type), self._named("id", Person.type)
        with context.reading() as connection:
            self.foreign = {
                (record, id_)
                for record, ids in ((Organisation.type, organisations), (Person.type, people))
                for id_ in existing_ids(connection, record, REGISTRY, ids)
                - related_ids(connection, self._of(record), ids)
            }
            self.people = people_by_id(connection, self.today, sorted(people))
            voices = self._named("organisation", Representation.type)
            self.relations = relations_of(connection, voices, self.today)

    def mistakes(self) -> Iterator[Mistake]:
        for submission in self.submissions:
            reason = self._reason(submission)
            if reason is not None:
                yield Mistake(submission.where, reason, cure=_CURE)

    def _named(self, field: str, record: str) -> set[str]:
        return {str(s.fields.get(field, "")) for s in self.submissions if s.type == record}

    def _of(self, record: str) -> FactQuery:
        return FactQuery(record=record, initiative=self.initiative, reader=self.person, on=self.today)

    def _may(self, right: Right, initiative: str) -> bool:
        return right in self.rights.get(initiative, ())

    def _reason(self, submission: Submission) -> str | None:
        """Return why the person may not record this; None if they may."""
        record = submission.type
        if RECORDS[record].of_initiative:
            right = Right.GRANT if record in GRANTING_RECORDS else Right.RECORD
            own = submission.initiative == self.initiative
            return None if own and self._may(right, self.initiative) else OFFICE_ONLY
        if record not in SHARED_RECORDS:
            return ADMINISTRATOR_ONLY
        if not self._may(Right.RECORD, self.initiative):
            return OFFICE_ONLY
        if record == Representation.type:
            return self._of_representation(submission)
        if (record, str(submission.fields.get("id", ""))) in self.foreign:
            return ELSEWHERE
        return self._of_person(submission) if record == Person.type else None

    def _of_person(self, submission: Submission) -> str | None:
        """Who signs in as somebody else is that person: an address of a voter is changed by who may grant votes."""
        person = str(submission.fields.get("id", ""))
        if person in self.context.settings.administrator_ids:
            return ADMINISTRATOR_ONLY
        if person == self.person:
            return None
        before, fields = self.people.get(person), submission.fields
        is_moved = (
            before is None
            or submission.retract
            or any(
                name in fields and str(fields[name] or "") != str(getattr(before, field) or "")
                for name, field in (("email", "email"), ("to", "valid_to"), ("valid_to", "valid_to"))
            )
        )
        for initiative, held in access.capacities_of(self.context, person).items():
            votes = rights_of(held) > {Right.SEE}
            if not self._may(Right.GRANT if is_moved and votes else Right.RECORD, initiative):
                return VOTER
        return None

    def _of_representation(self, submission: Submission) -> str | None:
        """Who represents an organisation sees its initiatives; who represents the organisation of an office, more."""
        organisation = str(submission.fields.get("organisation", ""))
        for relation in self.relations:
            right = Right.GRANT if relation.is_office else Right.RECORD
            if relation.organisation == organisation and not self._may(right, relation.initiative):
                return SHARED_ORGANISATION
        return None
