"""Dues: the schemes, what the members of an initiative owe in a year, and their invoices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.exit_codes import REFUSED
from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, complain, print_json, show
from clusterflow.cli.tables import table
from clusterflow.configs.dues import load_scheme
from clusterflow.domain.dues import DuesLine, DuesPlan, InvoiceState, Scheme
from clusterflow.domain.money import Money
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.text import Language
from clusterflow.errors import ClusterflowError, Mistake, Mistakes
from clusterflow.reports.dues import BASIS, STATE, bracket, remark_text, terms
from clusterflow.services import dues as dues_service
from clusterflow.services import registry
from clusterflow.services.catalogue.dues import schemes_in
from clusterflow.services.context import Context
from clusterflow.services.dues import DuesResult
from clusterflow.settings import Settings

dues = Commands(
    name="dues",
    help="Show dues schemes and what members owe, and issue invoices.",
    help_epilogue="Example: clusterflow dues preview automotriz --year 2026",
)

Year = Annotated[int | None, Parameter(help="the year of the dues; this one where none is named")]


@dues.command(name="list", help_epilogue="Example: clusterflow dues list")
def list_schemes(*, as_json: Json = False) -> None:
    """List the schemes with their brackets."""
    schemes = list(schemes_in(Settings().configs).values())
    if as_json:
        print_json(schemes)
        return
    for scheme in schemes:
        _show_scheme(scheme, language())
    if not schemes:
        show("There is no scheme in configs/dues.")


def _show_scheme(scheme: Scheme, lang: Language) -> None:
    until = f" – {scheme.valid_to}" if scheme.valid_to else ""
    show(f"{scheme.title.to(lang)} · {scheme.id} · {scheme.source} · {scheme.valid_from}{until}")
    show(f"  {terms(scheme, lang)}")
    heads = {"en": ["a year", "instalments"], "es": ["al año", "plazos"]}[lang]
    lines = table("", [BASIS[scheme.by].to(lang), *heads])
    for one in scheme.brackets:
        lines.add_row(bracket(scheme, one, lang), one.yearly.shown, str(one.instalments))
    show(lines)


@dues.command(help_epilogue="Example: clusterflow dues check")
def check(*files: Path) -> None:
    """Check scheme files, or all the shipped ones; each mistake is reported with its line and column."""
    mistakes: list[Mistake] = []
    checked: list[Scheme] = []
    for file in files:
        try:
            checked.append(load_scheme(file))
        except Mistakes as found:
            mistakes += found.mistakes
    if not files:
        checked = list(schemes_in(Settings().configs).values())
    if mistakes:
        raise Mistakes(mistakes)
    for one in checked:
        show(f"{one.id}: no mistake; brackets by {one.by}: {len(one.brackets)}")


@dues.command(help_epilogue="Example: clusterflow dues preview automotriz --year 2026")
def preview(initiative: str, *, year: Year = None, as_json: Json = False) -> None:
    """Show what the members of an initiative owe in a year: issued, to issue, paid. Nothing is changed."""
    context = Context.open()
    plan = dues_service.plan(context, initiative, _checked(year))
    if as_json:
        print_json(plan)
        return
    record = registry.initiative_record(context, initiative)
    with numbers_of(language(), record.country if record else None):
        _show_plan(plan, language())
        _show_remarks(plan, language())


@dues.command(help_epilogue="Example: clusterflow dues issue automotriz")
def issue(
    initiative: str | None = None,
    *,
    year: Year = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Issue the invoices that are to be issued today, of one initiative or of all; twice issues nothing twice."""
    context = Context.open()
    if initiative is None and year is not None:
        raise ClusterflowError("--year goes with an initiative; of all of them the dues of this year are issued")
    if initiative is None:
        found = dues_service.issue_all(context, actor)
    else:
        found = DuesResult(plans=(dues_service.issue(context, initiative, _checked(year), actor),), problems={})
    if as_json:
        print_json(found.plans)
    lang = language()
    for plan in () if as_json else found.plans:
        words = {"en": "invoices for {y}: {n} issued", "es": "facturas de {y}: {n} emitidas"}[lang]
        show(f"{plan.initiative}: {words.format(y=plan.year, n=plan.issued)}")
        _show_remarks(plan, lang)
    if not found.plans and not found.problems and not as_json:
        show("No initiative has adopted a dues scheme.")
    for name, problem in found.problems.items():
        complain(ClusterflowError(f"{name}: {problem}"))
    if found.problems or (initiative is not None and found.plans[0].barred):
        sys.exit(REFUSED)


def _checked(year: int | None) -> int | None:
    if year is not None and not 1900 <= year <= 2999:
        raise Mistakes([Mistake("--year", f"«{year}» is no year of dues", "a year from 1900 to 2999")])
    return year


def _show_plan(plan: DuesPlan, lang: Language) -> None:
    title = {"en": "Dues of {i}, {y}", "es": "Cuotas de {i}, {y}"}[lang].format(i=plan.initiative, y=plan.year)
    heads = {
        "en": ["member", "invoice", "part", "on", "due", "amount", "paid", "state"],
        "es": ["miembro", "factura", "plazo", "emisión", "vence", "importe", "pagado", "estado"],
    }[lang]
    lines = table(f"{title} · {plan.scheme or '–'}", heads)
    for line in plan.lines:
        part = f"{line.instalment}/{line.instalments}" if line.instalment else ""
        lines.add_row(
            line.organisation, line.invoice, part, str(line.on), str(line.due), line.amount.shown,
            "" if line.paid is None else line.paid.shown, STATE[line.state].to(lang),
        )  # fmt: skip
    show(lines)
    show(_sum(plan.lines, lang))


def _sum(lines: tuple[DuesLine, ...], lang: Language) -> str:
    """What is asked and what was paid, by currency; in minor units until it is written."""
    valid_lines = [line for line in lines if line.state is not InvoiceState.WITHDRAWN]
    words = {"en": "{asked} asked, {paid} paid", "es": "{asked} pedidos, {paid} pagados"}[lang]
    told_of = []
    for currency in sorted({line.amount.currency for line in valid_lines}):
        mine = [line for line in valid_lines if line.amount.currency == currency]
        whole = sum(line.amount.minor for line in mine)
        paid = sum(line.paid.minor for line in mine if line.paid)
        sums = {"asked": whole, "paid": paid}
        told_of.append(words.format(**{name: Money(minor=n, currency=currency).shown for name, n in sums.items()}))
    return "; ".join(told_of)


def _show_remarks(plan: DuesPlan, lang: Language) -> None:
    for remark in plan.remarks:
        show(f"  {remark_text(remark, plan.initiative, lang)}")
