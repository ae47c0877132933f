"""What Prefect has deployed beside what the file declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
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

from clusterflow.configs.yaml import read
from clusterflow.domain.text import Text
from clusterflow.errors import Mistakes
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.names import pass_deployment
from clusterflow.prefect.pool import POOL
from clusterflow.services.catalogue import models_in
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
from clusterflow.settings import Settings

PAGE = 200
"""As many things as Prefect gives at a time."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A deployment as the file has it. A value with ``{{`` is filled in by Prefect, and not compared."""

    name: str
    entrypoint: str
    parameters: Mapping[str, Any]
    schedules: Sequence[Mapping[str, Any]]
    triggers: Sequence[str]
    schema: Mapping[str, Any] = field(default_factory=dict)
    """Of the flow's parameters, as its code is now."""


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Missing, stale, paused and foreign ones."""
    declared, seen, unloadable = declared_in(surroundings.settings)
    found = await deployed()
    triggers = await triggers_on([t for d in declared for t in d.triggers])
    missing: list[str] = []
    for one in declared:
        if there := found.pop(one.name, None) or await _elsewhere(one.name):
            seen += compared(one, there, triggers)
        else:
            missing.append(one.name)
    if missing:
        seen.append(trouble(DEPLOYMENTS, both(_MISSING, names=several(missing, 20)), _DEPLOY))
    seen += [
        warning(_what(name), _FOREIGN, _DECLARE_OR_PAUSE)
        for name in sorted(found)
        if name.partition("/")[2] not in unloadable  # the file declares it, only its flow cannot be loaded here
    ]
    seen += _without_deployment(surroundings.settings, {d.name for d in declared})
    return seen or [ok(DEPLOYMENTS, both(_AS_DECLARED, count=len(declared)))]


def declared_in(settings: Settings) -> tuple[list[Declared], list[CheckResult], set[str]]:
    """What the file declares, what is wrong with it, and the entries whose flows cannot be loaded.

    Raises:
        Mistakes: the file is no YAML, or is not there.
    """
    root = settings.deployments.resolve().parent
    document = read(settings.deployments / "prefect.yaml").value
    entries = document.get("deployments") if isinstance(document, dict) else None
    declared, wrong, unloadable = list[Declared](), list[CheckResult](), set[str]()
    for entry in entries or ():
        try:
            declared.append(_declared(root, entry))
        except Exception as problem:  # importing a file of flows may raise anything
            name = str(entry.get("name")) if isinstance(entry, dict) else None
            unloadable.add(name or "")
            what = plain(name) if name else DEPLOYMENTS
            wrong.append(trouble(what, both(_UNLOADABLE, problem=f"{type(problem).__name__}: {problem}"), _MEND))
    return declared, wrong, unloadable


def _declared(root: Path, entry: Mapping[str, Any]) -> Declared:
    entrypoint = str(entry["entrypoint"])
    where = str(root / entrypoint) if ":" in entrypoint else entrypoint
    flow: Any = load_flow_from_entrypoint(where, use_placeholder_flow=False)
    schedules = entry.get("schedules") or ([entry["schedule"]] if entry.get("schedule") else [])
    name = f"{flow.name}/{entry['name']}"
    return Declared(
        name=name,
        entrypoint=entrypoint,
        parameters=entry.get("parameters") or {},
        schedules=schedules,
        triggers=[str(t["name"]) for t in entry.get("triggers") or () if t.get("name") and t.get("enabled", True)],
        schema=parameter_schema(flow).model_dump_for_openapi(),
    )


async def deployed() -> dict[str, DeploymentResponse]:
    """Everything that our pool serves, by name."""
    ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    async with prefect_client() as client:
        found: list[DeploymentResponse] = []
        while page := await client.read_deployments(work_pool_filter=ours, limit=PAGE, offset=len(found)):
            found += page
        ids = list({d.flow_id for d in found})
        flows: dict[UUID, str] = {}
        for start in range(0, len(ids), PAGE):
            wanted = FlowFilter(id=FlowFilterId(any_=ids[start : start + PAGE]))
            flows |= {f.id: f.name for f in await client.read_flows(flow_filter=wanted, limit=PAGE)}
    return {f"{flows[d.flow_id]}/{d.name}": d for d in found}


async def _elsewhere(name: str) -> DeploymentResponse | None:
    """A deployment that another pool serves, or none."""
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
        return {a.name: a.enabled for a in await client.read_automations(automations=wanted, limit=PAGE)}


def compared(declared: Declared, there: DeploymentResponse, triggers: Mapping[str, bool]) -> Iterator[CheckResult]:
    """Where a deployment is not what the file says."""
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
    yield from (trouble(_what(declared.name), text, _DEPLOY) for text in stale)
    for slug in theirs:
        if slug not in own:
            yield warning(_what(declared.name), both(_FOREIGN_SCHEDULE, slug=slug), _IN_THE_UI)
        elif own[slug].get("active", True) and not theirs[slug].active:
            yield warning(_what(declared.name), both(_PAUSED_SCHEDULE, slug=slug), _RESUME)
    if there.paused:
        yield warning(_what(declared.name), _PAUSED, _RESUME)
    for name in declared.triggers:
        if not triggers.get(name, True):
            yield warning(_what(declared.name), both(_TRIGGER_OFF, name=name), _IN_THE_UI)


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


def _without_deployment(settings: Settings, names: set[str]) -> Iterator[CheckResult]:
    try:
        models = models_in(settings.configs)
    except Mistakes:
        return  # another check tells of them
    lost = [model for model in models if pass_deployment(model) not in names]
    if lost:
        yield warning(DEPLOYMENTS, both(_NO_DEPLOYMENT, models=several(lost)), _DECLARE)


def _what(name: str) -> Text:
    return both(_DEPLOYMENT, name=name)


DEPLOYMENTS = Text(es="despliegues", en="deployments")
_DEPLOYMENT = Text(es="despliegue {name}", en="deployment {name}")
_AS_DECLARED = Text(es="{count} como en prefect.yaml", en="{count} as in prefect.yaml")
_DEPLOY = both(
    Text(
        es="clusterflow up; o, con PREFECT_API_URL puesto: {command}",
        en="clusterflow up; or, with PREFECT_API_URL set: {command}",
    ),
    command="prefect --no-prompt deploy --all --prefect-file deployments/prefect.yaml",
)
_MISSING = Text(es="faltan en Prefect: {names}", en="missing in Prefect: {names}")
_FOREIGN = Text(
    es="no está en prefect.yaml, pero nuestros trabajadores lo atienden",
    en="not in prefect.yaml, though our workers serve it",
)
_DECLARE_OR_PAUSE = Text(
    es="si es de la oficina, declárelo en prefect.yaml; si nadie lo usa, páuselo en Prefect",
    en="if it is the office's own, declare it in prefect.yaml; if nobody uses it, pause it in Prefect",
)
_UNLOADABLE = Text(es="no se puede cargar su flujo: {problem}", en="its flow cannot be loaded: {problem}")
_MEND = Text(
    es="corrija el entrypoint en prefect.yaml, o el flujo", en="mend the entrypoint in prefect.yaml, or the flow"
)
_OTHER_ENTRYPOINT = Text(es="ejecuta {found}; el archivo dice {declared}", en="runs {found}; the file says {declared}")
_OTHER_POOL = Text(es="está en el grupo {found}, no en {declared}", en="is in the pool {found}, not in {declared}")
_OTHER_PARAMETERS = Text(es="tiene otros parámetros que el archivo", en="has other parameters than the file")
_OTHER_SCHEMA = Text(
    es="los parámetros de su flujo cambiaron desde que se desplegó",
    en="its flow's parameters changed since it was deployed",
)
_NO_TRIGGER = Text(es="falta el disparador «{name}»", en="the trigger «{name}» is missing")
_TRIGGER_OFF = Text(es="el disparador «{name}» está apagado", en="the trigger «{name}» is switched off")
_NO_SCHEDULE = Text(es="falta el horario «{slug}»", en="the schedule «{slug}» is missing")
_OTHER_SCHEDULE = Text(es="el horario «{slug}» no es el del archivo", en="the schedule «{slug}» is not the file's")
_FOREIGN_SCHEDULE = Text(
    es="tiene un horario «{slug}» que el archivo no tiene", en="has a schedule «{slug}» that the file does not have"
)
_PAUSED_SCHEDULE = Text(es="el horario «{slug}» está en pausa", en="the schedule «{slug}» is paused")
_PAUSED = Text(es="está en pausa", en="is paused")
_RESUME = Text(es="reanúdelo en Prefect (o desplíeguelo otra vez)", en="resume it in Prefect (or deploy it again)")
_IN_THE_UI = Text(
    es="mírelo en Prefect, o declárelo en el archivo", en="see to it in Prefect, or declare it in the file"
)
_NO_DEPLOYMENT = Text(
    es="sin despliegue no hay pasadas de estos modelos: {models}",
    en="without a deployment there are no passes of: {models}",
)
_DECLARE = Text(
    es="declare lifecycle/MODELO en deployments/prefect.yaml y despliéguelo",
    en="declare lifecycle/MODEL in deployments/prefect.yaml, and deploy it",
)
