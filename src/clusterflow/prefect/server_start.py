"""Finds the Prefect server of the settings, or starts one where none is up."""

from __future__ import annotations

from collections.abc import Callable

from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect.server import ANSWER_SECONDS, Answer, PrefectServer, ask_patiently
from clusterflow.settings import Settings


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
