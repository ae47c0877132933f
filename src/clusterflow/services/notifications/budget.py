"""Estimates how many messages a model causes for a manager, by simulating a typical life in a scratch database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import DecisionKind, Urgency
from clusterflow.domain.text import Frozen, Text
from clusterflow.engine.record import Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, gates, registry, standing
from clusterflow.services import review as review_service
from clusterflow.services.context import Context
from clusterflow.services.notifications.preview import Playback, PreviewMessage
from clusterflow.settings import Settings
from clusterflow.store.scratch_database import scratch_database

MANAGER, LIFE = "manager", "typical"
WEEK = timedelta(days=7)
BEGUN = datetime(2024, 1, 9, 10, tzinfo=UTC)  # a Tuesday
FIRST, LAST = 0.1, 0.9
LATE_EACH, LATE_BY = 3, 1.3
THINKING = timedelta(days=14)
OPERATION_WEEKS, LAPSE_AFTER, LAPSE_WEEKS = 52, 13, 8
LONGEST_WEEKS = 8 * 52
QUARTER = timedelta(days=91)

ASSUMPTIONS = (
    Text(
        es="una iniciativa en España (Europe/Madrid), con gerencia, un consejo de cinco, un comité y una oficina",
        en="one initiative in Spain (Europe/Madrid), with a manager, a board of five, a committee and an office",
    ),
    Text(
        es=f"lo que pide una puerta se cumple poco a poco, del {FIRST:.0%} al {LAST:.0%} del plazo de su etapa",
        en=f"what a gate asks is met bit by bit, from {FIRST:.0%} to {LAST:.0%} of the days that its stage may take",
    ),
    Text(
        es=f"una de cada {LATE_EACH} etapas dura un {LATE_BY - 1:.0%} más de lo que permite su modelo",
        en=f"one of {LATE_EACH} stages takes {LATE_BY - 1:.0%} longer than its model allows",
    ),
    Text(
        es=f"todos los que pueden decidir dicen adelante, {THINKING.days} días después de abrirse la puerta",
        en=f"all who may decide say go, {THINKING.days} days after the gate opened",
    ),
    Text(
        es="20 miembros, que ingresan el primer año; desde el segundo año, un sello de dos años, renovado a tiempo; "
        "una estrategia de tres años",
        en="20 members, who join in the first year; from the second year on a label of two years, renewed in time; "
        "a strategy of three years",
    ),
    Text(
        es=f"después de la última puerta, un año de operación, en el que un hito caduca por {LAPSE_WEEKS} semanas",
        en=f"after the last gate a year of operation, in which one milestone lapses for {LAPSE_WEEKS} weeks",
    ),
    Text(
        es="horas de silencio, límite semanal y resumen según los ajustes; notices.yaml y el calendario como están",
        en="the quiet hours, the weekly cap and the digest of the settings; notices.yaml and the calendar as they are",
    ),
)


class Quarter(Frozen):
    """What the manager received in thirteen weeks."""

    number: int
    urgent: int
    ordinary: int
    digests: int
    messages: int
    held: int
    """Notices inside these messages: a digest or a batch holds several."""


class Budget(Frozen):
    """The number of messages in a typical life."""

    model: str
    quarters: tuple[Quarter, ...]
    rules: tuple[tuple[str, int], ...]
    """How often each rule occurred, most frequent first."""
    mean: float
    """Messages per quarter on average; ``most``: in the fullest quarter."""
    most: int
    assumptions: tuple[str, ...] = tuple(one.en for one in ASSUMPTIONS)


def budget(model: LifecycleModel, settings: Settings) -> Budget:
    """Simulate a typical life of a model, and count what its manager receives."""
    with scratch_database() as database:
        own = settings.model_copy(
            update={"database": str(database.url), "proof": "none", "today": None, "notices_to": None}
        )
        life = _Life(Context(own, database), _playable(model))
        life.play()
    mine = [m for m in life.playback.dispatcher.messages if m.person == MANAGER]
    count = ceil((life.playback.now - BEGUN) / QUARTER)
    count_of_rule = Counter(part.rule for message in mine for part in message.holds)
    quarters = tuple(_quarter(n, [m for m in mine if (m.at - BEGUN) // QUARTER == n - 1]) for n in range(1, count + 1))
    return Budget(
        model=model.id,
        quarters=quarters,
        rules=tuple(count_of_rule.most_common()),
        mean=round(len(mine) / count, 1),
        most=max(q.messages for q in quarters),
    )


def _quarter(number: int, messages: list[PreviewMessage]) -> Quarter:
    by = Counter(m.urgency for m in messages)
    return Quarter(
        number=number,
        urgent=by[Urgency.URGENT],
        ordinary=by[Urgency.NORMAL],
        digests=by[Urgency.DIGEST],
        messages=len(messages),
        held=sum(len(m.holds) for m in messages),
    )


def _playable(model: LifecycleModel) -> LifecycleModel:
    """The same model with stated figures in place of metrics, so that it needs no registry."""

    def stated(stage: Stage, number: int, criterion: Criterion) -> Criterion:
        bound = Bound.parse(">= 1", Unit.COUNT)
        return criterion.model_copy(
            update={
                "metric": "stated",
                "with_": (("metric", _figure(stage, number)),),
                "bound": bound,
                "keep": bound if criterion.keep else None,
            }
        )

    stages = tuple(
        stage.model_copy(
            update={
                "gate": stage.gate.model_copy(
                    update={"requires": tuple(stated(stage, n, c) for n, c in enumerate(stage.gate.criteria))}
                )
            }
        )
        for stage in model.stages
    )
    # Parsed again, because a copy would keep the cached hash of the original.
    return LifecycleModel.model_validate_json(
        model.model_copy(update={"stages": stages}).model_dump_json(by_alias=True)
    )


def _figure(stage: Stage, number: int) -> str:
    return f"{stage.id}-{number}"


@dataclass(frozen=True, slots=True)
class _Event:
    day: date
    line: str


class _Life:
    """Simulates week by week: facts are stated, gates open, deciders decide."""

    def __init__(self, context: Context, model: LifecycleModel) -> None:
        self.model = model
        self.playback = Playback(context, BEGUN)
        self.context = self.playback.context
        self.context.models = {model.id: model}
        self.planned: dict[tuple[str, int], list[_Event]] = {}
        self.over: datetime | None = None

    def play(self) -> None:
        self._begin()
        for week in range(LONGEST_WEEKS):
            if self.over is not None and self.playback.now >= self.over + OPERATION_WEEKS * WEEK:
                return
            self._week(week)
            self.playback.until(BEGUN + (week + 1) * WEEK)

    def _begin(self) -> None:
        start = self.playback.now.date().isoformat()
        helix = {"firm": "company", "maker": "company", "school": "academia", "union": "civil-society"}
        people = [MANAGER, "chair", "ana", "luis", "eva", "ines", "head", "officer"]
        self._record(
            *(f"organisation id={o} name={o} helix={h} from=2020-01-01" for o, h in helix.items()),
            "organisation id=ministry name=ministry helix=government from=2020-01-01",
            "office id=office organisation=ministry name=office from=2020-01-01",
            *(f"person id={p} name={p} email={p}@x.example language=en from=2020-01-01" for p in people),
            "representation person=officer organisation=ministry from=2020-01-01",
        )
        line = f"initiative id={LIFE} name=Typical country=ES timezone=Europe/Madrid office=office from={start}"
        enrolment.enrol(self.context, self._submission(line), self.model.id)
        bodies = {"management": "management", "board": "board", "committee": "committee", "assembly": "assembly"}
        seats = (
            f"management {MANAGER} manager firm", "board chair chair firm", "board ana member maker",
            "board luis member firm", "board eva member school", "board ines member union",
            "committee head chair maker", "assembly chair member firm", "assembly ana member maker",
            "assembly luis member firm", "assembly eva member school", "assembly ines member union",
        )  # fmt: skip
        organisation_of = {words[1]: words[3] for seat in seats if (words := seat.split())}
        self._record(
            *(f"body initiative={LIFE} id={b} kind={k} name={b} from={start}" for b, k in bodies.items()),
            *(
                f"seat initiative={LIFE} body={b} person={p} role={r} organisation={o} from={start}"
                for b, p, r, o in (seat.split() for seat in seats)
            ),
            *(f"representation person={p} organisation={o} from={start}" for p, o in organisation_of.items()),
            *(
                f"membership initiative={LIFE} organisation={o} founder=true commitment=signed-agreement from={start}"
                for o in helix
            ),
        )

    def _week(self, week: int) -> None:
        today = self.playback.now.date()
        facts = [*self._members(week, today), *self._calendar(week, today), *self._stated(today), *self._lapse(today)]
        if facts:
            self._record(*facts)
        review_service.evaluate(self.context, LIFE)
        self._decide(today)

    def _members(self, week: int, today: date) -> Iterator[str]:
        """Sixteen more members join, most of them on one day, as after an assembly."""
        joined = {8: range(10), 20: range(10, 13), 32: range(13, 16)}.get(week, ())
        for n in joined:
            yield f"organisation id=member{n} name=member{n} helix=company size=small from=2020-01-01"
            yield f"membership initiative={LIFE} organisation=member{n} commitment=regular-fee from={today}"

    def _calendar(self, week: int, today: date) -> Iterator[str]:
        if week % 96 == 52:
            yield f"label initiative={LIFE} name=ESCA level=bronze from={today} to={today + 104 * WEEK}"
        if week % 156 == 26:
            yield f"strategy initiative={LIFE} id=s{week} title=s from={today} horizon={today + 156 * WEEK}"

    def _stated(self, today: date) -> Iterator[str]:
        for visit in standing.state(self.context, LIFE).open_visits:
            stage = self.model.stage(visit.stage)
            if (visit.stage, visit.round) not in self.planned:
                self.planned[visit.stage, visit.round] = list(self._plan(stage, visit.entered_on))
            events = self.planned[visit.stage, visit.round]
            for event in [e for e in events if e.day <= today]:
                events.remove(event)
                yield f"{event.line} on={today}"

    def _plan(self, stage: Stage, entered: date) -> Iterator[_Event]:
        days = stage.allowed_days * (LATE_BY if self.model.position(stage.id) % LATE_EACH == 0 else 1.0)
        count = len(list(stage.gate.criteria))
        for number in range(count):
            part = FIRST + (LAST - FIRST) * (number + 1) / count
            line = f"observation initiative={LIFE} metric={_figure(stage, number)} numerator=1 denominator=1"
            yield _Event(entered + timedelta(days=int(days * part)), line)

    def _lapse(self, today: date) -> Iterator[str]:
        """In operation, the first watched milestone lapses and is restored."""
        if self.over is None:
            return
        watched = ((s, n) for s in self.model.stages for n, c in enumerate(s.gate.criteria) if c.keep)
        weeks = (self.playback.now - self.over) // WEEK
        if (first := next(watched, None)) and weeks in (LAPSE_AFTER, LAPSE_AFTER + LAPSE_WEEKS):
            value = int(weeks > LAPSE_AFTER)
            yield (f"observation initiative={LIFE} metric={_figure(*first)} numerator={value} denominator=1 on={today}")

    def _decide(self, today: date) -> None:
        for review in standing.state(self.context, LIFE).open_reviews:
            if today < review.opened_on + THINKING:
                continue
            ballot = Ballot(stage=review.stage, decision=DecisionKind.GO, reason="it is time")
            for voter in gates.eligible_deciders(self.context, LIFE, review.stage):
                if voter.speaks_for is None and gates.decide(self.context, LIFE, voter.person, ballot).decided:
                    break
        achieved = {m.stage for m in standing.state(self.context, LIFE).milestones}
        needed = {s.id for s in self.model.stages if not s.optional}
        if self.over is None and needed <= achieved:
            self.over = self.playback.now

    def _record(self, *lines: str) -> None:
        registry.record(self.context, [self._submission(line) for line in lines])

    @staticmethod
    def _submission(line: str) -> Submission:
        record, *words = line.split()
        return read_assignments(record, words)
