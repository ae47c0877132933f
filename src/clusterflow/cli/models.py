"""The lifecycle models: list, show, check, draw; and try."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App as Commands
from cyclopts import Parameter
from rich.table import Table

from clusterflow.cli.language import language
from clusterflow.cli.output import Json, Replace, To, listed, print_json, show, write_out, write_whole, writing
from clusterflow.cli.tables import table
from clusterflow.configs.json_schema import model_schema
from clusterflow.configs.model_advice import warnings_in
from clusterflow.configs.models import load_model, model_files
from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.text import Language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.reports.bpmn import bpmn as write_bpmn
from clusterflow.reports.diagram import mermaid, svg
from clusterflow.reports.labels import HELIX, SEVERITY, word
from clusterflow.reports.portfolio.texts import KIND
from clusterflow.reports.quorum import quorum, quorum_hints
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.models import Models, find_model, models_in
from clusterflow.settings import Settings

model = Commands(
    name="model",
    help="List, show, check, draw, compare and try the lifecycle models.",
    help_epilogue="Example: clusterflow model list",
)
model.command(
    "clusterflow.cli.simulation:try_",
    name="try",
    help="Run a history under a model, and show the verdicts by month.",
    help_epilogue="Example: clusterflow model try my-model.yaml history.jsonl",
)
model.command(
    "clusterflow.cli.model_changes:diff",
    name="diff",
    help="Say in words what one model asks differently than another.",
    help_epilogue="Example: clusterflow model diff basque catalan",
)
model.command(
    "clusterflow.cli.model_changes:impact",
    name="impact",
    help="Show what a new text would change for all live initiatives under the model.",
    help_epilogue="Example: clusterflow model impact nuevo-leon.yaml",
)


def _named(name: str) -> LifecycleModel:
    return find_model(Models(Settings().configs), name)


@model.command(name="list", help_epilogue="Example: clusterflow model list")
def list_models(*, as_json: Json = False) -> None:
    """List the models with their stages in order."""
    models = list(models_in(Settings().configs).values())
    if as_json:
        print_json(models)
        return
    lines = table("Models", ["model", "title", "stages", "source"], whole=["model"])
    for one in models:
        lines.add_row(
            one.id, one.title.to(language()), " → ".join(s.title.to(language()) for s in one.stages), one.source
        )
    show(lines)


@model.command(name="show", help_epilogue="Example: clusterflow model show nuevo-leon")
def show_model(name: str, *, as_json: Json = False) -> None:
    """Show one model: its stages, and what each gate asks."""
    one = _named(name)
    if as_json:
        print_json(one)
        return
    lang = language()
    titles = {stage.id: stage.title.to(lang) for stage in one.stages}
    show(f"{one.title.to(lang)} · {one.id} · {one.hash[:12]}")
    show(one.about.to(lang))
    for exclusion in one.exclusions:
        helix, source = HELIX[exclusion.helix].to(lang), exclusion.source
        gates = listed(titles[stage] for stage in exclusion.stages)
        if exclusion.alone:
            show(f"never decides alone: {helix}, at the gates of {gates} ({source})")
        else:
            show(f"never decides: {helix}, at the gates of {gates} ({source})")
    for stage in one.stages:
        facts = [KIND[stage.kind].to(lang).lower()]
        facts += [f"{word('after', lang)}: {listed(titles[s] for s in stage.after)}"] if stage.after else []
        facts += [word(w, lang) for w, on in (("optional", stage.optional), ("open_ended", stage.open_ended)) if on]
        show(f"\n{one.position(stage.id)} {titles[stage.id]} · {stage.id} ({'; '.join(facts)})")
        show(f"  decides: {quorum(stage.gate.decided_by, lang)}; allowed: {stage.allowed_days} days")
        lines = table("", ["criterion", "metric", "bound", "keep", "severity", "source"])
        for requirement in stage.gate.requires:
            _add_requirement(lines, requirement, 0, lang)
        show(lines)


def _add_requirement(lines: Table, requirement: Criterion | AnyOf | AllOf, depth: int, lang: Language) -> None:
    """Add the row of a criterion, or of a group and its parts; the severity of a group is that of all its parts."""
    indent, severity = "  " * depth, "" if depth else SEVERITY[requirement.severity].to(lang)
    if isinstance(requirement, Criterion):
        given = ", ".join(f"{name}={value}" for name, value in requirement.with_)
        lines.add_row(
            indent + (requirement.title.to(lang) if requirement.title else requirement.id),
            f"{requirement.metric} ({given})" if given else requirement.metric,
            requirement.bound.format(lang),
            requirement.keep.format(lang) if requirement.keep else "",
            severity,
            f"{requirement.source} ({word('proposal', lang)})" if requirement.proposal else requirement.source,
        )
        return
    is_any = isinstance(requirement, AnyOf)
    lines.add_row(f"{indent}{word('any_of' if is_any else 'all_of', lang)}: {requirement.id}", "", "", "", severity, "")
    for part in requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of:
        _add_requirement(lines, part, depth + 1, lang)


@model.command(help_epilogue="Example: clusterflow model check my-model.yaml")
def check(*files: Path) -> None:
    """Check models, by file or by name, or all that there are; each mistake is reported with its line and column.

    Warnings say what is legal and unwise. A comment on the line silences one: # fine: keep-equals-bound
    """
    settings = Settings()
    folder = settings.configs / "models"
    metrics = metrics_in(settings.configs)
    mistakes: list[Mistake] = []
    checked: list[LifecycleModel] = []
    paths = [file if file.suffix else folder / f"{file}.yaml" for file in files] or model_files(folder)
    for file in paths if files else ():
        try:
            checked.append(load_model(file, metrics))
        except Mistakes as found:
            mistakes += found.mistakes
    if not files:
        checked = list(models_in(settings.configs).values())
    if mistakes:
        raise Mistakes(mistakes)
    for one, path in zip(checked, paths, strict=True):
        warnings = warnings_in(path, one, metrics, OF_RECORD)
        show(f"{one.id}: no mistake; stages: {len(one.stages)}; {one.hash[:12]}")
        for warning in warnings:
            show(f"  {warning.where}: {warning.reason.to(language())} ({warning.id})")
        for hint in quorum_hints(one, language()):
            show(f"  {hint}")


@model.command(help_epilogue="Example: clusterflow model diagram nuevo-leon")
def diagram(
    name: str,
    *,
    form: Annotated[Literal["mermaid", "svg"], Parameter(name="--format")] = "mermaid",
    out: Annotated[Path | None, Parameter(help="a file; standard output where none is named")] = None,
) -> None:
    """Draw a model, as Mermaid text or as a self-contained SVG."""
    one = _named(name)
    text = mermaid(one, language()) if form == "mermaid" else svg(one, language())
    if out is None:
        write_out(text + "\n")
        return
    write_whole(out, f"{text}\n".encode())


@model.command(help_epilogue="Example: clusterflow model bpmn nuevo-leon --to nuevo-leon.bpmn")
def bpmn(
    name: str,
    *,
    replay: Annotated[
        bool, Parameter(negative="", help="for programs that replay a log on it as a Petri net, not for engines")
    ] = False,
    to: To = None,
    replace: Replace = False,
) -> None:
    """Write a model as BPMN 2.0, drawn, for modellers and workflow engines."""
    one = _named(name)
    with writing(to, replace) as write:
        write_bpmn(one, language(), write, replay=replay)


@model.command(help_epilogue="Example: clusterflow model schema")
def schema() -> None:
    """Print the JSON Schema of a model file, for editors."""
    found = model_schema(tuple(metrics_in(Settings().configs)))
    write_out(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
