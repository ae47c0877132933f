"""What will soon turn: found for the whole portfolio in the review, and told by notices with the model's lead time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from clusterflow.domain import events as ev
from clusterflow.domain.events import EVENT, LifeEvent
from clusterflow.domain.rulebook import Ruling
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import LANGUAGES, Language, as_sentence
from clusterflow.reports.foresight import cause_lines
from clusterflow.reports.rulebook_turns import rulebook_turns
from clusterflow.reports.status import title_of
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.foresight import describe_turn, futures
from clusterflow.services.reports.evidence_names import EvidenceNames
from clusterflow.services.rulebook_foresight import RulebookChange, rulebook_changes
from clusterflow.store.coming_turns import ComingTurn, replace_turns
from clusterflow.store.pinned_models import lead_days_in_use, load_model
from clusterflow.store.portfolio import active_initiatives

FINDING, MILESTONE, LABEL = "finding.ahead", "milestone.ahead", "label.ahead"


def refresh_coming_turns(context: Context, initiatives: Collection[str] | None = None) -> Mapping[str, str]:
    """Find what turns within the lead times of the models, for some initiatives or for all (``None``), and store it.

    Only the days on which something can change are evaluated, as by ``foresee``. Returns, by initiative, why it could
    not be done.
    """
    everyone = standing.enrolled(context)
    wanted = everyone if initiatives is None else [i for i in everyone if i in initiatives]

    def compute(only: Sequence[str] | None) -> list[ComingTurn]:
        with context.reading() as connection:
            active = active_initiatives(connection)
            chosen = [i for i in (wanted if only is None else only) if i in active]
            return list(_turns(context, connection, chosen))

    found, problems = compute_without_broken(compute, lambda: wanted)
    with context.database.begin() as connection:
        replace_turns(connection, {*wanted} - {*problems}, found)
    return problems


def _turns(context: Context, connection: Connection, initiatives: Sequence[str]) -> Iterator[ComingTurn]:
    leads = lead_days_in_use(connection, initiatives)
    if not leads:
        return
    until = context.clock().date() + timedelta(days=1 + max(leads.values()))
    last = {}
    for initiative, future in futures(context, connection, initiatives, until):
        last[initiative] = future.today + timedelta(days=leads[initiative])
        for turn in future.turns:
            occasion = _occasion_of(turn.event)
            if occasion is not None and future.today < turn.day <= last[initiative]:
                details = turn.event.model_dump_json()
                yield ComingTurn(initiative, turn.day, occasion, _subject(turn.event), details)
    for change in rulebook_changes(context, connection, initiatives, until):
        if change.day <= last[change.initiative]:
            for rulebook in _no_longer_met(change):
                details = json.dumps(_words(change, rulebook), ensure_ascii=False, sort_keys=True)
                yield ComingTurn(change.initiative, change.day, LABEL, rulebook, details)


def _occasion_of(event: LifeEvent) -> str | None:
    """Return the occasion of a loss; None for what is none. Of an *any of* only the answer as a whole matters."""
    if isinstance(event, ev.FindingChanged):
        lost = event.before is Answer.MET and event.answer is not Answer.MET and event.within is None
        return FINDING if lost else None
    return MILESTONE if isinstance(event, ev.MilestoneLapsed) else None


def _subject(event: LifeEvent) -> str:
    if isinstance(event, ev.FindingChanged):
        return f"{event.stage}/{event.criterion}"
    return event.stage if isinstance(event, ev.MilestoneLapsed) else ""


def _no_longer_met(change: RulebookChange) -> Iterable[str]:
    for name in sorted({*change.before} & {*change.after}):
        if change.before[name].ruling is Ruling.MET and change.after[name].ruling is not Ruling.MET:
            yield name


def _words(change: RulebookChange, rulebook: str) -> dict[str, Any]:
    """Return what a notice says about a rulebook whose answer turns, in each language."""
    texts: dict[str, list[str]] = defaultdict(list)
    for language in LANGUAGES:
        for turn in rulebook_turns(change.before, change.after, language):
            if turn.rulebook == rulebook and turn.what != "label":
                texts[language].append(turn.text)
    titles = {language: change.after[rulebook].rulebook.title.to(language) for language in LANGUAGES}
    return {"titles": titles, "texts": texts, "answer": change.after[rulebook].ruling}


def turn_facts(
    context: Context, connection: Connection, initiative: str, turn: ComingTurn, language: Language
) -> dict[str, Any]:
    """Return what a notice says about a turn: its title, its text, the facts behind it, and what would prevent it."""
    details = json.loads(turn.details)
    if turn.occasion == LABEL:
        text, *rules = details["texts"][language]
        title = details["titles"][language]
        return {"title": title, "text": text, "causes": rules, "prevention": "", "answer": details["answer"]}
    event = EVENT.validate_python(details)
    if not isinstance(event, ev.FindingChanged | ev.MilestoneLapsed):
        raise TypeError(f"{turn.occasion} holds another event: {event.kind}")
    model = load_model(connection, standing.load(connection, initiative).model_hash)
    names = EvidenceNames(connection, initiative, model, turn.day, language, by_name=False)
    shown = describe_turn(connection, initiative, model, event, turn.day, metrics_of(context), language, names.evidence)
    if isinstance(event, ev.FindingChanged):
        title = title_of(model.stage(event.stage).gate.by_id[event.criterion], language)
    else:
        title = model.stage(shown.stage).gate.milestone.to(language)
    answer = event.answer if isinstance(event, ev.FindingChanged) else Answer.UNMET
    causes = cause_lines(shown.causes, language)
    text, prevention = as_sentence(shown.text), as_sentence(shown.prevention)
    return {"title": title, "text": text, "causes": causes, "prevention": prevention, "answer": answer}
