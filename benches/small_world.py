"""A tiny world: initiatives whose stages are a chain, each with one criterion on a stated figure."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import DecidedBy, Gate, LifecycleModel, Stage
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import DecisionKind, Role, Severity, StageKind
from clusterflow.domain.text import Text
from clusterflow.engine.record import Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, registry
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def submission(line: str) -> Submission:
    """Return a record as a person would type it."""
    record, *words = line.split()
    return read_assignments(record, words)


def open_context(url: str, *models: LifecycleModel) -> Context:
    """The context on a database, with a clock that stands still, and with these models where some are given."""
    context = Context(Settings(database=url, configs=CONFIGS, proof="none"), open_database(url), lambda: NOW)
    if models:
        context.models = {model.id: model for model in models}
    return context


def chain_of_stages(length: int) -> LifecycleModel:
    names = [f"s{n}" for n in range(length)]
    stages = tuple(_stage(name, before) for name, before in zip(names, [(), *((n,) for n in names)], strict=False))
    return LifecycleModel(id="tiny", version="1", title=_text("Tiny"), about=_text("Tiny"), source="P", stages=stages)


def _stage(name: str, after: tuple[str, ...]) -> Stage:
    criterion = Criterion(
        id=name, metric="stated", with_=(("metric", name),), bound=Bound.parse(">= 1", Unit.SHARE),
        severity=Severity.BLOCKING, source="P", proposal=True,
    )  # fmt: skip
    gate = Gate(
        title=_text(f"gate of {name}"),
        milestone=_text(f"{name} achieved"),
        decided_by=DecidedBy(roles=(Role.MANAGER,)),
        requires=(criterion,),
    )
    return Stage(
        id=name, kind=StageKind.STRATEGY, title=_text(name), after=after, allowed_days=90, source="P", gate=gate
    )


def _text(value: str) -> Text:
    return Text(es=value, en=value)


def settle(context: Context, initiatives: list[str], stages: int) -> None:
    """Enrol initiatives with a manager each, and state every figure that their gates require."""
    registry.record(
        context,
        [
            submission("organisation id=firm name=Firm helix=company size=small from=2020-01-01"),
            submission("person id=mona name=Mona from=2020-01-01"),
            submission("representation person=mona organisation=firm from=2020-01-01"),
        ],
    )
    for one in initiatives:
        enrolment.enrol(context, submission(f"initiative id={one} name={one} country=ES from=2020-01-01"), "tiny")
    lines = [
        line.format(one=one)
        for one in initiatives
        for line in (
            "body initiative={one} id=management kind=management name=Management from=2020-01-01",
            "seat initiative={one} body=management person=mona role=manager organisation=firm from=2020-01-01",
            *(
                f"observation initiative={{one}} metric=s{n} numerator=1 denominator=1 on=2024-01-10"
                for n in range(stages)
            ),
        )
    ]
    registry.record(context, [submission(line) for line in lines])


def go(stage: str) -> Ballot:
    return Ballot(stage=stage, decision=DecisionKind.GO, reason="it is time")
