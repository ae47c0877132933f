"""Makes ``prefect deploy`` work on a server where nobody has made our work pool yet.

Prefect refuses a deployment whose pool is unknown, and runs its build steps only after that. Its plugin hook comes
before: pyproject.toml names this module (``prefect.plugins``) and switches plugins on (``tool.prefect.plugins``).
"""

from __future__ import annotations

import sys
from pathlib import Path

from prefect.plugins import HookContext, register_hook

PREFECT_PLUGIN_API_REQUIRES = ">=0.1,<1"


@register_hook
async def setup_environment(*, ctx: HookContext) -> None:  # by keyword only, or pluggy refuses it
    """Prefect calls this in every process that imports it from our folder; only ``prefect deploy`` needs it."""
    if ctx.api_url is None or not _is_deploy(sys.argv):
        return
    from clusterflow.prefect.pool import ensure_pool  # noqa: PLC0415 - half a second that other processes save

    await ensure_pool()


def _is_deploy(arguments: list[str]) -> bool:
    program, *rest = arguments or [""]
    # The argument is «-m» while ``python -m prefect`` is still importing.
    return Path(program).name in {"prefect", "__main__.py", "-m"} and "deploy" in rest
