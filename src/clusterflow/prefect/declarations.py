"""Declares our deployments, from the models and the schedules: the content of ``deployments/prefect.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from clusterflow.configs.schedules import DEFAULTS, Schedule
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.prefect.pool import POOL
from clusterflow.services.catalogue.models import models_in
from clusterflow.settings import Settings

Declaration = dict[str, Any]
"""One entry of ``deployments:``, as Prefect reads it."""

TAG = "clusterflow"
"""The tag of all our deployments."""

TRIGGER_PREFIX = "clusterflow · "
"""How the names of our trigger automations begin."""

WORK_POOL = {"name": POOL, "job_variables": {"working_dir": "."}}
"""The working directory is the folder that the worker was started in: its .env is read, and its configs."""

CANCEL_NEW = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
CANCEL_THIRD = {"limit": 2, "collision_strategy": "CANCEL_NEW"}
"""One run whose worker died holds its place for minutes; the next one still starts."""
ENQUEUE = {"limit": 1, "collision_strategy": "ENQUEUE"}
SIDE_BY_SIDE = {"limit": 20, "collision_strategy": "ENQUEUE"}

HEADER = f"""\
# Written by `clusterflow deploy --write FILE`, from configs/models and configs/schedules.yaml: change those instead.
# clusterflow does not read this file. Deployments of your own belong in a file of their own.
# To deploy it without clusterflow: prefect --no-prompt deploy --all --prefect-file FILE
# Any worker of the pool runs it: clusterflow up (in one process), or prefect worker start --pool {POOL}.
"""

_PORTFOLIO = "[Portfolio · Portafolio](/v2/artifacts/key/portfolio)"
_GATES = "[Gates open · Puertas abiertas](/v2/runs?tags=gate-open)"


def declare(models: Iterable[LifecycleModel], schedules: Mapping[str, Schedule]) -> list[Declaration]:
    """Return our deployments: one for each model, by its id, then those of the scheduled flows."""
    passes = [_of_model(m) for m in sorted(models, key=lambda m: m.id)]
    return [*passes, *(one.declare(schedules[one.schedule]) for one in SCHEDULED_FLOWS), _of_parts()]


def deployment_name(declaration: Declaration) -> str:
    """Return the name as ``flow/deployment``; our flows are named like their functions."""
    return f"{declaration['entrypoint'].rpartition('.')[2]}/{declaration['name']}"


def prefect_yaml(declarations: Iterable[Declaration]) -> str:
    """Return the text of a ``prefect.yaml`` that declares these deployments."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1000
    out = StringIO()
    yaml.dump({"name": "clusterflow", "pull": [], "deployments": [_readable(d) for d in declarations]}, out)
    text = out.getvalue().replace("\n  - name:", "\n\n  - name:").replace("deployments:\n\n", "deployments:\n")
    return f"{HEADER}{text}"


def _readable(value: Any, key: str = "") -> Any:
    """A copy without shared parts, which YAML would write as anchors; long texts as blocks, cron in quotes."""
    if isinstance(value, dict):
        return {k: _readable(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_readable(v) for v in value]
    if isinstance(value, str) and "\n" in value:
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value) if key == "cron" else value


def _of_model(model: LifecycleModel) -> Declaration:
    return {
        "name": model.id,
        "entrypoint": "flows.lifecycle.lifecycle",
        "description": _paragraphs(
            f"{model.title.en} · {model.title.es}",
            model.about.en,
            model.about.es,
            "One pass: checks the gates, shows where the initiative stands, and asks where a decision waits.",
            "Una pasada: revisa las puertas, muestra dónde está la iniciativa y pregunta donde se espera una decisión.",
            f"{_GATES} · {_PORTFOLIO}",
        ),
        "tags": [TAG, "lifecycle", f"model:{model.id}"],
        "work_pool": WORK_POOL,
        "concurrency_limit": SIDE_BY_SIDE,
        "triggers": [
            {
                "name": f"{TRIGGER_PREFIX}lifecycle/{model.id}",
                "description": "A pass on request of another system, by an event on the initiative.",
                "enabled": True,
                "match": {"prefect.resource.id": "clusterflow.initiative.*"},
                "match_related": {"prefect.resource.id": f"clusterflow.model.{model.id}"},
                "for_each": ["prefect.resource.id"],
                "expect": ["clusterflow.pass.requested"],
                "parameters": {"initiative": "{{ event.resource.id | replace('clusterflow.initiative.', '') }}"},
            }
        ],
    }


