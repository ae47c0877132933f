"""What might be wrong at Prefect. Whether it is up is asked without importing it; the rest imports it when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from importlib import import_module
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlsplit

from clusterflow.domain.text import Text
from clusterflow.prefect.server import ANSWER_SECONDS, Answer, ask, ask_patiently, version_of
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    Check,
    CheckResult,
    Surroundings,
    both,
    not_checked,
    ok,
    plain,
    trouble,
    warning,
)
from clusterflow.settings import Settings

Look = Callable[[Surroundings], Awaitable[Iterable[CheckResult]]]


def look_at_server(surroundings: Surroundings, answer_seconds: float = ANSWER_SECONDS) -> Iterable[CheckResult]:
    """Whether a Prefect answers, lets us in, and is of our client's version."""
    settings = surroundings.settings
    api, auth = settings.prefect_api_url, auth_of(settings)
    match ask_patiently(api, auth, answer_seconds=answer_seconds):
        case Answer.NOTHING if settings.prefect_api is None:
            yield not_checked(SERVER, both(_NONE, address=api), advise("start-prefect"))
        case Answer.NOTHING:
            yield trouble(SERVER, both(_AWAY, address=api), advise("start-that-prefect"))
        case Answer.REFUSED:
            yield trouble(SERVER, both(_REFUSED, address=api), advise("set-password"))
        case Answer.LATE:
            yield trouble(SERVER, both(_LATE, address=api), advise("repeat-when-idle"))
        case Answer.STRANGER:
            yield trouble(SERVER, both(_STRANGER, address=api), advise("choose-port"))
        case Answer.PREFECT:
            yield compared(version_of(api, auth), version("prefect"), api)


def compared(server: str, client: str, api: str) -> CheckResult:
    """The server's version beside the client's."""
    found = both(_VERSIONS, address=api, server=server, client=client)
    if server == client:
        return ok(SERVER, found)
    install = advise("install-same-version", client=client)
    if server.split(".")[:2] == client.split(".")[:2]:
        return warning(SERVER, found, install)
    return trouble(SERVER, found, install)


def look_at_public_address(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whether the links in messages lead somewhere: to our web pages, or to a public address where Prefect answers."""
    settings = surroundings.settings
    address = settings.web_address or settings.pages_url
    if is_loopback(address):
        if settings.mail is None and settings.public_url is None:
            yield ok(PUBLIC, both(_LOCAL, address=address))
        else:
            yield warning(PUBLIC, both(_LOOPBACK, address=address), advise("set-public-address"))
    elif settings.web_address or settings.public_url is None or _prefect_answers(settings):
        yield ok(PUBLIC, plain(address))
    else:
        yield warning(PUBLIC, both(_SILENT, address=address), advise("correct-public-address"))


def _prefect_answers(settings: Settings) -> bool:
    return ask(f"{settings.pages_url}/api", auth_of(settings)) in (Answer.PREFECT, Answer.REFUSED)


def is_loopback(address: str) -> bool:
    """Whether an address leads no further than this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


PUBLIC = Text(es="dirección pública", en="public address")
_LOCAL = Text(es="{address}; no hay correo que enlace a ella", en="{address}; there is no mail that links to it")
_LOOPBACK = Text(
    es="los enlaces de los mensajes llevan a {address}, que solo se abre en esta máquina",
    en="the links in messages lead to {address}, which opens on this machine only",
)
_SILENT = Text(
    es="en {address}/api no responde ningún Prefect, visto desde aquí",
    en="no Prefect answers at {address}/api, as seen from here",
)

SERVER = Text(es="servidor de Prefect", en="Prefect server")
_NONE = Text(
    es="ninguno configurado (CLUSTERFLOW_PREFECT_API) ni en marcha en {address}",
    en="none is configured (CLUSTERFLOW_PREFECT_API), and none is up at {address}",
)
_AWAY = Text(es="nadie responde en {address}", en="nobody answers at {address}")
_REFUSED = Text(es="{address} no nos acepta", en="{address} refuses us")
_LATE = Text(
    es="lo que hay en {address} no responde a tiempo; puede ser Prefect en una máquina ocupada",
    en="what is at {address} does not answer in time; it may be Prefect on a busy machine",
)
_STRANGER = Text(
    es="lo que responde en {address} no es Prefect, o está en apuros",
    en="what answers at {address} is not Prefect, or is in trouble",
)
_VERSIONS = Text(es="{address}: versión {server}; aquí {client}", en="{address}: version {server}; here {client}")


def auth_of(settings: Settings) -> str | None:
    return settings.prefect_auth.get_secret_value() if settings.prefect_auth else None


def _asking(module: str) -> Callable[[Surroundings], Iterable[CheckResult]]:
    """The ``look`` of a module that imports Prefect, over one connection."""

    def look(surroundings: Surroundings) -> Iterable[CheckResult]:
        connected = import_module("clusterflow.prefect.api").connected
        look: Look = import_module(f"{__name__}.{module}").look

        async def within() -> Iterable[CheckResult]:
            async with connected(surroundings.settings.prefect_api_url, auth_of(surroundings.settings)):
                return await look(surroundings)

        return asyncio.run(within())

    return look


CHECKS = (
    Check("prefect", SERVER, look_at_server, needs=("settings",)),
    Check("public", PUBLIC, look_at_public_address, needs=("settings",)),
    Check(
        "deployments", Text(es="despliegues", en="deployments"), _asking("deployments"), needs=("prefect", "database")
    ),
    Check("workers", Text(es="trabajadores", en="workers"), _asking("workers"), needs=("prefect",)),
    Check("runs", Text(es="ejecuciones", en="runs"), _asking("runs"), needs=("prefect",)),
    Check(
        "forms",
        Text(es="formularios de puertas abiertas", en="forms of open gates"),
        _asking("forms"),
        needs=("prefect", "database"),
    ),
    Check(
        "server-settings",
        Text(es="ajustes del servidor de Prefect", en="settings of the Prefect server"),
        _asking("server_settings"),
        needs=("prefect",),
    ),
    Check("schedules", Text(es="horarios", en="schedules"), _asking("schedules"), needs=("prefect",)),
    Check("secrets", Text(es="secretos en Prefect", en="secrets in Prefect"), _asking("secrets"), needs=("prefect",)),
)
