"""Describes dues in the reader's language: brackets, states and remarks."""

from __future__ import annotations

from clusterflow.domain.dues import DuesBasis, DuesBracket, DuesRemark, DuesRemarkKind, InvoiceState, ProRata, Scheme
from clusterflow.domain.money import Money
from clusterflow.domain.term_labels import SIZE
from clusterflow.domain.text import Language, Text

BASIS: dict[DuesBasis, Text] = {
    DuesBasis.SIZE_CLASS: Text(es="clase de tamaño", en="size class"),
    DuesBasis.EMPLOYEES: Text(es="número de empleados", en="number of employees"),
    DuesBasis.TURNOVER: Text(es="facturación", en="turnover"),
}

PRO_RATA: dict[ProRata, Text] = {
    ProRata.NONE: Text(es="año entero", en="whole year"),
    ProRata.JOINING: Text(es="desde el mes de ingreso", en="from the month of joining"),
    ProRata.MEMBERSHIP: Text(es="los meses de pertenencia", en="the months of membership"),
}

STATE: dict[InvoiceState, Text] = {
    InvoiceState.LATER: Text(es="más adelante", en="later"),
    InvoiceState.TO_ISSUE: Text(es="por emitir", en="to issue"),
    InvoiceState.ISSUED: Text(es="emitida", en="issued"),
    InvoiceState.PARTLY_PAID: Text(es="pagada en parte", en="partly paid"),
    InvoiceState.PAID: Text(es="pagada", en="paid"),
    InvoiceState.WITHDRAWN: Text(es="retirada", en="withdrawn"),
}

REMARK: dict[DuesRemarkKind, Text] = {
    DuesRemarkKind.NO_SCHEME: Text(
        es="no hay esquema de cuotas adoptado para {year}. Regístrelo: clusterflow record dues-adoption "
        "initiative={initiative} scheme=ESQUEMA from={year}-01-01",
        en="no dues scheme is adopted for {year}. Record it: clusterflow record dues-adoption initiative={initiative} "
        "scheme=SCHEME from={year}-01-01",
    ),
    DuesRemarkKind.UNKNOWN_SCHEME: Text(
        es="no hay en configs/dues un esquema llamado «{scheme}»; los más parecidos: {nearest}",
        en="no scheme in configs/dues is called «{scheme}»; the nearest: {nearest}",
    ),
    DuesRemarkKind.TWO_SCHEMES: Text(
        es="hay más de un esquema adoptado en {year}: {schemes}. Un año tiene uno: termine uno antes de que empiece, "
        "o comience el otro el año siguiente",
        en="more than one scheme is adopted in {year}: {schemes}. A year has one: end one before it begins, or begin "
        "the other in the next",
    ),
    DuesRemarkKind.OWN_AMOUNTS: Text(
        es="los importes registrados ({amounts}) no son los del esquema «{scheme}». Termine esos registros con to=, o "
        "no adopte el esquema",
        en="the amounts on record ({amounts}) are not those of the scheme «{scheme}». End those records with to=, or "
        "do not adopt the scheme",
    ),
    DuesRemarkKind.NOT_VALID: Text(
        es="el esquema «{scheme}» vale de {from} a {to}, y no en los días de {year} en que está adoptado",
        en="the scheme «{scheme}» is valid from {from} to {to}, and not on the days of {year} for which it is adopted",
    ),
    DuesRemarkKind.UNKNOWN_FIGURE: Text(
        es="no se conoce su {figure} el {day}; no se emite nada. Regístrela con validez desde ese día",
        en="its {figure} is not known on {day}; nothing is issued. Record it as true from that day on",
    ),
    DuesRemarkKind.OTHER_FIGURE_CURRENCY: Text(
        es="su facturación el {day} es {found}, y los tramos están en {asked}; no se emite nada",
        en="its turnover on {day} is {found}, and the brackets are in {asked}; nothing is issued",
    ),
    DuesRemarkKind.OTHER_PLAN: Text(
        es="sus cuotas de {year} se emitieron en {begun} plazos y el esquema pide ahora {asked}; no se emite nada más",
        en="its dues of {year} were issued in {begun} instalments and the scheme now asks for {asked}; nothing more is "
        "issued",
    ),
    DuesRemarkKind.OVERPAID: Text(es="{invoice}: se pagaron {over} de más", en="{invoice}: overpaid by {over}"),
    DuesRemarkKind.PAID_IN_OTHER_CURRENCY: Text(
        es="{invoice}: el pago {payment} es de {paid}, y la factura está en {asked}; no se cuenta",
        en="{invoice}: the payment {payment} is of {paid}, and the invoice is in {asked}; it is not counted",
    ),
}


def remark_text(remark: DuesRemark, initiative: str, language: Language) -> str:
    """A remark as a sentence that begins with the organisation."""
    values = {n: v.shown if isinstance(v, Money) else v for n, v in remark.values.items()} | {"initiative": initiative}
    if "figure" in values:
        values["figure"] = BASIS[DuesBasis(values["figure"])].to(language)
    text = REMARK[remark.kind].to(language).format_map(values)
    return f"{remark.organisation}: {text}" if remark.organisation else text


def bracket(scheme: Scheme, one: DuesBracket, language: Language) -> str:
    """The label of a bracket: «micro», «10 – 49», «50 –»."""
    if one.size is not None:
        return SIZE[one.size].to(language)
    word = Text(es="menos de", en="below").to(language)
    since = Text(es="desde", en="from").to(language)
    parts = [f"{since} {_figure(scheme, one.least)}"] if one.least else []
    parts += [f"{word} {_figure(scheme, one.below)}"] if one.below is not None else []
    return " ".join(parts) or Text(es="todos", en="all").to(language)


def _figure(scheme: Scheme, figure: int) -> str:
    if scheme.turnover_currency is None:
        return str(figure)
    return Money(minor=figure, currency=scheme.turnover_currency).shown


PROPOSAL = Text(es="propuesta", en="proposal")


def terms(scheme: Scheme, language: Language) -> str:
    """The terms of a scheme: when invoices are due, which months are charged. Proposals of this project are marked."""

    def mark(name: str) -> str:
        return f" ({PROPOSAL.to(language)})" if name in scheme.proposed else ""

    due = Text(es="vence a los {days} días", en="due after {days} days").to(language).format(days=scheme.due_days)
    return f"{due}{mark('due_days')}; {PRO_RATA[scheme.pro_rata].to(language)}{mark('pro_rata')}"
