"""The commands ``rulebook`` and ``judge``, in words and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_rulebooks_are_listed_shown_and_checked(office: Run, home: Path) -> None:
    assert "spain-aei" in office("rulebook", "list").out
    assert [one["id"] for one in office("rulebook", "list", "--json").json][:2] == ["catalonia-accio", "eccp"]
    shown = office("--lang", "es", "rulebook", "show", "spain-aei").out
    assert "abre: el 01-01 del año en que termina la vigencia" in shown
    assert "Lo que la fuente no dice" in shown
    assert "hungary-accredited: no mistake; texts: 2; rules: 2" in office("rulebook", "check").out
    (home / "mine.yaml").write_text("rulebook: mine\n", encoding="utf-8")
    wrong = office("rulebook", "check", "mine.yaml")
    assert wrong.code == 2
    assert "mine.yaml:1:1: the key «texts» is missing" in wrong.err
    assert json.loads(office("rulebook", "schema").out)["title"] == "clusterflow rulebook"


def test_an_initiative_is_judged_with_evidence_and_all_of_them_by_all_rulebooks(office: Run) -> None:
    office("record", "membership", "initiative=one", "organisation=firm", "from=2024-01-01", "commitment=regular-fee")
    answer = office("judge", "one", "--rulebook", "eccp", "--evidence").out
    assert "membership firm" in answer
    assert "✘ unmet" in answer
    everything = office("judge", "one", "--json").json
    assert [(one["rulebook"], one["ruling"]) for one in everything] == [("eccp", "unmet"), ("esca-gold", "unknown")]
    assert "Umbrales no públicos sin registrar: 31" in office("--lang", "es", "judge", "one").out
    past = office("judge", "one", "--rulebook", "spain-aei", "--as-of", "2013-01-01").out
    assert "– not in force" in past
    assert "No text is in force on that day." in past
    matrix = office("judge", "--json").json
    assert matrix["lines"][0]["cells"]["eccp"]["ruling"] == "unmet"
    assert "Rulebooks on" in office("judge").out
    assert office("judge", "one", "--rulebook", "escagold").code == 2


def test_a_past_answer_leaves_out_what_was_entered_later(office: Run) -> None:
    office("record", "membership", "initiative=one", "organisation=firm", "from=2024-01-01", "commitment=regular-fee")

    def found(*options: str) -> str:
        (eccp,) = office("judge", "one", "--rulebook", "eccp", "--as-of", "2024-02-01", *options, "--json").json
        return str(eccp["texts"][0]["rules"][0]["found"])

    assert (found(), found("--known-at", "2024-02-01")) == ("1", "unknown")
    (line,) = office("judge", "--known-at", "2024-02-01", "--json").json["lines"]
    assert line["cells"]["eccp"]["ruling"] == "unknown", "today it is unmet"


def test_the_program_of_a_region_judges_its_initiatives_and_asks_where_the_region_is_unknown(office: Run) -> None:
    assert office("enrol", "two", "name=Two", "country=ES", "office=office", "--model", "catalan").code == 0

    def rulebooks() -> list[str]:
        return [one["rulebook"] for one in office("judge", "two", "--json").json]

    assert rulebooks() == ["eccp", "esca-gold", "spain-aei"]
    shown = office("judge", "two").out
    assert "Not judged, because the region is not recorded: catalonia-accio. Record it with:" in shown
    assert "clusterflow record initiative id=two subdivision=CODE" in shown
    assert office("record", "initiative", "id=two", "subdivision=ES-PV").code == 0
    assert rulebooks() == ["eccp", "esca-gold", "spain-aei"]
    assert "Not judged" not in office("judge", "two").out
    assert office("record", "initiative", "id=two", "subdivision=ES-CT").code == 0
    assert rulebooks() == ["catalonia-accio", "eccp", "esca-gold", "spain-aei"]
