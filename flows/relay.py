"""The relay flow: sends what waits in the outbox, where no long-lived relay runs."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clusterflow.domain.text import Text
from clusterflow.prefect.publish import Published, publish
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.secret_channels import channels_if_up
from clusterflow.prefect.steps import PUBLISHING, RECONCILING, Steps
from clusterflow.prefect.submitted_events import receive_changes
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher, DispatchResult

RECEIVING = Text(es="recibir los datos presentados", en="receiving submitted records")
SENDING = Text(es="enviar los avisos", en="sending the notices")


def relay_run_name() -> str:
    """Return the name of a run, by the minute; Prefect would make one up."""
    context = Context.open()
    title = Text(es="Bandeja de salida", en="Outbox").to(context.language)
    return f"{title} · {context.clock():%Y-%m-%d %H:%M} UTC"


@flow(name="relay", flow_run_name=relay_run_name, persist_result=False)
async def relay() -> dict[str, int] | State[Any]:
    """Record submitted events, publish the outbox, start the passes it asks for, send notices, reconcile the forms."""
    context = Context.open()
    steps = Steps(context.language)
    published, sent = Published(), DispatchResult()
    with steps.step(RECEIVING):
        await receive_changes(context, None)
    with steps.step(PUBLISHING):
        published = await publish(context)
        steps.report(published.problems)
    with steps.step(SENDING):
        sent = Dispatcher(context, await channels_if_up()).run()
        steps.report(sent.problems)
    with steps.step(RECONCILING):
        steps.report((await reconcile(context)).problems)
    return steps.end(
        {"events": published.events, "passes": published.passes, "notices": sent.delivered, "failed": sent.failed}
    )
