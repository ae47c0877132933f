"""The replay: six invented initiatives, month by month, through the real flows on a real Prefect server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from clusterflow.app import App
from clusterflow.courier import Courier
from clusterflow.demo.sink import MailSink
from clusterflow.demo.story import Script, Scripted, Story, months
from clusterflow.errors import ClusterflowError
from clusterflow.prefect import runs, worker
from clusterflow.prefect.deploy import load
from clusterflow.prefect.publish import publish
from clusterflow.prefect.up import root_of
from clusterflow.store.inbox import Item

Say = Callable[[str], None]

TODAY = "CLUSTERFLOW_TODAY"
"""Where the flows, which open the app by its settings, read which day the replay has come to."""

SETTLE_SECONDS = 0.1
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the replay, for whoever shows the progress."""

    number: int
    of: int
    day: date
    events: list[str]


class Replay:
    """Plays stories against an app and its Prefect."""

    def __init__(
        self, app: App, sink: MailSink, stories: Sequence[Story], end: date, show: Callable[[Month], None]
    ) -> None:
        self.sink = sink
        self.app, self.stories, self.end, self.show = app, stories, end, show
        self.by_id = {s.initiative: s for s in stories}
        self.scripts: dict[str, Script] = {s.initiative: s.script() for s in stories}
        self.told: list[str] = []
        self.review = load(root_of(app.settings), "flows/review.py:review")

    async def run(self) -> None:
        """Every month in its order; the last one ends today."""
        before = date.min
        days = months(self.end)
        mailed = asyncio.create_task(asyncio.sleep(0))
        for number, day in enumerate(days, 1):
            self.told = []
            os.environ[TODAY] = day.isoformat()
            app = self.app.at(day)
            await self._month(app, before, day)
            # The mails of a month go out while the next one is played.
            await mailed
            mailed = asyncio.create_task(self._mail(app))
            self.show(Month(number, len(days), day, self.told))
            before = day
        await mailed
        # From here on it is today: the gate that is left open is decided now.
        del os.environ[TODAY]

    async def _mail(self, app: App) -> None:
        await asyncio.to_thread(Courier(app).round)

    async def _month(self, app: App, before: date, day: date) -> None:
        for story in self.stories:
            if before < story.enrolled <= day:
                app.record(story.opening(), actor="demo")
                app.enrol(story.enrolment(), story.model, actor="demo")
                self.told.append(f"{story.enrol['name']}: enrolled under {story.model}")
            if story.enrolled <= day and (facts := story.submissions(before, day)):
                app.record(facts, actor="demo")
        await self.review()
        for story in self.stories:
            for stage in story.gates_by_hand(before, day):
                app.open_gate(story.initiative, stage, actor="demo")
        await asyncio.gather(self._settle(app), self._mail(app))
        while await self._decide_what_is_due(app, day):
            await asyncio.gather(self._settle(app), self._mail(app))

    async def _decide_what_is_due(self, app: App, day: date) -> bool:
        """Take the next scripted decision at every gate that has one; False where nobody speaks."""
        due = [(i, s) for i in app.inbox() if (s := self.scripts[i.initiative].take(i.stage, day)) is not None]
        await asyncio.gather(*(self._decide(app, item, scripted) for item, scripted in due))
        return bool(due)

    async def _decide(self, app: App, item: Item, scripted: Scripted) -> None:
        (gate,) = app.explain(item.initiative, item.stage, with_evidence=False)
        name = self.by_id[item.initiative].enrol["name"]
        how = "Prefect form" if scripted.door == "form" else "command line"
        code = self._code(app, item, scripted.by)
        ballot = replace(scripted.ballot(gate.findings), code=code)
        self.told.append(f"{name}: {scripted.stage}: {scripted.decision} ({how})")
        if scripted.door == "cli":
            app.decide(item.initiative, scripted.by, ballot)
            return
        answer = {
            "decision": ballot.decision.value,
            "decided_by": scripted.by,
            "code": code or "–",
            "reason": ballot.reason,
            "hold_until": ballot.until.isoformat() if ballot.until else None,
            "back_to": ballot.to_stage,
            "conditions_due": ballot.due_all.isoformat() if ballot.due_all else None,
            "findings": ballot.seen,
        }
        # As the UI would; the form is there, for the passes have come to rest.
        run = UUID(str(app.holder_of(item.initiative, item.review)))
        outcome = await runs.resume(run, {name: value for name, value in answer.items() if value is not None})
        if not outcome:
            raise ClusterflowError(f"the form of {item.initiative}, {item.stage} was not accepted: {outcome.reason}")
        await self._until_answered(app, item)

    def _code(self, app: App, item: Item, person: str) -> str | None:
        """The code that a decider finds in the newest mail about a gate; None where none was sent."""
        mine = [m for m in self.sink.codes if m.initiative == item.initiative and m.person == person]
        for mail in reversed(mine):
            (entry,) = app.entries(item.initiative, mail.version - 1, mail.version)
            if getattr(entry.event, "stage", None) == item.stage:
                return mail.code
        return None

    async def _until_answered(self, app: App, item: Item) -> None:
        """Until the resumed run has handed its answer to the engine."""
        for _ in range(int(PATIENCE_SECONDS / SETTLE_SECONDS)):
            again = next((i for i in app.inbox(item.initiative) if i.review == item.review), None)
            if again is None or again.asked > item.asked:
                return
            await asyncio.sleep(SETTLE_SECONDS)
        raise ClusterflowError(f"the run of {item.initiative}, {item.stage} does not go on: see the Prefect UI")

    async def _settle(self, app: App) -> None:
        """Until what happened is published, and every pass it began has ended or asks its question."""
        await publish(app)
        for _ in range(int(PATIENCE_SECONDS / SETTLE_SECONDS)):
            if await self._at_rest():
                held = app.inbox()
                if all(i.run is not None for i in held):
                    return
                await publish(app)
            await asyncio.sleep(SETTLE_SECONDS)
        raise ClusterflowError("the passes do not come to rest: see the Prefect UI")

    async def _at_rest(self) -> bool:
        """Whether no pass is due or at work; Prefect is not asked in vain, for it has enough to do meanwhile."""
        if worker.is_busy() or await runs.at_work("lifecycle"):
            return False
        return not worker.is_busy()  # a run counts as suspended a moment before its form is there
