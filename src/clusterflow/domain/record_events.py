"""What can happen to recorded facts: they are entered, corrected and withdrawn, and a person in them is forgotten."""

from datetime import date
from enum import StrEnum
from typing import Literal

from clusterflow.domain.text import Frozen


class RecordEntered(Frozen):
    """A fact was recorded in the registry."""

    kind: Literal["record.entered"] = "record.entered"
    record: str
    digest: str
    replaces: int | None = None


class RecordCorrected(Frozen):
    """A fact was corrected, or its validity ended. The replaced row stays and is marked."""

    kind: Literal["record.corrected"] = "record.corrected"
    record: str
    digest: str
    replaces: int


class RecordRetracted(Frozen):
    """A fact was withdrawn because it was entered by mistake."""

    kind: Literal["record.retracted"] = "record.retracted"
    record: str
    digest: str
    replaces: int


class PersonForgotten(Frozen):
    """Personal data was deleted from facts of this chain. A pseudonym replaces the person's id."""

    kind: Literal["person.forgotten"] = "person.forgotten"
    alias: str
    digests: dict[int, str]
    """The new digest of each fact that was changed, by the entry that recorded the fact."""


class SubmissionSource(StrEnum):
    """By what way facts were submitted."""

    FORM = "form"
    ATTENDANCE = "attendance"
    WORKBOOK = "workbook"
    API = "api"
    CORRECTION = "correction"
    """Of a refused submission of another system."""
    SYSTEM = "system"
    """Another system, by an event or a file."""


class SubmissionFlaw(StrEnum):
    """Why a submission was refused."""

    NOT_PERMITTED = "not-permitted"
    MISTAKES = "mistakes"
    CHANGED = "changed"
    """Somebody else changed the facts after their author had read them."""


class SubmissionRefused(Frozen):
    """Facts that somebody submitted were not recorded. The entry holds nothing of what was typed."""

    kind: Literal["submission.refused"] = "submission.refused"
    person: str | None
    """The pseudonym of who submitted them; None for another system."""
    source: SubmissionSource
    why: SubmissionFlaw
    records: tuple[str, ...]
    """The record types."""
    number: int | None = None
    """The number under which the submission of another system waits for a correction."""
    on: date
