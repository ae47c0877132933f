"""The command ``seal``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.output import Replace, To, read_text, show, writing
from clusterflow.domain.seal import Seal
from clusterflow.errors import NotPossible
from clusterflow.services import ledger
from clusterflow.services.context import Context


def seal(
    *,
    to: To = None,
    replace: Replace = False,
    check: Annotated[
        Path | None, Parameter(help="a seal that was written before: compare the ledger with it, and write none")
    ] = None,
) -> None:
    """Write a seal: how far each chain of the ledger goes, and its hash there. Keep it outside this machine.

    With --check, say whether the ledger still holds everything that it held when that seal was made.
    """
    context = Context.open()
    if check is not None:
        _check(context, check)
        return
    with writing(to, replace) as write:
        write(ledger.seal(context).text)


def _check(context: Context, file: Path) -> None:
    sealed = Seal.parse(read_text(file), str(file))
    flaws = ledger.compare_seal(context, sealed)
    if flaws:
        raise NotPossible("\n".join(str(flaw) for flaw in flaws))
    entries = sum(chain.version for chain in sealed.chains)
    day = f"{sealed.made_at:%Y-%m-%d %H:%M}"
    show(f"the ledger holds all {entries} entries of {len(sealed.chains)} chains that were sealed on {day}")
