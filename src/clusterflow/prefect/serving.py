"""Starts what is missing on one machine: database, Prefect server, deployments, worker and relay."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine as Database

from clusterflow.errors import ClusterflowError, PrefectUnreachable
from clusterflow.prefect import runs, worker
from clusterflow.prefect.api import connected
from clusterflow.prefect.background_sending import send_what_is_left
from clusterflow.prefect.database_owner import claim
from clusterflow.prefect.deploy import declarations_of, deploy_declared, is_outdated, pause_schedules, written_file
from clusterflow.prefect.obsolete import find_obsolete, remove
from clusterflow.prefect.orphans import HOST
from clusterflow.prefect.publish import publish
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.relay_schedule import update_relay_schedule
from clusterflow.prefect.restore import restore_deployments
from clusterflow.prefect.secret_channels import channels_if_up
from clusterflow.prefect.server_start import keep_up, start_if_missing
from clusterflow.prefect.submitted_events import receive_changes
from clusterflow.prefect.web_process import web_pages
from clusterflow.services import outbox, review
from clusterflow.services.context import Context, system_clock
from clusterflow.services.intake import submissions
from clusterflow.services.monitoring.endpoint import metrics_endpoint
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.processes import Presence, present
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade
from clusterflow.store.wakeup import wakeup_signal

Say = Callable[[str], None]

POLL_SECONDS = 1.0
"""Between two looks of the worker for runs that are due; each costs the server some milliseconds, day and night.

Runs that this process starts need not wait for it.
"""

REPLAY_POLL_SECONDS = 10.0
"""Where nobody but this process starts runs, there is hardly anything to look for."""

PAUSE_SECONDS = 1.0
"""How long the relay waits for a commit before it looks for what only time has made due."""

RECONCILE_SECONDS = 60.0
"""How often the forms in Prefect are compared with the gates that are open in the database."""

RECONCILE_AT_LEAST_SECONDS = 3600.0
"""How often at least, if forms had to be opened each time."""

BREATH_SECONDS = 0.02
"""The pause between two rounds of the relay, however much is committed."""

AWAY_SECONDS = 5.0
"""How long the relay waits after Prefect did not answer."""

SWITCH_SECONDS = 0.0005
"""How long a thread computes while another waits; Python's own five milliseconds add up over a transaction."""

NICE = 10
"""By how much relay, flows and server stand back, as ``nice`` counts, for who records or decides at a terminal.

Nobody notices that a notice leaves some milliseconds later; who has pressed the key does.
"""

SUBMITTED_SECONDS = 60.0
"""How often the relay looks whether Prefect keeps events that no trigger has announced."""

ASK_AGAIN_SECONDS = 60.0
"""How often the channels that Prefect stores are read."""

AT_MOST = 500
"""How many notices a round sends at most; those written meanwhile wait for the next round."""

PORTFOLIO = "review/portfolio"

