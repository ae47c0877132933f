"""Who is told what, out of its file: every mistake at once, as for the models."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt, ValidationError

from clusterflow.configs.mistakes import Translator, spoken, the_nearest, told, trouble
from clusterflow.configs.written import Sentence, Written, one_of
from clusterflow.configs.yaml import read
from clusterflow.errors import Mistake, Mistakes
from clusterflow.model.events import TOLD
from clusterflow.model.notice import Audience, NoticeRule, Urgency

EVENTS = tuple(sorted(cls.model_fields["kind"].default for cls in TOLD))


def _event(value: Any) -> Any:
    if value in EVENTS:
        return value
    found = f"the event {spoken(value)} is none that people are told of"
    raise trouble(found, ", ".join(EVENTS), the_nearest(value, EVENTS))


class WrittenNotice(Written):
    """One moment as people write it."""

    event: Annotated[str, BeforeValidator(_event)] = Field(description=f"one of: {', '.join(EVENTS)}")
    to: list[Annotated[Audience, BeforeValidator(partial(one_of, kind=Audience, noun="audience"))]] = Field(
        min_length=1, description=f"a list of audiences: {', '.join(Audience)}"
    )
    level: StrictInt | None = Field(default=None, ge=1, le=2, description="1 or 2, for stage.overdue")
    urgency: Annotated[Urgency, BeforeValidator(partial(one_of, kind=Urgency, noun="urgency"))] = Field(
        default=Urgency.NORMAL, description=f"one of: {', '.join(Urgency)}"
    )
    template: Sentence = Field(description="the name of a template in messages/")


SHAPES = Translator({"": WrittenNotice})


def load_notices(path: Path) -> tuple[NoticeRule, ...]:
    """The rules of a file, in its order.

    Raises:
        Mistakes: all that is wrong with it, in the order of its lines.
    """
    document = read(path)
    if not isinstance(document.value, dict):
        accepted = "a mapping from the id of each notice to what it is"
        raise Mistakes(told(document, [Mistake(document.where(()), spoken(document.value), accepted)]))
    rules: list[NoticeRule] = []
    mistakes: list[Mistake] = []
    for name, value in document.value.items():
        try:
            written = WrittenNotice.model_validate(value)
        except ValidationError as error:
            mistakes += SHAPES.mistakes(document, error, top=(name,))
            continue
        if not (path.parent / "messages" / f"{written.template}.md").exists():
            where = document.where((name, "template"))
            mistakes.append(Mistake(where, f"there is no template messages/{written.template}.md"))
        rules.append(
            NoticeRule(
                id=str(name),
                event=written.event,
                to=tuple(written.to),
                level=written.level,
                template=written.template,
                urgency=written.urgency,
            )
        )
    if wrong := told(document, mistakes):
        raise Mistakes(wrong)
    return tuple(rules)
