"""Says in words what a migration does to an initiative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.migration import Opening
from clusterflow.domain.model_history import ModelHistory
from clusterflow.domain.text import Language, Text
from clusterflow.reports.history import history
from clusterflow.reports.status import title_of

_KEPT = Text(es="«{0}»: se conserva el hito del {2}", en="«{0}»: the milestone of {2} is kept")
_CARRIED = Text(es="«{0}»: su hito del {2} pasa a «{1}»", en="«{0}»: its milestone of {2} is carried over to «{1}»")
_WHY: dict[Opening, Text] = {
    Opening.GOES_ON: Text(es="«{0}»: sigue en curso", en="«{0}»: goes on"),
    Opening.NEW: Text(
        es="«{0}»: se abre, porque ninguna etapa del modelo anterior pasa a esta",
        en="«{0}»: opens, because no stage of the former model passes to it",
    ),
    Opening.ORDER: Text(
        es="«{0}»: se abre, porque en el orden de este modelo ya no espera a ninguna otra etapa",
        en="«{0}»: opens, because in the order of this model it waits for no other stage",
    ),
    Opening.MANDATORY: Text(
        es="«{0}»: se abre, porque aquí no es opcional y se había prescindido de ella",
        en="«{0}»: opens, because it was declined and is not optional here",
    ),
    Opening.RESUMED: Text(
        es="«{0}»: se reanuda; una migración anterior la había interrumpido",
        en="«{0}»: is resumed; an earlier migration had interrupted it",
    ),
}
_DUE = Text(es=" (vence el {})", en=" (due on {})")
_WAITS = Text(
    es="«{}»: se interrumpe, porque este modelo pide antes: {}",
    en="«{}»: is interrupted, because this model asks first for: {}",
)
_ENDS = Text(
    es="«{}»: se interrumpe, porque ninguna etapa de este modelo ocupa su lugar",
    en="«{}»: is interrupted, because no stage of this model takes its place",
)
_CONDITION = Text(
    es="la condición «{}» deja de valer: la nueva puerta no la pide",
    en="the condition «{}» no longer holds: the new gate does not ask for it",
)


def migration_lines(
    entries: Sequence[Entry], former: LifecycleModel, new: LifecycleModel, language: Language
) -> tuple[str, ...]:
    """Return what the entries of a migration say, in order."""
    passed = next((e for e in entries if isinstance(e.event, ev.InitiativeMigrated)), None)
    if passed is None or not isinstance(passed.event, ev.InitiativeMigrated):
        return ()
    event = passed.event
    models = ModelHistory(((0, former), (passed.version, new)))
    # The stages that begin have their reasons; everything else is as in the history.
    after = (e for e in entries if e.version > passed.version and not isinstance(e.event, ev.StageEntered))
    return (
        *_said((e for e in entries if e.version < passed.version), models, language),
        *carried_lines(event, former, new, language),
        *_said(after, models, language),
    )


def _said(entries: Iterable[Entry], models: ModelHistory, language: Language) -> Iterator[str]:
    for line in history(entries, models, language):
        yield f"«{line.stage}»: {line.text}" if line.stage else line.text


def carried_lines(
    event: ev.InitiativeMigrated, former: LifecycleModel, new: LifecycleModel, language: Language
) -> Iterator[str]:
    """Say what a migration keeps, interrupts, opens and drops."""
    for stage, day in sorted(event.milestones.items(), key=lambda item: item[1]):
        titles = former.stage(stage).title.to(language), new.stage(event.stages[stage]).title.to(language)
        text = _KEPT if titles[0] == titles[1] else _CARRIED
        yield text.to(language).format(*titles, day)
    for stage, missing in event.interrupted.items():
        title = former.stage(stage).title.to(language)
        first = ", ".join(f"«{new.stage(s).title.to(language)}»" for s in missing.split())
        yield (_WAITS if first else _ENDS).to(language).format(title, first)
    for stage, why in event.opens.items():
        due: date | None = event.due_on.get(stage)
        end = _DUE.to(language).format(due) if due is not None and why in (Opening.GOES_ON, Opening.RESUMED) else ""
        yield _WHY[why].to(language).format(new.stage(stage).title.to(language)) + end
    for condition in event.conditions:
        name = condition.partition("/")[2]
        parts = (s.gate.by_id.get(name) for s in former.stages)
        part = next((p for p in parts if p is not None), None)
        yield _CONDITION.to(language).format(title_of(part, language) if part is not None else name)
