"""Bring Prefect back to what the database says is open; a second time there is nothing to do."""

from __future__ import annotations

from uuid import UUID

from clusterflow.domain.text import Frozen
from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect import names, runs
from clusterflow.prefect.orphans import AT_WORK, take_back_orphans
from clusterflow.prefect.publish import close_form, start_pass
from clusterflow.reports.labels import word
from clusterflow.services import gate_forms, ledger, standing
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import describe_problem
from clusterflow.store.gate_forms import InboxItem


class Reconciled(Frozen):
    """What was done: forms opened again, runs of dead workers queued again, and runs closed that nobody needs."""

    opened: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()
    """The runs that a dead worker left behind; another one runs them again."""
    closed: tuple[str, ...] = ()
    sound: int = 0
    """Open gates with a form that somebody can answer."""
    coming: int = 0
    """Open gates whose run has still to show its form."""
    problems: tuple[str, ...] = ()
    """What could not be done, each with the name of its initiative or run; it stopped nothing else."""

    def __str__(self) -> str:
        lines = [f"opened again: {name}" for name in self.opened]
        lines += [f"queued again, its worker is gone: {name}" for name in self.queued]
        lines += [f"closed: {name}" for name in self.closed]
        lines += [f"failed: {problem}" for problem in self.problems]
        if self.coming:
            lines.append(f"{self.coming} open gates wait for a worker to show their form")
        lines.append(f"{self.sound} open gates were in order")
        return "\n".join(lines)


async def reconcile(context: Context) -> Reconciled:
    """Open again what is open and has no living form; close what waits for an answer that nobody needs.

    Raises:
        PrefectUnreachable: nothing was done.
    """
    queued = [run.name for run in await take_back_orphans(at_work=AT_WORK)]
    waiting = await runs.waiting(names.GATE_OPEN)
    items = gate_forms.open_gates(context)
    states = await runs.state_of(UUID(i.run) for i in items if i.run is not None)
    opened, problems, coming = list[str](), list[str](), 0
    for item in items:
        state = states.get(UUID(item.run)) if item.run is not None else None
        lost = state is None or runs.is_over(state.kind)
        coming += state is not None and not lost and state.kind != "PAUSED"
        try:
            if lost and await _open_again(context, item):
                opened.append(f"{item.initiative}, gate of {item.stage}")
        except PrefectUnreachable:
            raise
        except Exception as problem:
            problems.append(f"{item.initiative}, gate of {item.stage}: {describe_problem(problem)}")
    held = {i.run for i in gate_forms.open_gates(context)}
    failed, closed = len(problems), list[str]()
    for run in (w for w in waiting if str(w.run_id) not in held):
        try:
            await close_form(context, run, "", word("no_longer_open", context.language), "withdrawn_state")
            closed.append(run.name)
        except PrefectUnreachable:
            raise
        except Exception as problem:
            problems.append(f"{run.name}: {describe_problem(problem)}")
    return Reconciled(
        opened=tuple(opened),
        queued=tuple(queued),
        closed=tuple(closed),
        sound=len(items) - len(opened) - failed - coming,
        coming=coming,
        problems=tuple(problems),
    )


async def _open_again(context: Context, item: InboxItem) -> bool:
    """A new pass asks anew. Its key names what was lost, so that a repeat starts nothing. False: another one asks."""
    gate_forms.release(context, item)
    if gate_forms.holder(context, item.initiative, item.review) is not None:
        return False
    status = standing.status(context, item.initiative)
    (last,) = ledger.entries(context, item.initiative, status.version - 1, status.version)
    lost = item.run or last.hash
    while True:
        run = await start_pass(context, status, f"reopen:{lost}:{item.review}")
        found = (await runs.state_of([run])).get(run)
        if found is None or not runs.is_over(found.kind):
            break
        # Prefect has answered this once before: our database was restored from a time when it had not.
        lost = str(run)
    gate_forms.claim(context, item.initiative, str(run))
    return True
