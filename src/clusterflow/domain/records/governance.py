"""Records of governance: bodies, seats, meetings, documents, the legal entity."""

from typing import Annotated, ClassVar

from pydantic import Field

from clusterflow.domain.records.base import (
    Accepts,
    BodyId,
    ClockTime,
    Duration,
    Happening,
    MeetingId,
    ObjectiveId,
    OrganisationId,
    PersonId,
    Ref,
    Slug,
    Span,
)
from clusterflow.domain.terms import BodyKind, DocumentKind, LegalForm, SeatRole


class Body(Span):
    """An assembly, board, committee or management; a committee is tied to an objective."""

    type: ClassVar = "body"
    key: ClassVar = ("id",)

    id: Slug
    kind: BodyKind
    name: str = Field(min_length=1, max_length=200)
    objective: ObjectiveId | None = None


class Seat(Span):
    """A person has a seat in a body, in a role, with or without a vote."""

    type: ClassVar = "seat"
    key: ClassVar = ("body", "person")

    body: BodyId
    person: PersonId
    organisation: OrganisationId | None = Field(default=None, description="organisation for which the seat is held")
    role: SeatRole = SeatRole.MEMBER
    vote: bool = True


class Delegation(Span):
    """A decider authorises another person to vote at the gates of an initiative, for a time."""

    type: ClassVar = "delegation"
    key: ClassVar = ("person", "delegate")

    person: PersonId = Field(description="the decider who has the vote")
    delegate: PersonId = Field(description="the person who casts it")


class Meeting(Happening):
    """A body met, or plans to meet."""

    type: ClassVar = "meeting"
    key: ClassVar = ("id",)

    id: Slug
    body: BodyId
    time: ClockTime | None = Field(default=None, description="start on the initiative's clock: 09:30")
    lasts_minutes: Duration | None = None
    place: str | None = Field(default=None, max_length=500, description="place, or link")
    objective: ObjectiveId | None = Field(default=None, description="the strategic objective it worked on")
    minutes: str | None = Field(default=None, description="address of the minutes")


class Attendance(Happening):
    """A person was invited to a meeting for an organisation, and came or did not come."""

    type: ClassVar = "attendance"
    key: ClassVar = ("meeting", "person")

    meeting: MeetingId
    person: PersonId
    organisation: OrganisationId
    invited: bool = True
    present: bool | None = None


class Document(Span):
    """A document in force: its address and SHA-256."""

    type: ClassVar = "document"
    key: ClassVar = ("id",)

    id: Slug
    kind: DocumentKind
    title: str = Field(min_length=1, max_length=300)
    address: str | None = None
    sha256: Annotated[str, Accepts("64 hexadecimal digits, in lower case")] | None = Field(
        default=None, pattern="^[0-9a-f]{64}$"
    )
    adopted_by: BodyId | None = None


class Signature(Happening):
    """An organisation signed a document."""

    type: ClassVar = "signature"
    key: ClassVar = ("document", "organisation")

    document: Annotated[Slug, Ref("document")]
    organisation: OrganisationId
    person: PersonId | None = None


class LegalEntity(Span):
    """The legal entity of the initiative. Fields that are not known stay empty."""

    type: ClassVar = "legal-entity"
    key: ClassVar = ("name",)

    name: str = Field(min_length=1, max_length=200)
    form: LegalForm | None = None
    personality: bool | None = None
    non_profit: bool | None = None
    in_region: bool | None = Field(default=None, description="domicile in the initiative's region")
