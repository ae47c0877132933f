"""``clusterflow web``: serves the site until Ctrl-C."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from clusterflow.services import single_sign_on
from clusterflow.services.context import Context
from clusterflow.services.monitoring import endpoint as monitoring
from clusterflow.services.processes import present
from clusterflow.web.app import build_app

GARBAGE_THRESHOLD = 700
"""Python's own default. The command line raises it, which is wrong for a process that stays up."""


def web() -> None:
    """Serve the web pages until Ctrl-C: sign-in, my work, initiatives and gates."""
    context = Context.open()
    settings = context.settings
    # What is missing is reported now, and not to the first visitor.
    context.settings.code_key()
    single_sign_on.check_package(context)
    monitoring.check_package(context)
    if settings.mail is None and "mail" not in settings.channel and settings.channels is None:
        print("no mail server is set, so nobody can sign in. Set CLUSTERFLOW_MAIL", file=sys.stderr)
    print(f"Web pages    {settings.site}\nStop with Ctrl-C.", flush=True)
    with present(context, "web", print):
        _serve(
            uvicorn.Config(
                # Several processes import the function by its name, and each opens the database for itself.
                app_of_process(context) if settings.web_workers == 1 else f"{__name__}:{app_of_process.__name__}",
                factory=settings.web_workers > 1,
                workers=settings.web_workers,
                host=settings.web_host,
                port=settings.web_port,
                log_level="warning",
                # Its own console would write lines that are not JSON.
                log_config=None if settings.log == "json" else uvicorn.config.LOGGING_CONFIG,
                # A line for each request would hold the secrets of links.
                access_log=False,
                # The addresses of clients come from the connection alone: a header is as easily forged as sent.
                proxy_headers=False,
                server_header=False,
            )
        )


def _serve(config: uvicorn.Config) -> None:
    """Serve in this process, or in several, until Ctrl-C: as ``uvicorn.run``, with a socket of our own for several."""
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            Multiprocess(config, sockets=[listening_socket(config)]).run()
            return
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def listening_socket(config: uvicorn.Config) -> socket.socket:
    """Return the socket on which several processes accept connections; each of these inherits its options.

    uvicorn binds it without naming the protocol, and then asyncio leaves Nagle's algorithm on: the body of every answer
    would wait 40 ms for the delayed acknowledgement of its headers (findings/uvicorn-workers-nagle.sh).
    """
    bound = config.bind_socket()
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def app_of_process(context: Context | None = None) -> Starlette:
    """Build the site of one process, which shows metrics of its own."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    context = context or Context.open()
    if context.settings.metrics_port is not None:
        print(f"Metrics      {monitoring.Endpoint(context, 'web').address}", flush=True)
    return build_app(context)
