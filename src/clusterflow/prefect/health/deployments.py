"""Compares what Prefect has deployed with what the models and schedules declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterId,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.filters import AutomationFilter, AutomationFilterName
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from clusterflow.domain.text import Text
from clusterflow.prefect.api import PAGE, all_pages, prefect_client
from clusterflow.prefect.declarations import TAG, Declaration, deployment_name
from clusterflow.prefect.deploy import declarations_of, is_outdated, written_file
from clusterflow.prefect.names import pass_deployment
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.relay_schedule import RELAY, is_relay_live
from clusterflow.services.context import Context
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    CheckResult,
    Surroundings,
    both,
    ok,
    plain,
    several,
    trouble,
    warning,
)
from clusterflow.services.fault_isolation import describe_problem


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared deployment. A value with ``{{`` is filled in by Prefect, and not compared."""

    name: str
    entrypoint: str
    parameters: Mapping[str, Any]
    schedules: Sequence[Mapping[str, Any]]
    triggers: Sequence[str]
    schema: Mapping[str, Any] = field(default_factory=dict)
    """Of the flow's parameters, as its code is now."""


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Compare what is declared with what Prefect has: missing, stale, paused and foreign deployments."""
    context = Context(surroundings.settings, surroundings.database)
    declarations = declarations_of(context)
    results = [
        trouble(both(_MODEL, name=m), plain(text), advise("correct-model")) for m, text in declarations.problems.items()
    ]
    found = await deployed()
    resting = {RELAY} if await is_relay_live() else set[str]()
    triggers = await triggers_on([t["name"] for d in declarations.declared for t in d.get("triggers", ())])
    missing: list[str] = []
    for declaration in declarations.declared:
        name = deployment_name(declaration)
        there = found.pop(name, None) or await find_deployment(name)
        if there is None:
            missing.append(name)
            continue
        try:
            results += compared(with_schema(declaration), there, triggers, resting=name in resting)
        except Exception as problem:  # importing a flow may raise anything
            results.append(
                trouble(_what(name), both(_UNLOADABLE, problem=describe_problem(problem)), advise("install-again"))
            )
    if missing:
        results.append(trouble(DEPLOYMENTS, both(_MISSING, names=several(missing, 20)), advise("deploy")))
    unreadable = {pass_deployment(model) for model in declarations.problems}
    results += [
        warning(_what(name), _OBSOLETE, advise("remove-obsolete"))
        for name, there in sorted(found.items())
        if TAG in there.tags and name not in unreadable
    ]
    if is_outdated(file := written_file(context), declarations.declared):
        results.append(warning(plain(str(file)), _OUTDATED, advise("write-deployments", file=str(file))))
    if own := sorted(name for name, there in found.items() if TAG not in there.tags):
        results.append(ok(DEPLOYMENTS, both(_FOREIGN, names=several(own))))
    return [*results, *([] if results else [ok(DEPLOYMENTS, both(_AS_DECLARED, count=len(declarations.declared)))])]


def with_schema(declaration: Declaration) -> Declared:
    """Return the declared deployment with the parameters that its flow takes now."""
    entrypoint = str(declaration["entrypoint"])
    flow: Any = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    return Declared(
        name=deployment_name(declaration),
        entrypoint=entrypoint,
        parameters=declaration.get("parameters") or {},
        schedules=declaration.get("schedules") or [],
        triggers=[str(t["name"]) for t in declaration.get("triggers") or ()],
        schema=parameter_schema(flow).model_dump_for_openapi(),
    )


async def deployed() -> dict[str, DeploymentResponse]:
    """Everything that our pool serves, by name."""
    ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    async with prefect_client() as client:
        found = await all_pages(client.read_deployments, work_pool_filter=ours)
        ids = list({d.flow_id for d in found})
        flows: dict[UUID, str] = {}
        for start in range(0, len(ids), PAGE):
            wanted = FlowFilter(id=FlowFilterId(any_=ids[start : start + PAGE]))
            flows |= {f.id: f.name for f in await client.read_flows(flow_filter=wanted, limit=PAGE)}
    return {f"{flows[d.flow_id]}/{d.name}": d for d in found}


async def find_deployment(name: str) -> DeploymentResponse | None:
    """Return a deployment, whichever pool serves it, or None."""
    async with prefect_client() as client:
        try:
            return await client.read_deployment_by_name(name)
        except ObjectNotFound:
            return None


async def triggers_on(names: Sequence[str]) -> dict[str, bool]:
    """The automations of those names, and whether they are switched on."""
    if not names:
        return {}
    wanted = AutomationFilter(name=AutomationFilterName(any_=list(names)))
    async with prefect_client() as client:
        return {a.name: a.enabled for a in await all_pages(client.read_automations, automations=wanted)}


def compared(
    declared: Declared, there: DeploymentResponse, triggers: Mapping[str, bool], *, resting: bool = False
) -> Iterator[CheckResult]:
    """Where a deployment is not as declared; a ``resting`` one is paused because another process does its work."""
    stale = []
    if there.entrypoint != declared.entrypoint:
        stale.append(both(_OTHER_ENTRYPOINT, found=str(there.entrypoint), declared=declared.entrypoint))
    if there.work_pool_name != POOL:
        stale.append(both(_OTHER_POOL, found=str(there.work_pool_name), declared=POOL))
    if _differ(declared.parameters, there.parameters or {}):
        stale.append(_OTHER_PARAMETERS)
    if _names(declared.schema) != _names(there.parameter_openapi_schema or {}):
        stale.append(_OTHER_SCHEMA)
    stale += [both(_NO_TRIGGER, name=name) for name in declared.triggers if name not in triggers]
    own = {_slug(s): s for s in declared.schedules}
    theirs = {_slug_of(s): s for s in there.schedules}
    stale += [both(_NO_SCHEDULE, slug=slug) for slug in own if slug not in theirs]
    stale += [both(_OTHER_SCHEDULE, slug=s) for s in own if s in theirs and _is_other(own[s], theirs[s])]
    yield from (trouble(_what(declared.name), text, advise("deploy")) for text in stale)
    for slug in theirs:
        if slug not in own and theirs[slug].slug:
            yield warning(_what(declared.name), both(_OLD_SCHEDULE, slug=slug), advise("remove-obsolete"))
        elif slug not in own:
            yield warning(_what(declared.name), both(_FOREIGN_SCHEDULE, slug=slug), advise("remove-schedule"))
        elif slug in own and own[slug].get("active", True) and not theirs[slug].active and not resting:
            yield warning(_what(declared.name), both(_PAUSED_SCHEDULE, slug=slug), advise("end-pause"))
    if there.paused:
        yield warning(_what(declared.name), _PAUSED, advise("resume-deployment"))
    for name in declared.triggers:
        if not triggers.get(name, True):
            yield warning(_what(declared.name), both(_TRIGGER_OFF, name=name), advise("switch-on-trigger"))


def _differ(declared: Any, found: Any) -> bool:
    if isinstance(declared, Mapping) and isinstance(found, Mapping):
        return declared.keys() != found.keys() or any(_differ(declared[k], found[k]) for k in declared)
    return bool(declared != found) and "{{" not in str(declared)


def _names(schema: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The parameters of a flow, and those that must be given."""
    return set(schema.get("properties") or ()), set(schema.get("required") or ())


