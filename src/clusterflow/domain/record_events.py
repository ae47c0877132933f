"""What can happen to recorded facts: they are entered, corrected and withdrawn, and a person in them is forgotten."""

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
