"""Describes the quorum of a gate."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel, Split
from clusterflow.domain.state import Vote
from clusterflow.domain.terms import HelixKind, Role, SplitDays
from clusterflow.domain.text import Language, Text
from clusterflow.reports.labels import DECISION, HELIX, ROLE, STANCE, word
from clusterflow.rules.tally import count

_NEVER = Text(es="nunca: {}", en="never: {}")
_NEVER_ALONE = Text(es="nunca por sí solo: {}", en="never alone: {}")
_ALONE = Text(
    es="falta el acuerdo de alguien que represente otra cosa que: {}",
    en="somebody who represents something other than {} must agree",
)
_HINT = Text(
    es="«{}»: {} personas que estén de acuerdo, de {} organizaciones o más (per_organisation)",
    en="«{}»: {} people who agree, of {} organisations or more (per_organisation)",
)
_NOBODY = Text(
    es="con las personas registradas hoy nadie puede decidir aquí",
    en="by the people recorded today, nobody can decide here",
)
_SHORT = Text(
    es="hoy solo pueden contar {} de los {} votos necesarios (como máximo {} por organización)",
    en="today only {} of the {} needed votes can count (no more than {} for one organisation)",
)
_PER_ORGANISATION = Text(es="como máximo {} por organización", en="no more than {} for one organisation")
_EACH = Text(es="al menos {} de: {}", en="at least {} for: {}")
_VETO = Text(es="veto: {}", en="veto: {}")
_OVERRIDE = Text(es="puede dejar pasar lo que bloquea: {}", en="may override what blocks: {}")
_OVERRIDE_NEVER = Text(es="nunca lo deja pasar: {}", en="never overrides: {}")
_FOUR_EYES = Text(es="no decide quien pidió la revisión o registró datos", en="not who asked for it or recorded facts")


_OFFICE_AFTER = Text(es="sin acuerdo, tras {} días decide la oficina", en="undecided after {} days: the office")
_EARLIEST = Text(es="si solo difieren en el día, vale el más temprano", en="if only the days differ: the earliest")
_REVOTE = Text(es="en empate se vota de nuevo", en="a tie: vote again")
_CASTING = Text(es="en empate decide: {}", en="a tie is broken by: {}")


def quorum(rule: DecidedBy, language: Language) -> str:
    """«program office, founder (needed: 2; at least 1 for: company; never: government)»."""
    parts = [f"{word('need', language)}: {rule.need}"]
    parts += [_EACH.to(language).format(share.need, HELIX[share.helix].to(language)) for share in rule.each]
    if rule.need > 1:
        parts.append(_PER_ORGANISATION.to(language).format(rule.per_organisation))
    if rule.never:
        parts.append(_NEVER.to(language).format(_helixes(rule.never, language)))
    if rule.never_alone:
        parts.append(_NEVER_ALONE.to(language).format(_helixes(rule.never_alone, language)))
    for text, roles in ((_VETO, rule.veto), (_OVERRIDE, rule.override)):
        if roles:
            parts.append(text.to(language).format(", ".join(ROLE[r].to(language) for r in roles)))
    if rule.override and rule.override_never:
        parts.append(_OVERRIDE_NEVER.to(language).format(_helixes(rule.override_never, language)))
    if rule.four_eyes:
        parts.append(_FOUR_EYES.to(language))
    parts += _split(rule.split, language)
    return f"{', '.join(ROLE[r].to(language) for r in rule.roles)} ({'; '.join(parts)})"


def shortfall(rule: DecidedBy, possible: int | None, language: Language) -> str:
    """Say that those who may vote today cannot fill the quorum; empty if they can, or if it was not counted."""
    if possible is None or possible >= rule.need:
        return ""
    if possible == 0:
        return _NOBODY.to(language)
    return _SHORT.to(language).format(possible, rule.need, rule.per_organisation)


def quorum_hints(model: LifecycleModel, language: Language) -> tuple[str, ...]:
    """Say for each gate that needs several votes from how many organisations they must come at least."""
    found = []
    for stage in model.stages:
        rule = stage.gate.decided_by
        organisations = -(-rule.need // rule.per_organisation)
        if organisations > 1:
            found.append(_HINT.to(language).format(stage.gate.title.to(language), rule.need, organisations))
    return tuple(found)


def _helixes(kinds: Iterable[HelixKind], language: Language) -> str:
    return ", ".join(HELIX[kind].to(language) for kind in kinds)


def _split(split: Split, language: Language) -> list[str]:
    parts = [_EARLIEST.to(language)] if split.days is SplitDays.EARLIEST else []
    if isinstance(split.tie, Role):
        parts.append(_CASTING.to(language).format(ROLE[split.tie].to(language)))
    elif split.tie is not None:
        parts.append(_REVOTE.to(language))
    if split.office_after_days is not None:
        parts.append(_OFFICE_AFTER.to(language).format(split.office_after_days))
    return parts


def votes_so_far(rule: DecidedBy, votes: Iterable[Vote], language: Language) -> str:
    """«Votes: go 1 of 2; hold until 2024-03-01 1 of 2; abstains 1»; empty before the first vote."""
    tally, parts = count(rule, votes), []
    for proposal in tally.proposals:
        until = f" {word('until', language)} {proposal.until}" if proposal.until else ""
        to_stage = f" ({proposal.stage})" if proposal.stage else ""
        counted = f"{proposal.number} {word('of', language)} {tally.need}"
        alone = f" ({_ALONE.to(language).format(_helixes(rule.never_alone, language))})" if proposal.is_alone else ""
        parts.append(f"{DECISION[proposal.decision].to(language)}{until}{to_stage} {counted}{alone}")
    parts += [f"{STANCE[stance].to(language)} {number}" for stance, number in tally.stances]
    return f"{word('votes', language)}: {'; '.join(parts)}" if parts else ""
