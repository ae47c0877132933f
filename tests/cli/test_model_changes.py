"""``clusterflow compare``, ``model diff`` and ``model impact``."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def test_an_initiative_is_compared_under_two_models(office: Run) -> None:
    found = office("compare", "one", "--models", "basque,catalan", "--json")
    assert found.code == 0, found.err
    places = {(s["model"], s["stage"]): s["place"] for k in found.json["kinds"] for s in k["stages"]}
    assert places["basque", "critical-mass"] == places["catalan", "critical-mass"] == "here"
    assert places["catalan", "strategy"] == "ahead"
    shown = office("compare", "one", "--models", "basque,catalan", "--lang", "es").out
    assert "▶ 1 Masa crítica" in shown
    assert "the nearest: basque" in office("compare", "one", "--models", "basqe").err
    assert office("compare", "one", "--models", ",").code != 0


def test_two_models_are_compared_in_words(office: Run) -> None:
    shown = office("model", "diff", "basque", "catalan").out
    assert "follows: Critical mass; before: Institutionalization" in shown
    assert "critical-mass" not in office("model", "diff", "basque", "catalan", "--lang", "es").out
    assert office("model", "diff", "basque", "basque").out == "no difference\n"
    assert office("model", "diff", "basque", "catalan", "--json").json[0]["what"]


def test_a_new_text_has_an_impact_on_those_under_it(office: Run, home: Path) -> None:
    text = (CONFIGS / "models" / "cordoba.yaml").read_text(encoding="utf-8")
    (home / "cordoba.yaml").write_text(text.replace("allowed: 9 months", "allowed: 5 months", 1), encoding="utf-8")
    assert office("evaluate", "one").code == 0
    found = office("model", "impact", "cordoba.yaml", "--json")
    assert found.code == 0, found.err
    assert [e["what"] for e in found.json["initiatives"][0]["effects"]] == ["deadline"]
    assert "1 of 1 live initiatives change" in office("model", "impact", "cordoba.yaml").out
    assert office("model", "impact", "none.yaml").code != 0
