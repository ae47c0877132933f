"""Suggests what would meet a criterion, in the reader's language."""

from __future__ import annotations

import math
from fractions import Fraction

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.quantity import Bound, Unit, format_quantity
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import Language
from clusterflow.domain.verdict import Finding

_RECORD = {
    "en": "No record counts for it yet.",
    "es": "Todavía no hay ningún registro que cuente.",
}
_RENEW = {
    "en": "The newest figure is of {day}, more than {days} days old: record a newer one.",
    "es": "La cifra más reciente es del {day}, de hace más de {days} días: registre una más nueva.",
}
_COMPLETE = {
    "en": "{n} of {rows} records lack what it needs: complete them.",
    "es": "A {n} de {rows} registros les falta el dato: complételos.",
}
_RATE = {
    "en": "Amounts in {foreign} are not compared with {asked}: record an exchange-rate, or the amounts in {asked}.",
    "es": "Los importes en {foreign} no se comparan con {asked}: registre un tipo de cambio (exchange-rate) o los "
    "importes en {asked}.",
}
_CURRENCIES = {
    "en": "The amounts are in several currencies ({foreign}): record an exchange-rate between them.",
    "es": "Los importes están en varias monedas ({foreign}): registre un tipo de cambio (exchange-rate) entre ellas.",
}
_REACH = {"en": "{gap} are missing", "es": "faltan {gap}"}
_OVER = {"en": "{gap} too much", "es": "sobran {gap}"}


def suggestion(finding: Finding, declaration: MetricDeclaration | None, language: Language) -> str:
    """Empty where the criterion is met."""
    if finding.answer is Answer.MET:
        return ""
    measured, bound = finding.measurement, finding.criterion.bound
    if measured.stale is not None:
        return _RENEW[language].format(day=measured.stale.newest, days=measured.stale.freshness_days)
    if bound.currency is not None:
        measured = measured.in_currency(bound.currency)
    if measured.is_empty and not measured.rows:
        return _RECORD[language]
    if finding.answer is Answer.UNKNOWN and measured.currencies:
        foreign, currency = ", ".join(measured.currencies), bound.currency
        if currency is None:
            return _CURRENCIES[language].format(foreign=foreign)
        return _RATE[language].format(foreign=foreign, asked=currency)
    if finding.answer is Answer.UNKNOWN:
        return _COMPLETE[language].format(n=measured.unknown_rows, rows=measured.rows)
    reached = measured.high if bound.rising else measured.low
    gap = _gap(reached, bound, language)
    if declaration is not None and declaration.help is not None:
        return declaration.help.to(language).replace("{gap}", gap)
    if bound.unit is Unit.YES_NO or not gap:
        return ""
    return (_REACH if bound.rising else _OVER)[language].format(gap=gap)


def _gap(reached: Fraction | None, bound: Bound, language: Language) -> str:
    if reached is None or bound.unit is Unit.YES_NO:
        return ""
    difference = abs(bound.number - reached)
    if bound.unit is Unit.COUNT:
        whole = math.ceil(difference)
        # A strict bound needs one more than the difference when it is hit exactly.
        return str(whole + 1 if bound.op in (">", "<") and whole == difference else whole)
    return format_quantity(difference, bound.unit, bound.currency, language)
