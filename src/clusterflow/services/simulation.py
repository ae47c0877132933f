"""Simulates a history under a model, in a scratch database and with the same engine. Nothing else is changed."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from clusterflow.configs.models import load_model
from clusterflow.domain.events import VoteCast
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.parties import Initiative, Person
from clusterflow.domain.state import Review
from clusterflow.domain.terms import DecisionKind, Readiness
from clusterflow.domain.text import Language
from clusterflow.engine.record import Submission
from clusterflow.errors import ClusterflowError, Mistake, Mistakes, quoted
from clusterflow.intake.simulation_history import Decision, History, ParsedLine
from clusterflow.reports import simulation as reports
from clusterflow.reports.quorum import quorum
from clusterflow.reports.simulation import ASSUMED, MonthEnd, SimulatedEvent, SimulatedLife
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.mistakes import nearest_hint
from clusterflow.services import enrolment, gates, ledger, registry, standing
from clusterflow.services import review as review_service
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store import deadlines
from clusterflow.store.scratch_database import scratch_database

MOST_YEARS = 60
NOON = time(12)
DAY = timedelta(days=1)
HALF_A_DAY = timedelta(hours=12)
ACTOR = "try"
ENROLMENT = '{"record": "initiative", "id": "textil", "name": "...", "country": "CO", "from": "2024-01-15"}'


def try_model(
    file: Path,
    history: History,
    settings: Settings,
    *,
    since: date | None = None,
    until: date | None = None,
    suppose: bool = True,
    language: Language = "en",
) -> tuple[SimulatedLife, ...]:
    """Simulate a history under the model of a file, and return the verdicts at the end of each month.

    All facts are recorded at once; each counts from its own start day. An initiative is enrolled on the first day of
    its record. It is evaluated on each day on which a fact begins or ends, and at the end of each month.

    Args:
        since: the first day to report; earlier days are simulated but not reported.
        until: the last day; if None, the end of the last month that the history mentions.
        suppose: whether ready gates are passed by the deciders of the model. A gate at which the history decides later
            waits for that decision.

    Raises:
        Mistakes: all mistakes in the model and in the history.
    """
    mistakes: list[Mistake] = []
    model: LifecycleModel | None = None
    try:
        model = load_model(file, metrics_in(settings.configs))
    except Mistakes as problem:
        mistakes += problem.mistakes
    with scratch_database() as database:
        own = settings.model_copy(update={"database": str(database.url), "proof": "none", "today": None})
        simulation = _Simulation(Context(own, database), history, language, suppose)
        mistakes += history.placed([*history.mistakes, *simulation.enter(), *simulation.inconsistencies(model)])
        if mistakes or model is None:
            raise Mistakes(mistakes)
        return simulation.run(model, since, until)


class _Simulation:
    """Runs the history day by day."""

    def __init__(self, context: Context, history: History, language: Language, suppose: bool) -> None:
        self.history, self.language, self.suppose = history, language, suppose
        self.starts = _starts(history.submissions)
        self.now = datetime.combine(min(self.starts.values(), default=date.min), NOON, UTC)
        self.context = Context(context.settings, context.database, lambda: self.now)
        self.change_days: dict[str, set[date]] = {}
        self.decisions_to_come: list[tuple[str, Decision]] = []
        self.supposed: set[tuple[str, str]] = set()
        self.refused: dict[str, list[SimulatedEvent]] = defaultdict(list)

    def enter(self) -> Sequence[Mistake]:
        """Record all facts, and return the mistakes in them."""
        try:
            registry.record(self.context, self.history.submissions, actor=ACTOR)
        except Mistakes as problem:
            return problem.mistakes
        return ()

    def inconsistencies(self, model: LifecycleModel | None) -> Iterator[Mistake]:
        """Yield what in the history contradicts the rest of it, or the model."""
        if not self.starts:
            yield Mistake(f"{self.history.source}:1", "no line starts an initiative", ENROLMENT)
        people = {str(s.fields.get("id")) for s in self.history.submissions if s.type == Person.type}
        for line in sorted(self.history.decisions, key=lambda s: s.decision.on):
            mine = line.decision.initiative or ", ".join(self.starts)
            yield from _unknown(line, "initiative", mine, self.starts)
            yield from _unknown(line, "person", line.decision.by, people)
            yield from _unknown(line, "stage", line.decision.stage, model.by_id if model else [line.decision.stage])
            self.decisions_to_come.append((mine, line.decision))

    def run(self, model: LifecycleModel, since: date | None, until: date | None) -> tuple[SimulatedLife, ...]:
        """Simulate all initiatives under a model.

        Raises:
            Mistakes: the given days are outside the history.
        """
        self.context.models = {model.id: model}
        self.change_days = self._change_days()
        first, last = self.now.date(), until or _month_end(max(self._beginnings()))
        _check(first, since, last)
        ends: dict[str, list[MonthEnd]] = defaultdict(list)
        for day in self._days(first, last):
            self.now = datetime.combine(day, NOON, UTC)
            self._simulate_day(model, day)
            if day in (last, _month_end(day)):
                for initiative in self._started(day):
                    ends[initiative].append(self._month_end_of(model, initiative))
        return tuple(self._simulated_life(model, i, ends[i], since) for i in self._started(last))

    def _beginnings(self) -> Iterator[date]:
        for submission in self.history.submissions:
            yield from (d for name in ("from", "on") if (d := _day(submission.fields.get(name))))
        yield from (decision.on for _, decision in self.decisions_to_come)

    def _days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days to evaluate: those on which something changes, and the ends of months."""
        named = set[date]().union({last}, *self.change_days.values())
        day = first
        while day <= last:
            yield day
            with self.context.database.connect() as connection:
                due_at = deadlines.next_moment(connection, self.now)
            coming = [d for d in (*named, _month_end(day + DAY)) if d > day]
            if due_at is not None:
                coming.append(max((due_at + HALF_A_DAY).date(), day + DAY))
            day = min(coming, default=last + DAY)

    def _change_days(self) -> dict[str, set[date]]:
        """Return, for each initiative, the days on which a fact begins or ends, or a decision is taken.

        Records that belong to no initiative count if the initiative's own records name them.
        """
        own = {initiative: {start} for initiative, start in self.starts.items()}
        names = defaultdict[str, set[str]](set)
        for submission in self.history.submissions:
            names[submission.initiative or ""] |= _names(submission)
        for submission in self.history.submissions:
            for initiative, days in own.items():
                if submission.initiative == initiative or _names(submission) & names[initiative]:
                    days |= set(_change_days_of(submission))
        for initiative, decision in self.decisions_to_come:
            own[initiative].add(decision.on)
        return own

    def _started(self, day: date) -> list[str]:
        return [initiative for initiative, start in self.starts.items() if start <= day]

    def _simulate_day(self, model: LifecycleModel, day: date) -> None:
        for initiative in self._started(day):
            if self.starts[initiative] == day:
                enrolment.enrol(
                    self.context, Submission(Initiative.type, {"id": initiative}, ACTOR), model.id, actor=ACTOR
                )
        affected = set(review_service.initiatives_due(self.context)) | {
            i for i, days in self.change_days.items() if day in days
        }
        looked_at = self._started(day) if day == _month_end(day) else [i for i in self._started(day) if i in affected]
        review_service.process_deadlines(self.context, ACTOR)
        self._evaluate(looked_at)
        now = [line for line in self.decisions_to_come if line[1].on <= day]
        self.decisions_to_come = self.decisions_to_come[len(now) :]
        for initiative, decision in now:
            self._take_decision(model, initiative, decision, day)
        while self.suppose and any(self._pass_ready_gates(initiative) for initiative in looked_at):
            self._evaluate(looked_at)

    def _evaluate(self, initiatives: Iterable[str]) -> None:
        """Evaluate each initiative by itself, so that values that changed under the same answer are stored, too."""
        for initiative in initiatives:
            review_service.evaluate(self.context, initiative, ACTOR)

    def _take_decision(self, model: LifecycleModel, initiative: str, decision: Decision, day: date) -> None:
        """Take a decision of the history, opening its gate first if necessary."""
        try:
            gates.open_gate(self.context, initiative, decision.stage, actor=ACTOR)
            why = gates.decide(self.context, initiative, decision.by, _ballot(decision)).why
        except ClusterflowError as problem:
            why = str(problem)
        if why is not None:
            no = reports.refused(day, model.stage(decision.stage), decision.decision, decision.by, why, self.language)
            self.refused[initiative].append(no)
        self._evaluate([initiative])

    def _pass_ready_gates(self, initiative: str) -> bool:
        """Pass the ready gates at which the history takes no later decision; return whether one was passed."""
        reviews = standing.state(self.context, initiative).open_reviews
        if not reviews:
            return False
        later = {decision.stage for mine, decision in self.decisions_to_come if mine == initiative}
        ready = {
            s.stage for s in standing.status(self.context, initiative).gates_open if s.readiness is Readiness.READY
        }
        return any(self._go(initiative, review) for review in reviews if review.stage in ready - later)

    def _go(self, initiative: str, review: Review) -> bool:
        ballot = Ballot(stage=review.stage, decision=DecisionKind.GO, reason=ASSUMED)
        for voter in gates.eligible_deciders(self.context, initiative, review.stage):
            once = (f"{initiative} {review.id} {review.findings}", voter.person)
            if voter.speaks_for is None and once not in self.supposed:
                self.supposed.add(once)
                if gates.decide(self.context, initiative, voter.person, ballot).decided:
                    return True
        return False

    def _month_end_of(self, model: LifecycleModel, initiative: str) -> MonthEnd:
        status = standing.status(self.context, initiative, language=self.language)
        waits = {}
        for line in status.gates_open:
            rule = quorum(model.stage(line.stage).gate.decided_by, self.language)
            anybody = bool(gates.eligible_deciders(self.context, initiative, line.stage))
            # A go at a gate that is not ready is refused, however many say it: then the gate only waits.
            supposed = self.suppose and line.readiness is Readiness.READY
            waits[line.stage] = reports.waits_for(rule, anybody, supposed, self.language)
        return MonthEnd(status, waits)

    def _simulated_life(
        self, model: LifecycleModel, initiative: str, ends: Sequence[MonthEnd], since: date | None
    ) -> SimulatedLife:
        entries = ledger.entries(self.context, initiative)
        people = gates.people_of(self.context, [e.event.decider for e in entries if isinstance(e.event, VoteCast)])
        happened = [*reports.notable_events(entries, model, people, self.language), *self.refused[initiative]]
        return reports.simulated_life(ends, happened, since)


