"""The calendars flow: the feeds of initiatives and people, where the office says."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from clusterflow.domain.text import Text
from clusterflow.services.calendars import Calendars
from clusterflow.services.context import Context

IDLE = Text(
    es="nada que hacer: CLUSTERFLOW_CALENDARS no nombra ninguna carpeta",
    en="nothing to do: CLUSTERFLOW_CALENDARS names no folder",
)


def calendars_run_name() -> str:
    """Return the name of a run, by the hour; Prefect would make one up."""
    context = Context.open()
    return f"{Text(es='Calendarios', en='Calendars').to(context.language)} · {context.clock():%Y-%m-%d %H:%M} UTC"


@flow(name="calendars", flow_run_name=calendars_run_name, persist_result=False)
async def calendars() -> State[Any]:
    """Update the feeds of all initiatives and people; a feed that did not change is not written."""
    context = Context.open()
    if context.settings.calendars is None:
        return Completed(message=IDLE.to(context.language))
    feeds = Calendars.of(context)
    return Completed(message=feeds.write(context.settings.calendars.get_secret_value()).summary(context.language))
