"""The commands that compare models: ``compare``, ``model diff`` and ``model impact``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import Json, print_json, show
from clusterflow.cli.tables import table
from clusterflow.configs.models import load_model
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.errors import ClusterflowError
from clusterflow.reports.comparison import StageUnderModel, model_changes
from clusterflow.services import model_changes as services
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.models import Models, find_model
from clusterflow.services.context import Context
from clusterflow.settings import Settings

SIGNS = {"behind": "✔", "here": "▶", "ahead": "·"}


def _model(name: str, settings: Settings) -> LifecycleModel:
    """Return a model by its name, or from a file."""
    if name.endswith((".yaml", ".yml")):
        return load_model(Path(name), metrics_in(settings.configs))
    return find_model(Models(settings.configs), name)


def compare(
    initiative: str,
    *,
    models: Annotated[str, Parameter(name="--models", help="models by name or file, separated by commas")],
    as_json: Json = False,
) -> None:
    """Judge the facts of an initiative by the gates of several models: where it would stand, what would hold it back.

    A gate counts as passed if it and all before it are ready today. Nothing is written.
    """
    context = Context.open()
    names = [name.strip() for name in models.split(",") if name.strip()]
    if not names:
        raise ClusterflowError("name at least one model: --models basque,catalan")
    reader = stated_language() if as_json else language()
    found = services.compare(context, initiative, [_model(name, context.settings) for name in names], reader)
    if as_json:
        print_json(found)
        return
    lines = table(f"{found.name} on {found.as_of}", ["stages", *found.models])
    for kind in found.kinds:
        cells = [[_cell(s) for s in kind.stages if s.model == model] for model in found.models]
        lines.add_row(kind.title, *("\n".join(texts) or "–" for texts in cells))
    show(lines)
    show("✔ its gate would be passed; ▶ it would be in this stage; · ahead")


def _cell(stage: StageUnderModel) -> str:
    head = f"{SIGNS[stage.place]} {stage.number} {stage.title}"
    return "\n".join((head, *(f"    {text}" for text in stage.holds_back)))


def diff(before: str, after: str, *, as_json: Json = False) -> None:
    """Say in words what a model asks differently than another: stages, order, gates, bounds, deciders.

    A model is given by its name, or as a .yaml file.
    """
    settings = Settings()
    reader = stated_language() if as_json else language()
    both = [_model(name, settings) for name in (before, after)]
    found = model_changes(both[0], both[1], reader or "en")
    if as_json:
        print_json(found)
        return
    if not found:
        show("no difference")
        return
    lines = table(f"{both[0].id} → {both[1].id}", ["stage", "what is different"])
    for change in found:
        lines.add_row(change.title, change.text)
    show(lines)


def impact(file: Path, *, as_json: Json = False) -> None:
    """Show what the new text of a model would change for all live initiatives under it. Nobody is migrated.

    Answers, open gates, achieved milestones and deadlines: read it before you publish a change.
    """
    context = Context.open()
    reader = stated_language() if as_json else language()
    found = services.impact(context, _model(str(file), context.settings), reader)
    if as_json:
        print_json(found)
        return
    show(f"{found.model} {found.model_hash[:12]}: {len(found.affected)} of {found.live} live initiatives change")
    if found.affected:
        lines = table("", ["initiative", "stage", "what would change"])
        for one in found.affected:
            for number, effect in enumerate(one.effects):
                lines.add_row("" if number else one.name, effect.title, effect.text)
        show(lines)
