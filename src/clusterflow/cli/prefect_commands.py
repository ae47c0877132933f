"""The commands that run Prefect. No other command imports this module, because Prefect takes a second to import."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import Parameter

from clusterflow.cli import GARBAGE_THRESHOLD, PYDANTIC_SWITCH, switched_plugins_off
from clusterflow.cli.exit_codes import NO_PREFECT, REFUSED
from clusterflow.cli.output import Json, print_json, show
from clusterflow.errors import Mistake, Mistakes
from clusterflow.prefect import reconcile as reconciling
from clusterflow.prefect.api import connected
from clusterflow.prefect.declarations import deployment_name
from clusterflow.prefect.deploy import declarations_of, deploy_declared, write_file
from clusterflow.prefect.obsolete import find_obsolete, remove
from clusterflow.prefect.publish import publish
from clusterflow.prefect.secret_channels import channels_if_up
from clusterflow.prefect.serving import everything, root_of, stopping, work
from clusterflow.services import outbox
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings

T = TypeVar("T")

if switched_plugins_off:
    os.environ.pop(PYDANTIC_SWITCH, None)


def up(
    *,
    limit: Annotated[int, Parameter(help="flow runs at a time")] = 3,
) -> None:
    """Start what is missing (database, Prefect on loopback, deployments, worker, relay), and stay up until Ctrl-C."""
    if limit < 1:
        raise Mistakes([Mistake("--limit", f"«{limit}» is not accepted", "a whole number ≥ 1")])
    gc.set_threshold(GARBAGE_THRESHOLD)
    asyncio.run(_up(Settings(), limit))


async def _up(settings: Settings, limit: int) -> None:
    stop = stopping()
    async with everything(settings, show, limit=limit) as running:
        show(f"\nPrefect UI    {running.ui}")
        show(f"Portfolio     {running.ui}/v2/artifacts/key/portfolio (after the first review, in a moment)")
        show(f"Gates open    {running.ui}/v2/runs?tags=gate-open")
        if settings.web == "on":
            show(f"Web pages     {settings.site}")
        show("Stop with Ctrl-C.")
        await stop.wait()
        show("\nstopping ...")
    show("stopped; nothing is left running")


def worker(
    *,
    limit: Annotated[int, Parameter(help="flow runs at a time")] = 2,
) -> None:
    """Run the flows of the work pool, until Ctrl-C: a further machine beside one with clusterflow up."""
    if limit < 1:
        raise Mistakes([Mistake("--limit", f"«{limit}» is not accepted", "a whole number ≥ 1")])
    gc.set_threshold(GARBAGE_THRESHOLD)
    asyncio.run(_work(Settings(), limit))


async def _work(settings: Settings, limit: int) -> None:
    stop = stopping()
    working = asyncio.create_task(work(settings, show, limit))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def relay(*, as_json: Json = False) -> None:
    """Publish what waits in the outbox, and send due notices, once.

    Ends with 6 where entries still wait because Prefect was away, and with 3 where single initiatives failed.
    """
    context = Context.open()
    sent = Dispatcher(context, _with_prefect(context.settings, channels_if_up())).run()
    published = _with_prefect(context.settings, publish(context))
    backlog = outbox.backlog(context)
    if as_json:
        print_json([published, sent])
    else:
        show(f"published {published.events} events, began {published.passes} passes")
        show(f"sent {sent.delivered} notices, {sent.failed} failed")
        for problem in (*published.problems, *sent.problems):
            show(f"  {problem}")
        if backlog.events:
            show(f"{backlog.events} ledger entries still wait for Prefect: {backlog.error or 'another relay has them'}")
    if backlog.events and backlog.error:
        sys.exit(REFUSED if published.problems else NO_PREFECT)


def deploy(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="say what would change, and change nothing")] = False,
    yes: Annotated[bool, Parameter(negative="", help="remove what is no longer declared")] = False,
    write: Annotated[Path | None, Parameter(help="write the prefect.yaml to this file, and do nothing else")] = None,
) -> None:
    """Bring Prefect's deployments up to configs/models and configs/schedules.yaml.

    What is no longer declared is listed, and removed with --yes: only what clusterflow itself deployed.
    """
    context = Context.open()
    found = declarations_of(context)
    for model, problem in found.problems.items():
        show(f"left as it is: model {model}: {problem}")
    if write is not None:
        backup = write_file(write, found.declared)
        show(f"wrote {write}" + (f"; what it said before is in {backup}" if backup else ""))
        return
    settings = context.settings
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None

    async def run() -> None:
        if dry_run:
            for one in found.declared:
                show(f"would deploy {deployment_name(one)}")
        else:
            names = await deploy_declared(root_of(settings), settings.prefect_api_url, auth, found.declared)
            show(f"deployed: {', '.join(names)}")
        obsolete = await find_obsolete(found.declared, found.problems)
        for item in obsolete:
            show(f"no longer declared: {item}")
        if obsolete and yes and not dry_run:
            await remove(obsolete)
            show(f"removed: {len(obsolete)}")
        elif obsolete:
            show("Remove them with: clusterflow deploy --yes")

    _with_prefect(settings, run())


def reconcile(*, as_json: Json = False) -> None:
    """Open again, in Prefect, what the database says is open."""
    context = Context.open()
    done = _with_prefect(context.settings, reconciling.reconcile(context))
    if as_json:
        print_json(done)
    else:
        show(str(done))


def _with_prefect(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    async def run() -> T:
        auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
        async with connected(settings.prefect_api_url, auth):
            return await work

    return asyncio.run(run())
