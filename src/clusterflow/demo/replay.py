"""Replays six invented initiatives month by month, through the real flows on a real Prefect server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from clusterflow.demo.mail_sink import MailSink
from clusterflow.demo.story import Script, Scripted, Story, months
from clusterflow.domain.gate_events import DecisionRefused
from clusterflow.errors import ClusterflowError
from clusterflow.prefect import runs, worker
from clusterflow.prefect.deploy import load
from clusterflow.prefect.publish import publish
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, explanation, gate_forms, gates, ledger, registry
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store.gate_forms import InboxItem

Say = Callable[[str], None]

TODAY = "CLUSTERFLOW_TODAY"
"""The environment variable with the current day of the replay. The flows read it through their settings."""

SETTLE_SECONDS = 0.1
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the replay, for the progress display."""

    number: int
    of: int
    day: date
    events: list[str]


class Replay:
    """Plays stories in a context and its Prefect."""

    def __init__(
        self, context: Context, sink: MailSink, stories: Sequence[Story], end: date, show: Callable[[Month], None]
    ) -> None:
        self.sink = sink
        self.context, self.stories, self.end, self.show = context, stories, end, show
        self.by_id = {s.initiative: s for s in stories}
        self.scripts: dict[str, Script] = {s.initiative: s.script() for s in stories}
        self.lines: list[str] = []
        self.review = load("flows.review.review")
        self.used: set[str | None] = set()
        self.mailing = asyncio.Lock()

    async def run(self) -> None:
        """Play every month in order. The last one ends on the last day of the stories."""
        before = date.min
        days = months(self.end)
        mailed = asyncio.create_task(asyncio.sleep(0))
        for number, day in enumerate(days, 1):
            self.lines = []
            os.environ[TODAY] = day.isoformat()
            context = self.context.at(day)
            await self._month(context, before, day)
            # The mails of a month are sent while the next month is played.
            await mailed
            mailed = asyncio.create_task(self._mail(context))
            self.show(Month(number, len(days), day, self.lines))
            before = day
        await mailed
        # From here on the day is today. A gate that is left open is decided now.
        del os.environ[TODAY]

    async def _mail(self, context: Context) -> None:
        # One dispatcher at a time: of two, each would return while the other still sends, and a decider needs the code.
        async with self.mailing:
            await asyncio.to_thread(Dispatcher(context).run)

    async def _month(self, context: Context, before: date, day: date) -> None:
        for story in self.stories:
            if before < story.enrolled <= day:
                registry.record(context, story.opening(), actor="demo")
                enrolment.enrol(context, story.enrolment(), story.model, actor="demo")
                self.lines.append(f"{story.enrol['name']}: enrolled under {story.model}")
            if story.enrolled <= day and (facts := story.submissions(before, day)):
                registry.record(context, facts, actor="demo")
        await self.review()
        for story in self.stories:
            for stage in story.gates_by_hand(before, day):
                gates.open_gate(context, story.initiative, stage, actor="demo")
        await self._come_to_rest(context)
        while await self._decide_what_is_due(context, day):
            await self._come_to_rest(context)

    async def _come_to_rest(self, context: Context) -> None:
        """Wait until every pass shows its form, and the mails about it are sent."""
        await asyncio.gather(self._settle(context), self._mail(context))
        await self._mail(context)

    async def _decide_what_is_due(self, context: Context, day: date) -> bool:
        """Take the next scripted decision at every gate that has one. Return False if there was none."""
        due = [
            (i, s)
            for i in gate_forms.open_gates(context)
            if (s := self.scripts[i.initiative].take(i.stage, day)) is not None
        ]
        await asyncio.gather(*(self._decide(context, item, scripted) for item, scripted in due))
        return bool(due)

    async def _decide(self, context: Context, item: InboxItem, scripted: Scripted) -> None:
        (gate,) = explanation.explain(context, item.initiative, item.stage, with_evidence=False)
        name = self.by_id[item.initiative].enrol["name"]
        how = "Prefect form" if scripted.door == "form" else "command line"
        code = self._code(context, item, scripted.by)
        if code in self.used:
            # A code is valid for one vote. Who votes again asks for another.
            gates.renew_code(context, item.initiative, item.stage, scripted.by)
            await self._mail(context)
            code = self._code(context, item, scripted.by)
        self.used.add(code)
        ballot = replace(scripted.ballot(gate.findings), code=code)
        self.lines.append(f"{name}: {scripted.stage}: {scripted.decision} ({how})")
        before = ledger.entries(context, item.initiative)[-1].version
        if scripted.door == "cli":
            gates.decide(context, item.initiative, scripted.by, ballot)
        else:
            await self._answer(context, item, scripted.by, ballot)
        events = (entry.event for entry in ledger.entries(context, item.initiative, before))
        refused = next((e.why for e in events if isinstance(e, DecisionRefused) and e.stage == item.stage), None)
        if refused != scripted.refused:
            raise ClusterflowError(f"{item.initiative}, {item.stage}: {scripted.by} was answered {refused or 'yes'}")

    async def _answer(self, context: Context, item: InboxItem, person: str, ballot: Ballot) -> None:
        """Fill in the form of a gate, as a person does in the Prefect UI."""
        answer = {
            "decision": ballot.decision.value,
            "decided_by": person,
            "code": ballot.code or "–",
            "reason": ballot.reason,
            "hold_until": ballot.until.isoformat() if ballot.until else None,
            "back_to": ballot.to_stage,
            "conditions_due": ballot.due_all.isoformat() if ballot.due_all else None,
            "findings": ballot.seen,
        }
        # As in the UI. The form exists, because all passes have finished or are suspended.
        run = UUID(str(gate_forms.holder(context, item.initiative, item.review)))
        outcome = await runs.resume(run, {name: value for name, value in answer.items() if value is not None})
        if not outcome:
            raise ClusterflowError(f"the form of {item.initiative}, {item.stage} was not accepted: {outcome.reason}")
        await self._until_answered(context, item)

    def _code(self, context: Context, item: InboxItem, person: str) -> str | None:
        """Return the code in the newest mail about a gate; None if no mail was sent."""
        mine = [m for m in self.sink.codes if m.initiative == item.initiative and m.person == person]
        for mail in reversed(mine):
            (entry,) = ledger.entries(context, item.initiative, mail.version - 1, mail.version)
            if getattr(entry.event, "stage", None) == item.stage:
                return mail.code
        return None

    async def _until_answered(self, context: Context, item: InboxItem) -> None:
        """Wait until the resumed run has passed its answer to the engine."""
        for _ in range(int(PATIENCE_SECONDS / SETTLE_SECONDS)):
            again = next((i for i in gate_forms.open_gates(context, item.initiative) if i.review == item.review), None)
            if again is None or again.answers > item.answers:
                return
            await asyncio.sleep(SETTLE_SECONDS)
        raise ClusterflowError(f"the run of {item.initiative}, {item.stage} does not continue: see the Prefect UI")

    async def _settle(self, context: Context) -> None:
        """Wait until everything is published, and every pass that it started has ended or shows its form."""
        await publish(context)
        for _ in range(int(PATIENCE_SECONDS / SETTLE_SECONDS)):
            if await self._at_rest():
                held = gate_forms.open_gates(context)
                if all(i.run is not None for i in held):
                    return
                await publish(context)
            await asyncio.sleep(SETTLE_SECONDS)
        raise ClusterflowError("the passes do not finish: see the Prefect UI")

    async def _at_rest(self) -> bool:
        """Whether no pass is due or running. Prefect is asked only if necessary, because it is busy in the meantime."""
        if worker.is_busy() or await runs.at_work("lifecycle"):
            return False
        return not worker.is_busy()  # a run counts as suspended a moment before its form exists
