"""The parameters of metrics: what a criterion may write under ``with``, and the defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from clusterflow.configs.mistakes import describe_value, file_error
from clusterflow.configs.yaml import Steps
from clusterflow.domain.measurement import MetricDeclaration, Parameter, Parameters, ParameterType
from clusterflow.domain.term_labels import TITLE_WORDS
from clusterflow.domain.terms import (
    BodyKind,
    ChainRole,
    DocumentKind,
    HelixKind,
    LabelLevel,
    LegalForm,
    LinkDirection,
    SizeClass,
    SurveyTopic,
)
from clusterflow.domain.text import LANGUAGES, Text
from clusterflow.rules.mistakes import nearest_hint

WORDS: dict[ParameterType, tuple[str, ...]] = {
    "size-class": (*SizeClass, "sme"),  # a metric may combine micro, small and medium
    "helix-kind": tuple(HelixKind),
    "body-kind": tuple(BodyKind),
    "topic": tuple(SurveyTopic),
    "direction": tuple(LinkDirection),
    "document-kind": tuple(DocumentKind),
    "legal-form": tuple(LegalForm),
    "label-level": tuple(LabelLevel),
    "chain-role": tuple(ChainRole),
}


def title_with_parameters(declaration: MetricDeclaration, given: Mapping[str, Any]) -> Text:
    """Return the metric's title with the words of its parameters."""
    words = [TITLE_WORDS[value] for value in given.values() if isinstance(value, str) and value in TITLE_WORDS]
    if not words:
        return declaration.title
    es, en = (", ".join(getattr(w, language) for w in words) for language in LANGUAGES)
    return Text(es=f"{declaration.title.es} ({es})", en=f"{declaration.title.en} ({en})")


def parameter_errors(
    declaration: MetricDeclaration, given: Mapping[str, Any], stages: tuple[str, ...], rulebook: str = ""
) -> Iterator[tuple[Steps, Any, PydanticCustomError]]:
    """Return the mistakes of the parameters that a criterion gives to a metric, each with its place below ``with``."""
    known = declaration.parameters
    for name, value in given.items():
        if name not in known:
            accepted = ", ".join(known) or "no parameters"
            found = f"the metric {declaration.id} has no parameter «{name}»"
            yield (name,), value, file_error(found, accepted, nearest_hint(name, known))
        elif (error := value_error(known[name], value, stages)) is not None:
            yield (name,), value, error
    for name, parameter in known.items():
        filled = parameter.type == "stage" or (parameter.type == "label" and bool(rulebook))
        if name not in given and parameter.default is None and not parameter.optional and not filled:
            found = f"the metric {declaration.id} needs the parameter «{name}»"
            yield (), given, file_error(found, f"with: {{{name}: {_example(parameter)}}}")


def value_error(parameter: Parameter, value: Any, stages: tuple[str, ...] | None = None) -> PydanticCustomError | None:
    """Return the mistakes of one value. If the parameter is a stage, it must be one of ``stages`` (None: any)."""
    names: tuple[str, ...]
    match parameter.type:
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
            return None if fits else file_error(describe_value(value), "a whole number, 0 or more")
        case "text" | "label":
            return None if isinstance(value, str) and value.strip() else file_error(describe_value(value), "a text")
        case "stage":
            names, noun = stages or (), "stage"
            if stages is None and isinstance(value, str):
                return None
        case _:
            names, noun = WORDS[parameter.type], parameter.type.replace("-", " ")
    if isinstance(value, str) and value in names:
        return None
    return file_error(f"the {noun} {describe_value(value)} is unknown", ", ".join(names), nearest_hint(value, names))


def fill_parameters(
    declaration: MetricDeclaration, given: Mapping[str, str | int], stage: str, rulebook: str = ""
) -> Parameters:
    """Return the parameters for the metric: defaults, and the criterion's own stage or rulebook, are filled in."""
    values = dict(given)
    for name, parameter in declaration.parameters.items():
        if name in values:
            continue
        if parameter.default is not None:
            values[name] = parameter.default
        elif parameter.type == "stage" and not parameter.optional:
            values[name] = stage
        elif parameter.type == "label" and rulebook:
            values[name] = rulebook
    return tuple(sorted(values.items()))


def default_id(declaration: MetricDeclaration, given: Mapping[str, Any]) -> str:
    """Return the id of a criterion that has none: its metric, and its parameters that differ from the defaults."""
    differing = [
        str(value)
        for name, value in sorted(given.items())
        if name in declaration.parameters and value != declaration.parameters[name].default
    ]
    return "-".join([declaration.id, *("".join(c if c.isalnum() else "-" for c in s.lower()) for s in differing)])


def _example(parameter: Parameter) -> str:
    if parameter.type in WORDS:
        return " | ".join(WORDS[parameter.type])
    return "12" if parameter.type == "integer" else "..."
