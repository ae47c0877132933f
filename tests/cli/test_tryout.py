"""``clusterflow model try``: a history is lived under a model that nobody uses yet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import CommandResult, Run

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "example"
MODEL, HISTORY = EXAMPLE / "semilla.yaml", EXAMPLE / "cacao.jsonl"

Tried = Callable[..., CommandResult]


@pytest.fixture
def tried(run: Run, home: Path) -> Tried:
    """Try the model of the guide with its history, and with some more lines of it."""

    def call(*words: str, lines: list[dict[str, Any]] | None = None, without: str = "no line") -> CommandResult:
        remaining = [line for line in HISTORY.read_text(encoding="utf-8").splitlines() if without not in line]
        own = home / "history.jsonl"
        own.write_text("\n".join([*remaining, *map(json.dumps, lines or [])]), encoding="utf-8")
        return run("model", "try", str(MODEL), str(own), *words)

    return call


def verdicts(result: CommandResult) -> dict[str, list[tuple[str, str | None]]]:
    (life,) = result.json
    return {m["day"][:7]: [(g["stage"], g["readiness"]) for g in m["gates"]] for m in life["months"]}


def happened(result: CommandResult, *kinds: str) -> list[tuple[str, str, str]]:
    (life,) = result.json
    return [(h["on"], h["stage"], h["kind"]) for m in life["months"] for h in m["happened"] if h["kind"] in kinds]


def test_a_whole_life_is_listed_by_month(tried: Tried, home: Path) -> None:
    result = tried("--json")
    assert result.code == 0, result.err
    by_month = verdicts(result)
    assert list(by_month)[::13] == ["2024-02", "2025-03"]
    assert by_month["2024-03"] == [("critical-mass", "not-ready")]
    assert by_month["2024-04"] == [("common-purpose", "unknown")], "the gate before it was passed in that month"
    assert [stage for stage, _ in by_month["2024-10"]] == ["operation"], "held"
    assert by_month["2025-01"] == []
    assert happened(result, "milestone.achieved", "milestone.lapsed") == [
        ("2024-04-22", "critical-mass", "milestone.achieved"),
        ("2024-07-08", "common-purpose", "milestone.achieved"),
        ("2024-12-02", "operation", "milestone.achieved"),
        ("2025-02-01", "critical-mass", "milestone.lapsed"),
    ]
    assert not (home / "clusterflow.db").exists(), "in a scratch database"


def test_it_is_described_in_both_languages(tried: Tried) -> None:
    text = tried("--from", "2024-04-01", "--to", "2024-07-31").out
    assert "Founders who signed: 66.7 %, asked ≥ 80 %" in text
    assert "2024-02" not in text
    assert "assumed (2 times)" in text, "need: 2 takes two votes, and they are one go"
    assert "no se sabe" in tried("--lang", "es").out
    assert "supuesto, ines (miembro fundador), tomas (miembro fundador)" in tried("--lang", "es").out


def test_gates_stay_open_where_nothing_is_supposed(tried: Tried) -> None:
    result = tried("--leave-open", "--json")
    assert verdicts(result)["2024-12"] == [("critical-mass", "ready")]
    assert happened(result, "decision.refused") == [("2024-10-14", "operation", "decision.refused")]
    assert happened(result, "gate.decided") == []
    (life,) = result.json
    assert life["months"][5]["gates"][0]["open_for"] == "decides: founder (needed: 1)"


def test_a_decision_of_the_history_is_waited_for(tried: Tried) -> None:
    go = {"decision": "go", "stage": "critical-mass", "by": "tomas", "on": "2024-06-03", "reason": "Seis."}
    result = tried("--json", lines=[go])
    assert happened(result, "gate.decided")[0] == ("2024-06-03", "critical-mass", "gate.decided")
    (life,) = result.json
    decided = [h for m in life["months"] for h in m["happened"] if h["kind"] == "gate.decided"]
    assert [(h["assumed"], h["text"]) for h in decided[:1]] == [(False, "tomas (founder)")]


def test_a_decision_that_the_model_refuses_is_reported_with_its_reason(tried: Tried) -> None:
    early = {"decision": "go", "stage": "critical-mass", "by": "ines", "on": "2024-03-04"}
    stranger = {"decision": "go", "stage": "common-purpose", "by": "rita", "on": "2024-07-08"}
    result = tried("--to", "2024-08-31", lines=[early, stranger])
    assert "ines, «go»: the gate is not ready: committed-members" in " ".join(result.out.split())
    assert "decides: founder" in result.out


def test_a_quorum_that_nobody_in_the_history_can_fill_is_reported(tried: Tried) -> None:
    alone = tried("--json", without='"representation", "person": "tomas"').json[0]
    assert alone["months"][-1]["gates"][0]["open_for"].startswith("those who may decide are too few: founder")
    nobody = tried("--json", without='"representation"').json[0]
    assert nobody["months"][3]["gates"][0]["open_for"].startswith("nobody in the history may decide here: founder")


def test_it_says_what_the_engine_would_say(tried: Tried, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same facts, recorded in a database and evaluated on one day alone."""
    facts = [line for line in HISTORY.read_text(encoding="utf-8").splitlines() if "decision" not in line]
    Path("facts.jsonl").write_text("\n".join(facts), encoding="utf-8")
    shutil.copytree(EXAMPLE.parents[2] / "configs", "configs")
    shutil.copy(MODEL, "configs/models")
    monkeypatch.setenv("CLUSTERFLOW_CONFIGS", "configs")
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-02-01")
    run("db", "upgrade")
    for words in (("record", "--from", "facts.jsonl"), ("enrol", "cacao", "--model", "semilla")):
        assert run(*words).code == 0
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-03-31")
    run("evaluate", "cacao")
    there = run("status", "cacao", "--json").json
    here = tried("--to", "2024-03-31", "--json").json[0]["stands"]
    assert here["hindrances"] == there["hindrances"] != []
    assert here["stages"] == there["stages"]


