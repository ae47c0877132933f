"""All mistakes in a model file are reported at once: where, what was found, what is accepted, which name is similar."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from clusterflow.configs.models import load_model, load_models, model_files
from clusterflow.errors import Mistakes, UnknownName
from clusterflow.services.catalogue.models import Models, find_model, models_in

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
TABLE = [case for file in sorted((HERE / "mistakes").glob("*.yaml")) for case in YAML(typ="safe").load(file)]


def test_the_small_model_itself_is_valid(changed):
    assert changed() == []


@pytest.mark.parametrize("case", TABLE, ids=[case["what"] for case in TABLE])
def test_a_mistake_is_reported(case: Mapping[str, Any], changed):
    messages = changed((case["instead of"], case["stands"]))
    assert [sentence.removeprefix("small.yaml:") for sentence in messages] == case["says"]


def test_ten_mistakes_in_one_file_are_reported_together(metrics):
    with pytest.raises(Mistakes) as caught:
        load_model(HERE / "ten-mistakes.yaml", metrics)
    mistakes = [(m.where.removeprefix(f"{HERE}/ten-mistakes.yaml:"), m.found, m.cure) for m in caught.value.mistakes]
    assert mistakes == [
        ("9:11", "the stage kind «critical-mas» is unknown", "The nearest: critical-mass"),
        ("10:12", "the key «en» is missing", ""),
        ("16:28", "the role «offise» is unknown", "The nearest: office"),
        ("18:20", "the metric «comitted-members» is unknown", "The nearest: committed-members"),
        ("23:14", "«0 days» is no time at all", ""),
        ("28:44", "2 people must decide, but manager is held by one person at a time", ""),
        ("30:38", "«> 35 days» has the wrong unit for a metric in share", ""),
        ("34:20", "the stage «plann» is unknown", "The nearest: plan"),
        ("40:19", "government could decide the gate of a stage of the kind institutionalization",
         "The model excludes it there, by ECLAC (exclusions)"),
        ("54:61", "keep «≥ 15» is neither the bound «≥ 12» nor weaker", ""),
    ]  # fmt: skip


def test_the_mistakes_of_a_file_are_in_the_order_of_its_lines(changed):
    messages = changed(
        ("severity: warning", "severity: warn"), ("model: small", "model: Small"), ("need: 2", "need: 0")
    )
    assert [sentence.split(":")[1] for sentence in messages] == ["1", "24", "38"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", "small.yaml:1:1: the file is empty"),
        ("# nothing but a remark\n", "small.yaml:1:1: the file is empty"),
        ("a", "small.yaml:1:1: «a»; accepted: a mapping with the keys model, version, title, about, source, stages"),
        ("\x01", "small.yaml:1:1: the character U+0001 is not allowed in YAML"),
        ("a: 1\nb: \x7f", "small.yaml:2:4: the character U+007F is not allowed in YAML"),
        pytest.param("x: " + "[" * 5000, "small.yaml:1:1: lists and mappings are nested too deeply to be read",
                     id="nested too deeply"),
        ("--- a\n--- b", "small.yaml:2:1: this is not YAML: expected a single document in the stream, "
         "but found another document"),
    ],
)  # fmt: skip
def test_a_text_that_is_not_a_model_is_refused(text: str, messages: str, sentences):
    assert sentences(text) == [messages]


def test_a_missing_file_and_a_binary_file_are_refused(tmp_path, metrics):
    with pytest.raises(Mistakes, match=r"x\.yaml: the file does not exist"):
        load_model(tmp_path / "x.yaml", metrics)
    (tmp_path / "y.yaml").write_bytes(b"model: y\ntitle: Pe\xf1a\n")
    with pytest.raises(Mistakes, match=r"y\.yaml:2:1: the byte 0xf1 is not UTF-8\. Save the file as UTF-8"):
        load_model(tmp_path / "y.yaml", metrics)
    with pytest.raises(Mistakes, match="cannot be read"):
        load_model(tmp_path, metrics)


def test_the_mistakes_of_all_files_of_a_folder_are_reported(tmp_path, metrics, small):
    (tmp_path / "one.yaml").write_text(small)
    (tmp_path / "small.yaml").write_text(small)
    (tmp_path / "three.yaml").write_text(small.replace("model: small", "model: three").replace("is yes", "maybe"))
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(Mistakes) as caught:
        load_models(model_files(tmp_path), metrics)
    assert [str(m).removeprefix(f"{tmp_path}/") for m in caught.value.mistakes] == [
        "broken.yaml:1:5: this is not YAML: while parsing a flow node, expected the node content, "
        "but found '<stream end>'",
        "one.yaml:1:8: the model «small» is in a file called one.yaml; accepted: small.yaml",
        "small.yaml:1:8: the model «small» is also in one.yaml; accepted: every model once",
        "three.yaml:42:18: «maybe» is not a bound in yes-no; accepted: «is yes» or «is no»",
    ]


def test_a_mistake_in_one_file_does_not_affect_another_model(tmp_path):
    shutil.copytree(CONFIGS, tmp_path, dirs_exist_ok=True)
    broken = tmp_path / "models" / "catalan.yaml"
    broken.write_text("a: [")
    (tmp_path / "models" / "other.yaml").write_text((CONFIGS / "models" / "basque.yaml").read_text())
    models = Models(tmp_path)
    assert models["basque"] == models_in(CONFIGS)["basque"]
    assert set(models) == set(models_in(CONFIGS)) | {"other"}
    with pytest.raises(Mistakes, match=r"catalan\.yaml:1:5: this is not YAML"):
        models["catalan"]
    with pytest.raises(Mistakes, match=r"the model «basque» is in a file called other\.yaml"):
        models["other"]
    with pytest.raises(UnknownName, match="basque"):
        find_model(models, "basqe")
    with pytest.raises(Mistakes, match=r"catalan\.yaml:1:5"):
        models_in(tmp_path)


def test_a_folder_without_models_is_refused(tmp_path, metrics):
    with pytest.raises(Mistakes, match=r"there is no model in this folder; accepted: files like basque\.yaml"):
        load_models(model_files(tmp_path), metrics)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "gather", "P", ">= 1", "is yes", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "any_of", "metric", "es", "with", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(data=st.data(), what=ANYTHING)
def test_any_value_at_any_place_ends_in_messages(data, what, small, sentences):
    """Any value at any place of the file is accepted or reported; no other exception is raised."""
    model = YAML(typ="safe").load(small)
    place, key = model, data.draw(st.sampled_from(list(model)))
    while isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    place[key] = what
    for sentence in sentences(written(model)):
        assert sentence.startswith("small.yaml:")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_ends_in_messages(sentences, text):
    assert sentences(text)


def written(value: Any) -> str:
    """YAML in flow style: JSON, except numbers that JSON does not have."""
    match value:
        case dict():
            return "{" + ", ".join(f'"{key}": {written(item)}' for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case str():
            return '"' + value.replace('"', '\\"') + '"'
        case float():
            return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(str(value), repr(value))
        case _:
            return {None: "null", True: "true", False: "false"}.get(value, str(value))
