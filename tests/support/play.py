"""Plays the stories of the demonstration without Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clusterflow.demo.story import Scripted, Story, months
from clusterflow.engine.decide import BallotResult
from clusterflow.services import enrolment, gate_forms, gates, registry, review, standing
from clusterflow.services.context import Context


def play(context: Context, tales: tuple[Story, ...], last_day: date) -> Iterator[tuple[Scripted, BallotResult]]:
    """Play month by month: facts, review, gates opened by hand, decisions. Yield each decision and its outcome."""
    scripts = {story.initiative: story.script() for story in tales}
    before = date.min
    for month_end in months(last_day):
        now = context.at(month_end)
        for story in tales:
            if before < story.enrolled <= month_end:
                registry.record(now, story.opening())
                enrolment.enrol(now, story.enrolment(), story.model)
            registry.record(now, story.submissions(before, month_end))
        review.review_portfolio(now)
        for story in tales:
            for stage in story.gates_by_hand(before, month_end):
                gates.open_gate(now, story.initiative, stage)
        waiting = gate_forms.open_gates(now)
        for item in waiting:
            while standing.state(now, item.initiative).open_review(item.stage):
                scripted = scripts[item.initiative].take(item.stage, month_end)
                if scripted is None:
                    break
                yield scripted, gates.decide(now, item.initiative, scripted.by, scripted.ballot())
        if waiting:
            review.review_portfolio(now)
        before = month_end
