"""Records of membership."""

from typing import ClassVar

from clusterflow.domain.records.base import OrganisationId, Span
from clusterflow.domain.terms import Commitment


class Membership(Span):
    """An organisation belongs to the initiative: joined *from*, left after *to*."""

    type: ClassVar = "membership"
    key: ClassVar = ("organisation",)

    organisation: OrganisationId
    tier: str | None = None
    founder: bool = False
    anchor: bool = False
    commitment: Commitment | None = None
    evidence: str | None = None
