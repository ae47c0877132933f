"""The diagram of a model is complete and well formed, and readable without colour."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files, parse_model
from clusterflow.domain.terms import StageStatus
from clusterflow.reports.diagram import STAGE_STYLES, mermaid, svg
from clusterflow.reports.diagram_layout import BOX_WIDTH, lay_out
from clusterflow.reports.labels import STATUS
from clusterflow.rules.stage_order import direct_successions

CONFIGS = Path(__file__).parents[2] / "configs"
MODELS = load_models(model_files(CONFIGS / "models"), load_metrics(CONFIGS / "metrics.yaml"))
SVG = "{http://www.w3.org/2000/svg}"


def words(picture: str) -> str:
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own picture
    return " ".join(text.text or "" for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_diagram_names_every_stage_and_milestone(model, language):
    texts = words(svg(model, language))
    for stage in model.stages:
        assert stage.title.to(language) in texts
        assert stage.gate.milestone.to(language) in texts


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_boxes_overlap_neither_each_other_nor_the_arrows(model):
    drawing = lay_out(model, 100)
    corners = list(drawing.boxes.values())
    for index, (x, y) in enumerate(corners):
        assert 0 <= x <= drawing.width - BOX_WIDTH
        assert 0 <= y <= drawing.height - 100
        for other_x, other_y in corners[:index]:
            assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= 100
    assert len(drawing.arrows) == len(direct_successions(model))


def test_an_arrow_crosses_a_layer_in_its_own_lane(small, metrics):
    head, _ = small.split("  - id: found")
    gather = "  - id: gather" + head.split("  - id: gather")[1]
    later = {"b": "gather", "c": "b", "d": "gather", "e": "c, d", "f": "gather, e", "g": "b, f"}
    stages = [gather.replace("id: gather", f"id: {name}\n    after: [{after}]") for name, after in later.items()]
    drawing = lay_out(parse_model(head + "".join(stages), metrics), 100)
    assert any(len(arrow.points) > 2 for arrow in drawing.arrows)
    for arrow in drawing.arrows:
        for x, y in arrow.points:
            for left, top in drawing.boxes.values():
                assert not (left < x < left + BOX_WIDTH and top < y < top + 100)


def test_texts_of_people_are_escaped(small, metrics):
    model = parse_model(small.replace("en: Small", 'en: "R&D <\\"Small\\"> \\x01"'), metrics)
    assert 'R&D <"Small">' in words(svg(model, "en"))
    odd = parse_model(small.replace("en: Gather}", "en: 'R&D; \"all\"'}"), metrics)
    assert 's1("<b>1 · R#38;D#59; #34;all#34;</b>' in mermaid(odd, "en")


def test_a_state_has_a_word_and_a_symbol():
    model = MODELS["nuevo-leon"]
    states = {stage.id: status for stage, status in zip(model.stages, StageStatus, strict=False)}
    texts = words(svg(model, "es", states))
    for status in states.values():
        assert STATUS[status].es in texts
    assert len({look.sign for look in STAGE_STYLES.values()}) == len(StageStatus)


def test_mermaid_shows_the_order_and_the_optional_stages():
    text = mermaid(MODELS["colombian-hybrid"], "en", {"hosting": StageStatus.ACHIEVED})
    assert text.startswith("flowchart LR\n    accTitle: Colombian hybrid model\n")
    for arrow in ("s1 --> s2", "s3 --> s4", "s3 --> s5", "s4 --> s6", "s5 --> s6", "s4 -.-> s7"):
        assert f"    {arrow}\n" in text
    assert '    s1("<b>1 · Hosting</b><br/>◆ Hosting agreed<br/><i>Achieved</i>")\n' in text
    assert "<i>optional</i>" in text
    assert text.count("stroke-dasharray") == 1


def test_the_same_model_always_gives_the_same_diagram():
    for model in MODELS.values():
        assert svg(model, "es") == svg(model, "es")
