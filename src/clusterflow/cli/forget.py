"""The command ``forget``."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.output import Actor, Json, listed, print_json, show, translated
from clusterflow.errors import ClusterflowError
from clusterflow.services import personal_data
from clusterflow.services.context import Context


def forget(
    person: str,
    *,
    yes: Annotated[bool, Parameter(name="--yes", negative="", help="do not ask")] = False,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Delete the name, the addresses and the pseudonym of a person; a pseudonym replaces the id in all facts.

    This cannot be undone. What people wrote into free texts, backups and exports made before stay as they are.
    """
    context = Context.open()
    if not yes:
        _confirm(person)
    done = personal_data.forget(context, person, actor)
    if as_json:
        print_json(done)
        return
    show(f"{done.facts} facts now name {done.alias}: {listed(done.chains)}")
    show(f"notices deleted: {done.notices}; other texts in which a name or address was replaced: {done.texts}")
    if done.entries:
        show(f"{done.entries} ledger entries name the id as their actor and stay as they are: an id is no name")


def _confirm(person: str) -> None:
    if not sys.stdin.isatty():
        raise ClusterflowError("this cannot be undone; say that it is meant by --yes")
    if input(translated(f"Forget «{person}»? This cannot be undone. Type the id again: ")).strip() != person:
        raise ClusterflowError("another id was typed; nothing was changed")
