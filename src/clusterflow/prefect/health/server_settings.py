"""Whether a Prefect server that the office runs itself has the settings that clusterflow needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clusterflow.domain.text import Text
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import is_loopback
from clusterflow.prefect.server import BATCHED, QUIET, RETENTION
from clusterflow.services.diagnostics.advice import Advice, advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, trouble, warning


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Password, batching, retention, analytics and advertisements."""
    async with prefect_client() as client:
        server: Mapping[str, Any] = (await client.request("GET", "/admin/settings")).json().get("server", {})
    return judge(server, is_loopback(surroundings.settings.prefect_api_url))


def judge(server: Mapping[str, Any], loopback: bool) -> list[CheckResult]:
    """What is missing among the server's settings, as ``GET /admin/settings`` returns them under ``server``."""
    services = server.get("services", {})
    results = list[CheckResult]()
    if not server.get("api", {}).get("auth_string") and not loopback:
        results.append(trouble(SETTINGS, _OPEN, _set({"PREFECT_SERVER_API_AUTH_STRING": "USER:PASSWORD"})))
    if services.get("task_run_recorder", {}).get("batch_size", 100) == 1:
        results.append(warning(SETTINGS, _SLOW, _set(BATCHED)))
    if "flow_runs" not in str(services.get("db_vacuum", {}).get("enabled", "flow_runs")):
        results.append(warning(SETTINGS, _FOR_EVER, _set(RETENTION)))
    if server.get("analytics_enabled") or server.get("ui", {}).get("show_promotional_content"):
        results.append(warning(SETTINGS, _LOUD, _set(QUIET)))
    days = str(server.get("events", {}).get("retention_period", "–"))
    return results or [ok(SETTINGS, both(_AS_NEEDED, days=days))]


def _set(variables: Mapping[str, str]) -> Advice:
    return advise("set-server", variables=" ".join(f"{name}={value}" for name, value in variables.items()))


SETTINGS = Text(es="ajustes del servidor de Prefect", en="settings of the Prefect server")
_OPEN = Text(
    es="no pide clave: cualquiera que llegue a él decide en las puertas",
    en="asks for no password: whoever reaches it answers at gates",
)
_SLOW = Text(
    es="escribe cada tarea por separado: cada pasada tarda segundos de más",
    en="writes each task by itself: every pass takes seconds more",
)
_FOR_EVER = Text(es="guarda las ejecuciones terminadas para siempre", en="keeps the runs that ended for ever")
_LOUD = Text(
    es="muestra publicidad o informa de sí mismo a terceros", en="shows advertisements or reports about itself"
)
_AS_NEEDED = Text(es="como hace falta; guarda los eventos {days}", en="as needed; keeps events for {days}")
