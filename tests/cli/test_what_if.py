"""``clusterflow what-if``: the answers before and after some facts, without recording them."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_what_if_shows_the_changes_and_records_nothing(office: Run, home: Path) -> None:
    member = {"record": "membership", "initiative": "one", "organisation": "firm", "commitment": "signed-agreement"}
    (home / "idea.jsonl").write_text(json.dumps({**member, "from": "2024-01-01"}), encoding="utf-8")
    answer = office("what-if", "one", "--from", "idea.jsonl", "--json")
    assert answer.code == 0, answer.err
    changed = {f["criterion"]: f for f in answer.json["findings"]}
    committed = changed["committed-members"]
    assert (committed["before"], committed["after"], committed["found_after"]) == ("unknown", "unmet", "1")
    assert committed["by"][0]["where"] == "idea.jsonl:1"
    shown = office("what-if", "one", "--from", "idea.jsonl", "--lang", "es")
    assert "No se registró nada." in shown.out
    assert "idea.jsonl:1 membership organisation=firm → 1" in " ".join(shown.out.split())
    assert office("record", "--from", "idea.jsonl").out == "1 entered\n"


def test_mistakes_are_reported_like_those_of_record(office: Run, home: Path) -> None:
    lines = ["no JSON", json.dumps({"record": "membership", "initiative": "one", "organisation": "nobody"})]
    (home / "idea.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recorded, supposed = (office(c, *i, "--from", "idea.jsonl") for c, i in (("record", ()), ("what-if", ("one",))))
    assert supposed.code == recorded.code != 0
    assert supposed.err == recorded.err


def test_an_unknown_initiative_or_file_is_an_error(office: Run, home: Path) -> None:
    (home / "idea.jsonl").write_text("", encoding="utf-8")
    assert "the nearest: one" in office("what-if", "onne", "--from", "idea.jsonl").err
    assert office("what-if", "one", "--from", "none.jsonl").code != 0
