"""Describes the quorum of a gate."""

from __future__ import annotations

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.text import Language, Text
from clusterflow.reports.labels import HELIX, ROLE, word

_NEVER = Text(es="nunca: {}", en="never: {}")
_EACH = Text(es="al menos {} de: {}", en="at least {} for: {}")
_VETO = Text(es="veto: {}", en="veto: {}")
_OVERRIDE = Text(es="puede dejar pasar lo que bloquea: {}", en="may override what blocks: {}")
_FOUR_EYES = Text(es="no decide quien pidió la revisión o registró hechos", en="not who asked for it or recorded facts")


def quorum(rule: DecidedBy, language: Language) -> str:
    """«program office, founder (needed: 2; at least 1 for: company; never: government)»."""
    parts = [f"{word('need', language)}: {rule.need}"]
    parts += [_EACH.to(language).format(share.need, HELIX[share.helix].to(language)) for share in rule.each]
    if rule.never:
        parts.append(_NEVER.to(language).format(", ".join(HELIX[h].to(language) for h in rule.never)))
    for text, roles in ((_VETO, rule.veto), (_OVERRIDE, rule.override)):
        if roles:
            parts.append(text.to(language).format(", ".join(ROLE[r].to(language) for r in roles)))
    if rule.four_eyes:
        parts.append(_FOUR_EYES.to(language))
    return f"{', '.join(ROLE[r].to(language) for r in rule.roles)} ({'; '.join(parts)})"