def _of_parts() -> Declaration:
    return {
        "name": "part",
        "entrypoint": "flows.shard.shard",
        "description": _paragraphs(
            "A part of the work over a large portfolio, begun by the nightly review or by the reports; the workers "
            "share the parts (CLUSTERFLOW_SHARD).",
            "Una parte del trabajo sobre un portafolio grande, iniciada por la revisión nocturna o por los informes; "
            "los trabajadores se reparten las partes (CLUSTERFLOW_SHARD).",
            _PORTFOLIO,
        ),
        "tags": [TAG, "shard"],
        "work_pool": WORK_POOL,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledFlow:
    """A flow that runs by a schedule of the office: its deployment, its schedule's slug and key, its description."""

    flow: str
    name: str
    slug: str
    schedule: str
    """The key in ``configs/schedules.yaml``."""
    english: str
    spanish: str
    link: str = ""
    limit: Mapping[str, Any] = field(default_factory=lambda: CANCEL_NEW)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    when_scheduled: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the scheduled runs, besides ``parameters``."""
    triggers: Sequence[Mapping[str, Any]] = ()

    def declare(self, schedule: Schedule) -> Declaration:
        """Return its deployment. Prefect recognises a schedule by its slug: one with another time replaces it."""
        own = {"slug": self.slug, "cron": schedule.cron, "timezone": schedule.timezone, "active": schedule.active}
        if self.when_scheduled:
            own["parameters"] = {**self.parameters, **self.when_scheduled}
        return {
            "name": self.name,
            "entrypoint": f"flows.{self.flow}.{self.flow}",
            "description": _paragraphs(self.english, self.spanish, *([self.link] if self.link else [])),
            "tags": [TAG, self.flow],
            "work_pool": WORK_POOL,
            "concurrency_limit": dict(self.limit),
            **({"parameters": dict(self.parameters)} if self.parameters else {}),
            **({"triggers": [dict(t) for t in self.triggers]} if self.triggers else {}),
            "schedules": [own],
        }


SCHEDULED_FLOWS = (
    ScheduledFlow(
        flow="review",
        name="portfolio",
        slug="nightly",
        schedule="review",
        english="The whole portfolio, measured as a set; a pass begins only where an answer changed.",
        spanish="Todo el portafolio, medido como conjunto; solo hay pasada donde cambió una respuesta.",
        link=_PORTFOLIO,
    ),
    ScheduledFlow(
        flow="dues",
        name="daily",
        slug="daily",
        schedule="dues",
        english="Issues the invoices that the dues schemes ask for; what cannot be known is reported, never guessed.",
        spanish="Emite las facturas que piden los esquemas de cuotas; lo que no se sabe se informa y no se adivina.",
    ),
    ScheduledFlow(
        flow="relay",
        name="outbox",
        slug="each-minute",
        schedule="relay",
        english="Publishes what waits in the outbox and sends due notices; clusterflow up does so at once.",
        spanish="Publica lo que espera en la bandeja de salida y envía los avisos; clusterflow up lo hace al momento.",
        limit=CANCEL_THIRD,
    ),
    ScheduledFlow(
        flow="digest",
        name="weekly",
        slug="weekly",
        schedule="digest",
        english="Sends the digests that are due. Where the relay runs, it sends each at the hour of its reader.",
        spanish="Envía los resúmenes que tocan. Donde funciona la bandeja de salida, ella los envía a la hora de cada "
        "uno.",
    ),
    ScheduledFlow(
        flow="report",
        name="dossiers",
        slug="monthly",
        schedule="report",
        english="Writes the portfolio and the dossier of each active initiative into the folder of "
        "`CLUSTERFLOW_REPORTS`; on demand, that of one initiative or of a past day.",
        spanish="Escribe el portafolio y el dossier de cada iniciativa en curso en la carpeta de "
        "`CLUSTERFLOW_REPORTS`; a petición, el de una iniciativa o el de un día pasado.",
        link=_PORTFOLIO,
        limit=ENQUEUE,
    ),
    ScheduledFlow(
        flow="calendars",
        name="hourly",
        slug="hourly",
        schedule="calendars",
        english="Writes the calendars of initiatives and people to the folder of `CLUSTERFLOW_CALENDARS`, if it is "
        "set.",
        spanish="Escribe los calendarios de iniciativas y personas en la carpeta de `CLUSTERFLOW_CALENDARS`, si la "
        "hay.",
    ),
    ScheduledFlow(
        flow="intake",
        name="submitted",
        slug="hourly",
        schedule="intake-events",
        english="Imports the records that other systems submit as events `clusterflow.record.submitted`, all in one "
        "run; what cannot be recorded comes back as `clusterflow.record.refused`.",
        spanish="Recibe los registros que otros sistemas entregan como eventos; lo que no se puede registrar vuelve "
        "con sus errores.",
        limit=ENQUEUE,
        parameters={"source": "submitted"},
        # A trigger may be lost: all that Prefect keeps is looked through again, and what is known is skipped.
        when_scheduled={"everything": True},
        triggers=[
            # The first event fires, further ones within ten seconds do not; so the run waits until the ten seconds
            # are over and Prefect has written what came in them (it writes every five seconds). Not for each
            # resource: a burst from a hundred of them is still one run.
            {
                "name": f"{TRIGGER_PREFIX}intake/submitted",
                "description": "One run for all that is submitted within ten seconds.",
                "enabled": True,
                "expect": ["clusterflow.record.submitted"],
                "within": 10,
                "schedule_after": 16,
            }
        ],
    ),
    ScheduledFlow(
        flow="intake",
        name="files",
        slug="each-five-minutes",
        schedule="intake-files",
        english="Imports the workbooks and JSON lines files that are dropped at the address `CLUSTERFLOW_INTAKE`, and "
        "moves each to `done/` or `refused/` beside it.",
        spanish="Recibe los libros y archivos que se dejan en la dirección `CLUSTERFLOW_INTAKE` y mueve cada uno a "
        "`done/` o `refused/`.",
        parameters={"source": "files"},
    ),
)
"""The flows that run by a schedule, in the order of the written file."""


def _paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(" ".join(p.split()) for p in paragraphs) + "\n"


def main() -> None:
    """Write ``deployments/prefect.yaml`` of the checkout from the shipped models and the default schedules."""
    settings = Settings.model_construct()
    text = prefect_yaml(declare(models_in(settings.configs).values(), DEFAULTS))
    (settings.deployments / "prefect.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
