"""Runs the demonstration: prepares a folder, plays the stories, shows the result, and stops everything it started."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from clusterflow.demo.mail_sink import MailSink
from clusterflow.demo.replay import Month, Replay
from clusterflow.demo.stories import stories
from clusterflow.demo.story import last_day
from clusterflow.errors import ClusterflowError
from clusterflow.prefect.api import lone_certificate
from clusterflow.prefect.serving import Running, everything, stopping
from clusterflow.prefect.web_process import web_pages
from clusterflow.services import gate_forms, gates, registry, sign_in, standing
from clusterflow.services.context import Context, system_clock
from clusterflow.settings import Settings
from clusterflow.store import notice_counts
from clusterflow.store.gate_forms import InboxItem

console = Console(highlight=False)

LINK_LIFETIME = timedelta(hours=12)
"""How long the printed link works. It is made for the demonstration: its people are invented."""


def demo(home: Path, port: int, web_port: int, leave: bool) -> None:
    """Play the stories in a new folder. Then keep running for the visitor, unless asked to leave or no terminal is
    there.
    """
    if (home / "clusterflow.db").exists():
        raise ClusterflowError(
            f"{home} already contains a demonstration: remove that folder, or name another one with --home"
        )
    home.mkdir(parents=True, exist_ok=True)
    stay = not leave and sys.stdin.isatty()
    with MailSink(home / "mail") as sink:
        _surround(home, port, web_port, sink)
        asyncio.run(_play(Settings(), sink, stay))


def _surround(home: Path, port: int, web_port: int, sink: MailSink) -> None:
    """Set the demonstration's settings in the environment, because the flows open the context by their settings."""
    own = {"HOME": str(home), "DATABASE": f"sqlite:///{home / 'clusterflow.db'}", "MAIL": sink.address}
    # The replay plays a month in seconds, and needs codes and decisions from the mails at once.
    own |= {"NOTICES_POLICY": "off"}
    own |= {"PREFECT_PORT": str(port), "WEB_PORT": str(web_port), "WEB_HOST": "127.0.0.1"}
    own |= {"LANGUAGE": os.environ.get("CLUSTERFLOW_LANGUAGE", "es"), "ACTOR": "demo"}
    os.environ.update({f"CLUSTERFLOW_{name}": value for name, value in own.items()})
    for elsewhere in ("PREFECT_API", "WEB_ADDRESS"):
        os.environ.pop(f"CLUSTERFLOW_{elsewhere}", None)
    # Otherwise each mail would load the bundle of all certificate authorities for a connection without TLS.
    os.environ["SSL_CERT_FILE"] = lone_certificate().name


async def _play(settings: Settings, sink: MailSink, stay: bool) -> None:
    begun = time.monotonic()
    stop = stopping()
    end = last_day(system_clock())
    # Prefect logs every state of every run. A replay has hundreds, and its own lines are enough.
    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    async with everything(settings, console.print, limit=4, live=False) as running:
        console.print(
            f"set up in {time.monotonic() - begun:.0f} s; now {len(stories(end))} initiatives, month by month"
        )
        replay = asyncio.create_task(_replay(running, sink, end))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({replay, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not replay.done():
            replay.cancel()
            return
        replay.result()
        async with web_pages(settings):
            _show(running, sink, time.monotonic() - begun)
            if stay:
                console.print("\nStop with Ctrl-C.")
                await stop.wait()
    console.print("stopped; no process is left running")


async def _replay(running: Running, sink: MailSink, end: date) -> None:
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True)
    with bar:
        line = bar.add_task("replay", total=None)

        def show(month: Month) -> None:
            bar.update(line, total=month.of, completed=month.number, description=f"{month.day:%Y-%m}")
            for event in month.events:
                console.print(f"{month.day:%Y-%m}  {event}", markup=False)

        await Replay(running.context, sink, stories(end), end, show).run()


def _show(running: Running, sink: MailSink, seconds: float) -> None:
    """Print the table at the end, and where to look."""
    context = running.context
    lines = Table(
        "initiative",
        "model",
        "stage",
        "milestones",
        "what blocks it",
        title="Six initiatives",
        title_justify="left",
        box=None,
    )
    board = {line.initiative: line for line in standing.board(context).lines}
    for initiative in registry.initiatives(context):
        status = standing.status(context, initiative)
        milestones = "\n".join(f"{s.achieved_on} {s.title}{' ↯' if s.lapsed_on else ''}" for s in status.achieved)
        stage = "\n".join(s.title for s in status.under_way)
        lines.add_row(
            Text(status.name),
            status.model,
            Text(stage),
            Text(milestones),
            Text(board[initiative].waits_for),
            end_section=True,
        )
    console.print()
    console.print(lines)
    with context.database.connect() as connection:
        tally = notice_counts.count_messages(connection)
    console.print(f"\n{seconds:.0f} s in total; {tally['sent']} mails sent, {tally['dead']} not delivered")
    console.print(f"Mails         {sink.folder}", soft_wrap=True)
    console.print(f"Prefect UI    {running.ui}", soft_wrap=True)
    console.print(f"Portfolio     {running.ui}/v2/artifacts/key/portfolio", soft_wrap=True)
    waiting = gate_forms.open_gates(context)
    for item in waiting:
        console.print(
            f"Gate open     {running.ui}/v2/runs/flow-run/{item.run}   ({item.initiative}: {item.stage})",
            soft_wrap=True,
        )
        newest = {m.person: m for m in sink.codes if m.initiative == item.initiative}
        for voter in gates.eligible_deciders(context, item.initiative, item.stage):
            if voter.person in newest:
                mail = newest[voter.person]
                console.print(f"              {voter.person} decides with the code of {mail.file.name}", soft_wrap=True)
    for item in waiting:
        _show_link(context, item, sink)


def _show_link(context: Context, item: InboxItem, sink: MailSink) -> None:
    """Print the gate's address, and a link that signs the visitor in as one of its deciders."""
    gate = f"/initiatives/{item.initiative}/gates/{item.stage}"
    console.print(f"\nThe open gate {context.settings.site}{gate}", soft_wrap=True)
    codes = {m.person: m.code for m in sink.codes if m.initiative == item.initiative}
    deciders = [e.person for e in gates.eligible_deciders(context, item.initiative, item.stage)]
    chosen = next((p for p in deciders if p in codes), next(iter(deciders), None))
    if chosen is None:
        return
    link = sign_in.new_link(context, chosen, gate, LINK_LIFETIME)
    code = f", and with the code {codes[chosen]}" if chosen in codes else ""
    console.print(f"Decide there as {chosen}, by this link{code}:", soft_wrap=True)
    console.print(f"  {context.settings.site}/sign-in/{link.secret}", soft_wrap=True)
