"""A Prefect server of our own, as a child process on this machine: private, quick to start, cleanly stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from clusterflow.errors import ClusterflowError
from clusterflow.services.user_cache import cache_folder

HOST = "127.0.0.1"

QUIET: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
"""What keeps a server from telling anybody about itself."""

BATCHED: Mapping[str, str] = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
}
"""Task runs and events are written in batches; one transaction for each made a flow of ten tasks take seconds."""

RETENTION: Mapping[str, str] = {"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs"}
"""Old events, and runs that ended months ago, are deleted. What is open stays; our own database keeps everything."""

AMPLITUDE_KEY = "c97dd2acbf306ab7bf54aca0aeb7ffa1"
"""The key built into the V2 pages. With it every page asks an analytics host for its settings, analytics on or off."""


class ServerFailed(ClusterflowError):
    """The Prefect server could not be started; the text says why and what to do."""


class Answer(Enum):
    """What an address says when asked whether it is Prefect."""

    NOTHING = "nothing"
    PREFECT = "prefect"
    REFUSED = "refused"
    """Prefect, but it wants another credential."""
    LATE = "late"
    """Something takes the question and does not answer in time. It may be a Prefect on a busy machine."""
    STRANGER = "stranger"


ANSWER_SECONDS = 5.0
"""How long an address has to answer."""


def ask(api_url: str, auth: str | None = None, answer_seconds: float = ANSWER_SECONDS) -> Answer:
    """Ask an API address (``http://host:port/api``) who it is; ``auth`` is ``user:password``."""
    credential = httpx.BasicAuth(*_user_and_password(auth)) if auth else None
    try:
        patience = httpx.Timeout(answer_seconds, connect=ANSWER_SECONDS)
        with httpx.Client(timeout=patience, verify=not api_url.startswith("http:")) as client:
            healthy = client.get(f"{api_url}/health")
            if healthy.status_code != 200 or healthy.text != "true":
                return Answer.STRANGER
            about = client.get(f"{api_url}/admin/version", auth=credential)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Answer.NOTHING
    except httpx.TimeoutException:
        return Answer.LATE
    except httpx.HTTPError:
        return Answer.STRANGER
    return {200: Answer.PREFECT, 401: Answer.REFUSED}.get(about.status_code, Answer.STRANGER)


PATIENCE_SECONDS = 30.0
"""How long a server has to answer that was late at first: one on a busy machine needs longer than usual."""


def ask_patiently(
    api_url: str,
    auth: str | None = None,
    say: Callable[[str], object] = lambda _: None,
    answer_seconds: float = ANSWER_SECONDS,
) -> Answer:
    """Ask as ``ask`` does, and if the answer is late, ask again and wait longer for it."""
    answer = ask(api_url, auth, answer_seconds)
    if answer is Answer.LATE:
        say(f"Prefect: {api_url} is slow to answer, waiting ...")
        answer = ask(api_url, auth, PATIENCE_SECONDS)
    return answer


def version_of(api_url: str, auth: str | None = None) -> str:
    """The version of the Prefect at an address that has answered before."""
    credential = httpx.BasicAuth(*_user_and_password(auth)) if auth else None
    with httpx.Client(timeout=PATIENCE_SECONDS, verify=not api_url.startswith("http:")) as client:
        return str(client.get(f"{api_url}/admin/version", auth=credential).raise_for_status().json())


def is_up(api_url: str, auth: str | None = None) -> bool:
    """Whether a Prefect server answers at ``api_url`` and accepts ``auth``."""
    return ask(api_url, auth) is Answer.PREFECT


def _user_and_password(auth: str) -> tuple[str, str]:
    user, _, password = auth.partition(":")
    return user, password


@dataclass
class PrefectServer:
    """A server in ``home``; use it as a context manager, or call ``start`` and ``stop``.

    ``database_url`` is an SQLAlchemy address (PostgreSQL with ``+asyncpg``); without it SQLite in ``home``.
    ``auth`` (``user:password``) is asked of everybody who calls the API. ``ui_v2`` chooses what the address
    without a path shows; Mermaid is drawn by V2 only. ``settings`` are further ``PREFECT_...`` settings: those of
    the calling shell are *not* inherited, lest they lead this server to another database. ``public_url`` is where
    browsers open the pages, behind a proxy: the pages then ask the API there, and not on this machine.
    """

    home: Path
    port: int = 4200
    database_url: str | None = None
    auth: str | None = None
    ui_v2: bool = True
    public_url: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    templates: Path = field(default_factory=cache_folder)
    """Where an empty, migrated database is stored for the next home: a migration takes ten seconds, a copy none."""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """The address of the pages."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """The address of the API, as ``PREFECT_API_URL`` wants it."""
        return f"{self.url}/api"

    @property
    def log(self) -> Path:
        """Everything the server has written since it was started."""
        return self.home / "server.log"

    def __post_init__(self) -> None:
        self.home = self.home.resolve()

    def start(self, timeout_seconds: float = 120) -> None:
        """Start the server and wait until it answers.

        Raises:
            ServerFailed: the port is taken, or the server died or did not answer in time.
        """
        self._refuse_taken_port()
        self.home.mkdir(parents=True, exist_ok=True)
        from_template, new = self._prepare_database()
        environment = self._environment(register_blocks=not from_template)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments, no shell
                [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(self.port)],
                env=environment,
                cwd=self.home,  # a prefect.toml or .env of the caller's folder must not configure the server
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_up(timeout_seconds)
            self._silence_pages()
            if new:
                self._keep_template()
        except BaseException:
            self.stop()
            raise

    def stop(self, grace_seconds: float = 10) -> None:
        """Stop the server and everything it has started; harmless when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        for sign in (signal.SIGINT, signal.SIGTERM):
            if process.poll() is None:
                _signal_group(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(grace_seconds)
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def is_running(self) -> bool:
        """Whether the process we started is still there."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, self.port))
                return
        answer = ask_patiently(self.api_url, self.auth)
        if answer in (Answer.PREFECT, Answer.REFUSED):
            raise ServerFailed(
                f"a Prefect server is already running on port {self.port}: "
                f"use it (PREFECT_API_URL={self.api_url}), stop it, or choose another port"
            )
        if answer is Answer.LATE:
            raise ServerFailed(
                f"port {self.port} is taken by something that does not answer in time: wait until the machine is less "
                "busy, or choose another port"
            )
        raise ServerFailed(f"port {self.port} is taken by something that is not Prefect: choose another port")

    @property
    def _database(self) -> Path:
        return self.home / "prefect.db"

    def _connection_url(self) -> str:
        # Prefect opens a single connection where the address says «:memory:», which SQLite ignores in a parameter it
        # does not know. Then its own services queue for the database instead of locking each other out for seconds:
        # twice as many runs in a burst, and no «database is locked».
        return self.database_url or f"sqlite+aiosqlite:///file:{quote(str(self._database))}?uri=true&pool=:memory:"

    @property
    def _template(self) -> Path:
        return self.templates / f"prefect-{version('prefect')}.db"

    def _prepare_database(self) -> tuple[bool, bool]:
        """Whether the database was copied from a template, and whether it is new and could become one."""
        if self.database_url is not None or self._database.exists():
            return False, False
        if not self._template.exists():
            return False, True
        shutil.copyfile(self._template, self._database)
        return True, False

    def _keep_template(self) -> None:
        # Nobody knows the address yet, so the database holds its tables and block types, and no secret.
        with contextlib.suppress(OSError, sqlite3.Error):
            self.templates.mkdir(parents=True, exist_ok=True)
            draft = self._template.with_suffix(f".{os.getpid()}")
            with (
                contextlib.closing(sqlite3.connect(self._database)) as source,
                contextlib.closing(sqlite3.connect(draft)) as copy,
            ):
                source.backup(copy)
            draft.replace(self._template)

    def _environment(self, *, register_blocks: bool) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        settings = {
            **QUIET,
            **BATCHED,
            **RETENTION,
            "PREFECT_SERVER_UI_V2_ENABLED": str(self.ui_v2).lower(),
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self.home / "ui"),
            "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": str(register_blocks).lower(),
            **self.settings,
            "PREFECT_HOME": str(self.home),
            "PREFECT_PROFILES_PATH": str(self.home / "profiles.toml"),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self._connection_url(),
        }
        if self.public_url is not None:
            settings.setdefault("PREFECT_SERVER_UI_API_URL", f"{self.public_url}/api")
        if self.auth is not None:
            settings["PREFECT_SERVER_API_AUTH_STRING"] = self.auth
        return inherited | settings

    def _wait_until_up(self, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if not self.is_running():
                raise ServerFailed(f"the Prefect server stopped at once; its last words ({self.log}):\n{self.tail()}")
            answer = ask(self.api_url, self.auth)
            if answer is Answer.PREFECT:
                return
            time.sleep(0.05)
        raise ServerFailed(f"the Prefect server did not answer within {timeout_seconds:g} s; see {self.log}")

    def _silence_pages(self) -> None:
        # Without its key the analytics library of the V2 pages is never started. The server copies its pages to
        # our folder once, before it answers, and from then on serves our copy.
        for script in (self.home / "ui" / "v2" / "assets").glob("index-*.js"):
            text = script.read_text(encoding="utf-8")
            if AMPLITUDE_KEY in text:
                script.write_text(text.replace(AMPLITUDE_KEY, ""), encoding="utf-8")

    def tail(self, lines: int = 12) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _signal_group(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, sign)
