"""The relay flow: what waits in the outbox goes out, where no long-lived relay runs."""

from __future__ import annotations

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.domain.text import Text
from clusterflow.prefect.publish import publish
from clusterflow.prefect.secret_channels import channels_if_up
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher


def relay_run_name() -> str:
    """By the minute; Prefect would make one up out of a colour and an animal."""
    context = Context.open()
    title = Text(es="Bandeja de salida", en="Outbox").to(context.language)
    return f"{title} · {context.clock():%Y-%m-%d %H:%M} UTC"


@flow(name="relay", flow_run_name=relay_run_name, persist_result=False)
async def relay() -> dict[str, int]:
    """Publish the outbox as Prefect events, begin the passes it asks for, and send the notices that are due."""
    context = Context.open()
    published = await publish(context)
    sent = Dispatcher(context, await channels_if_up()).run()
    for problem in (*published.problems, *sent.problems):
        get_run_logger().error("%s", problem)
    return {"events": published.events, "passes": published.passes, "notices": sent.delivered, "failed": sent.failed}
