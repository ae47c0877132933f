"""Labels of the field's terms in Spanish and English, for lists that people choose from."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from clusterflow.domain.terms import (
    ActionState,
    BodyKind,
    BusinessKind,
    ChainRole,
    Commitment,
    DecisionKind,
    DocumentKind,
    HelixKind,
    IncomeKind,
    LabelLevel,
    LegalForm,
    LinkDirection,
    SeatRole,
    SizeClass,
    Stance,
    SurveyTopic,
    Weekday,
    parse_decision,
)
from clusterflow.domain.text import Text

HELIX: dict[HelixKind, Text] = {
    HelixKind.COMPANY: Text(es="empresa", en="company"),
    HelixKind.GOVERNMENT: Text(es="gobierno", en="government"),
    HelixKind.ACADEMIA: Text(es="academia", en="academia"),
    HelixKind.CIVIL_SOCIETY: Text(es="sociedad civil", en="civil society"),
}

CHAIN_ROLE: dict[ChainRole, Text] = {
    ChainRole.RAW_MATERIALS: Text(es="materias primas", en="raw materials"),
    ChainRole.EQUIPMENT: Text(es="maquinaria y equipo", en="machinery and equipment"),
    ChainRole.COMPONENTS: Text(es="componentes", en="components"),
    ChainRole.MANUFACTURE: Text(es="fabricación", en="manufacture"),
    ChainRole.SERVICES: Text(es="servicios", en="services"),
    ChainRole.LOGISTICS: Text(es="logística", en="logistics"),
    ChainRole.SALES: Text(es="comercialización", en="sales"),
    ChainRole.CUSTOMER: Text(es="cliente", en="customer"),
    ChainRole.KNOWLEDGE: Text(es="conocimiento", en="knowledge"),
    ChainRole.FINANCE: Text(es="financiamiento", en="finance"),
    ChainRole.REGULATION: Text(es="regulación", en="regulation"),
}

SIZE: dict[SizeClass, Text] = {
    SizeClass.MICRO: Text(es="micro", en="micro"),
    SizeClass.SMALL: Text(es="pequeña", en="small"),
    SizeClass.MEDIUM: Text(es="mediana", en="medium"),
    SizeClass.LARGE: Text(es="grande", en="large"),
}

COMMITMENT: dict[Commitment, Text] = {
    Commitment.SIGNED_AGREEMENT: Text(es="acuerdo firmado", en="signed agreement"),
    Commitment.REGULAR_FEE: Text(es="cuota regular", en="regular fee"),
    Commitment.REGULAR_WORK: Text(es="trabajo regular", en="regular work"),
    Commitment.NONE: Text(es="ninguno", en="none"),
}

BODY: dict[BodyKind, Text] = {
    BodyKind.ASSEMBLY: Text(es="asamblea", en="assembly"),
    BodyKind.BOARD: Text(es="consejo", en="board"),
    BodyKind.COMMITTEE: Text(es="comité", en="committee"),
    BodyKind.MANAGEMENT: Text(es="gerencia", en="management"),
}

SEAT: dict[SeatRole, Text] = {
    SeatRole.CHAIR: Text(es="presidencia", en="chair"),
    SeatRole.SECRETARY: Text(es="secretaría", en="secretary"),
    SeatRole.MEMBER: Text(es="vocal", en="member"),
    SeatRole.MANAGER: Text(es="gerencia", en="manager"),
}

LEGAL_FORM: dict[LegalForm, Text] = {
    LegalForm.ASSOCIATION: Text(es="asociación", en="association"),
    LegalForm.CIVIL_ASSOCIATION: Text(es="asociación civil", en="civil association"),
    LegalForm.FOUNDATION: Text(es="fundación", en="foundation"),
    LegalForm.COOPERATIVE: Text(es="cooperativa", en="cooperative"),
    LegalForm.CONSORTIUM: Text(es="consorcio", en="consortium"),
    LegalForm.COMPANY: Text(es="sociedad mercantil", en="company"),
    LegalForm.PUBLIC_BODY: Text(es="organismo público", en="public body"),
}

DOCUMENT: dict[DocumentKind, Text] = {
    DocumentKind.PURPOSE_STATEMENT: Text(es="declaración de propósito", en="purpose statement"),
    DocumentKind.CHARTER: Text(es="carta fundacional", en="charter"),
    DocumentKind.STATUTES: Text(es="estatutos", en="statutes"),
    DocumentKind.STRATEGY: Text(es="estrategia", en="strategy"),
    DocumentKind.HOSTING_AGREEMENT: Text(es="convenio de acogida", en="hosting agreement"),
    DocumentKind.AGREEMENT: Text(es="convenio", en="agreement"),
}

SURVEY: dict[SurveyTopic, Text] = {
    SurveyTopic.TRUST: Text(es="confianza", en="trust"),
    SurveyTopic.SATISFACTION: Text(es="satisfacción", en="satisfaction"),
}

DIRECTION: dict[LinkDirection, Text] = {
    LinkDirection.INSIDE: Text(es="interno", en="inside"),
    LinkDirection.OUTSIDE: Text(es="externo", en="outside"),
}

LEVEL: dict[LabelLevel, Text] = {
    LabelLevel.BRONZE: Text(es="bronce", en="bronze"),
    LabelLevel.SILVER: Text(es="plata", en="silver"),
    LabelLevel.GOLD: Text(es="oro", en="gold"),
}

INCOME: dict[IncomeKind, Text] = {
    IncomeKind.FEES: Text(es="cuotas", en="fees"),
    IncomeKind.SERVICES: Text(es="servicios", en="services"),
    IncomeKind.PUBLIC_GRANT: Text(es="subvención pública", en="public grant"),
    IncomeKind.OTHER_PRIVATE: Text(es="otros privados", en="other private"),
}

BUSINESS: dict[BusinessKind, Text] = {
    BusinessKind.CONTRACT: Text(es="contrato", en="contract"),
    BusinessKind.EXPORT: Text(es="exportación", en="export"),
    BusinessKind.INVESTMENT: Text(es="inversión", en="investment"),
    BusinessKind.JOBS: Text(es="empleo", en="jobs"),
}

ACTION: dict[ActionState, Text] = {
    ActionState.OPEN: Text(es="abierta", en="open"),
    ActionState.DONE: Text(es="hecha", en="done"),
    ActionState.DROPPED: Text(es="descartada", en="dropped"),
}

WEEKDAY: dict[Weekday, Text] = {
    Weekday.MONDAY: Text(es="lunes", en="monday"),
    Weekday.TUESDAY: Text(es="martes", en="tuesday"),
    Weekday.WEDNESDAY: Text(es="miércoles", en="wednesday"),
    Weekday.THURSDAY: Text(es="jueves", en="thursday"),
    Weekday.FRIDAY: Text(es="viernes", en="friday"),
    Weekday.SATURDAY: Text(es="sábado", en="saturday"),
    Weekday.SUNDAY: Text(es="domingo", en="sunday"),
}

TONGUE: dict[str, Text] = {
    "es": Text(es="español", en="Spanish"),
    "en": Text(es="inglés", en="English"),
    "ca": Text(es="catalán", en="Catalan"),
    "eu": Text(es="euskera", en="Basque"),
    "pt": Text(es="portugués", en="Portuguese"),
}
"""The languages of notices."""

YES_NO: dict[bool, Text] = {True: Text(es="sí", en="yes"), False: Text(es="no", en="no")}

SPANISH_DECISIONS: dict[str, str] = {
    "adelante": "go",
    "adelante-con-condiciones": "conditional-go",
    "con-condiciones": "conditional-go",
    "espera": "hold",
    "en-espera": "hold",
    "esperar": "hold",
    "volver": "recycle",
    "de-vuelta": "recycle",
    "fin": "stop",
    "terminar": "stop",
    "abstenerse": "abstain",
    "abstencion": "abstain",
    "apartarse": "recuse",
    "vetar": "veto",
    "retirar": "withdraw",
}
"""What is said at a gate, in Spanish without accents."""


def decision_of(word: str) -> DecisionKind | Stance:
    """The decision or stance that somebody typed, in Spanish or English.

    Raises:
        ValueError: the word is none.
    """
    typed = re.sub(r"[\s_,]+", "-", word.strip().lower()).replace("ó", "o")
    known = [*DecisionKind, *Stance]
    if (found := SPANISH_DECISIONS.get(typed, typed)) in known:
        return parse_decision(found)
    raise ValueError(
        f"«{word}» is not accepted; accepted: {', '.join(known)}, or in Spanish: adelante, espera, fin ..."
    )


_TABLES: tuple[dict[Any, Text], ...] = (
    HELIX, CHAIN_ROLE, SIZE, COMMITMENT, BODY, SEAT, LEGAL_FORM, DOCUMENT, SURVEY, DIRECTION, LEVEL, INCOME, BUSINESS,
    ACTION, WEEKDAY,
)  # fmt: skip

CHOICES: dict[type[StrEnum], dict[str, Text]] = {
    type(next(iter(table))): {word.value: text for word, text in table.items()} for table in _TABLES
}
"""The terms and labels of each enumeration that a record may use."""

TITLE_WORDS: dict[str, Text] = {
    "sme": Text(es="pymes", en="SMEs"),
    "micro": Text(es="microempresas", en="micro firms"),
    "small": Text(es="pequeñas", en="small firms"),
    "medium": Text(es="medianas", en="medium firms"),
    "large": Text(es="grandes", en="large firms"),
    "inside": Text(es="internos", en="inside"),
    "outside": Text(es="externos", en="outside"),
}
"""What a parameter adds to the title of a metric, so that two criteria of one metric have different titles."""
