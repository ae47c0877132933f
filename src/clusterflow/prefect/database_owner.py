"""One Prefect serves one database, named in a variable; otherwise a rehearsal beside it would take its runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from prefect.client.schemas.actions import VariableCreate
from prefect.exceptions import ObjectAlreadyExists
from sqlalchemy import URL

from clusterflow.errors import NotPossible
from clusterflow.prefect.api import prefect_client

VARIABLE = "clusterflow_database"


async def claim(database: URL) -> None:
    """Record that this Prefect serves a database.

    Raises:
        NotPossible: it serves another one.
        PrefectUnreachable: no Prefect answers.
    """
    mine = _place(database)
    async with prefect_client() as client:
        if await client.read_variable_by_name(VARIABLE) is None:
            with suppress(ObjectAlreadyExists):  # somebody was faster, for whichever database
                await client.create_variable(VariableCreate(name=VARIABLE, value=mine, tags=["clusterflow"]))
        known = await client.read_variable_by_name(VARIABLE)
        if known is not None and known.value != mine:
            raise NotPossible(
                f"the Prefect server at {client.api_url} serves another database, {known.value}, and this is {mine}: "
                "let this one have a server of its own, by CLUSTERFLOW_PREFECT_PORT; "
                f"or, where the database has moved here, delete Prefect's variable «{VARIABLE}»"
            )


def _place(database: URL) -> str:
    """Return where a database is, without user and password."""
    if database.get_backend_name() == "sqlite":
        return str(Path(database.database or "").resolve())
    return f"{database.host}:{database.port or 5432}/{database.database}"
