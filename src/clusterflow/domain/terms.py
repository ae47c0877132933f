"""The standard terms of the field, as enumerations. Code, YAML, CLI and tables use the same words."""

from __future__ import annotations

from enum import StrEnum


class HelixKind(StrEnum):
    """The four strands of the quadruple helix."""

    COMPANY = "company"
    GOVERNMENT = "government"
    ACADEMIA = "academia"
    CIVIL_SOCIETY = "civil-society"


class ChainRole(StrEnum):
    """What an organisation does in the value chain of its cluster."""

    RAW_MATERIALS = "raw-materials"
    EQUIPMENT = "equipment"
    COMPONENTS = "components"
    MANUFACTURE = "manufacture"
    SERVICES = "services"
    LOGISTICS = "logistics"
    SALES = "sales"
    CUSTOMER = "customer"
    KNOWLEDGE = "knowledge"
    FINANCE = "finance"
    REGULATION = "regulation"


class SizeClass(StrEnum):
    """Size of a firm by EU recommendation 2003/361. Micro, small and medium together are the SMEs."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SME = (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM)


class StageKind(StrEnum):
    """What a stage is about. All models share these kinds, so that models can be compared."""

    HOSTING = "hosting"
    CRITICAL_MASS = "critical-mass"
    COMMON_PURPOSE = "common-purpose"
    COMMITTEES = "committees"
    STRATEGY = "strategy"
    INSTITUTIONALIZATION = "institutionalization"
    OPERATION = "operation"


class Severity(StrEnum):
    BLOCKING = "blocking"
    WARNING = "warning"
    INFORMATION = "information"


class Answer(StrEnum):
    """The answer for a criterion. Missing data is neither a failure nor a pass."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Readiness(StrEnum):
    """The answer for a whole gate."""

    READY = "ready"
    NOT_READY = "not-ready"
    UNKNOWN = "unknown"


class DecisionKind(StrEnum):
    GO = "go"
    CONDITIONAL_GO = "conditional-go"
    HOLD = "hold"
    RECYCLE = "recycle"
    STOP = "stop"


class Stance(StrEnum):
    """What a decider may state at a gate without deciding. It counts for no decision."""

    ABSTAIN = "abstain"
    RECUSE = "recuse"
    """The decider abstains because of a conflict of interest, for the whole review, even if the findings change."""
    VETO = "veto"
    """Blocks every go while it is in force. Only roles named by the model may use it."""
    WITHDRAW = "withdraw"
    """Takes back the decider's own vote, abstention or veto without casting another one."""


class VoteFall(StrEnum):
    """Why a vote counts no longer, though its decider did not take it back."""

    FINDINGS = "findings"
    """The findings that the decider saw have changed."""
    TIE = "tie"
    """Everybody voted without a quorum, and the model asks for a new vote."""
    ROLE = "role"
    """The decider did not hold the role on the day of the vote."""
    BARRED = "barred"
    """The decider, or the delegate, represents somebody who never decides at the gate."""
    DELEGATION = "delegation"
    """The delegation by which the vote was cast did not exist on that day."""
    FOUR_EYES = "four-eyes"
    """The decider recorded facts since the stage began."""
    ORGANISATION = "organisation"
    """The decider did not represent the organisation for which the vote counts on the day of the vote."""
    MODEL = "model"
    """The initiative passed to another model, and its open gates closed."""


class SplitDays(StrEnum):
    """Whether votes that differ only in their days count together."""

    EXACT = "exact"
    EARLIEST = "earliest"
    """They count together, and the earliest day holds."""


def parse_decision(word: str) -> DecisionKind | Stance:
    """Return the decision or stance that a word stands for.

    Raises:
        ValueError: the word is neither.
    """
    return Stance(word) if word in tuple(Stance) else DecisionKind(word)


class Role(StrEnum):
    """The capacity in which a person decides at a gate. It follows from seats, representations and memberships."""

    MANAGER = "manager"
    BOARD_CHAIR = "board-chair"
    BOARD_MEMBER = "board-member"
    COMMITTEE_CHAIR = "committee-chair"
    ASSEMBLY_MEMBER = "assembly-member"
    FOUNDER = "founder"
    OFFICE = "office"


