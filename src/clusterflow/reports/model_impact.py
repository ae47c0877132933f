"""What another model would change for initiatives under way."""

from __future__ import annotations

from datetime import date
from typing import Literal

from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.comparison import KindLine


class Comparison(Frozen):
    """The facts of one initiative under several models, by the kinds of their stages."""

    initiative: str
    name: str
    model: str
    """The model that the initiative lives under."""
    as_of: date
    models: tuple[str, ...]
    kinds: tuple[KindLine, ...]


What = Literal["lead-time", "stage", "milestone", "gate", "answer", "deadline"]


class Effect(Frozen):
    """One thing that the new text of a model would change for one initiative."""

    what: What
    stage: str
    """Empty for what concerns the whole model."""
    title: str
    text: str

    @classmethod
    def of(cls, what: What, stage: str, title: str, template: str, language: Language, **values: object) -> Effect:
        """Return an effect with one of the texts of ``EFFECT``."""
        return cls(what=what, stage=stage, title=title, text=EFFECT[template].to(language).format(**values))


EFFECT: dict[str, Text] = {
    "lead": Text(
        es="se avisaría de lo que viene con {after} días en lugar de {before}",
        en="what comes would be announced {after} days ahead instead of {before}",
    ),
    "lost": Text(es="el texto nuevo no tiene esta etapa", en="the new text does not have this stage"),
    "lapse": Text(es="el hito caducaría: {asked}", en="the milestone would lapse: {asked}"),
    "due": Text(es="vencería el {after} en lugar del {before}", en="would be due on {after} instead of {before}"),
}


class ImpactOnInitiative(Frozen):
    """What would change for one initiative; nothing if it has no effects."""

    initiative: str
    name: str
    effects: tuple[Effect, ...]


class ModelImpact(Frozen):
    """What the new text of a model would change for all live initiatives under it."""

    model: str
    model_hash: str
    live: int
    initiatives: tuple[ImpactOnInitiative, ...]

    @property
    def affected(self) -> tuple[ImpactOnInitiative, ...]:
        """The initiatives for which something would change."""
        return tuple(one for one in self.initiatives if one.effects)
