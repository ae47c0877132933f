"""A small catalogue and a small valid model, into which the tests put mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from clusterflow.configs.metrics import parse_metrics
from clusterflow.configs.models import parse_model
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.errors import Mistakes

CATALOGUE = """
committed-members: {title: {es: a, en: a}, unit: count, fold: sum, direction: more, source: CAI20}
working-committees: {title: {es: a, en: a}, unit: count, fold: sum, direction: more, source: CLAUZ}
sme-share: {title: {es: a, en: a}, unit: share, fold: ratio, direction: more, source: ANDB}
legal-body: {title: {es: a, en: a}, unit: yes-no, fold: largest, direction: more, source: CATREQ}
committee-silence: {title: {es: a, en: a}, unit: days, fold: largest, direction: less, source: P}
business-generated: {title: {es: a, en: a}, unit: money, fold: sum, direction: more, source: CLMX}
dues-collected:
  title: {es: a, en: a}
  unit: share
  fold: ratio
  direction: more
  source: ECLAC
  parameters:
    size: {type: size-class, optional: true}
    months: {type: integer, default: 12}
links:
  title: {es: a, en: a}
  unit: count
  fold: sum
  direction: more
  source: ECLAC
  parameters: {direction: {type: direction}}
stage-time:
  title: {es: a, en: a}
  unit: share
  fold: ratio
  direction: less
  source: P
  computed_by: rules
  parameters: {stage: {type: stage}}
"""

MODEL = """\
model: small
version: "1"
title: {es: Pequeño, en: Small}
about: {es: Un modelo, en: A model}
source: ECLAC
stages:
  - id: gather
    kind: critical-mass
    title: {es: Reunir, en: Gather}
    allowed: 12 months
    source: CAI20
    gate:
      title: {es: Puerta, en: Gate}
      milestone: {es: Reunidos, en: Gathered}
      decided_by:
        roles: [office, manager]
      requires:
        - metric: committed-members
          bound: ">= 15"
          keep: ">= 12"
          source: CAI20
        - metric: stage-time
          bound: "<= 100 %"
          severity: warning
          source: P
          proposal: true
  - id: found
    kind: institutionalization
    title: {es: Fundar, en: Found}
    after: [gather]
    allowed: 2 years
    source: CATREQ
    gate:
      title: {es: Puerta, en: Gate}
      milestone: {es: Fundada, en: Founded}
      decided_by:
        roles: [board-chair, founder]
        need: 2
        never: [government]
      requires:
        - metric: legal-body
          bound: is yes
          source: CATREQ
        - any_of:
            - metric: dues-collected
              with: {size: large}
              bound: ">= 95 %"
              source: ECLAC
            - metric: links
              with: {direction: inside}
              bound: ">= 1"
              source: ECLAC
exclusions:
  - {helix: government, stages: [institutionalization], source: ECLAC}
"""

Reader = Callable[[str], list[str]]
Changer = Callable[..., list[str]]


@pytest.fixture(scope="session")
def metrics() -> Mapping[str, MetricDeclaration]:
    return parse_metrics(CATALOGUE)


@pytest.fixture(scope="session")
def small() -> str:
    return MODEL


@pytest.fixture(scope="session")
def sentences(metrics: Mapping[str, MetricDeclaration]) -> Reader:
    """Return the messages about a text; none if it is valid."""

    def read(text: str) -> list[str]:
        try:
            parse_model(text, metrics, "small.yaml")
        except Mistakes as error:
            return [str(mistake) for mistake in error.mistakes]
        return []

    return read


@pytest.fixture(scope="session")
def changed(small: str, sentences: Reader) -> Changer:
    """Return the messages about the small model after some of its lines were changed."""

    def read(*changes: tuple[str, str]) -> list[str]:
        text = small
        for old, new in changes:
            assert text.count(old) == 1, f"«{old}» is {text.count(old)} times in the model"
            text = text.replace(old, new)
        return sentences(text)

    return read
