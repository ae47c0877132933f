"""Checks that need more than one key. They work on the plain values of the file, so that a mistake in another key hides
none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clusterflow.configs.model_builder import GroupNames
from clusterflow.configs.parameters import default_id
from clusterflow.configs.yaml import Document, Steps
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.terms import HelixKind, Role
from clusterflow.errors import Mistake
from clusterflow.rules.mistakes import nearest_hint
from clusterflow.rules.soundness import DeciderFlaw, Defect, OrderFlaw, StageOutline, decider_flaws, order_defects


def stage_ids(document: Document) -> tuple[str, ...]:
    return tuple(stage["id"] for _, stage in _stages(document) if isinstance(stage.get("id"), str))


def check_model(document: Document, metrics: Mapping[str, MetricDeclaration]) -> list[Mistake]:
    """Return the mistakes of the model as a whole: its order, its deciders, the names in its gates."""
    found = list(_order(document))
    for index, stage in _stages(document):
        gate = stage.get("gate")
        if isinstance(gate, dict):
            steps: Steps = ("stages", index, "gate")
            found += _deciders(document, stage.get("kind"), gate.get("decided_by"), (*steps, "decided_by"))
            found += _names(document, gate.get("requires"), (*steps, "requires"), metrics)
    return found


def _stages(document: Document) -> Iterator[tuple[int, dict[str, Any]]]:
    stages = document.value.get("stages") if isinstance(document.value, dict) else None
    for index, stage in enumerate(stages if isinstance(stages, list) else []):
        if isinstance(stage, dict):
            yield index, stage


def _order(document: Document) -> Iterator[Mistake]:
    places, bones = [], []
    for index, stage in _stages(document):
        if isinstance(stage.get("id"), str):
            after = stage.get("after")
            names = tuple(name if isinstance(name, str) else "" for name in (after if isinstance(after, list) else []))
            places.append(index)
            bones.append(StageOutline(stage["id"], names))
    ids = [bone.id for bone in bones]
    for defect in order_defects(bones):
        stage_steps: Steps = ("stages", places[defect.stage])
        if defect.after is None:
            steps = (
                *stage_steps,
                "after" if defect.flaw in (OrderFlaw.CYCLE, OrderFlaw.UNREACHABLE, OrderFlaw.NO_FIRST) else "id",
            )
        else:
            steps = (*stage_steps, "after", defect.after)
        if defect.names != ("",):  # a value that is not a name is a mistake of its own
            yield Mistake(document.where(steps), *_describe_defect(defect, ids))


def _describe_defect(defect: Defect, ids: Sequence[str]) -> tuple[str, str, str]:
    names = defect.names
    match defect.flaw:
        case OrderFlaw.SAME_ID:
            return f"another stage already has the name «{names[0]}»", "every id once", ""
        case OrderFlaw.TWICE_IN_AFTER:
            return f"the stage «{names[0]}» is listed twice", "every stage once", ""
        case OrderFlaw.UNKNOWN_AFTER:
            others = [name for name in dict.fromkeys(ids) if name != ids[defect.stage]]
            return f"the stage «{names[0]}» is unknown", ", ".join(others), nearest_hint(names[0], others)
        case OrderFlaw.CYCLE:
            way = " → ".join(names)
            return f"the stages wait for each other in a circle: {way}", "an order with a first stage", ""
        case OrderFlaw.UNREACHABLE:
            found = f"the stage «{names[0]}» can never be reached: it waits for «{names[1]}», which waits for itself"
            return found, "", ""
        case OrderFlaw.NO_FIRST:
            return "there is no first stage: every stage waits for another", "one stage or more without «after»", ""


def _deciders(document: Document, kind: Any, by: Any, steps: Steps) -> Iterator[Mistake]:
    if not isinstance(by, dict):
        return
    roles, never, need = by.get("roles"), by.get("never", []), by.get("need", 1)
    if not isinstance(never, list) or not isinstance(roles, list):
        return
    known = [Role(role) for role in roles if role in tuple(Role)]
    complete = known if len(known) == len(roles) else []  # an unknown role may be the one that completes the number
    excluded = [HelixKind(word) for word in never if word in tuple(HelixKind)]
    misspelt = len(excluded) < len(never)
    alone = [HelixKind(word) for word in _words(by.get("never_alone")) if word in tuple(HelixKind)]
    misspelt_alone = len(alone) < len(_words(by.get("never_alone")))
    declared, declared_alone = (dict(_exclusions(document, kind, alone=of)) for of in (False, True))
    each = {HelixKind(k): n for k, n in _pairs(by.get("each")) if k in tuple(HelixKind) and isinstance(n, int)}
    split = by.get("split")
    given = {"veto": by.get("veto"), "override": by.get("override")}
    given["split"] = [split["tie"]] if isinstance(split, dict) and "tie" in split else None
    special = {key: [Role(r) for r in _words(words) if r in tuple(Role)] for key, words in given.items()}
    apart = next((key for key, held in special.items() if not set(held) <= set(known)), "veto")
    required = need if isinstance(need, int) else 1
    special_roles = [role for roles in special.values() for role in roles]
    for reason in decider_flaws(complete, required, excluded, each, special_roles, declared, alone, declared_alone):
        match reason:
            case DeciderFlaw.SHARE_EXCLUDED:
                barred = " and ".join(sorted(set(each) & set(excluded)))
                yield Mistake(
                    document.where((*steps, "each")),
                    f"nobody could decide here: {barred} must agree but is excluded by «never»",
                    "helix kinds that are not in «never»",
                )
            case DeciderFlaw.SHARES_ABOVE_NEED:
                yield Mistake(
                    document.where((*steps, "each")),
                    f"{sum(each.values())} people of certain helix kinds are required, but only {required} decide",
                    f"{required} at most, or a higher «need»",
                )
            case DeciderFlaw.NOT_AMONG_ROLES:
                yield Mistake(
                    document.where((*steps, apart)),
                    f"{' and '.join(r for r in special[apart] if r not in known)} has no vote at this gate",
                    ", ".join(known),
                )
            case DeciderFlaw.TOO_FEW_HOLDERS:
                yield Mistake(
                    document.where((*steps, "need")),
                    f"{need} people must decide, but {' and '.join(known)} {'is' if len(known) == 1 else 'are'} "
                    "held by one person at a time",
                    f"at most {len(known)}, or a role that several people hold",
                )
            case DeciderFlaw.ALL_KINDS_EXCLUDED:
                yield Mistake(
                    document.where((*steps, "never")),
                    "nobody can decide here: every helix kind is excluded",
                    "one or more helix kinds that may decide",
                )
            case DeciderFlaw.ONLY_THE_OFFICE:
                yield Mistake(
                    document.where((*steps, "roles")),
                    "nobody could decide here: only the office may decide, and a government office is excluded",
                    "another role beside office",
                )
            case DeciderFlaw.NOT_EXCLUDED if not misspelt:
                for helix in sorted(declared.keys() - set(excluded)):
                    yield Mistake(
                        document.where((*steps, "never")),
                        f"{helix} could decide the gate of a stage of the kind {kind}",
                        f"never: [{', '.join([*excluded, helix])}]",
                        f"The model excludes it there, by {declared[helix]} (exclusions)",
                    )
            case DeciderFlaw.MAY_DECIDE_ALONE if not misspelt and not misspelt_alone:
                for helix in sorted(declared_alone.keys() - {*excluded, *alone}):
                    yield Mistake(
                        document.where((*steps, "never_alone")),
                        f"{helix} could decide alone the gate of a stage of the kind {kind}",
                        f"never_alone: [{', '.join([*alone, helix])}]",
                        f"The model excludes that, by {declared_alone[helix]} (exclusions)",
                    )


def _exclusions(document: Document, kind: Any, *, alone: bool) -> Iterator[tuple[HelixKind, str]]:
    """Yield the helix kinds that the model excludes from the gates of a kind of stage, each with the source."""
    for exclusion in _words(document.value.get("exclusions") if isinstance(document.value, dict) else None):
        if not isinstance(exclusion, dict) or exclusion.get("alone", False) is not alone:
            continue
        if kind in _words(exclusion.get("stages")):
            helix, source = exclusion.get("helix"), exclusion.get("source")
            if helix in tuple(HelixKind) and isinstance(source, str):
                yield HelixKind(helix), source


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _words(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(
    document: Document, requires: Any, steps: Steps, metrics: Mapping[str, MetricDeclaration]
) -> Iterator[Mistake]:
    first: dict[str, Steps] = {}
    for name, place in named_requirements(requires, steps, metrics, GroupNames()):
        if name in first:
            line = document.where(first[name]).rsplit(":", 2)[1]
            yield Mistake(
                document.where(place),
                f"another criterion of this gate is also called «{name}», on line {line}",
                "every id once in a gate",
                "Give one of them an «id» of its own",
            )
        first.setdefault(name, place)


def named_requirements(
    requires: Any, steps: Steps, metrics: Mapping[str, MetricDeclaration], names: GroupNames
) -> Iterator[tuple[str, Steps]]:
    """Return every requirement of a gate with its id, written or generated as in ``build``."""
    for index, part in enumerate(requires if isinstance(requires, list) else []):
        if not isinstance(part, dict):
            continue
        place = (*steps, index)
        own = part.get("id") if isinstance(part.get("id"), str) else None
        group = next((key for key in ("any_of", "all_of") if key in part), None)
        if group:
            yield own or names.next(group.replace("_", "-")), place
            yield from named_requirements(part[group], (*place, group), metrics, names)
        elif own:
            yield own, place
        elif (declaration := metrics.get(str(part.get("metric")))) is not None:
            given = part.get("with")
            yield default_id(declaration, given if isinstance(given, dict) else {}), place
