"""Measures notices: ten thousand rendered, stored, and sent to an SMTP sink; compared with the sink's own rate.

The sink is a process of its own that accepts everything and stores nothing. The comparison is the simplest way:
finished mails sent with ``smtplib`` over one connection, without keys, delivery records or retries. Memory is measured
when a tenth is sent and when all are.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil
from pydantic import SecretStr

from benches.measuring import headline, quick, rate, timed
from benches.small_world import NOW, open_context, submission
from clusterflow.domain.notice import Notice
from clusterflow.notices.markup import link
from clusterflow.notices.render import render
from clusterflow.services import outbox, registry
from clusterflow.services.context import Context, system_clock
from clusterflow.services.notifications.pages import Pages
from clusterflow.services.notifications.sending import Sender
from clusterflow.settings import Settings
from clusterflow.store import notices
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade
from tests.support.ports import free_port

PAGE = "http://127.0.0.1:4200/v2/artifacts/key/initiative-one"


def run(short: bool) -> None:
    many = 200 if short else 10_000
    with tempfile.TemporaryDirectory(prefix="clusterflow-bench-") as home, sink() as port:
        context = _office(Path(home), port, many)
        headline(f"{many} notices rendered, kept and handed to a local SMTP sink (SQLite, one connection each)")
        rendering = timed(partial(_write, context, many))
        rate("rendered and kept", many / rendering)
        sending = _send(context, many)
        total = rendering + sending
        rate("sent, each answer recorded", many / sending)
        rate(f"both: {total:.1f} s", many / total, "target: 10000 in 60 s, 167 /s")
        bare = timed(partial(_bare, port, many))
        rate("rival: smtplib over one connection, mails written before", many / bare)
        print(
            f"  dead letters, and what waits: {outbox.backlog(context).given_up}, {outbox.backlog(context).notices}",
            flush=True,
        )


def _office(home: Path, port: int, many: int) -> Context:
    url = f"sqlite:///{home / 'clusterflow.db'}"
    upgrade(open_database(url), system_clock())
    context = open_context(url)

    mail = SecretStr(f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure")
    context.settings = Settings(database=url, configs=context.settings.configs, mail=mail, proof="none")
    people = [
        f"person id=p{n} name=Person-{n} email=p{n}@firm.example from=2020-01-01 language=en" for n in range(many)
    ]
    for start in range(0, many, 1000):
        registry.record(context, [submission(line) for line in people[start : start + 1000]])
    return context


def _write(context: Context, many: int) -> None:
    """Write notices as the dispatcher does: a template in the reader's language, a hundred per transaction."""
    for start in range(0, many, 100):
        made = [_notice(context, f"p{n}") for n in range(start, min(start + 100, many))]
        with context.database.begin() as connection:
            notices.insert_notices(connection, made, NOW, None)


def _notice(context: Context, person: str) -> Notice:
    facts = {
        "initiative": {"name": "Clúster *Automotriz*", "initiative": "one"},
        "recipient": {"name": person, "person": person},
        "stage": {"number": 3, "title": "Institutionalization", "stage": "third", "milestone": "A legal body"},
        "event": {"on": NOW.date(), "stage": "third"},
        "link": link(PAGE),
        "gate_link": link(PAGE),
        "ready": True,
        "may_decide": True,
        "review_open": True,
        "findings": [],
        "codes": [],
    }
    letter = render(context.settings.configs / "messages", "gate-ready", "en", facts)
    return Notice(
        key=f"gate-ready:one:1:{person}", rule="gate-ready", initiative="one", version=1, recipient=person,
        language="en", subject=letter.subject, body=letter.markdown,
    )  # fmt: skip


def _send(context: Context, many: int) -> float:
    """Return how long it took. Memory is measured on the way."""
    channels, begun = {"mail": context.settings.mail or SecretStr("")}, time.perf_counter()
    sender = Sender(context, channels, Pages(context.settings), None, context.settings.senders)
    first, failed = sender.send(many // 10)
    early = _megabytes()
    more, failed_too = sender.send()
    seconds = time.perf_counter() - begun
    assert (first + more, failed + failed_too) == (many, 0)
    print(f"  memory after a tenth and after all: {early:.0f} and {_megabytes():.0f} MB", flush=True)
    return seconds


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def _bare(port: int, many: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "office@clusterflow.example", "p@firm.example", "Gate 3 is ready"
    mail.set_content("It waits for a decision.\n" * 20)
    mail.add_alternative("<p>It waits for a decision.</p>\n" * 20, subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as server:
        for n in range(many):
            server.sendmail("office@clusterflow.example", [f"p{n}@firm.example"], mail.as_bytes())


@contextmanager
def sink() -> Iterator[int]:
    """Yield the port of an SMTP server in its own process. It accepts everything and stores nothing."""
    port = free_port()
    process = get_context("spawn").Process(target=swallow, args=(port,), daemon=True)
    process.start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    try:
        yield port
    finally:
        process.terminate()
        process.join()


def swallow(port: int) -> None:
    asyncio.run(_swallow(port))


async def _swallow(port: int) -> None:
    """Speak the minimum of SMTP, so that the sender is measured and not the receiver."""
    server = await asyncio.start_server(_session, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    try:
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 taken\r\n")
            if verb == b"QUIT":
                break
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    run(quick(__doc__))