def _starts(submissions: Iterable[Submission]) -> dict[str, date]:
    """Return the first day of each initiative: the start of its first record."""
    starts: dict[str, date] = {}
    for s in submissions:
        day = _day(s.fields.get("from"))
        if s.type == Initiative.type and day and not s.retract:
            starts.setdefault(str(s.fields.get("id")), day)
    return starts


def _names(submission: Submission) -> set[str]:
    return {value for value in submission.fields.values() if isinstance(value, str) and not _day(value)}


def _change_days_of(submission: Submission) -> Iterator[date]:
    """Yield the days on which a record begins or ends; a change caused by an end shows on the next day."""
    for name, value in submission.fields.items():
        if (day := _day(value)) and day < date.max:
            yield day + DAY * (name == "to")


def _unknown(line: ParsedLine, noun: str, name: str, known: Iterable[str]) -> Iterator[Mistake]:
    names = sorted(known)
    if name not in names:
        cure = nearest_hint(name, names) or f"There are: {', '.join(names)}"
        yield Mistake(line.where, f"no {noun} is called {quoted(name)}", cure=cure)


def _ballot(decision: Decision) -> Ballot:
    return Ballot(
        stage=decision.stage,
        decision=decision.decision,
        reason=decision.reason,
        role=decision.role,
        until=decision.until,
        to_stage=decision.to,
        due_all=decision.due,
        speaks_for=decision.speaks_for,
        overrides=decision.override,
    )


def _check(first: date, since: date | None, last: date) -> None:
    mistakes = []
    if last < first:
        mistakes.append(Mistake("--to", f"{last} is before the start of the first initiative", f"{first} or later"))
    if since is not None and since > max(first, last):
        mistakes.append(Mistake("--from", f"{since} is after the last day", f"{last} or earlier"))
    if last.year - first.year > MOST_YEARS:
        mistakes.append(Mistake("--to", f"{last} is more than {MOST_YEARS} years after {first}", "an earlier day"))
    if mistakes:
        raise Mistakes(mistakes)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