def test_all_mistakes_of_model_and_history_are_reported_at_once_each_with_its_place(run: Run, home: Path) -> None:
    text = MODEL.read_text(encoding="utf-8")
    (home / "m.yaml").write_text(text.replace("founders-signed", "founders-sined"), encoding="utf-8")
    lines = [
        '{"record": "organisation", "id": "aroma", "name": "Aroma", "helix": "firm", "from": "2024-01-01"}',
        '{"record": "person", "id": "ana", "name": "Ana" "from": "2024-01-01"}',
        '{"decision": "gogo", "stage": "x", "by": "ana", "on": "2024-02-01"}',
        '{"decision": "go", "stage": "critical-mas", "by": "ana", "on": "2024-02-01", "for": "x"}',
        '{"record": "initiative", "id": "cacao", "name": "Cacao", "country": "EC", "from": "2024-02-01"}',
        '{"record": "membership", "initiative": "cacao", "organisation": "aromma", "from": "2024-02-31"}',
    ]
    (home / "h.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run("model", "try", "m.yaml", "h.jsonl")
    assert result.code == 2
    assert [line.split(": ")[1] for line in result.err.splitlines()[1:]] == [
        "m.yaml:41:20",
        "h.jsonl:1:60",
        "h.jsonl:2:49",
        "h.jsonl:3:2",
        "h.jsonl:4:51",
        "h.jsonl:6:75",
    ]
    assert "The nearest: critical-mass" in run("model", "try", str(MODEL), "h.jsonl").err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--to", "2020-01-01"), "is before the start of the first initiative"),
        (("--from", "2030-01-01"), "is after the last day"),
        (("--to", "9999-12-31"), "an earlier day"),
        (("--to", "soon"), "is no day"),
    ],
)
def test_days_that_cannot_be_read_are_a_sentence(tried: Tried, words: tuple[str, ...], expected: str) -> None:
    assert expected in tried(*words).err


def test_a_history_without_an_initiative_says_which_line_is_missing(tried: Tried) -> None:
    result = tried(without='"record": "initiative"')
    assert "no line starts an initiative" in result.err
    assert '{"record": "initiative", "id":' in result.err


def test_a_life_with_fixed_terms_is_extended_and_goes_on_to_the_next_level(run: Run) -> None:
    result = run("model", "try", str(EXAMPLE / "norway.yaml"), str(EXAMPLE / "norway.jsonl"), "--leave-open", "--json")
    assert result.code == 0, result.err
    assert happened(result, "gate.decided", "decision.refused", "milestone.achieved") == [
        ("2013-01-07", "arena", "gate.decided"),
        ("2014-07-01", "arena", "gate.decided"),
        ("2014-07-01", "arena", "milestone.achieved"),
        ("2019-07-08", "arena-pro", "gate.decided"),
        ("2019-07-08", "arena-pro", "milestone.achieved"),
    ]
    assert [stage for stage, _ in list(verdicts(result).values())[-1]] == ["gce"], "decided by the agency alone"
