"""Migration: initiatives pass to another model, or to another version of theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from clusterflow.configs.mapping_file import load_mapping
from clusterflow.domain.events import Entry, InitiativeMigrated
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.engine import migrate as engine
from clusterflow.engine.command import LONGEST_KEY
from clusterflow.engine.migrate import MigrationResult
from clusterflow.engine.transaction import Transaction, perform
from clusterflow.errors import ClusterflowError, Conflict, Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.reports.migration import migration_lines
from clusterflow.rules.mistakes import nearest
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.catalogue.models import find_model, models_of
from clusterflow.services.context import Context
from clusterflow.store import ledger
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import load_states


class MigratedInitiative(Frozen):
    """What became, or would become, of one initiative."""

    initiative: str
    name: str
    former: str
    former_hash: str
    lines: tuple[str, ...] = ()
    """What happens, in words and in order."""
    entries: tuple[Entry, ...] = ()
    refused: str | None = None
    """Why nothing happens."""


class Migration(Frozen):
    """The outcome of a migration, or of its dry run."""

    model: str
    model_hash: str
    dry_run: bool
    initiatives: tuple[MigratedInitiative, ...]

    @property
    def refused(self) -> tuple[MigratedInitiative, ...]:
        return tuple(one for one in self.initiatives if one.refused is not None)


class _Undo(Exception):
    def __init__(self, result: MigrationResult) -> None:
        self.result = result


def migrate(
    context: Context,
    model_id: str,
    *,
    by: str,
    reason: str,
    initiative: str | None = None,
    all_of: str | None = None,
    second: str | None = None,
    mapping: Path | None = None,
    dry_run: bool = False,
    actor: str | None = None,
    key: str | None = None,
    language: Language | None = None,
) -> Migration:
    """Migrate one initiative, or all live ones of a model. One that cannot pass does not hold up the others.

    Args:
        initiative: the one to migrate; else ``all_of`` names the model whose live initiatives are migrated.
        mapping: a file that says which stages take the place of the former ones.
        dry_run: do everything, and write nothing.

    Raises:
        Mistakes: the mapping is wrong; or one initiative was named, and a milestone of it would be lost.
        NotPossible: one initiative was named, and it cannot pass.
        UnknownName: the initiative or the model.
    """
    model = find_model(models_of(context), model_id)
    formers, names = _concerned(context, model, initiative, all_of)
    pinned = tuple({m.hash: m for m in formers.values()}.values())
    written = load_mapping(mapping, pinned, model) if mapping is not None else None
    outcomes = []
    for one, former in formers.items():
        refused: str | None = None
        entries: tuple[Entry, ...] = ()
        try:
            entries = _one(context, one, model, by, reason, second, written, mapping, dry_run, actor, key).entries
        except Conflict:
            raise
        except ClusterflowError as problem:
            if initiative is not None:
                raise
            refused = str(problem)
        outcomes.append(
            MigratedInitiative(
                initiative=one,
                name=names.get(one, one),
                former=former.id,
                former_hash=former.hash,
                lines=_lines(context, entries, model, language or context.language),
                entries=entries,
                refused=refused,
            )
        )
    return Migration(model=model.id, model_hash=model.hash, dry_run=dry_run, initiatives=tuple(outcomes))


def _lines(context: Context, entries: Sequence[Entry], model: LifecycleModel, language: Language) -> tuple[str, ...]:
    """Say what happened. A repeat of the command finds its former model in the entries."""
    passed = next((e.event for e in entries if isinstance(e.event, InitiativeMigrated)), None)
    if passed is None:
        return ()
    with context.reading() as connection:
        return migration_lines(entries, load_model(connection, passed.former_hash), model, language)


def _one(
    context: Context,
    initiative: str,
    model: LifecycleModel,
    by: str,
    reason: str,
    second: str | None,
    written: Mapping[str, str] | None,
    mapping: Path | None,
    dry_run: bool,
    actor: str | None,
    key: str | None,
) -> MigrationResult:
    def run(tx: Transaction) -> MigrationResult:
        result = engine.migrate(
            tx, initiative, model, by, reason, lambda: metrics_of(context), second, written,
            str(mapping) if mapping is not None else None,
        )  # fmt: skip
        if dry_run:
            raise _Undo(result)
        return result

    request = repr((initiative, model.hash, by, reason, second, sorted((written or {}).items())))
    own_key = _key_of(key, initiative) if key is not None else None
    try:
        return perform(
            context.database, context.command(actor, None if dry_run else own_key), "migrate", request,
            MigrationResult, run,
        )  # fmt: skip
    except _Undo as undone:
        return undone.result


def _key_of(key: str, initiative: str) -> str:
    """Return the key of the migration of one initiative, which is not longer than the database keeps."""
    whole = f"{key}:{initiative}"
    return whole if len(whole) <= LONGEST_KEY else hashlib.sha256(whole.encode()).hexdigest()


def _concerned(
    context: Context, model: LifecycleModel, initiative: str | None, all_of: str | None
) -> tuple[dict[str, LifecycleModel], dict[str, str]]:
    """Return the former model of each initiative to migrate, and the names of all of them."""
    if (initiative is None) == (all_of is None):
        raise Mistakes(
            [Mistake("INITIATIVE", "name one initiative, or all of a model", "INITIATIVE or --all-of MODEL")]
        )
    with context.reading() as connection:
        if initiative is not None:
            states = {initiative: standing.load(connection, initiative)}
        else:
            everybody = load_states(connection, ledger.heads(connection, standing.enrolled(context)))
            live = {i: s for i, s in sorted(everybody.items()) if s.standing is not Standing.STOPPED}
            states = {i: s for i, s in live.items() if s.model == all_of and s.model_hash != model.hash}
            used = sorted({s.model for s in live.values()})
            if not states and all_of not in used:
                raise UnknownName("model of a live initiative", str(all_of), nearest(str(all_of), used), used)
            if not states:
                raise NotPossible(
                    f"all live initiatives of {all_of} are already under this version ({model.hash[:12]})"
                )
        records = initiative_records(connection, context.clock().date(), list(states))
        formers = {i: load_model(connection, s.model_hash) for i, s in states.items()}
    return formers, {i: r.name for i, r in records.items()}
