"""The metrics of meetings (attendance, turnover, silent committees) and of surveys."""

from __future__ import annotations

from typing import Any

import pytest

Fact = tuple[str, str, dict[str, Any]]
D = "2020-01-01"
ON = "2024-06-01"


def body(name: str = "c", day: str = D, kind: str = "committee", **fields: Any) -> Fact:
    return ("body", day, {"id": name, "kind": kind, "name": name, **fields})


def meeting(day: str, of: str = "c", name: str | None = None, **fields: Any) -> Fact:
    return ("meeting", day, {"id": name or f"{of}-{day}", "body": of, **fields})


def met(day: str, came: str = "", absent: str = "", unclear: str = "", of: str = "c") -> list[Fact]:
    """A meeting with its attendance: present, absent, or unknown. Each letter is a person; each firm has two people."""
    firm = {person: f"firm-{i // 2}" for i, person in enumerate("abcdefgh")}
    present = [*((p, True) for p in came), *((p, False) for p in absent), *((p, None) for p in unclear)]
    return [
        meeting(day, of),
        *(
            ("attendance", day,
             {"meeting": f"{of}-{day}", "person": p, "organisation": firm[p], "present": present_})
            for p, present_ in present
        ),
    ]  # fmt: skip


OBJECTIVE = ("objective", D, {"id": "o", "title": "o"})
FIRMS = [
    fact
    for i in range(2)
    for fact in (
        ("organisation", D, {"id": f"firm-{i}", "name": "f", "helix": "company"}),
        ("membership", D, {"organisation": f"firm-{i}"}),
    )
]
WALK_IN = (
    "attendance", "2024-05-01",
    {"meeting": "c-2024-05-01", "person": "z", "organisation": "firm-0", "present": True, "invited": False},
)  # fmt: skip