SINGLE_HOLDER = frozenset({Role.MANAGER, Role.BOARD_CHAIR})
"""Roles that only one person holds at a time. They alone cannot fill a quorum of two."""


class BodyKind(StrEnum):
    ASSEMBLY = "assembly"
    BOARD = "board"
    COMMITTEE = "committee"
    MANAGEMENT = "management"


class SeatRole(StrEnum):
    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    MANAGER = "manager"


class Commitment(StrEnum):
    """How a member proves its commitment (CAI20, ECCP). Any of the first three counts."""

    SIGNED_AGREEMENT = "signed-agreement"
    REGULAR_FEE = "regular-fee"
    REGULAR_WORK = "regular-work"
    NONE = "none"


class LegalForm(StrEnum):
    ASSOCIATION = "association"
    CIVIL_ASSOCIATION = "civil-association"
    FOUNDATION = "foundation"
    COOPERATIVE = "cooperative"
    CONSORTIUM = "consortium"
    COMPANY = "company"
    PUBLIC_BODY = "public-body"


class DocumentKind(StrEnum):
    PURPOSE_STATEMENT = "purpose-statement"
    CHARTER = "charter"
    STATUTES = "statutes"
    STRATEGY = "strategy"
    HOSTING_AGREEMENT = "hosting-agreement"
    AGREEMENT = "agreement"


class SurveyTopic(StrEnum):
    TRUST = "trust"
    SATISFACTION = "satisfaction"


class LinkDirection(StrEnum):
    INSIDE = "inside"
    OUTSIDE = "outside"


class LabelLevel(StrEnum):
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class IncomeKind(StrEnum):
    FEES = "fees"
    SERVICES = "services"
    PUBLIC_GRANT = "public-grant"
    OTHER_PRIVATE = "other-private"


class BusinessKind(StrEnum):
    CONTRACT = "contract"
    EXPORT = "export"
    INVESTMENT = "investment"
    JOBS = "jobs"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Standing(StrEnum):
    """Whether the initiative is active."""

    ACTIVE = "active"
    STOPPED = "stopped"


class StageStatus(StrEnum):
    """The outcome of a stage, for people. Run graph, artifacts and tables use the same words."""

    AHEAD = "ahead"
    UNDER_WAY = "under-way"
    GATE_OPEN = "gate-open"
    HELD = "held"
    ACHIEVED = "achieved"
    LAPSED = "lapsed"
    LEFT = "left"
    DECLINED = "declined"


class ReviewStatus(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class VisitOutcome(StrEnum):
    ACHIEVED = "achieved"
    RECYCLED = "recycled"
    STOPPED = "stopped"
    DECLINED = "declined"
    """The stage is optional, and the initiative does without it."""
    MIGRATED = "migrated"
    """The initiative passed to another model, in which the stage is not under way."""


class ConditionStatus(StrEnum):
    PENDING = "pending"
    MET = "met"
    MISSED = "missed"
    REPLACED = "replaced"
    """A later decision to go on, at the same gate, replaced it."""


class DueKind(StrEnum):
    """The kinds of deadlines."""

    STAGE = "stage"
    ESCALATION = "escalation"
    HOLD = "hold"
    CONDITION = "condition"
    REFERRAL = "referral"
    LABEL = "label"
    STRATEGY = "strategy"


class Weekday(StrEnum):
    """The days of the week, in order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """The number of the day as ``date.weekday`` counts: Monday is 0."""
        return list(Weekday).index(self)


class Urgency(StrEnum):
    """How urgent a notice is, and so when it may be sent."""

    URGENT = "urgent"
    """Sent at once, at any hour, and never held back."""
    NORMAL = "normal"
    """Sent in the recipient's waking hours, if the weekly limit allows it."""
    DIGEST = "digest"
    """Waits for the recipient's digest."""
