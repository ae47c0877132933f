"""A small world to test in: a context on a fresh database, a clock that is an argument, and a few people."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Engine

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import DecidedBy, Gate, LifecycleModel, Stage
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Severity, StageKind, Stance
from clusterflow.domain.text import Text
from clusterflow.engine.decide import BallotResult
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, gates, ledger, registry, review
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def text(value: str) -> Text:
    return Text(es=value, en=value)


def stated(
    name: str, bound: str = ">= 1", keep: str | None = None, severity: Severity = Severity.BLOCKING
) -> Criterion:
    """A criterion on a stated figure, which a test changes with one observation."""
    return Criterion(
        id=name,
        metric="stated",
        with_=(("metric", name),),
        bound=Bound.parse(bound, Unit.SHARE),
        keep=Bound.parse(keep, Unit.SHARE) if keep else None,
        severity=severity,
        source="P",
        proposal=True,
    )


def stage(
    name: str,
    after: tuple[str, ...] = (),
    *criteria: Criterion,
    roles: tuple[Role, ...] = (Role.MANAGER, Role.BOARD_MEMBER),
    need: int = 1,
    never: tuple[HelixKind, ...] = (),
    rule: DecidedBy | None = None,
    optional: bool = False,
    open_ended: bool = False,
    allowed_days: int = 100,
) -> Stage:
    return Stage(
        id=name,
        kind=StageKind.STRATEGY,
        title=text(name),
        after=after,
        optional=optional,
        open_ended=open_ended,
        allowed_days=allowed_days,
        source="P",
        gate=Gate(
            title=text(f"gate of {name}"),
            milestone=text(f"{name} achieved"),
            decided_by=rule or DecidedBy(roles=roles, need=need, never=never),
            requires=criteria or (stated(name),),
        ),
    )


def model(*stages: Stage, name: str = "tiny") -> LifecycleModel:
    return LifecycleModel(id=name, version="1", title=text(name), about=text(name), source="P", stages=stages)


class World:
    """A context with a clock that tests set, and short methods for what people do."""

    def __init__(self, url: str, *models: LifecycleModel, database: Engine | None = None) -> None:
        self.now = datetime(2024, 1, 10, 12, tzinfo=UTC)
        self.context = Context(
            Settings(database=url, configs=CONFIGS, proof="none", actor="clerk"),
            database or open_database(url),
            lambda: self.now,
        )
        if models:
            self.context.models = {m.id: m for m in models}
        self.record(
            "organisation id=firm name=Firm helix=company size=small from=2020-01-01",
            "organisation id=ministry name=Ministry helix=government from=2020-01-01",
            "person id=mona name=Mona email=mona@firm.example from=2020-01-01 language=en",
            "person id=bruno name=Bruno email=bruno@firm.example from=2020-01-01 language=es",
            "person id=gala name=Gala email=gala@ministry.example from=2020-01-01",
            "person id=nobody name=Nobody from=2020-01-01",
            "representation person=mona organisation=firm from=2020-01-01",
            "representation person=bruno organisation=firm from=2020-01-01",
            "representation person=gala organisation=ministry from=2020-01-01",
        )

    def at(self, day: str) -> World:
        self.now = datetime.combine(date.fromisoformat(day), time(12), UTC)
        return self

    def submission(self, line: str) -> Submission:
        record, *words = line.split()
        return read_assignments(record, words)

    def record(self, *lines: str, key: str | None = None) -> RecordResult:
        return registry.record(self.context, [self.submission(line) for line in lines], key=key)

    def enrol(self, initiative: str = "one", model_id: str = "tiny") -> None:
        """Enrol an initiative with a board of two, a manager, and a seat of the ministry."""
        start = self.now.date()
        fields = f"id={initiative} name=Initiative-{initiative} country=ES from={start}"
        enrolment.enrol(self.context, self.submission(f"initiative {fields}"), model_id)
        self.record(
            *(
                f"{line} initiative={initiative} from=2020-01-01"
                for line in (
                    "body id=management kind=management name=Management",
                    "body id=board kind=board name=Board",
                    "seat body=management person=mona role=manager organisation=firm",
                    "seat body=board person=bruno role=chair organisation=firm",
                    "seat body=board person=mona organisation=firm",
                    "seat body=board person=gala organisation=ministry",
                )
            )
        )

    def state_figure(self, name: str, value: int = 1, of: int = 1, initiative: str = "one") -> None:
        """Record a stated figure, today."""
        day = self.now.date()
        self.record(f"observation initiative={initiative} metric={name} numerator={value} denominator={of} on={day}")

    def evaluate(self, initiative: str = "one") -> tuple[str, ...]:
        return review.evaluate(self.context, initiative).changes

    def decide(
        self,
        stage_id: str,
        decision: DecisionKind | Stance = DecisionKind.GO,
        by: str = "mona",
        initiative: str = "one",
        reason: str = "it is time",
        key: str | None = None,
        **more: object,
    ) -> BallotResult:
        ballot = Ballot(stage=stage_id, decision=decision, reason=reason, **more)  # type: ignore[arg-type]
        return gates.decide(self.context, initiative, by, ballot, key)

    def kinds(self, initiative: str = "one") -> list[str]:
        """The kinds of the entries in order, without those of facts."""
        return [k for e in ledger.entries(self.context, initiative) if not (k := e.event.kind).startswith("record.")]
