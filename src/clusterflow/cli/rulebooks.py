"""The commands ``rulebook`` (list, show, check) and ``judge``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import AsOf, Json, KnownAt, day, listed, print_json, show, write_out
from clusterflow.cli.tables import table
from clusterflow.configs.rulebooks import load_rulebook, rulebook_schema
from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.rulebook import Holding, Rule, Rulebook, RuleText, Ruling
from clusterflow.domain.text import Language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.explanation import GroupLine
from clusterflow.reports.labels import SEVERITY, record_label, word
from clusterflow.reports.rulebook_days import days_between_text, length_text, window_text
from clusterflow.reports.rulebook_matrix import MatrixCell, RulebookMatrix
from clusterflow.reports.rulebook_words import APPLIES_TO, HOLDING, RULING, WINDOW, rulebook_word
from clusterflow.reports.rulebooks import RulebookJudgment, RuleLine, TextJudgment, cut_offs_text, rule_title
from clusterflow.reports.status import title_of
from clusterflow.services import rulebooks as rulebook_service
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.rulebooks import find_rulebook, rulebooks_in
from clusterflow.services.context import Context
from clusterflow.settings import Settings

rulebook = Commands(
    name="rulebook",
    help="List, show and check the rulebooks.",
    help_epilogue="Example: clusterflow rulebook list",
)

STYLE = {Ruling.MET: "green", Ruling.UNMET: "red", Ruling.UNKNOWN: "yellow", Ruling.NOT_IN_FORCE: "bright_black"}


@rulebook.command(name="list", help_epilogue="Example: clusterflow rulebook list")
def list_rulebooks(*, as_json: Json = False) -> None:
    """List the rulebooks with their texts."""
    found = list(rulebooks_in(Settings().configs).values())
    if as_json:
        print_json(found)
        return
    lines = table("Rulebooks", ["rulebook", "title", "texts", "source"], whole=["rulebook"])
    lang = language()
    for one in found:
        texts = ", ".join(f"{text.id}{_draft(text.draft, lang)}" for text in one.texts)
        lines.add_row(one.id, one.title.to(lang), texts, one.source)
    show(lines)


@rulebook.command(name="show", help_epilogue="Example: clusterflow rulebook show spain-aei")
def show_rulebook(name: str, *, as_json: Json = False) -> None:
    """Show one rulebook: its texts, their rules, windows and awards, and what the sources leave open."""
    one = find_rulebook(Settings().configs, name)
    if as_json:
        print_json(one)
        return
    _show_rulebook(one, language())


@rulebook.command(help_epilogue="Example: clusterflow rulebook check my-rulebook.yaml")
def check(*files: Path) -> None:
    """Check rulebooks, by file or by name, or all that there are; each mistake has its line and column."""
    settings = Settings()
    metrics = metrics_in(settings.configs)
    mistakes: list[Mistake] = []
    checked: list[Rulebook] = [] if files else list(rulebooks_in(settings.configs).values())
    for file in files:
        try:
            path = file if file.suffix else settings.configs / "rulebooks" / f"{file}.yaml"
            checked.append(load_rulebook(path, metrics))
        except Mistakes as found:
            mistakes += found.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    for one in checked:
        rules = sum(len(text.rules) for text in one.texts)
        show(f"{one.id}: no mistake; texts: {len(one.texts)}; rules: {rules}")


@rulebook.command(help_epilogue="Example: clusterflow rulebook schema")
def schema() -> None:
    """Print the JSON Schema of a rulebook file, for editors."""
    found = rulebook_schema(tuple(metrics_in(Settings().configs)))
    write_out(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def judge(
    initiative: str | None = None,
    *,
    rulebook: Annotated[str | None, Parameter(help="one rulebook; all where none is named")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    evidence: Annotated[bool, Parameter(name="--evidence", negative="", help="with the records behind it")] = False,
    as_json: Json = False,
) -> None:
    """Judge an initiative by outside rulebooks; without one, show all initiatives by all rulebooks."""
    context = Context.open()
    lang = stated_language() if as_json else language()
    on, known_on = day(as_of, "--as-of"), day(known_at, "--known-at")
    if initiative is None:
        matrix = rulebook_service.matrix(context, on, lang, rulebook, known_on)
        if as_json:
            print_json(matrix)
        else:
            _show_matrix(matrix, language())
        return
    found = rulebook_service.judge(context, initiative, rulebook, on, lang, evidence or as_json, known_on)
    if as_json:
        print_json(found)
        return
    for one in found:
        _show_judgment(one, evidence, language())
    regional = () if rulebook else rulebook_service.rulebooks_without_region(context, initiative, on)
    if regional:
        show(f"Not judged, because the region is not recorded: {listed(regional)}. Record it with:")
        show(f"  clusterflow record initiative id={initiative} subdivision=CODE")


def _show_judgment(found: RulebookJudgment, evidence: bool, lang: Language) -> None:
    show(f"{found.name} · {found.title} ({found.rulebook}) · {found.as_of} ·", _mark(found.ruling, lang))
    if found.holding is not Holding.NONE:
        ends = f" {rulebook_word('until', lang)} {found.until}" if found.until else ""
        grace = f"; {rulebook_word('renewable', lang)} {found.grace_until}" if found.grace_until else ""
        since = f"{rulebook_word('since', lang)} {found.awarded}"
        show(Text(f"  {HOLDING[found.holding].to(lang)}: {found.label}, {since}{ends}{grace}"))
    if not found.texts or found.texts[0].draft:
        show(Text(f"  {rulebook_word('no_text', lang)}"))
    for text in found.texts:
        _show_text(found.rulebook, text, evidence, lang)
    for sentence in found.unusable_cut_offs:
        show(Text(f"  {sentence}"))
    for waiver in found.waivers:
        words = _waived(waiver.granted_by, waiver.until, waiver.reason, lang)
        show(Text(f"  {rulebook_word('waiver', lang)} {waiver.rule}: {words}"))
    show("")


def _show_text(rulebook: str, found: TextJudgment, evidence: bool, lang: Language) -> None:
    show(Text(f"  {found.title} ({found.source}){_draft(found.draft, lang)} · "), _mark(found.ruling, lang))
    lines = table("", ["rule", "", "found", "asked", "severity", "source", "what would help"])
    for rule in found.rules:
        if rule.rule not in found.cut_offs:
            _add_rule(lines, rule, evidence, lang)
    if found.rules:
        show(lines)
    else:
        show(Text(f"    {rulebook_word('no_rule', lang)}"))
    if found.cut_offs:
        show(Text(f"    {cut_offs_text(rulebook, found, lang)}"))
    if any(c.late for rule in found.rules for c in rule.criteria):
        show(f"* {word('late', lang)}")
    if found.score_ruling is not None:
        title = rulebook_word("score", lang)
        show(Text(f"    {title}: {found.score}; {found.score_asked} · "), _mark(found.score_ruling, lang))
    for window in found.windows:
        days = days_between_text(window.opens, window.closes, lang)
        state = rulebook_word(window.state, lang)
        note = f". {window.note}" if window.note else ""
        show(Text(f"    {WINDOW[window.kind].to(lang)}: {days} ({state}; {window.source}){note}"))
    for extension in found.extensions:
        until = f" {rulebook_word('until', lang)} {extension.until}" if extension.until else ""
        title = (
            f"    {rulebook_word('extension', lang)}: {extension.title}{until}; {extension.found}, {extension.asked} · "
        )
        show(Text(title), _mark(extension.ruling, lang))
    _show_left_open(found.left_open, lang)


def _show_left_open(left_open: tuple[str, ...], lang: Language) -> None:
    if left_open:
        show(Text(f"    {rulebook_word('left_open', lang)}:"))
    for sentence in left_open:
        show(Text(f"    – {sentence}"))


def _add_rule(lines: Table, rule: RuleLine, evidence: bool, lang: Language) -> None:
    found = rule.found + (" *" if any(c.late for c in rule.criteria) else "")
    points = f" [{rule.points}]" if rule.points else ""
    lines.add_row(
        Text(rule.title + points), _mark(rule.ruling, lang), Text(found), Text(rule.asked),
        SEVERITY[rule.severity].to(lang), Text(rule.source), Text(rule.help),
    )  # fmt: skip
    for waiver in rule.waivers:
        lines.add_row("", "", Text(_waived(waiver.granted_by, waiver.until, waiver.reason, lang)), "", "", "", "")
    for depth, line in rule.rows if rule.groups or evidence else ():
        if isinstance(line, GroupLine):
            continue
        if rule.groups:
            mark = _mark(Ruling(line.answer.value), lang)
            lines.add_row(Text("  " * depth + line.title), mark, Text(line.found), Text(line.asked), "", "", "")
        for row in line.evidence if evidence else ():
            what = Text(f"   #{row.entry} {record_label(row.record, lang)} {row.what}")
            lines.add_row(what, "", row.counts_for, "", "", str(row.on or ""), "")


def _show_matrix(found: RulebookMatrix, lang: Language) -> None:
    lines = table(f"Rulebooks on {found.as_of}", ["initiative", "name"], whole=["initiative"])
    for name in found.titles:
        lines.add_column(name)
    for line in found.lines:
        cells = [_cell(line.cells[name], lang) if name in line.cells else "" for name in found.titles]
        lines.add_row(line.initiative, Text(line.name), *cells)
    show(lines)
    for initiative, problem in found.problems.items():
        show(f"{initiative} could not be read: {problem}")
    if not found.lines:
        show("No initiative was enrolled on that day.")


def _cell(cell: MatrixCell, lang: Language) -> Text:
    mark = _mark(cell.ruling, lang)
    if cell.holding is not Holding.NONE:
        until = f" {rulebook_word('until', lang)} {cell.until}" if cell.until else ""
        mark.append(f"\n{HOLDING[cell.holding].to(lang)}{until}", style="")
    return mark


def _mark(ruling: Ruling, lang: Language) -> Text:
    return Text(RULING[ruling].to(lang), style=STYLE[ruling])


def _draft(draft: bool, lang: Language) -> str:
    return f" [{rulebook_word('draft', lang)}]" if draft else ""


def _waived(who: str, until: object, why: str, lang: Language) -> str:
    return rulebook_word("waived" if until else "waived_open", lang).format(who=who, until=until, why=why)


def _show_rulebook(one: Rulebook, lang: Language) -> None:
    show(Text(f"{one.title.to(lang)} · {one.id} · {one.source}"))
    show(Text(one.about.to(lang)))
    for text in one.texts:
        days = days_between_text(text.valid_from, text.valid_to, lang)
        show(Text(f"\n{text.title.to(lang)} · {text.id}{_draft(text.draft, lang)} · {days} · {text.source}"))
        _show_award(text, lang)
        for window in text.windows:
            show(Text(f"  {WINDOW[window.kind].to(lang)}: {window_text(window, lang)} ({window.source})"))
        if text.score is not None:
            show(Text(f"  {rulebook_word('score', lang)}: {text.score.total.format(lang)} ({text.score.source})"))
        lines = table("", ["rule", "id", "metric", "bound", "severity", "for whom", "valid", "source"])
        for rule in text.rules:
            _add_shown(lines, rule, lang)
        show(lines)
        _show_left_open(tuple(words.to(lang) for words in text.left_open), lang)


def _show_award(text: RuleText, lang: Language) -> None:
    award = text.award
    if award is None:
        return
    until = f"{rulebook_word('until', lang)} {award.valid_until}" if award.valid_until else ""
    facts = [length_text(award.valid_for, lang) if award.valid_for else until]
    if award.renewed_for is not None:
        facts.append(f"{rulebook_word('renewed_for', lang)}: {length_text(award.renewed_for, lang)}")
    if award.grace is not None:
        facts.append(f"{rulebook_word('grace', lang)}: {length_text(award.grace, lang)}")
    for extension in award.extensions:
        facts.append(
            f"{rulebook_word('extension', lang)}: {extension.title.to(lang)}, {length_text(extension.by, lang)}"
        )
    show(Text(f"  {rulebook_word('award', lang)}: {'; '.join(f for f in facts if f)} ({award.source})"))


def _add_shown(lines: Table, rule: Rule, lang: Language) -> None:
    valid = days_between_text(rule.valid_from, rule.valid_to, lang) if rule.valid_from or rule.valid_to else ""
    points = f" [{rule.points}]" if rule.points is not None else ""
    whom = APPLIES_TO[rule.applies_to].to(lang)
    if rule.open_criterion is not None:
        one, title = rule.open_criterion, rule_title(rule, lang)
        bound, severity = rulebook_word("not_public", lang), SEVERITY[one.severity].to(lang)
        lines.add_row(title + points, rule.id, str(one.call), bound, severity, whom, valid, one.source)
    elif rule.requirement is not None:
        _add_part(lines, rule.requirement, 0, points, whom, valid, lang)


def _add_part(
    lines: Table, part: Criterion | AnyOf | AllOf, depth: int, points: str, whom: str, valid: str, lang: Language
) -> None:
    title = "  " * depth + title_of(part, lang) + points
    severity = "" if depth else SEVERITY[part.severity].to(lang)
    if isinstance(part, Criterion):
        lines.add_row(title, part.id, str(part.call), part.bound.format(lang), severity, whom, valid, part.source)
        return
    kind = word("any_of" if isinstance(part, AnyOf) else "all_of", lang)
    lines.add_row(f"{'  ' * depth}{kind}: {title.strip()}", part.id, "", "", severity, whom, valid, "")
    for inner in part.any_of if isinstance(part, AnyOf) else part.all_of:
        _add_part(lines, inner, depth + 1, "", "", "", lang)
