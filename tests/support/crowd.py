"""Many invented initiatives under the shipped models, each at its own point in its life.

Their ledgers and states are written as commands write them, but without measuring, so hundreds of them exist in
seconds. The same number always gives the same crowd.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import Stage
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Answer, DecisionKind, Severity
from clusterflow.engine.command import CommandContext
from clusterflow.engine.record import Submission
from clusterflow.engine.transaction import Transaction
from clusterflow.rules.transition import Transition
from clusterflow.services import enrolment
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.store.pinned_models import load_model

TRADES = ("Automotriz", "del Calzado", "Agroalimentario", "de Energía", "Textil", "de Software", "de Salud", "Minero",
          "de Turismo", "Logístico", "del Mueble", "de Cosmética", "Aeroespacial", "del Agua")  # fmt: skip
PLACES = ("Valle Alto", "la Sierra", "Puerto Viejo", "los Llanos", "la Costa Norte", "Río Hondo", "la Meseta",
          "Tres Lagunas", "la Ribera", "Monte Claro", "el Delta", "Piedras Blancas")  # fmt: skip
COUNTRIES = {"basque": "ES Europe/Madrid", "catalan": "ES Europe/Madrid", "colombian-hybrid": "CO America/Bogota",
             "cordoba": "AR America/Argentina/Cordoba", "ecuador": "EC America/Guayaquil",
             "nuevo-leon": "MX America/Monterrey"}  # fmt: skip


def gather_crowd(context: Context, number: int, end: date, seed: int = 7) -> list[str]:
    """Enrol so many initiatives, and let each live until ``end``."""
    dice = random.Random(seed)
    models = sorted(models_of(context))
    begun = []
    for n in range(number):
        model = models[n % len(models)]
        country, zone = COUNTRIES[model].split()
        day = end - timedelta(days=dice.randrange(40, 1500))
        name = f"Clúster {dice.choice(TRADES)} de {dice.choice(PLACES)}"
        if n >= len(TRADES) * 2:
            name += f" {n}"
        fields = {"id": f"c{n:04}", "name": name, "country": country, "timezone": zone, "from": day.isoformat()}
        begun.append((day, Submission("initiative", fields, "crowd"), model))
    for day, submission, model in sorted(begun, key=lambda b: b[0]):
        enrolment.enrol(context.at(day), submission, model)
    everybody = [str(submission.fields["id"]) for _, submission, _ in begun]
    with context.database.begin() as connection:
        for initiative in everybody:
            state = Transaction(connection, _on(context, end), "crowd").state(initiative)
            assert state is not None
            transition = Transition(load_model(connection, state.model_hash), state, state.enrolled_on)
            _live(transition, end, random.Random(f"{seed} {initiative}"))
            for day, events in groupby(sorted(transition.events, key=lambda e: e.on), key=lambda e: e.on):
                state = Transaction(connection, _on(context, day), "crowd").apply_events(state, list(events))
    return everybody


def _on(context: Context, day: date) -> Context:
    return CommandContext(datetime.combine(day, time(18), UTC), "crowd", context.new_id)


def _live(transition: Transition, end: date, dice: random.Random) -> None:
    moves = 0
    # Some are fast, some are slow, and most are under way at the end.
    pace = dice.lognormvariate(0, 0.45)
    while transition.today < end and moves < 40:
        moves += 1
        waiting = [v for v in transition.state.open_visits if transition.state.milestone(v.stage) is None]
        if not waiting:
            break
        visit = dice.choice(waiting)
        stage = transition.model.stage(visit.stage)
        took = timedelta(days=int(stage.allowed_days * pace * dice.uniform(0.35, 1.5)))
        ready = max(visit.entered_on + took, transition.today + timedelta(days=5))
        _tell(transition, stage, dice, min(ready, end), whole=ready <= end)
        if stage.optional and dice.random() < 0.6:
            _step(transition, transition.today + timedelta(days=60), end)
            continue
        if not _step(transition, ready, end):
            break
        _pass(transition, stage, dice, end)
    for visit in transition.state.open_visits:
        stage = transition.model.stage(visit.stage)
        if transition.state.milestone(visit.stage) is None and not stage.optional:
            for level, day in ((1, visit.due_on), (2, visit.escalate_on)):
                if day < end:
                    late = day + timedelta(days=1)
                    transition.add(
                        ev.StageOverdue(stage=visit.stage, round=visit.round, level=level, due_on=visit.due_on, on=late)
                    )
            _tell(transition, stage, dice, end, whole=False)
    _lapse(transition, dice, end)


def _step(transition: Transition, day: date, end: date) -> bool:
    transition.today = min(day, end)
    return day < end


def _tell(transition: Transition, stage: Stage, dice: random.Random, day: date, whole: bool) -> None:
    """Write some answers of a gate: with ``whole``, all of the blocking ones."""
    for criterion in stage.gate.criteria:
        before = next(
            (a.answer for a in transition.state.answers if (a.stage, a.criterion) == (stage.id, criterion.id)), None
        )
        roll = dice.random()
        must = whole and criterion.severity is Severity.BLOCKING
        answer = Answer.MET if must or roll < 0.45 else Answer.UNMET if roll < 0.75 else Answer.UNKNOWN
        if answer is not (before or Answer.UNKNOWN) and day >= transition.today:
            transition.add(ev.FindingChanged(stage=stage.id, criterion=criterion.id, before=before or Answer.UNKNOWN,
                                         answer=answer, found=_note(criterion.bound, answer), on=day))  # fmt: skip


def _note(bound: Bound, answer: Answer) -> str:
    if answer is Answer.UNKNOWN:
        return "?"
    if bound.unit is Unit.YES_NO:
        return str(int(bound.number) if answer is Answer.MET else 1 - int(bound.number))
    more = (bound.op in (">=", ">")) is (answer is Answer.MET)
    number = bound.number * 3 / 2 + 1 if more else bound.number * 3 / 5
    value = str(round(number) if bound.unit is Unit.COUNT else number)
    return f"{value} {bound.currency}" if bound.currency else value


def _pass(transition: Transition, stage: Stage, dice: random.Random, end: date) -> None:
    visit = transition.state.visit(stage.id)
    assert visit is not None
    review = f"{stage.id}-{1 + sum(r.stage == stage.id for r in transition.state.reviews)}"
    transition.add(
        ev.GateOpened(review=review, stage=stage.id, round=visit.round, findings="seen", on=transition.today)
    )
    if not _step(transition, transition.today + timedelta(days=dice.randrange(3, 70)), end):
        return
    if dice.random() < 0.08:
        until = transition.today + timedelta(days=dice.randrange(30, 200))
        transition.add(
            ev.GateDecided(review=review, stage=stage.id, decision=DecisionKind.HOLD, on=transition.today, until=until)
        )
        _step(transition, until, end)
        return
    transition.add(ev.GateDecided(review=review, stage=stage.id, decision=DecisionKind.GO, on=transition.today))
    transition.add(ev.MilestoneAchieved(stage=stage.id, round=visit.round, review=review, on=transition.today,
                                    leaves=not stage.open_ended))  # fmt: skip
    transition.enter_ready_stages()


def _lapse(transition: Transition, dice: random.Random, end: date) -> None:
    """One milestone in ten lapses."""
    for milestone in transition.state.milestones:
        watched = [c for c in transition.model.stage(milestone.stage).gate.criteria if c.keep is not None]
        room = (end - milestone.achieved_on).days
        if not watched or room < 60 or dice.random() > 0.1:
            continue
        criterion, on = dice.choice(watched), milestone.achieved_on + timedelta(days=dice.randrange(30, room))
        transition.add(
            ev.FindingChanged(
                stage=milestone.stage,
                criterion=criterion.id,
                before=Answer.MET,
                answer=Answer.UNMET,
                found=_note(criterion.bound, Answer.UNMET),
                on=on,
            )
        )
        transition.add(
            ev.MilestoneLapsed(stage=milestone.stage, round=milestone.round, criteria=(criterion.id,), on=on)
        )
        if dice.random() < 0.4 and (end - on).days > 30:
            back = on + timedelta(days=dice.randrange(10, (end - on).days))
            transition.add(ev.MilestoneRestored(stage=milestone.stage, round=milestone.round, on=back))
