"""The digest flow: one message for each person who has something to know, where no relay runs that would send it."""

from __future__ import annotations

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.domain.text import Text
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher


def digest_run_name() -> str:
    """Return the name of a run, by the week; Prefect would make one up."""
    context = Context.open()
    title = Text(es="Resumen semanal", en="Weekly digest").to(context.language)
    return f"{title} · {context.clock():%G-W%V}"


@flow(name="digest", flow_run_name=digest_run_name, persist_result=False)
async def digest() -> dict[str, int]:
    """Send the digests that are due, and every other notice that is.

    Whose digest is due on another day, or later on this one where they are, gets it from the relay.
    """
    sent = Dispatcher(Context.open()).run()
    for problem in sent.problems:
        get_run_logger().error("%s", problem)
    return {"notices": sent.delivered, "failed": sent.failed}
