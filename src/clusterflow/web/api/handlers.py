"""What each operation of the API does: it calls one use case."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException

from clusterflow.domain.access import Right
from clusterflow.domain.dues import DuesPlan
from clusterflow.domain.record_events import SubmissionSource
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import Role, parse_decision
from clusterflow.domain.text import Frozen
from clusterflow.intake.json_lines import read_value
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.status import InitiativeStatus
from clusterflow.rules.ballot import Ballot
from clusterflow.services import dues, gates, registry, review, standing
from clusterflow.services.facts.permission import check_permission, may_record
from clusterflow.services.gates import BallotResult
from clusterflow.services.refusals import entering_refusals
from clusterflow.services.registry import RecordResult
from clusterflow.services.review import EvaluationResult
from clusterflow.services.views import api as views
from clusterflow.web.api.operation import Call, DayQuery, NameQuery, NumberQuery, Operation, Query
from clusterflow.web.api.problems import problem

ACTOR = "api"


class DecisionBody(Frozen):
    """A vote, with the fields of ``clusterflow decide``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    decision: Literal["go", "conditional-go", "hold", "recycle", "stop", "abstain", "recuse", "veto", "withdraw"]
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    seen: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="the findings that the decider saw, as explain names them"
    )
    role: Role | None = None
    until: date | None = Field(default=None, description="of a hold: the day it ends")
    to: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="of a recycle: the stage")
    conditions: dict[str, date] = Field(default_factory=dict, description="of a conditional go: criterion and day")
    due: date | None = Field(default=None, description="of a conditional go: one day for all that is not met")
    overrides: tuple[str, ...] = Field(default=(), description="of a go: criteria to let pass")
    speaks_for: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, alias="for", description="by delegation: the person whose vote it is"
    )
    code: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="the one-time code", repr=False)


class GateExplanations(Frozen):
    """The gates of the stages under way, or the one that was asked for."""

    items: tuple[GateExplanation, ...]


class ExplainQuery(DayQuery):
    """Which gate; by default those of all stages under way."""

    stage: Annotated[str, Field(max_length=64)] | None = None


class YearQuery(Query):
    """The year of the dues; the current one by default."""

    year: Annotated[int, Field(ge=1900, le=2999)] | None = None


def initiatives(call: Call) -> views.StatusPage:
    """List the initiatives that you may see, each with its status."""
    return views.initiatives_page(call.context, call.person.id, call.language, call.query.after, call.query.limit)


def status(call: Call) -> InitiativeStatus:
    """Show the status of an initiative: stages, milestones, and what holds it back."""
    query = call.query
    return standing.status(call.context, call.initiative, query.as_of, call.language, query.known_at)


def explain(call: Call) -> GateExplanations:
    """Explain why a gate is ready or not, criterion by criterion, with the evidence."""
    query = call.query
    found = views.explained(call.context, call.initiative, query.stage, query.as_of, query.known_at, call.language)
    return GateExplanations(items=found)


def records(call: Call) -> views.RecordPage:
    """List the records of a type that hold today, in the form in which they are recorded."""
    record = call.path["record"]
    if record not in RECORDS or not may_record(call.context, call.person.id, call.initiative, record):
        raise HTTPException(404)
    query = call.query
    return views.records_page(call.context, call.person.id, call.initiative, record, query.after, query.limit)


def record(call: Call) -> RecordResult:
    """Record facts, all or none: a record, or ``{"records": [...]}``, as lines of ``clusterflow record --from``."""
    submissions = read_value(call.body, "body")
    with entering_refusals(call.context, call.initiative, call.person.id, SubmissionSource.API, submissions):
        check_permission(call.context, call.person.id, call.initiative, submissions)
        # As from the forms, the author is the person: gates with the four-eyes rule ask who recorded the facts.
        return registry.record(call.context, submissions, call.person.id, call.key)


def evaluate(call: Call) -> EvaluationResult:
    """Bring an initiative up to date: measure, and write what changed."""
    return review.evaluate(call.context, call.initiative, ACTOR)


def decide(call: Call) -> Any:
    """Vote at a gate in your own name. A refused vote is a conflict, and the problem says why."""
    body: DecisionBody = call.body
    ballot = Ballot(
        stage=call.path["stage"],
        decision=parse_decision(body.decision),
        reason=body.reason,
        role=body.role,
        seen=body.seen,
        until=body.until,
        to_stage=body.to,
        due=body.conditions,
        due_all=body.due,
        code=body.code,
        speaks_for=body.speaks_for,
        overrides=body.overrides,
    )
    done = gates.decide(call.context, call.initiative, call.person.id, ballot, call.key, ACTOR)
    return done if done.taken else problem(HTTPStatus.CONFLICT, f"{done.refused}: {done.why}")


def dues_plan(call: Call) -> DuesPlan:
    """Show what the members owe in a year: issued, to issue, paid."""
    return dues.plan_for(call.context, call.person.id, call.initiative, call.query.year)


def issue_dues(call: Call) -> DuesPlan:
    """Issue the invoices that are to be issued today; twice issues nothing twice."""
    return dues.issue(call.context, call.initiative, call.query.year, call.person.id)


def ledger(call: Call) -> views.LedgerPage:
    """List the ledger of an initiative in order. It holds pseudonyms, no names."""
    return views.ledger_page(call.context, call.initiative, call.query.after, call.query.limit)


_ONE = "/initiatives/{initiative}"
_UNCHANGED = (HTTPStatus.CONFLICT,)

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/initiatives", initiatives, views.StatusPage, None, NameQuery),
    Operation("GET", f"{_ONE}/status", status, InitiativeStatus, Right.SEE, DayQuery, errors=_UNCHANGED),
    Operation("GET", f"{_ONE}/gates", explain, GateExplanations, Right.SEE, ExplainQuery, errors=_UNCHANGED),
    Operation("GET", f"{_ONE}/records/{{record}}", records, views.RecordPage, Right.RECORD, NumberQuery),
    Operation(
        "POST", f"{_ONE}/records", record, RecordResult, Right.RECORD, body=dict[str, Any], errors=_UNCHANGED,
        repeatable=True,
    ),
    Operation(
        "POST", f"{_ONE}/evaluation", evaluate, EvaluationResult, Right.REQUEST_REVIEW, Query, errors=_UNCHANGED
    ),
    Operation(
        "POST", f"{_ONE}/gates/{{stage}}/votes", decide, BallotResult, Right.VOTE, body=DecisionBody, errors=_UNCHANGED,
        repeatable=True,
    ),
    Operation("GET", f"{_ONE}/dues", dues_plan, DuesPlan, Right.DUES, YearQuery),
    Operation("POST", f"{_ONE}/dues", issue_dues, DuesPlan, Right.RECORD, YearQuery, errors=_UNCHANGED),
    Operation("GET", f"{_ONE}/ledger", ledger, views.LedgerPage, Right.SEE, NumberQuery),
)  # fmt: skip
