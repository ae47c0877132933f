"""The shipped lifecycle models, and what reading a model keeps and leaves out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from clusterflow.configs.json_schema import model_schema
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files, parse_model
from clusterflow.configs.yaml import read
from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.quantity import Unit
from clusterflow.domain.terms import HelixKind, Severity, StageKind
from clusterflow.reports.quorum import quorum
from clusterflow.rules.stage_order import descendants, layers

CONFIGS = Path(__file__).parents[2] / "configs"
METRICS = load_metrics(CONFIGS / "metrics.yaml")
MODELS = load_models(model_files(CONFIGS / "models"), METRICS)

ORDERS = {
    "basque": "critical-mass common-purpose institutionalization strategy committees operation",
    "catalan": "critical-mass strategy common-purpose committees institutionalization operation",
    "colombian-hybrid": "hosting critical-mass common-purpose committees+strategy operation+institutionalization",
    "nuevo-leon": "critical-mass common-purpose institutionalization committees strategy operation",
    "cordoba": "critical-mass common-purpose committees strategy institutionalization operation",
    "ecuador": "common-purpose critical-mass strategy committees institutionalization operation",
}

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def test_the_six_models_have_the_orders_of_their_schools():
    found = {model.id: " ".join("+".join(layer) for layer in layers(model)) for model in MODELS.values()}
    assert found == ORDERS


def test_the_hybrid_has_parallel_stages_and_an_optional_one_for_which_no_stage_waits():
    hybrid = MODELS["colombian-hybrid"]
    assert [stage.id for stage in hybrid.stages if stage.optional] == ["institutionalization"]
    assert descendants(hybrid, "institutionalization") == frozenset()


@every_model
def test_a_model_ends_in_an_open_ended_operation(model: LifecycleModel):
    assert [stage.kind for stage in model.stages if stage.open_ended] == [StageKind.OPERATION]


@every_model
def test_gates_require_enough_and_not_too_much(model: LifecycleModel):
    for stage in model.stages:
        criteria = list(stage.gate.criteria)
        # The operation stage is also where the challenges of the seeds are watched for good.
        assert 4 <= len(criteria) <= (15 if stage.open_ended else 9)
        assert 1 <= sum(c.severity is Severity.BLOCKING for c in criteria) <= 6
        assert {"stage-time", "known-share"} <= {c.metric for c in criteria}


@every_model
def test_every_milestone_has_watched_criteria(model: LifecycleModel):
    for stage in model.stages:
        assert any(criterion.keep for criterion in stage.gate.criteria)


@every_model
def test_bounds_have_the_direction_of_their_metric(model: LifecycleModel):
    for stage in model.stages:
        for criterion in stage.gate.criteria:
            assert criterion.bound.rising == (METRICS[criterion.metric].direction == "more"), criterion.id


@every_model
def test_the_government_sets_no_direction_and_decides_no_management_gate(model: LifecycleModel):
    for stage in model.stages:
        if stage.kind in (StageKind.STRATEGY, StageKind.INSTITUTIONALIZATION, StageKind.OPERATION):
            assert HelixKind.GOVERNMENT in stage.gate.decided_by.never
    assert [(e.helix, e.alone, e.source) for e in model.exclusions] == [
        (HelixKind.GOVERNMENT, False, "ECLAC"),
        (HelixKind.GOVERNMENT, True, "ECLAC, P"),
    ]


@every_model
def test_the_government_decides_no_gate_alone(model: LifecycleModel):
    for stage in model.stages:
        rule = stage.gate.decided_by
        assert HelixKind.GOVERNMENT in (*rule.never, *rule.never_alone)


@every_model
def test_the_government_waives_no_criterion(model: LifecycleModel):
    for stage in model.stages:
        rule = stage.gate.decided_by
        assert not rule.override or HelixKind.GOVERNMENT in (*rule.never, *rule.override_never)
        is_shown = "never overrides: government" in quorum(rule, "en")
        assert is_shown == (bool(rule.override) and HelixKind.GOVERNMENT in rule.override_never)


def test_a_model_that_excludes_nobody_may_let_the_government_decide(metrics, small):
    everybody = small.split("exclusions:")[0].replace("        never: [government]\n", "")
    model = parse_model(everybody, metrics)
    assert model.exclusions == ()
    assert model.stage("found").gate.decided_by.never == ()


@every_model
def test_a_model_is_the_same_after_storage_in_the_database(model: LifecycleModel):
    again = LifecycleModel.model_validate_json(model.model_dump_json(by_alias=True))
    assert again == model
    assert again.hash == model.hash


@every_model
def test_the_schema_for_editors_accepts_the_shipped_models(model: LifecycleModel):
    written = read(CONFIGS / "models" / f"{model.id}.yaml").value
    assert list(jsonschema.Draft7Validator(model_schema(METRICS)).iter_errors(written)) == []


def test_each_model_has_its_known_features():
    def bound(model: str, stage: str, criterion: str) -> str:
        return str({c.id: c.bound for c in MODELS[model].stage(stage).gate.criteria}[criterion])

    assert bound("cordoba", "critical-mass", "committed-members") == "≥ 5"
    assert bound("nuevo-leon", "critical-mass", "committed-members") == "≥ 15"
    assert bound("ecuador", "critical-mass", "helix-kinds") == "≥ 3"
    assert bound("ecuador", "strategy", "strategy-horizon") == "≥ 10 years"
    assert bound("catalan", "institutionalization", "member-companies") == "≥ 20"
    assert MODELS["nuevo-leon"].position("institutionalization") == 3


def test_the_hash_depends_on_the_content_only(metrics, small):
    model = parse_model(small, metrics)
    remarked = parse_model(
        "# a remark\n" + small.replace("source: ECLAC\nstages", "stages") + "source: ECLAC\n", metrics
    )
    changed = parse_model(small.replace(">= 12", ">= 11"), metrics)
    assert remarked.hash == model.hash != changed.hash


def test_the_notation_of_a_parameter_does_not_change_the_hash(metrics, small):
    spelled = small.replace("{size: large}", "{months: 12, size: large}")
    assert parse_model(spelled, metrics).hash == parse_model(small, metrics).hash


def test_defaults_are_filled_in(metrics, small):
    model = parse_model(small, metrics)
    gather, found = model.stages
    committed, time = gather.gate.requires
    assert (committed.id, committed.severity, committed.with_) == ("committed-members", Severity.BLOCKING, ())
    assert time.with_ == (("stage", "gather"),)
    assert (gather.allowed_days, gather.escalate_days, found.allowed_days) == (365, 30, 730)
    group = found.gate.requires[1]
    assert isinstance(group, AnyOf)
    assert group.id == "any-of-1"
    assert [(part.id, part.with_) for part in group.any_of] == [
        ("dues-collected-large", (("months", 12), ("size", "large"))),
        ("links-inside", (("direction", "inside"),)),
    ]


def test_the_parts_of_a_group_have_the_severity_of_the_group(metrics, small):
    text = small.replace("        - any_of:", "        - severity: warning\n          any_of:")
    group = parse_model(text, metrics).stage("found").gate.requires[1]
    assert {part.severity for part in group.any_of} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("written", "days"),
    [("1 day", 1), ("26 weeks", 182), ("1 month", 31), ("6 months", 183), ("12 months", 365), ("18 months", 548),
     ("2 years", 730)],
)  # fmt: skip
def test_a_time_is_read_as_days(written: str, days: int, metrics, small):
    model = parse_model(small.replace("12 months", written), metrics)
    assert model.stages[0].allowed_days == days


def test_a_bound_is_exact(metrics, small):
    model = parse_model(small.replace('">= 95 %"', '">= 1/3"'), metrics)
    bound = model.stage("found").gate.requires[1].any_of[0].bound
    assert (bound.number, bound.unit) == (Fraction(1, 3), Unit.SHARE)


def test_the_schema_offers_the_metrics_and_refuses_misspelt_names(small):
    schema = model_schema(METRICS)
    jsonschema.Draft7Validator.check_schema(schema)
    assert "committed-members" in schema["definitions"]["WrittenCriterion"]["properties"]["metric"]["enum"]
    document = read(CONFIGS / "models" / "basque.yaml").value
    for change in ({"version": 1}, {"stages": []}, {"modell": "x"}, {"model": "Basque"}):
        errors = list(jsonschema.Draft7Validator(schema).iter_errors({**document, **change}))
        assert errors, change


def test_a_stage_may_have_a_fixed_term_with_an_extension(metrics, small):
    """Norway: Arena takes three years, once extended by two at most."""
    written = small.replace("    allowed: 12 months\n", "    allowed: 3 years\n    term: {extension: 2 years}\n")
    term = parse_model(written, metrics).stage("gather").term
    assert term is not None
    assert (term.extension_days, term.times) == (730, 1)