def _slug(schedule: Mapping[str, Any]) -> str:
    return str(schedule.get("slug") or schedule.get("cron") or schedule.get("rrule") or schedule.get("interval"))


def _slug_of(schedule: DeploymentSchedule) -> str:
    what = schedule.schedule.model_dump()
    return str(schedule.slug or what.get("cron") or what.get("rrule") or what.get("interval"))


def _is_other(declared: Mapping[str, Any], there: DeploymentSchedule) -> bool:
    what = there.schedule.model_dump(mode="json")
    kind = next((k for k in ("cron", "rrule", "interval") if k in declared), None)
    if kind is None or kind not in what:
        return True
    times = kind != "interval" and str(declared[kind]) != str(what[kind])
    zone = str(declared.get("timezone") or "UTC") != str(what.get("timezone") or "UTC")
    return times or zone or _differ(declared.get("parameters") or {}, there.parameters or {})


def _what(name: str) -> Text:
    return both(_DEPLOYMENT, name=name)


DEPLOYMENTS = Text(es="despliegues", en="deployments")
_DEPLOYMENT = Text(es="despliegue {name}", en="deployment {name}")
_MODEL = Text(es="modelo {name}", en="model {name}")
_AS_DECLARED = Text(es="{count}, tal como se declaran", en="{count}, as declared")
_MISSING = Text(es="faltan en Prefect: {names}", en="missing in Prefect: {names}")
_OBSOLETE = Text(es="ya no se declara", en="is no longer declared")
_FOREIGN = Text(
    es="además, nuestros trabajadores atienden despliegues propios de la oficina: {names}",
    en="besides, our workers serve deployments of the office's own: {names}",
)
_OUTDATED = Text(
    es="no dice lo que declaran configs/models y configs/schedules.yaml; clusterflow no lo lee",
    en="does not say what configs/models and configs/schedules.yaml declare; clusterflow does not read it",
)
_UNLOADABLE = Text(es="no se puede cargar su flujo: {problem}", en="its flow cannot be loaded: {problem}")
_OTHER_ENTRYPOINT = Text(es="ejecuta {found}; se declara {declared}", en="runs {found}; declared is {declared}")
_OTHER_POOL = Text(es="está en el grupo {found}, no en {declared}", en="is in the pool {found}, not in {declared}")
_OTHER_PARAMETERS = Text(es="tiene otros parámetros que los declarados", en="has other parameters than declared")
_OTHER_SCHEMA = Text(
    es="los parámetros de su flujo cambiaron desde que se desplegó",
    en="its flow's parameters changed since it was deployed",
)
_NO_TRIGGER = Text(es="falta el disparador «{name}»", en="the trigger «{name}» is missing")
_TRIGGER_OFF = Text(es="el disparador «{name}» está apagado", en="the trigger «{name}» is switched off")
_NO_SCHEDULE = Text(es="falta el horario «{slug}»", en="the schedule «{slug}» is missing")
_OTHER_SCHEDULE = Text(es="el horario «{slug}» no es el declarado", en="the schedule «{slug}» is not the declared one")
_OLD_SCHEDULE = Text(es="el horario «{slug}» ya no se declara", en="the schedule «{slug}» is no longer declared")
_FOREIGN_SCHEDULE = Text(
    es="tiene además un horario «{slug}», hecho en Prefect", en="also has a schedule «{slug}», made in Prefect"
)
_PAUSED_SCHEDULE = Text(es="el horario «{slug}» está en pausa", en="the schedule «{slug}» is paused")
_PAUSED = Text(es="está en pausa", en="is paused")
