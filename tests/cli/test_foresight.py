"""``clusterflow foresee``: what comes if nobody records anything more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .conftest import Run


def test_foresee_shows_the_days_and_the_facts(office: Run) -> None:
    assert office(
        "record", "label", "initiative=one", "name=Bronze", "level=bronze", "from=2020-01-01", "to=2098-05-31"
    )
    member = ("membership", "initiative=one", "organisation=firm", "commitment=signed-agreement", "from=2024-01-01")
    assert office("record", *member, "to=2099-03-31").code == 0
    assert office("evaluate", "one").code == 0
    answer = office("foresee", "one", "--json")
    assert answer.code == 0, answer.err
    kinds = {(e["kind"], e["stage"]) for e in answer.json["events"]}
    assert ("stage.overdue", "critical-mass") in kinds
    everybody = office("foresee", "--portfolio", "--json")
    assert everybody.json == [answer.json]
    shown = office("foresee", "one", "--lang", "es").out
    assert "la etapa se pasa de su plazo, que vencía el " in " ".join(shown.split())
    assert "✔ cumplido → ✘ no cumplido" in shown


def test_what_cannot_be_foreseen_is_refused_in_words(office: Run) -> None:
    for words in (
        ("one", "--portfolio"),
        (),
        ("one", "--until", "2001-01-01"),
        ("nobody",),
        ("one", "--until", "soon"),
    ):
        answer = office("foresee", *words)
        assert (answer.code != 0, answer.out) == (True, "")
        assert answer.err.startswith("clusterflow: ")


def test_of_many_facts_behind_a_turn_people_read_the_first_and_programs_get_all(office: Run) -> None:
    ends = datetime.now(tz=UTC).date() + timedelta(days=100)
    for number in range(9):
        firm = f"firm-{number}"
        assert office("record", "organisation", f"id={firm}", "name=F", "helix=company", "from=2020-01-01").code == 0
        member = ("membership", "initiative=one", f"organisation={firm}", "commitment=signed-agreement")
        assert office("record", *member, "from=2024-01-01", f"to={ends}").code == 0
    assert office("evaluate", "one").code == 0
    events = office("foresee", "one", "--json").json["events"]
    assert 9 in {len(event["causes"]) for event in events}
    shown = " ".join(office("foresee", "one").out.split())
    assert "firm-3 (membership" in shown
    assert "firm-4" not in shown
    assert "and 5 more" in shown
    assert "gate has other findings" not in shown, "the findings themselves are listed"
