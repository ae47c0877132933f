"""Measures the event loop: from a recorded fact to the decider's mail and the waiting run; and a burst of facts.

Everything is real: ``clusterflow up`` with its Prefect server on loopback, its worker and its relay, and an SMTP
server. The last of five members signs, and the gate of «cordoba» is ready. The time starts before the fact is recorded.
It ends when the gate is open in the database, the decider's mail (with the code) is at the mail server, and the run is
suspended with its form in Prefect. Then many facts arrive at once, over many initiatives. The comparison is the
simplest way to do this with Prefect: a flow run for each fact, on the same server and worker.

Meanwhile another process takes decisions, as people do: at a person's speed, each after the passes of the last one; at
a machine's speed, ten gates and forty wrong codes a second; and in the middle of the burst.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

from aiosmtpd.controller import Controller
from pydantic import SecretStr

from benches.measuring import headline, quick, spread
from clusterflow.domain.terms import DecisionKind
from clusterflow.engine.decide import grant_of
from clusterflow.engine.record import Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.prefect import runs
from clusterflow.prefect.serving import everything
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.one_time_code import code_of
from clusterflow.services import enrolment, gate_forms, outbox, registry, standing
from clusterflow.services import gates as gates_service
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.people import alias_of
from tests.support.ports import free_port

MEMBERS = 5
PATIENCE_SECONDS = 600


class Mailbox:
    """An SMTP server that stores when the first mail to an address came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        for address in envelope.rcpt_tos:
            self.came.setdefault(address, time.perf_counter())
        return "250 kept"


def run(short: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="clusterflow-bench-") as home:
        port, box = free_port(), Mailbox()
        controller = Controller(box, hostname="127.0.0.1", port=port)
        controller.start()
        os.environ |= {
            "CLUSTERFLOW_HOME": home,
            "CLUSTERFLOW_PROOF": "code",
            "CLUSTERFLOW_PREFECT_PORT": str(free_port()),
        }
        mail = SecretStr(f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure")
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as deciders:
                # It starts before ``up``, because a child would inherit the open files of what runs then.
                deciders.submit(os.getpid).result()
                asyncio.run(_all(Settings(home=Path(home), mail=mail), box, deciders, short))
        finally:
            controller.stop()


def _quietly() -> None:
    """Hide Prefect's lines about each run and task, which would hide the numbers."""
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("prefect")]:
        logging.getLogger(name).setLevel(logging.ERROR)


async def _all(settings: Settings, box: Mailbox, deciders: ProcessPoolExecutor, short: bool) -> None:
    async with everything(settings, lambda text: None) as running:
        context = running.context
        _quietly()
        await _until(lambda: outbox.backlog(context).events == 0)
        await _one_by_one(context, box, 2 if short else 80)
        gates = await _open_gates(context, 6 if short else 120)
        headline("decisions by another process (clusterflow up, SQLite)")
        await _decisions(deciders, settings.home, "at a person's pace", gates[0::3], rest=True)
        await _decisions(deciders, settings.home, "at a machine's pace", gates[1::3])
        in_the_burst = partial(_decisions, deciders, settings.home, "in the burst", gates[2::3])
        await _burst(context, in_the_burst, *((2, 10, 2) if short else (200, 1000, 40)))


async def _one_by_one(context: Context, box: Mailbox, times: int) -> None:
    headline("fact recorded → decider told and asked (clusterflow up at rest, SQLite)")
    ready, mailed, waiting, bare = [], [], [], []
    for number in range(times):
        name = f"one-{number}"
        last = _grow(context, name, MEMBERS)
        await _until(lambda: outbox.backlog(context).events == 0)
        await asyncio.sleep(1.5)  # until all passes are done
        start = time.perf_counter()
        await asyncio.to_thread(registry.record, context, last)
        ready.append(await _until(lambda name=name: bool(gate_forms.open_gates(context, name))) - start)
        waiting.append(await _until_waiting(name) - start)
        await _until(lambda name=name: f"{name}@office.example" in box.came)
        mailed.append(box.came[f"{name}@office.example"] - start)
        start = time.perf_counter()
        await runs.start("lifecycle/cordoba", {"initiative": name}, tags=[f"bare:{number}"])
        await _until_idle()
        bare.append(time.perf_counter() - start)
    for label, seconds in (
        ("the gate is ready in the database", ready),
        ("the decider's mail is at the SMTP server", mailed),
        ("the run is suspended in Prefect, with its form", waiting),
    ):
        p95 = quantiles(seconds, n=20, method="inclusive")[18]
        spread(label, seconds, f"p95 {p95:5.2f} s   target p95 < 5 s")
    spread("rival: a flow run by itself, started → ended", bare)


async def _open_gates(context: Context, count: int) -> list[str]:
    """Create so many initiatives, each with an open gate whose form is shown."""
    names = [f"gate-{n}" for n in range(count)]
    for name in names:
        _grow(context, name, MEMBERS + 1)
    await _until(lambda: {i.initiative for i in gate_forms.open_gates(context) if i.run} >= set(names))
    await _until_idle()
    return names


