"""The words of rulebooks that people read, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.rulebook import AppliesTo, Holding, Ruling, WindowKind
from clusterflow.domain.text import Language, Text

RULING: dict[Ruling, Text] = {
    Ruling.MET: Text(es="✔ cumplido", en="✔ met"),
    Ruling.UNMET: Text(es="✘ no cumplido", en="✘ unmet"),
    Ruling.UNKNOWN: Text(es="? desconocido", en="? unknown"),
    Ruling.NOT_IN_FORCE: Text(es="– no vigente", en="– not in force"),
}

HOLDING: dict[Holding, Text] = {
    Holding.NONE: Text(es="sin el sello", en="label not held"),
    Holding.HELD: Text(es="sello vigente", en="label held"),
    Holding.GRACE: Text(es="vencido, aún renovable", en="ended, still renewable"),
    Holding.LOST: Text(es="sello perdido", en="label lost"),
}

APPLIES_TO: dict[AppliesTo, Text] = {
    AppliesTo.APPLICANTS: Text(es="solicitantes", en="applicants"),
    AppliesTo.HOLDERS: Text(es="titulares", en="holders"),
    AppliesTo.BOTH: Text(es="todas", en="everybody"),
}

WINDOW: dict[WindowKind, Text] = {
    WindowKind.ENTRY: Text(es="Plazo de solicitud", en="Window to apply"),
    WindowKind.RENEWAL: Text(es="Plazo de renovación", en="Window to renew"),
}

_WORDS: dict[str, Text] = {
    "rulebooks": Text(es="Reglamentos", en="Rulebooks"),
    "rulebook": Text(es="Reglamento", en="Rulebook"),
    "rule": Text(es="Regla", en="Rule"),
    "label": Text(es="Sello", en="Label"),
    "answer": Text(es="Respuesta", en="Answer"),
    "until": Text(es="hasta el", en="until"),
    "since": Text(es="desde el", en="since"),
    "renewable": Text(es="renovable hasta el", en="renewable until"),
    "draft": Text(es="borrador", en="draft"),
    "open": Text(es="abierto", en="open"),
    "closed": Text(es="cerrado", en="closed"),
    "coming": Text(es="por abrir", en="not yet open"),
    "score": Text(es="Puntuación", en="Score"),
    "waiver": Text(es="Dispensa", en="Waiver"),
    "waived": Text(es="dispensado por {who} hasta el {until}: {why}", en="waived by {who} until {until}: {why}"),
    "waived_open": Text(es="dispensado por {who}, sin fin: {why}", en="waived by {who}, without an end: {why}"),
    "extension": Text(es="Prórroga", en="Extension"),
    "left_open": Text(es="Lo que la fuente no dice", en="What the source does not say"),
    "not_entered": Text(es="umbral no público, sin registrar", en="cut-off not public, not entered"),
    "enter": Text(
        es="Umbrales no públicos sin registrar: {number} ({rules}). Registre cada uno con: "
        'clusterflow record cut-off rulebook={rulebook} rule={rule} bound=">= …" from=…',
        en="Cut-offs that are not public and not entered: {number} ({rules}). Enter each with: "
        'clusterflow record cut-off rulebook={rulebook} rule={rule} bound=">= …" from=…',
    ),
    "unusable": Text(
        es="El umbral registrado «{bound}» de {rule} no se puede usar. Se acepta: {accepted}.",
        en="The cut-off «{bound}» entered for {rule} cannot be used. Accepted: {accepted}.",
    ),
    "no_text": Text(es="Ningún texto está vigente ese día.", en="No text is in force on that day."),
    "no_rule": Text(es="El texto no tiene reglas para este caso.", en="The text has no rules for this case."),
    "not_public": Text(es="no público", en="not public"),
    "award": Text(es="Vigencia", en="Award valid for"),
    "renewed_for": Text(es="renovado", en="renewed"),
    "grace": Text(es="gracia", en="grace"),
    "always": Text(es="sin límite", en="no limit"),
    "in_force": Text(es="vigente", en="in force"),
}


def rulebook_word(name: str, language: Language) -> str:
    return _WORDS[name].to(language)
