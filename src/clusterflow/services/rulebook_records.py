"""Checks what new facts say about rulebooks: the rulebook exists, it has the rule, and a cut-off is in its unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from clusterflow.configs.rulebooks import rulebook_files
from clusterflow.domain.criterion import parts_of
from clusterflow.domain.quantity import Bound, BoundError
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.rulebooks import CutOff, Waiver
from clusterflow.domain.rulebook import OpenCriterion, Rulebook
from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, quoted, shortened
from clusterflow.rules.mistakes import nearest_hint
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.rulebooks import find_rulebook

TYPES = (Label.type, Waiver.type, CutOff.type)
"""The record types that name a rulebook."""

FIRST = "Put its file into configs/rulebooks first"


def rulebook_mistakes(configs: Path, submissions: Sequence[Submission]) -> list[Mistake]:
    """Return what is wrong with the rulebooks, rules and cut-offs that new facts name. A retraction may name any.

    Raises:
        Mistakes: the file of a rulebook whose rules are named has mistakes.
    """
    return [mistake for s in submissions if s.type in TYPES and not s.retract for mistake in _mistakes(configs, s)]


def _mistakes(configs: Path, submission: Submission) -> Iterator[Mistake]:
    name, where = submission.fields.get("rulebook"), submission.where
    if not isinstance(name, str) or not name:
        return
    known = [file.stem for file in rulebook_files(configs / "rulebooks")]
    if name not in known:
        found = f"no rulebook is called {quoted(name)}"
        cure = nearest_hint(shortened(name), known) or FIRST
        yield Mistake(where, found, ", ".join(known), cure)
    elif submission.type != Label.type:
        yield from _mistakes_of_rule(find_rulebook(configs, name), submission, configs)


def _mistakes_of_rule(rulebook: Rulebook, submission: Submission, configs: Path) -> Iterator[Mistake]:
    rule, bound = submission.fields.get("rule"), submission.fields.get("bound")
    if not isinstance(rule, str):
        return
    entered = open_criteria(rulebook)
    known = list(entered) if submission.type == CutOff.type else sorted(_names(rulebook))
    if rule not in known:
        found = f"the rulebook {quoted(rulebook.id)} has no rule called {quoted(rule)}"
        if submission.type == CutOff.type:
            found = f"the rulebook {quoted(rulebook.id)} has no open cut-off called {quoted(rule)}"
        cure = nearest_hint(shortened(rule), known) or f"See: clusterflow rulebook show {rulebook.id}"
        yield Mistake(submission.where, found, ", ".join(known[:12]) + (" …" if len(known) > 12 else ""), cure)
    elif submission.type == CutOff.type and isinstance(bound, str):
        unit = metrics_in(configs)[entered[rule].metric].unit
        try:
            Bound.parse(bound, unit)
        except BoundError as error:
            yield Mistake(
                submission.where, f"the bound {quoted(bound)} does not fit a metric in {unit}", error.accepted
            )


def open_criteria(rulebook: Rulebook) -> dict[str, OpenCriterion]:
    """Return the criteria whose cut-offs the office enters, by the id of their rule."""
    rules = (rule for text in rulebook.texts for rule in text.rules)
    return {rule.id: rule.open_criterion for rule in rules if rule.open_criterion is not None}


def _names(rulebook: Rulebook) -> frozenset[str]:
    """Return the names of all rules, and of the groups and criteria in them."""
    rules = [rule for text in rulebook.texts for rule in text.rules]
    parts = (part.id for rule in rules if rule.requirement is not None for part in parts_of(rule.requirement))
    return frozenset((*(rule.id for rule in rules), *parts))
