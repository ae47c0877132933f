"""Deploys what is declared, by the command that an administrator would use: ``prefect deploy``."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.settings import get_current_settings

from clusterflow.configs.schedules import load_schedules
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.errors import Mistakes, NotPossible
from clusterflow.prefect.api import prefect_client, settings_for
from clusterflow.prefect.declarations import Declaration, declare, prefect_yaml
from clusterflow.prefect.pool import POOL, ensure_pool
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import describe_problem
from clusterflow.store.pinned_models import load_model, models_in_use

FILE = Path("deployments/prefect.yaml")
"""Relative to the root of the flows."""


async def deploy(
    root: Path, api_url: str, auth: str | None = None, *, file: Path = FILE, pool: str = POOL
) -> list[str]:
    """Make the pool if it is missing, deploy what ``file`` declares, and return the names, as ``flow/deployment``.

    A second call brings deployments up to date: schedules with a slug stay, trigger automations are made anew.
    Deployments and schedules that the file no longer has are left alone.

    Raises:
        PrefectUnreachable: no Prefect answers at ``api_url``.
        NotPossible: Prefect does not accept the file; the text is what it says.
    """
    with settings_for(api_url, auth):
        await ensure_pool(pool)
        settings = get_current_settings().to_environment_variables(exclude_unset=True, include_secrets=True)
    # The command loads the flows and follows paths from where it stands: in a process of its own, that is no concern
    # of ours. In ours it would save a second and a half.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)),
        cwd=root,
        env=os.environ | settings | {"PWD": str(root), "COLUMNS": "1000", "NO_COLOR": "1"},  # {{ $PWD }}: working_dir
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode(errors="replace")
    if process.returncode != 0:
        raise NotPossible(f"Prefect does not accept {root / file}: {_reason(output)}")
    return re.findall(r"Deployment '(.+?)' successfully created", output)


NOISE = (
    "  File ",
    "    ",
    "Traceback",
    "The above exception",
    "During handling",
    "An exception occurred",
    "╭",
    "│",
    "╰",
)
HINTS = ("For valid deployment fields", "Skipping deployment", "An entrypoint must", "You can also", "https://")


def _reason(output: str) -> str:
    """Return what is wrong, from output that may hold a traceback and advice for another situation."""
    lines_shown = [line for line in output.splitlines() if line.strip() and not line.startswith(NOISE + HINTS)]
    return " ".join(line.strip() for line in lines_shown[-6:]) or "it does not say why"


@dataclass(frozen=True, slots=True)
class Declarations:
    """What is to be deployed; ``problems`` say, by model, why its file or its stored version cannot be read."""

    declared: Sequence[Declaration]
    problems: Mapping[str, str]


def declarations_of(context: Context) -> Declarations:
    """Return what is to be deployed.

    A model that left the folder, or whose file is broken, is declared as its initiatives are pinned to it.

    Raises:
        Mistakes: all that is wrong with the schedules.
    """
    models, problems = dict[str, LifecycleModel](), dict[str, str]()
    with context.reading() as connection:
        for model_id, content_hash in models_in_use(connection).items():
            try:
                models[model_id] = load_model(connection, content_hash)
            except Exception as problem:
                problems[model_id] = f"its stored version: {describe_problem(problem)}"
    on_file = models_of(context)
    for model_id in on_file:
        try:
            models[model_id] = on_file[model_id]
        except Mistakes as wrong:
            problems[model_id] = str(wrong)
    schedules = load_schedules(context.settings.configs / "schedules.yaml")
    return Declarations(declare(models.values(), schedules), problems)


def written_file(context: Context) -> Path:
    """Return where the office keeps its written ``prefect.yaml``."""
    return context.settings.deployments / "prefect.yaml"


def is_outdated(file: Path, declared: Iterable[Declaration]) -> bool:
    """Return whether a written ``prefect.yaml`` is there and says something else than what is declared."""
    return file.is_file() and file.read_text(encoding="utf-8", errors="replace") != prefect_yaml(declared)


def write_file(file: Path, declared: Iterable[Declaration]) -> Path | None:
    """Write a ``prefect.yaml``. A file with another content is kept beside it, and its new name returned."""
    text, backup = prefect_yaml(declared), None
    if file.is_file() and file.read_bytes() != text.encode():
        backup = file.with_name(f"{file.name}.{datetime.now(UTC):%Y%m%dT%H%M%S}.bak")
        file.replace(backup)
    file.write_text(text, encoding="utf-8")
    return backup


async def deploy_declared(root: Path, api_url: str, auth: str | None, declarations: Iterable[Declaration]) -> list[str]:
    """Deploy these, and return their names: see ``deploy``."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "prefect.yaml"
        file.write_text(prefect_yaml(declarations), encoding="utf-8")
        return await deploy(root, api_url, auth, file=file)


async def pause_schedules(deployments: Iterable[str]) -> None:
    """Pause the schedules of these deployments, until they are deployed again."""
    async with prefect_client() as client:
        for name in deployments:
            found = await client.read_deployment_by_name(name)
            for schedule in found.schedules:
                await client.update_deployment_schedule(found.id, schedule.id, active=False)


def load(entrypoint: str) -> Callable[[], Coroutine[Any, Any, object]]:
    """Return an async flow, named by module as ``flows.review.review``, to be run in this process.

    That takes a tenth of the time of a worker's run.
    """
    flow: Flow[[], Coroutine[Any, Any, object]] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    return flow
