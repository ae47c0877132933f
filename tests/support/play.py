"""Stories of the demonstration, played without Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clusterflow.demo.story import Scripted, Story, months
from clusterflow.engine.decide import Decided
from clusterflow.services.context import Context


def play(context: Context, tales: tuple[Story, ...], last_day: date) -> Iterator[tuple[Scripted, Decided]]:
    """Month by month: facts, review, gates opened by hand, decisions. Gives each decision and what became of it."""
    scripts = {story.initiative: story.script() for story in tales}
    before = date.min
    for month_end in months(last_day):
        now = context.at(month_end)
        for story in tales:
            if before < story.enrolled <= month_end:
                now.record(story.opening())
                now.enrol(story.enrolment(), story.model)
            now.record(story.submissions(before, month_end))
        now.review()
        for story in tales:
            for stage in story.gates_by_hand(before, month_end):
                now.open_gate(story.initiative, stage)
        waiting = now.inbox()
        for item in waiting:
            while now.state(item.initiative).open_review(item.stage):
                scripted = scripts[item.initiative].take(item.stage, month_end)
                if scripted is None:
                    break
                yield scripted, now.decide(item.initiative, scripted.by, scripted.ballot())
        if waiting:
            now.review()
        before = month_end
