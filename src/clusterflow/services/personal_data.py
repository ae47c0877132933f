"""Personal data: forgets a person."""

from __future__ import annotations

from clusterflow.engine import forget as forgetting
from clusterflow.engine.forget import ForgetResult
from clusterflow.engine.transaction import perform
from clusterflow.services.context import Context


def forget(context: Context, person: str, actor: str | None = None) -> ForgetResult:
    """Delete what identifies a person; the ledger says that it was done, and still verifies.

    Raises:
        UnknownName: the registry has no such person.
        NotPossible: a fact about the person is still in force.
    """
    return perform(
        context.database, context.command(actor), "forget", person, ForgetResult,
        lambda tx: forgetting.forget(tx, person),
    )  # fmt: skip
