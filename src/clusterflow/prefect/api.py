"""Connects to Prefect: one shared connection, and one sentence instead of a traceback when Prefect is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from json import JSONDecodeError
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, TypeVar

import certifi
import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.context import AsyncClientContext
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    temporary_settings,
)
from prefect.settings.legacy import Setting

from clusterflow.errors import PrefectUnreachable


@contextmanager
def settings_for(api_url: str, auth: str | None = None) -> Iterator[None]:
    """Set Prefect's settings for that address, in this context and in the threads that copy it."""
    settings: dict[Setting, Any] = {PREFECT_API_URL: api_url, PREFECT_API_AUTH_STRING: auth}
    if api_url.startswith("http:"):
        settings[PREFECT_API_SSL_CERT_FILE] = lone_certificate().name
    with temporary_settings(settings):
        yield


@cache
def lone_certificate() -> IO[str]:
    """Return a file with one certificate, for addresses that need none.

    Prefect reads the whole bundle of authorities (20 ms of CPU) for each client it makes, and it makes about ten in
    a flow run; that was two thirds of a worker's CPU time.
    """
    end = "-----END CERTIFICATE-----\n"
    first, _, _ = Path(certifi.where()).read_text(encoding="ascii", errors="ignore").partition(end)
    file = NamedTemporaryFile("w", suffix=".pem")  # noqa: SIM115 - lives as long as this process
    file.write(first[first.index("-----BEGIN") :] + end)
    file.flush()
    return file


@asynccontextmanager
async def connected(api_url: str, auth: str | None = None) -> AsyncIterator[None]:
    """Let everything inside use ``api_url`` (``http://host:port/api``) over one shared connection.

    Not needed inside a flow run: there Prefect's own settings and connection already stand.

    Raises:
        PrefectUnreachable: no Prefect answers there, or it refuses ``auth`` (``user:password``).
    """
    with settings_for(api_url, auth), unreachable_in_words():
        client = AsyncClientContext()
        # Entered by hand: its own entry first asks for the server's version, and turns a refused connection into a
        # RuntimeError of three lines.
        async with client.client:
            with client:
                yield


@asynccontextmanager
async def prefect_client() -> AsyncIterator[PrefectClient]:
    """Return the client of the flow run, of ``connected``, or of Prefect's settings.

    Raises:
        PrefectUnreachable: no Prefect answers, it refuses us, or no address is known.
    """
    if not PREFECT_API_URL.value():
        # Prefect would quietly start a server of its own, and take twenty seconds over it.
        raise PrefectUnreachable("no Prefect server is known: set PREFECT_API_URL, as in http://127.0.0.1:4200/api")
    with unreachable_in_words():
        async with get_client() as client:
            yield client


PAGE = 200
"""As many things as Prefect returns in one answer."""

T = TypeVar("T")


async def all_pages(read: Callable[..., Awaitable[Sequence[T]]], **arguments: Any) -> list[T]:
    """Return everything that a reading method of the client has, however many pages that is."""
    found = list[T]()
    while True:
        page = await read(**arguments, limit=PAGE, offset=len(found))
        found += page
        if len(page) < PAGE:
            return found


@contextmanager
def unreachable_in_words() -> Iterator[None]:
    """Turn errors of the network into ``PrefectUnreachable``; errors about the request itself pass."""
    try:
        yield
    except (httpx.ReadTimeout, httpx.WriteTimeout):
        raise PrefectUnreachable.by_its_delay(str(PREFECT_API_URL.value())) from None
    except httpx.TransportError as error:
        raise PrefectUnreachable(
            f"no Prefect server answers at {PREFECT_API_URL.value()} ({str(error) or type(error).__name__}): "
            "start one with: clusterflow up; or say where it is, by CLUSTERFLOW_PREFECT_API"
        ) from None
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise PrefectUnreachable.by_its_password(PREFECT_API_URL.value()) from None
        if status >= 500:
            raise PrefectUnreachable(
                f"the Prefect server at {PREFECT_API_URL.value()} is in trouble (HTTP {status}): see its log"
            ) from None
        if status < 400:
            raise no_prefect(f"HTTP {status}") from None
        raise
    except JSONDecodeError:
        raise no_prefect("no JSON") from None


def no_prefect(response: str) -> PrefectUnreachable:
    """Return the error for a server that is not Prefect."""
    return PrefectUnreachable.by_a_stranger(PREFECT_API_URL.value(), response)


def detail(error: PrefectHTTPStatusError) -> str:
    """Return what the server says about a request that it refuses, in one line."""
    try:
        body = error.response.json()
    except ValueError:
        return f"HTTP {error.response.status_code}"
    if isinstance(body, dict):
        body = body.get("exception_detail") or body.get("detail") or body.get("exception_message") or body
    if isinstance(body, list):
        return "; ".join(
            f"{'.'.join(str(step) for step in item.get('loc', ()))}: {item.get('msg')}"
            if isinstance(item, dict)
            else str(item)
            for item in body
        )
    return str(body)
