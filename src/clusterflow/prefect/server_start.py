"""Finds the Prefect server of the settings, or starts one where none is up, and starts it again if it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect.server import ANSWER_SECONDS, Answer, PrefectServer, ServerFailed, ask_patiently
from clusterflow.settings import Settings

LOOK_SECONDS = 2.0
"""Between two looks whether the server that was started here still runs."""

RESTART_SECONDS = 10.0
"""After a start that failed."""

_log = logging.getLogger("clusterflow.prefect")


def start_if_missing(
    settings: Settings, auth: str | None, say: Callable[[str], None], answer_seconds: float = ANSWER_SECONDS
) -> PrefectServer | None:
    """Start a server where none is up, and return it; ``None`` if one is up already.

    Args:
        answer_seconds: how long a server has to answer before it is asked again, and waited for longer.

    Raises:
        PrefectUnreachable: the settings name a server that does not answer, refuses us, or is not Prefect.
        ServerFailed: the server could not be started.
    """
    address = settings.prefect_api_url
    match ask_patiently(address, auth, say, answer_seconds):
        case Answer.PREFECT:
            say(f"Prefect: already up at {address}")
            return None
        case Answer.REFUSED:
            raise PrefectUnreachable.by_its_password(address)
        case Answer.LATE:
            raise PrefectUnreachable.by_its_delay(address)
        case Answer.STRANGER if settings.prefect_api is not None:
            raise PrefectUnreachable.by_a_stranger(settings.prefect_api, "it does not answer as Prefect does")
        case Answer.NOTHING if settings.prefect_api is not None:
            raise PrefectUnreachable(
                f"no Prefect server answers at {settings.prefect_api}: start it, or unset CLUSTERFLOW_PREFECT_API"
            )
    server = PrefectServer(settings.home / "prefect", settings.prefect_port, auth=auth, public_url=settings.public_url)
    say("Prefect: starting ...")
    server.start()
    return server


async def keep_up(server: PrefectServer) -> None:
    """Start the server again whenever it ends, until cancelled. Nobody else would; it is a child of this process."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if server.is_running():
            continue
        _log.error("the Prefect server ended and starts again; its last words (%s):\n%s", server.log, server.tail())
        starting = asyncio.ensure_future(asyncio.to_thread(server.start))
        try:
            await asyncio.shield(starting)
        except ServerFailed as problem:
            _log.error("%s", problem)
            await asyncio.sleep(RESTART_SECONDS)
        except asyncio.CancelledError:
            while not starting.done():
                server.stop()  # a start whose process is gone gives up
                await asyncio.sleep(LOOK_SECONDS / 10)
            starting.exception()
            raise
