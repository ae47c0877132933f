"""Reads the notice rules from their file and reports all mistakes at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from clusterflow.configs.file_values import check_id
from clusterflow.configs.mistakes import describe_value, sorted_mistakes
from clusterflow.configs.notice_file import LADDER, OFFSETS, SHAPES, WrittenAudience, WrittenNotice
from clusterflow.configs.yaml import Document, Steps, read
from clusterflow.domain.events import KINDS, FindingChanged, StageOverdue
from clusterflow.domain.notice import Group, Narrowing, NoticeRule, Offset
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.errors import Mistake, Mistakes
from clusterflow.rules.mistakes import nearest_hint

_ONLY = {"event": ("level", "metric", "answer"), "on": ("about", "with", "ladder", "until", "escalate", "escalated")}
"""The keys that are only allowed beside another key."""

_OF_EVENT: dict[str, type[StageOverdue | FindingChanged]] = {
    "level": StageOverdue,
    "metric": FindingChanged,
    "answer": FindingChanged,
}


def load_notices(path: Path, metrics: Collection[str] | None = None) -> tuple[NoticeRule, ...]:
    """Return the rules of a file, in its order.

    Args:
        metrics: the metrics that a rule may name; None allows any name.

    Raises:
        Mistakes: everything that is wrong with it, in the order of its lines.
    """
    document = read(path)
    if not isinstance(document.value, dict):
        accepted = "a mapping from the id of each notice to its rule"
        raise Mistakes(
            sorted_mistakes(document, [Mistake(document.where(()), describe_value(document.value), accepted)])
        )
    rules: list[NoticeRule] = []
    mistakes: list[Mistake] = []
    for name, value in document.value.items():
        try:
            written = WrittenNotice.model_validate(value)
        except ValidationError as error:
            mistakes += SHAPES.mistakes(document, error, top=(name,))
            continue
        wrong = [*_checked(document, name, value, written, metrics), *_templates(path, document, name, written)]
        mistakes += wrong
        if not wrong:
            rules.append(_rule(name, written))
    if found := sorted_mistakes(document, mistakes):
        raise Mistakes(found)
    return tuple(rules)


def _rule(name: str, written: WrittenNotice) -> NoticeRule:
    return NoticeRule(
        id=name,
        event=written.event,
        on=written.on,
        to=tuple(a.audience for a in written.to),
        level=written.level,
        metric=written.metric,
        answer=written.answer,
        about=Narrowing(**written.about.narrowing) if written.about else Narrowing(),
        with_=tuple(sorted({**(OCCASIONS[written.on].parameters if written.on else {}), **written.with_}.items())),
        ladder=tuple(written.ladder),
        until=written.until,
        escalate=tuple((Offset.parse(o), tuple(a.audience for a in them)) for o, them in written.escalate.items()),
        escalated=written.escalated,
        urgency=written.urgency,
        template=written.template,
    )


def _templates(path: Path, document: Document, name: str, written: WrittenNotice) -> Iterator[Mistake]:
    for key in ("template", "escalated"):
        template = getattr(written, key)
        if template and not (path.parent / "messages" / f"{template}.md").exists():
            yield Mistake(document.where((name, key)), f"there is no template messages/{template}.md")


def _checked(
    document: Document, name: str, value: dict[str, Any], written: WrittenNotice, metrics: Collection[str] | None
) -> Iterator[Mistake]:
    """Return the mistakes of the keys of a moment together."""

    def wrong(key: str, found: str, accepted: str = "", cure: str = "", steps: Steps = ()) -> Mistake:
        return Mistake(document.where((name, key, *steps), key=not steps), found, accepted, cure)

    try:
        check_id(name)
    except PydanticCustomError as error:
        yield Mistake(document.where((name,), key=True), describe_value(name), (error.context or {})["accepted"])
    if (written.event is None) == (written.on is None):
        found = (
            "a moment has both an event and an occasion"
            if written.on
            else "a moment has neither an event nor an occasion"
        )
        yield Mistake(document.where((name,), key=True), found, "exactly one of the keys event and on")
        return
    this = "event" if written.event else "on"
    for other, keys in _ONLY.items():
        for key in keys if other != this else ():
            if key in value:
                yield wrong(
                    key, f"the key «{key}» is not allowed beside «{this}»", f"it is only allowed beside «{other}»"
                )
    if written.event:
        for key, cls in _OF_EVENT.items():
            if key in value and KINDS[written.event] is not cls:
                yield wrong(
                    key, f"{written.event} has no {key}", f"{key} stands beside {cls.model_fields['kind'].default}"
                )
        if written.metric and metrics is not None and written.metric not in metrics:
            found = f"the metric {describe_value(written.metric)} is unknown"
            cure = nearest_hint(written.metric, metrics)
            yield wrong("metric", found, "a metric of configs/metrics.yaml", cure)
    else:
        yield from _climbed(written, wrong)
    known = groups_of(written.event, written.on)
    here = written.event or written.on
    for steps, audience in _audiences(written):
        key, rest = str(steps[0]), steps[1:]
        if audience.who not in known:
            yield wrong(key, f"{here} concerns no {audience.who}", ", ".join(g for g in Group if g in known), "", rest)
        elif audience.hollow:
            yield wrong(key, f"the audience {audience.who} is empty", "kinds that «not» does not exclude", "", rest)
    if written.about is not None and written.on and not OCCASIONS[written.on].organisation:
        yield wrong("about", f"{written.on} concerns no organisation", "no about")
    elif written.about is not None and written.about.hollow:
        yield wrong("about", "the filter excludes every organisation", "kinds that «not» does not exclude")


class _Wrong(Protocol):
    def __call__(self, key: str, found: str, accepted: str = "", cure: str = "", steps: Steps = ()) -> Mistake: ...


def _climbed(written: WrittenNotice, wrong: _Wrong) -> Iterator[Mistake]:
    """Return the mistakes of a reminder ladder, its steps and its end."""
    occasion = OCCASIONS[written.on or ""]
    if occasion.by_lead_time and written.ladder:
        yield wrong("ladder", f"{occasion.id} has no ladder", "no ladder: the lead time of the model says when")
    elif not occasion.by_lead_time and not written.ladder:
        yield wrong("on", f"the occasion {occasion.id} has no ladder", LADDER)
    if written.until != occasion.until:
        has = f"until: {occasion.until}" if occasion.until else "no until"
        if written.until is None:
            yield wrong("on", f"the key «until» is missing: what ends {occasion.id}", has)
        else:
            cure = nearest_hint(written.until, [occasion.until] if occasion.until else [])
            yield wrong("until", f"{occasion.id} has no stop condition {describe_value(written.until)}", has, cure)
    for key, number in written.with_.items():
        if key not in occasion.parameters:
            accepted = ", ".join(occasion.parameters) or "no numbers"
            cure = nearest_hint(key, occasion.parameters)
            yield wrong("with", f"{occasion.id} has no parameter {describe_value(key)}", accepted, cure, (key,))
        elif number < 0:
            yield wrong("with", f"{key}: {describe_value(number)}", "0 or more", "", (key,))
    for key in written.escalate:
        try:
            known = Offset.parse(key) in written.ladder
        except ValueError:
            yield wrong("escalate", f"{describe_value(key)} is not an offset", OFFSETS, "", (key,))
            continue
        if not known:
            steps = ", ".join(map(str, written.ladder))
            yield wrong("escalate", f"the step {describe_value(key)} is not on the ladder", steps, "", (key,))
    if written.escalated and not written.escalate:
        yield wrong(
            "escalated",
            "there is a template for the next higher level, but nobody at that level is notified",
            "it is only allowed beside «escalate»",
        )


def _audiences(written: WrittenNotice) -> Iterator[tuple[Steps, WrittenAudience]]:
    yield from ((("to", i), a) for i, a in enumerate(written.to))
    yield from ((("escalate", o, i), a) for o, them in written.escalate.items() for i, a in enumerate(them))


def groups_of(event: str | None, on: str | None) -> frozenset[Group]:
    """Return the groups that a moment can be for."""
    found = {Group.MANAGER, Group.OFFICE, Group.BOARD, Group.MEMBERS, Group.CHAIR, Group.STRATEGIC_GROUP}
    if event:
        fields = KINDS[event].model_fields
        found |= {Group.DECIDERS} if "stage" in fields else set()
        found |= {Group.VOTER} if "decider" in fields else set()
        found |= {Group.OWNER} if "criterion" in fields else set()
    elif on:
        occasion = OCCASIONS[on]
        found |= {Group.MEMBER} if occasion.organisation else set()
        found |= {Group.PERSON} if occasion.person else set()
    return frozenset(found)
