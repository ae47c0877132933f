"""The digest flow: one message for each person who has something to know, where no relay runs that would send it."""

from __future__ import annotations

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.app import App
from clusterflow.courier import Courier
from clusterflow.model.text import Text


def digest_run_name() -> str:
    """By the week; Prefect would make one up out of a colour and an animal."""
    app = App.open()
    title = Text(es="Resumen semanal", en="Weekly digest").to(app.language)
    return f"{title} · {app.clock():%G-W%V}"


@flow(name="digest", flow_run_name=digest_run_name, persist_result=False)
async def digest() -> dict[str, int]:
    """Send the digests that are due, and every other notice that is.

    Whose digest is due on another day, or later on this one where they are, gets it from the relay.
    """
    sent = Courier(App.open()).round()
    for problem in sent.problems:
        get_run_logger().error("%s", problem)
    return {"notices": sent.delivered, "failed": sent.failed}
