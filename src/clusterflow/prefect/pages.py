"""Artifacts: a table for each gate, a page for each initiative, the portfolio, and how far each has come."""

from __future__ import annotations

import asyncio
from datetime import date

from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact

from clusterflow.app import App
from clusterflow.prefect import names
from clusterflow.reports.diagram import mermaid
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import Who, board_page, gate_page, initiative_page
from clusterflow.reports.status import InitiativeStatus


async def publish_initiative(app: App, status: InitiativeStatus) -> None:
    """The initiative's page, the tables of its gates under way, and its progress, as of the pass."""
    language = app.language
    model = app.model_of(status.initiative)
    gates = app.explain(status.initiative, with_evidence=False)
    diagram = mermaid(model, language, {s.stage: s.status for s in status.stages})
    wanted = [s for s in status.stages if not s.optional]
    share = round(100 * sum(s.achieved_on is not None for s in wanted) / max(len(wanted), 1))
    await asyncio.gather(
        acreate_markdown_artifact(
            initiative_page(status, gates, language, diagram),
            key=names.initiative_key(status.initiative),
            description=f"{status.name} · {status.as_of}",
        ),
        acreate_progress_artifact(
            progress=float(share),
            key=names.progress_key(status.initiative),
            description=f"{status.name}: {share} % {word('progress', language)}",
        ),
        *(
            acreate_markdown_artifact(
                gate_page(
                    gate,
                    language,
                    _who(app, status.initiative, gate.stage),
                    names.page(names.initiative_key(status.initiative)),
                ),
                key=names.gate_key(status.initiative, gate.stage),
                description=f"{status.name} · {word('gate_word', language)} {gate.number}: {gate.title}",
            )
            for gate in gates
        ),
    )


async def publish_portfolio(app: App, as_of: date | None = None) -> None:
    """The board of all initiatives, today or as it stood at the end of a day."""
    board = app.board(as_of)
    await acreate_markdown_artifact(
        board_page(board, app.language),
        key=names.PORTFOLIO_KEY,
        description=f"{word('portfolio', app.language)} · {board.as_of}",
    )


def _who(app: App, initiative: str, stage: str) -> Who:
    """Who is named in an artifact: anybody who reaches Prefect reads it, so nobody unless the setting says so."""
    return eligible(app, initiative, stage) if app.settings.personal_data == "names" else ()


def eligible(app: App, initiative: str, stage: str) -> Who:
    """Who may cast a vote at a gate, by id and roles: for the form, in which somebody is to be chosen."""
    return [(d.person, d.roles, d.speaks_for) for d in app.eligible(initiative, stage)]