_log = logging.getLogger("clusterflow.relay")


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, and its addresses."""

    context: Context
    ui: str
    api: str


@asynccontextmanager
async def everything(settings: Settings, say: Say, *, limit: int = 3, live: bool = True) -> AsyncIterator[Running]:
    """Start what is missing; at the end, stop only what was started here.

    Args:
        limit: flow runs at a time.
        live: with the relay and the schedules; a replay of the past goes without them, for it brings its own days.

    Raises:
        PrefectUnreachable: the settings name a Prefect elsewhere, and it does not answer.
        NotPossible: the Prefect that is there serves another database.
    """
    database = open_database(settings.database_url)
    before, after = upgrade(database, system_clock())
    if before != after:
        say(f"database: schema {after} at {database.url.render_as_string(hide_password=True)}")
    async with web_pages(settings) if live and settings.web == "on" else contextlib.nullcontext():
        # The process of the pages is already there: a visitor waits for it, so it does not stand back.
        if live:
            _stand_back()
        async with _with_prefect(settings, database, say, limit, live) as running:
            yield running


def _stand_back() -> None:
    # Flows, relay and mails share this process. Who holds the database while others compute must have its turn soon.
    sys.setswitchinterval(SWITCH_SECONDS)
    if sys.platform != "win32":
        os.nice(NICE)


@asynccontextmanager
async def _with_prefect(
    settings: Settings, database: Database, say: Say, limit: int, live: bool
) -> AsyncIterator[Running]:
    context = Context.open(settings)
    heartbeats = present(context, "relay", say) if live else contextlib.nullcontext()
    with heartbeats as presence, metrics_endpoint(context, "relay", say):
        async with _serving(context, database, say, limit, presence) as running:
            yield running


@asynccontextmanager
async def _serving(
    context: Context, database: Database, say: Say, limit: int, presence: Presence | None
) -> AsyncIterator[Running]:
    """``presence`` is that of a live process; ``None`` in a replay of the past."""
    settings, live = context.settings, presence is not None
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
    started = start_if_missing(settings, auth, say)
    try:
        api = started.api_url if started else settings.prefect_api_url
        async with connected(api, auth):
            await claim(database.url)
            deployed = await _deploy(context, api, auth, say, prune=started is not None)
            if not live:
                await pause_schedules(deployed)
            serving = worker.serve(
                root_of(settings),
                limit=limit,
                query_seconds=POLL_SECONDS if live else REPLAY_POLL_SECONDS,
                is_fit=lambda: presence is None or presence.is_fit,
            )
            tasks = [asyncio.create_task(serving)]
            if started is not None:
                tasks.append(asyncio.create_task(keep_up(started)))
            if live:
                await update_relay_schedule(context, live=True)
                tasks.append(
                    asyncio.create_task(keep_relaying(context, auth, lambda: presence is None or presence.is_fit))
                )
                if PORTFOLIO in deployed:
                    # The board is there from the start, and gates that Prefect forgot are open again.
                    await runs.start(PORTFOLIO)
            try:
                yield Running(context, settings.pages_url, api)
            finally:
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
                if live:
                    await _resume_relay_schedule(context)
                await send_what_is_left()
    finally:
        if started is not None:
            started.stop()
        context.database.dispose()
        database.dispose()


async def work(settings: Settings, say: Say, limit: int) -> None:
    """Run the flows of the work pool until cancelled; without relay, schedules and deployments.

    Raises:
        NotPossible: this process must not work beside the others.
    """
    context = Context.open(settings)
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
    with present(context, "worker", say) as presence, metrics_endpoint(context, "worker", say):
        async with connected(settings.prefect_api_url, auth):
            try:
                await worker.serve(
                    root_of(settings),
                    limit=limit,
                    query_seconds=POLL_SECONDS,
                    name=f"worker {HOST} {os.getpid()}",
                    is_fit=lambda: presence.is_fit,
                )
            finally:
                await send_what_is_left()


async def _deploy(context: Context, api: str, auth: str | None, say: Say, *, prune: bool) -> list[str]:
    """Deploy what is declared; with ``prune``, remove what is ours and no longer declared."""
    found = declarations_of(context)
    for model, problem in found.problems.items():
        say(f"left as it is: model {model}: {problem}")
    deployed = await deploy_declared(root_of(context.settings), api, auth, found.declared)
    obsolete = await find_obsolete(found.declared, found.problems) if prune else []
    for one in obsolete:
        say(f"no longer declared, removed: {one}")
    await remove(obsolete)
    say(f"deployments: {', '.join(deployed)}")
    if is_outdated(file := written_file(context), found.declared):
        say(f"{file} says something else: it is not read here. Write it anew with: clusterflow deploy --write {file}")
    return deployed


async def _resume_relay_schedule(context: Context) -> None:
    try:
        await update_relay_schedule(context, live=False)
    except Exception as problem:
        _log.warning("the schedule of the relay could not be resumed: %s", problem)


def root_of(settings: Settings) -> Path:
    """The folder that the entrypoints of the deployments are relative to."""
    return settings.deployments.resolve().parent


async def keep_relaying(context: Context, auth: str | None = None, is_fit: Callable[[], bool] = lambda: True) -> None:
    """Publish and send for as long as this process runs; wait for a Prefect or a mail server that is away, or slow.

    Events and notices go out side by side, and neither waits for the other. ``is_fit`` says whether this process may
    work at this moment.
    """
    async with asyncio.TaskGroup() as relay:
        relay.create_task(_restart(lambda: _publish_events(context, auth, is_fit)))
        relay.create_task(_restart(lambda: _send_notices(context, is_fit)))
        relay.create_task(_restart(lambda: _receive_submitted(context, is_fit)))


async def _restart(loop: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await loop()
        except Exception:
            # The database may have been lost; a new connection gets signals again.
            _log.exception("the relay lost the database and starts again")
        await asyncio.sleep(AWAY_SECONDS)


async def _publish_events(context: Context, auth: str | None, is_fit: Callable[[], bool]) -> None:
    pause = RECONCILE_SECONDS
    next_look = time.monotonic() + pause
    async with aclosing(_wakeups(context)) as wakeups:
        async for _ in wakeups:
            if not is_fit():
                continue
            if not await publish_round(context):
                await asyncio.sleep(AWAY_SECONDS)
            elif time.monotonic() >= next_look:
                await restore_round(context, auth)
                # A form that fails again and again is opened less and less often.
                opened = await reconcile_round(context)
                pause = min(2 * pause, RECONCILE_AT_LEAST_SECONDS) if opened else RECONCILE_SECONDS
                next_look = time.monotonic() + pause


async def _send_notices(context: Context, is_fit: Callable[[], bool]) -> None:
    dispatcher, asked_at = Dispatcher(context), -ASK_AGAIN_SECONDS
    async with aclosing(_wakeups(context)) as wakeups:
        async for _ in wakeups:
            if not is_fit():
                continue
            if time.monotonic() >= asked_at + ASK_AGAIN_SECONDS:
                stored, asked_at = await channels_if_up(), time.monotonic()
                dispatcher.stored_channels = dispatcher.stored_channels if stored is None else stored
            await notice_round(dispatcher)


async def _receive_submitted(context: Context, is_fit: Callable[[], bool]) -> None:
    last_count: int | None = None
    while True:
        try:
            if is_fit():  # entries with the time of a wrong clock would stay in the ledger
                last_count = await receive_changes(context, last_count)
        except PrefectUnreachable as problem:
            _log.warning("%s", problem)
        except ClusterflowError as problem:
            _log.error("%s", problem)
        await asyncio.sleep(SUBMITTED_SECONDS)


async def _wakeups(context: Context) -> AsyncGenerator[None, None]:
    """Yield at once, then whenever something was committed, and after a pause in any case."""
    with wakeup_signal(context.database) as commits:
        while True:
            yield
            await asyncio.sleep(BREATH_SECONDS)  # the commits of the other loop wake this one, too
            await asyncio.to_thread(commits.wait, PAUSE_SECONDS)


async def publish_round(context: Context) -> bool:
    """Publish what waits; return False where no Prefect answers."""
    try:
        if review.initiatives_due(context) or outbox.waiting(context) or submissions.unreported_refusals(context):
            await publish(context)
    except PrefectUnreachable as problem:
        _log.warning("%s", problem)
        return False
    except ClusterflowError as problem:
        _log.error("%s", problem)
    except Exception:
        # A database that is locked for a moment, or an unforeseen answer: the next round tries again.
        _log.exception("this round of publishing failed")
    return True


async def restore_round(context: Context, auth: str | None) -> None:
    """Deploy again what Prefect has lost."""
    try:
        if missing := await restore_deployments(context, root_of(context.settings), auth):
            _log.warning("Prefect had lost deployments, deployed again: %s", ", ".join(missing))
        await update_relay_schedule(context, live=True)
    except Exception as problem:
        _log.warning("could not check the deployments: %s", problem)


async def reconcile_round(context: Context) -> bool:
    """Open the forms that failed or are missing, and close those that nobody needs; return whether any was opened."""
    try:
        done = await reconcile(context)
    except Exception as problem:
        _log.warning("could not reconcile the forms: %s", problem)
        return False
    if done.opened or done.closed or done.queued:
        _log.warning("%s", done)
    return bool(done.opened)


async def notice_round(dispatcher: Dispatcher) -> None:
    """Write and send the notices that are due."""
    try:
        await asyncio.to_thread(dispatcher.run, AT_MOST)
    except Exception:
        _log.exception("this round of notices failed")


def stopping() -> asyncio.Event:
    """An event that Ctrl-C or a polite kill sets, so that everything is taken down in order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    return stop
