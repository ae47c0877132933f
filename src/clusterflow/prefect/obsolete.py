"""Finds and removes what we once deployed and no longer declare: deployments, schedules and trigger automations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from prefect.exceptions import ObjectNotFound

from clusterflow.prefect.api import all_pages, prefect_client
from clusterflow.prefect.declarations import TAG, TRIGGER_PREFIX, Declaration, deployment_name
from clusterflow.prefect.health.deployments import deployed
from clusterflow.prefect.names import pass_deployment


@dataclass(frozen=True, slots=True)
class Obsolete:
    """Something of ours that is no longer declared; ``within`` is the deployment of a schedule."""

    kind: Literal["deployment", "schedule", "automation"]
    name: str
    id: UUID
    within: UUID | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


async def find_obsolete(declared: Sequence[Declaration], unreadable: Iterable[str] = ()) -> list[Obsolete]:
    """Return what is ours and no longer declared.

    Ours are the deployments of our pool with our tag, their schedules that have a slug (one made in Prefect's pages
    has none), and the automations whose name begins like those of our triggers.

    Args:
        unreadable: models that cannot be read at the moment; what was deployed for them is not obsolete.
    """
    wanted = {deployment_name(d): {s["slug"] for s in d.get("schedules", ())} for d in declared}
    triggers = {t["name"] for d in declared for t in d.get("triggers", ())}
    spared = {pass_deployment(model) for model in unreadable}
    triggers |= {f"{TRIGGER_PREFIX}{name}" for name in spared}
    found = list[Obsolete]()
    for name, there in sorted((await deployed()).items()):
        if TAG not in there.tags or name in spared:
            continue
        if name not in wanted:
            found.append(Obsolete("deployment", name, there.id))
            continue
        found += [
            Obsolete("schedule", f"{name}: {s.slug}", s.id, there.id)
            for s in there.schedules
            if s.slug and s.slug not in wanted[name]
        ]
    async with prefect_client() as client:
        automations = await all_pages(client.read_automations)
    found += [
        Obsolete("automation", a.name, a.id)
        for a in automations
        if a.name.startswith(TRIGGER_PREFIX) and a.name not in triggers
    ]
    return found


async def remove(obsolete: Sequence[Obsolete]) -> None:
    """Delete these; what is gone already is no error."""
    async with prefect_client() as client:
        for one in obsolete:
            try:
                if one.kind == "deployment":
                    await client.delete_deployment(one.id)
                elif one.within is not None:
                    await client.delete_deployment_schedule(one.within, one.id)
                else:
                    await client.delete_automation(one.id)
            except ObjectNotFound:
                continue