CASES = [
    ("no meetings", "attendance", {}, [body()], None),
    ("two of three came", "attendance", {}, [body(), *met("2024-05-01", "ab", "c")], "2/3"),
    ("of one nobody knows", "attendance", {}, [body(), *met("2024-05-01", "ab", "c", "d")], ("1/2", "3/4")),
    ("who was not invited does not count", "attendance", {}, [body(), *met("2024-05-01", "a", "b"), WALK_IN], "1/2"),
    ("too long ago", "attendance", {}, [body(), *met("2023-06-01", "ab")], None),
    ("a year less a day", "attendance", {}, [body(), *met("2023-06-02", "ab")], 1),
    ("boards only", "attendance", {"body": "board"},
     [body(), body("b", kind="board"), *met("2024-05-01", "ab"), *met("2024-05-02", "a", "b", of="b")], "1/2"),
    ("one meeting says nothing", "person-turnover", {}, [body(), *met("2024-05-01", "ab")], None),
    ("the same two", "person-turnover", {}, [body(), *met("2024-04-01", "ab"), *met("2024-05-01", "ab")], 0),
    ("one new of two", "person-turnover", {}, [body(), *met("2024-04-01", "ac"), *met("2024-05-01", "ab")], "1/2"),
    ("there three meetings before", "person-turnover", {},
     [body(), *met("2024-01-01", "b"), *met("2024-02-01", "a"), *met("2024-03-01", "a"), *met("2024-05-01", "ab")], 0),
    ("there four meetings before", "person-turnover", {},
     [body(), *met("2024-01-01", "b"), *met("2024-02-01", "a"), *met("2024-03-01", "a"), *met("2024-04-01", "a"),
      *met("2024-05-01", "ab")], "1/2"),
    ("before, nobody knows", "person-turnover", {},
     [body(), *met("2024-04-01", "a", unclear="b"), *met("2024-05-01", "ab")], (0, "1/2")),
    ("at the last, nobody knows", "person-turnover", {},
     [body(), *met("2024-04-01", "ab"), *met("2024-05-01", "a", unclear="b")], (0, "1/2")),
    ("a meeting nobody attended is none", "person-turnover", {},
     [body(), *met("2024-04-01", "ab"), *met("2024-05-01", "ab"), *met("2024-05-15", "", "ab")], 0),
    ("each committee by itself", "person-turnover", {},
     [body(), body("d"), *met("2024-04-01", "a"), *met("2024-05-01", "a"), *met("2024-04-01", "b", of="d"),
      *met("2024-05-01", "a", of="d")], "1/2"),
    ("two on one day", "person-turnover", {},
     [body(), meeting("2024-05-01", name="x"), meeting("2024-05-01", name="y"),
      *(("attendance", "2024-05-01", {"meeting": m, "person": p, "organisation": "f", "present": True})
        for m, p in (("x", "a"), ("y", "b")))], 1),
    ("a dissolved committee", "person-turnover", {},
     [body(valid_to="2024-05-30"), *met("2024-04-01", "a"), *met("2024-05-01", "b")], None),
    ("a changed delegate is no lost firm", "organisation-turnover", {},
     [body(), *met("2024-04-01", "a"), *met("2024-05-01", "b")], 0),
    ("a new firm", "organisation-turnover", {}, [body(), *met("2024-04-01", "a"), *met("2024-05-01", "bc")], "1/2"),
    ("no attendance recorded", "committee-participation", {}, [body(), *FIRMS], (0, 1)),
    ("one of two firms", "committee-participation", {}, [body(), *FIRMS, *met("2024-05-01", "a", "c")], "1/2"),
    ("of one nobody knows ", "committee-participation", {}, [body(), *FIRMS, *met("2024-05-01", "a", unclear="c")],
     ("1/2", 1)),
    ("the committee was dissolved since", "committee-participation", {},
     [body(valid_to="2024-05-30"), *FIRMS, *met("2024-05-01", "a")], "1/2"),
    ("boards are no committees", "committee-participation", {},
     [body(kind="board"), *FIRMS, *met("2024-05-01", "ac")], (0, 1)),
    ("no committees", "committee-silence", {}, [meeting("2024-05-01")], None),
    ("a month", "committee-silence", {}, [body(), meeting("2024-03-02"), meeting("2024-05-02")], 30),
    ("a meeting to come", "committee-silence", {}, [body(), meeting("2024-05-02"), meeting("2024-06-02")], 30),
    ("the longest", "committee-silence", {},
     [body(), body("d"), meeting("2024-05-02"), meeting("2024-04-02", "d")], 60),
    ("formed a month ago, no book of meetings", "committee-silence", {}, [body(day="2024-05-02")], (None, 30)),
    ("never met, while others did", "committee-silence", {},
     [body(day="2024-04-02"), body("d"), meeting("2024-05-02", "d")], 60),
    ("others met before it was formed", "committee-silence", {},
     [body(day="2024-05-12"), body("d"), meeting("2024-05-02", "d")], (30, 30)),
    ("a committee that was renamed keeps its age", "committee-silence", {},
     [body(day="2024-04-02"), ("body", "2024-05-20", {"id": "c", "kind": "committee", "name": "new"})], (None, 60)),
    ("tied by the meeting", "committee-focus", {},
     [OBJECTIVE, body(), meeting("2024-05-01", objective="o"), meeting("2024-05-02")], "1/2"),
    ("the committee's own objective ties no meeting", "committee-focus", {},
     [OBJECTIVE, body(objective="o"), meeting("2024-05-02")], 0),
    ("no objectives on record", "committee-focus", {}, [body(), meeting("2024-05-02")], (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "parameters", "facts", "gives"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_meetings(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


def wave(day: str, mean: int | None, answers: int = 10, invited: int = 20, topic: str = "trust") -> Fact:
    return ("survey-wave", day, {"topic": topic, "invited": invited, "answers": answers, "mean_milli": mean})


FIRST, LAST = wave("2023-05-01", 3900), wave("2024-05-01", 3850)
SURVEYS = [
    ("no survey", "trust-index", {}, [], None),
    ("of satisfaction only", "trust-index", {}, [wave("2024-05-01", 3850, topic="satisfaction")], None),
    ("the last", "trust-index", {}, [FIRST, LAST], "3.85"),
    ("forty percent answered", "trust-index", {}, [wave("2024-05-01", 3500, 8)], "3.5"),
    ("fewer answered", "trust-index", {}, [FIRST, wave("2024-05-01", 3500, 7)], None),
    ("fewer are enough", "trust-index", {"response_percent": 30}, [wave("2024-05-01", 3500, 7)], "3.5"),
    ("four answers are no secret", "trust-index", {}, [wave("2024-05-01", 3500, 4, 4)], None),
    ("no mean", "trust-index", {}, [wave("2024-05-01", None)], None),
    ("satisfaction", "satisfaction-index", {}, [wave("2024-05-01", 4000, topic="satisfaction")], 4),
    ("one wave", "trust-fall", {}, [LAST], None),
    ("fell", "trust-fall", {}, [wave("2022-05-01", 1000), FIRST, LAST], "0.05"),
    ("rose", "trust-fall", {}, [FIRST, wave("2024-05-01", 4000)], "-0.1"),
    ("fell, but few answered", "trust-fall", {}, [FIRST, wave("2024-05-01", 1000, 7)], None),
    ("half", "survey-response-rate", {}, [LAST], "1/2"),
    ("of the topic", "survey-response-rate", {"topic": "satisfaction"}, [LAST], None),
    ("nobody invited", "survey-response-rate", {}, [wave("2024-05-01", None, 0, 0)], None),
    ("a month old", "survey-age", {"topic": "trust"}, [LAST], 1),
    ("satisfaction unasked", "survey-age", {}, [LAST], None),
    ("a year and a day", "survey-age", {}, [wave("2023-05-31", 4000, topic="satisfaction")], "373/31"),
]


@pytest.mark.parametrize(
    ("metric", "parameters", "facts", "gives"), [c[1:] for c in SURVEYS], ids=[c[0] for c in SURVEYS]
)
def test_surveys(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)