async def _burst(
    context: Context, decide: Callable[[], Awaitable[None]], initiatives: int, facts: int, sample: int
) -> None:
    """Record a burst of facts.

    Args:
        sample: how many runs the rival starts.
    """
    headline(f"{facts} facts at once over {initiatives} initiatives (clusterflow up, SQLite)")
    names = [f"many-{n}" for n in range(initiatives)]
    for name in names:
        _grow(context, name, 0)
    await _until(lambda: outbox.backlog(context).events == 0)
    await _until_idle()
    before = await _passes(names)
    lines = [s for name in names for s in _members(name, facts // initiatives)]
    start = time.perf_counter()
    for first in range(0, len(lines), 10):
        await asyncio.to_thread(registry.record, context, lines[first : first + 10])
    recorded = time.perf_counter() - start
    decisions = asyncio.ensure_future(decide())
    while (
        outbox.backlog(context).events
        or await runs.at_work("lifecycle")
        or any(i.run is None for i in gate_forms.open_gates(context))
    ):
        await asyncio.sleep(0.1)
    took = time.perf_counter() - start
    await decisions
    started = await _passes(names) - before
    waiting = sum(i.initiative in set(names) and i.run is not None for i in gate_forms.open_gates(context))
    lost, doubled = initiatives - waiting, started - initiatives
    print(
        f"  recorded in {recorded:.1f} s; all passes done after {took:.1f} s; flow runs started: {started}", flush=True
    )
    print(
        f"  gates open and asked: {waiting} of {initiatives}; lost {lost}; started more than once {doubled}", flush=True
    )
    start = time.perf_counter()
    for n in range(sample):
        await runs.start("lifecycle/cordoba", {"initiative": names[n % initiatives]}, tags=["rival"])
    await _until_idle()
    each = (time.perf_counter() - start) / sample
    print(
        f"  rival: a flow run for each fact: {1 / each:.2f} runs/s on {sample}; {facts} facts: {each * facts:.0f} s",
        flush=True,
    )


async def _passes(names: list[str]) -> int:
    """Count the runs of these initiatives, a few at a time because of the server's limits."""
    tags = [f"initiative:{name}" for name in names]
    return sum([await runs.count("lifecycle", *tags[first : first + 20]) for first in range(0, len(tags), 20)])


async def _decisions(
    deciders: ProcessPoolExecutor, home: Path, when: str, names: list[str], rest: bool = False
) -> None:
    """Take decisions: four wrong codes and the right one at each gate.

    Args:
        rest: wait each time until all passes are done.
    """
    taken: list[float] = []
    refused: list[float] = []
    for name in names:
        if rest:
            await _until_idle()
        wrong, right = await asyncio.wrap_future(deciders.submit(_decide, home, name))
        refused += wrong
        taken.append(right)
    # The first of each kind builds its statements, which a process does once.
    spread(f"decide (go), {when}", taken[1:], "target p99 < 10 ms")
    spread(f"decide, refused for a wrong code, {when}", refused[1:], "target p99 < 10 ms")


@lru_cache
def _at_the_door(home: Path) -> Context:
    return Context.open(Settings(home=home))


def _decide(home: Path, name: str) -> tuple[list[float], float]:
    """In the other process: return the seconds of four refusals, and of the decision."""
    context = _at_the_door(home)
    state = standing.state(context, name)
    (review,) = state.open_reviews
    with context.database.begin() as connection:
        alias = str(alias_of(connection, f"{name}-p", context.new_id))
    code = code_of(context.code_key or b"", grant_of(state, review, alias, None))
    seconds: list[float] = []
    for shown in (*["none"] * 4, code):
        ballot = Ballot("critical-mass", DecisionKind.GO, "to measure", code=shown)
        start = time.perf_counter()
        done = gates_service.decide(context, name, f"{name}-p", ballot)
        seconds.append(time.perf_counter() - start)
        assert done.taken is (shown == code), done.why
        time.sleep(0.02)
    return seconds[:4], seconds[4]


def _grow(context: Context, name: str, members: int) -> list[Submission]:
    """Create an initiative with a manager and all but the last of its members. Return the last one, to be recorded
    later.
    """
    day = "from=2024-01-01"
    facts = [
        f"organisation id={name}-o name=Office-{name} helix=government size=small {day}",
        f"person id={name}-p name=Manager email={name}@office.example {day}",
        f"representation person={name}-p organisation={name}-o {day}",
        *(f"organisation id={name}-m{n} name=Member-{name}-{n} helix=company size=small {day}" for n in range(MEMBERS)),
    ]
    registry.record(context, [_reported(line) for line in facts])
    start = context.clock().date()
    enrolment.enrol(context, _reported(f"initiative id={name} name={name} country=AR from={start}"), "cordoba")
    body = f"body initiative={name} id=management kind=management name=Management {day}"
    seat = f"seat initiative={name} body=management person={name}-p role=manager organisation={name}-o {day}"
    registry.record(context, [_reported(body), _reported(seat)])
    every = _members(name, members)
    if every[:-1]:
        registry.record(context, every[:-1])
    return every[-1:]


def _members(name: str, count: int) -> list[Submission]:
    signed = "from=2024-01-01 commitment=signed-agreement"
    return [_reported(f"membership initiative={name} organisation={name}-m{n} {signed}") for n in range(count)]


def _reported(line: str) -> Submission:
    record, *words = line.split()
    return read_assignments(record, words)


async def _until(true: Any, *what: object) -> float:
    """Poll until it becomes true, and return the time."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError(str(what))
        await asyncio.sleep(0.01)
    return time.perf_counter()


async def _until_waiting(initiative: str) -> float:
    while not await runs.waiting(f"initiative:{initiative}"):
        await asyncio.sleep(0.05)
    return time.perf_counter()


async def _until_idle() -> None:
    while await runs.at_work("lifecycle"):
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    run(quick(__doc__))
