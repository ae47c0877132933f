"""Passes an initiative from its model, or version of it, to another."""

from __future__ import annotations

from collections.abc import Mapping

from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import Role, Standing
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Frozen
from clusterflow.engine.decide import MetricSource, known_alias
from clusterflow.engine.evaluate import enrolled_state, evaluate
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible
from clusterflow.rules.migration import Loss, MigrationDecision, find_losses, match_stages, plan_migration
from clusterflow.store import ledger, registry
from clusterflow.store.people import NO_CAPACITY, capacities
from clusterflow.store.pinned_models import load_model, save_model


class MigrationResult(Frozen):
    """What a migration wrote."""

    initiative: str
    former: str
    former_hash: str
    model: str
    model_hash: str
    entries: tuple[Entry, ...]
    """Everything that it wrote, in order: what it ended, itself, what it began, and what the evaluation found."""


def migrate(
    tx: Transaction,
    initiative: str,
    model: LifecycleModel,
    by: str,
    reason: str,
    declared: MetricSource,
    second: str | None = None,
    written: Mapping[str, str] | None = None,
    mapping_file: str | None = None,
) -> MigrationResult:
    """Carry over the milestones, close what is open, begin what opens, and evaluate, all under the new model.

    Args:
        by: the person of the initiative's office who decides it.
        second: another person, where one of the models asks for four eyes.
        written: the mapping of a file: which stage takes the place of a former one.
        mapping_file: how the file is called in messages.

    Raises:
        Mistakes: the reason is missing, or a milestone would be lost.
        NotPossible: it was stopped, is under this version already, or these people may not decide it.
        UnknownName: the initiative, or a person.
    """
    _check_texts(by, reason, second)
    state = enrolled_state(tx, initiative)
    if state.standing is Standing.STOPPED:
        raise NotPossible(f"«{initiative}» was stopped. A new life begins with: clusterflow enrol {initiative} ...")
    if state.model_hash == model.hash:
        raise NotPossible(f"«{initiative}» is already under this version of {model.id} ({model.hash[:12]})")
    former = load_model(tx.connection, state.model_hash)
    decision = _decision(tx, initiative, (former, model), by, reason, second)
    stages = match_stages(former, model, written)
    losses = find_losses(former, model, state, stages)
    if losses:
        where = mapping_file or "--mapping"
        raise Mistakes([_mistake(loss, initiative, former, model, where) for loss in losses])
    save_model(tx.connection, model, tx.now)
    events = plan_migration(former, model, state, stages, decision, today_of(tx, initiative))
    tx.apply_events(state, events)
    evaluate(tx, initiative, declared())
    return MigrationResult(
        initiative=initiative,
        former=former.id,
        former_hash=former.hash,
        model=model.id,
        model_hash=model.hash,
        entries=tuple(ledger.read_entries(tx.connection, initiative, state.version)),
    )


def _check_texts(by: str, reason: str, second: str | None) -> None:
    if not reason.strip():
        raise Mistakes([Mistake("--reason", "a migration needs a reason", "a text")])
    texts = {"--by": by, "--reason": reason, "--second": second or ""}
    wrong = [name for name, text in texts.items() if FORBIDDEN_CHARACTERS.search(text)]
    if wrong:
        raise Mistakes([Mistake(name, "contains a character that is not allowed") for name in wrong])


def _decision(
    tx: Transaction,
    initiative: str,
    models: tuple[LifecycleModel, LifecycleModel],
    by: str,
    reason: str,
    second: str | None,
) -> MigrationDecision:
    """Check who decides: staff of the initiative's office; with four eyes, somebody else who decides at a gate, too."""
    four_eyes = [m for m in models if any(s.gate.decided_by.four_eyes for s in m.stages)]
    if four_eyes and second is None:
        raise NotPossible(
            f"{four_eyes[0].id} asks for four eyes: name a second person of the office, or one who decides at "
            "its gates: --second PERSON"
        )
    if second is not None and second.casefold() == by.casefold():
        raise NotPossible(f"«{second}» cannot be both persons; four eyes are two people's")
    today = today_of(tx, initiative)
    if Role.OFFICE not in capacities(tx.connection, initiative, today, by).get(by, NO_CAPACITY).roles:
        known_alias(tx, by)
        raise NotPossible(f"«{by}» may not migrate «{initiative}»: {_who_may(tx, initiative)}")
    if second is not None:
        held = capacities(tx.connection, initiative, today, second).get(second, NO_CAPACITY).roles
        may = {Role.OFFICE, *(r for m in models for s in m.stages for r in s.gate.decided_by.roles)}
        if not held & may:
            known_alias(tx, second)
            raise NotPossible(f"«{second}» neither is staff of the office of «{initiative}» nor decides at its gates")
    seconded = known_alias(tx, second) if second is not None else None
    return MigrationDecision(known_alias(tx, by), Role.OFFICE, seconded, reason.strip())


def _who_may(tx: Transaction, initiative: str) -> str:
    today = today_of(tx, initiative)
    found = registry.initiative_records(tx.connection, today, [initiative]).get(initiative)
    if found is None or found.office is None:
        return f"it has no office. Record one: clusterflow record initiative id={initiative} office=OFFICE"
    return f"the staff of its office, «{found.office}», may"


def _mistake(loss: Loss, initiative: str, former: LifecycleModel, model: LifecycleModel, where: str) -> Mistake:
    names = [name for name in loss.candidates or model.by_id if name != loss.shared] or list(model.by_id)
    stage, accepted = loss.stage, f"a stage of {model.id} in its place: {', '.join(names)}"
    cure = f"Add to the mapping, below «stages:», {stage}: {names[0]}"
    if loss.achieved_on is None:
        found = f"«{stage}», in which «{initiative}» was, has the name of a stage of another kind in {model.id}"
        return Mistake(where, found, accepted, cure)
    if loss.shared is not None:
        also = ", ".join(loss.unfinished)
        found = (
            f"the milestone of «{stage}» ({loss.achieved_on}) of «{initiative}» would be lost: «{loss.shared}» also "
            f"takes the place of {also}, which is not achieved"
        )
        return Mistake(where, found, accepted, cure)
    kind = former.stage(stage).kind
    if loss.candidates:
        found = (
            f"the milestone of «{stage}» ({loss.achieved_on}) of «{initiative}» would be lost: {model.id} has several "
            f"stages of its kind, {kind}, or its stage has another one's place"
        )
        return Mistake(where, found, accepted, cure)
    found = (
        f"the milestone of «{stage}» ({loss.achieved_on}) of «{initiative}» would be lost: {model.id} has no stage of "
        f"its kind, {kind}"
    )
    return Mistake(where, found, accepted, cure)
