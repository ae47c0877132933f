"""Channels that are kept in Prefect's Secret blocks: ``clusterflow-channel-<name>`` holds an Apprise address."""

from __future__ import annotations

import logging

from prefect.exceptions import PrefectHTTPStatusError
from pydantic import SecretStr

from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect.api import no_prefect, prefect_client

PREFIX = "clusterflow-channel-"

_log = logging.getLogger("clusterflow.relay")


async def stored_channels() -> dict[str, SecretStr]:
    """The addresses by the name of their channel; a secret that is no text is left out.

    Raises:
        PrefectUnreachable: no Prefect answers.
    """
    async with prefect_client() as client:
        try:
            secrets = await client.read_block_documents_by_type("secret", include_secrets=True)
        except PrefectHTTPStatusError as problem:
            if problem.response.status_code == 404:
                raise no_prefect("HTTP 404") from None
            raise
    return {
        name.removeprefix(PREFIX): SecretStr(value)
        for s in secrets
        if (name := s.name or "").startswith(PREFIX) and isinstance(value := s.data.get("value"), str)
    }


async def channels_if_up() -> dict[str, SecretStr] | None:
    """Return the same, or None where no Prefect answers as it should: notices go out without it."""
    try:
        return await stored_channels()
    except PrefectUnreachable:
        return None
    except Exception as problem:
        # A proxy's page, an answer that comes too often: whatever it is, the mails go out.
        _log.warning("Prefect does not say which channels it keeps: %s", type(problem).__name__)
        return None
