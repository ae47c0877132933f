"""``clusterflow web``: serves the site until Ctrl-C."""

from __future__ import annotations

import gc
import logging
import sys

import uvicorn

from clusterflow.services.context import Context
from clusterflow.web.app import build_app

GARBAGE_THRESHOLD = 700
"""Python's own default. The command line raises it, which is wrong for a process that stays up."""


def web() -> None:
    """Serve the web pages until Ctrl-C: sign-in, my work, initiatives and gates."""
    context = Context.open()
    settings = context.settings
    context.settings.code_key()  # a key that cannot be made is reported now, and not to the first visitor
    gc.set_threshold(GARBAGE_THRESHOLD)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if settings.mail is None and "mail" not in settings.channel and settings.channels is None:
        print("no mail server is set, so nobody can sign in. Set CLUSTERFLOW_MAIL", file=sys.stderr)
    print(f"Web pages    {settings.site}\nStop with Ctrl-C.", flush=True)
    uvicorn.run(
        build_app(context),
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        # A line for each request would hold the secrets of links.
        access_log=False,
        # The addresses of clients come from the connection alone: a header is as easily forged as sent.
        proxy_headers=False,
        server_header=False,
    )
