"""The metrics of governance: legal entity, seats, bodies, staff, documents and signatures."""

from __future__ import annotations

from typing import Any

import pytest

from clusterflow.errors import ClusterflowError

Fact = tuple[str, str, dict[str, Any]]
D = "2020-01-01"
ON = "2024-06-01"
FORMER = {"valid_to": "2023-12-31"}


def org(name: str, helix: str | None = "company") -> Fact:
    return ("organisation", D, {"id": name, "name": name, "helix": helix})


def body(name: str, kind: str = "committee", **fields: Any) -> Fact:
    return ("body", D, {"id": name, "kind": kind, "name": name, **fields})


def seat(person: str, of: str = "b", organisation: str | None = None, **fields: Any) -> Fact:
    return ("seat", D, {"body": of, "person": person, "organisation": organisation, **fields})


def staff(person: str, fte: float = 1, **fields: Any) -> Fact:
    return ("staff", D, {"person": person, "fte": fte, **fields})


def legal(**fields: Any) -> Fact:
    return ("legal-entity", D, {"name": "AC", **fields})


def document(kind: str, **fields: Any) -> Fact:
    return ("document", D, {"id": kind, "kind": kind, "title": kind, **fields})


def member(name: str, **fields: Any) -> Fact:
    return ("membership", D, {"organisation": name, **fields})


def signed(name: str, what: str = "charter", day: str = "2021-01-01") -> Fact:
    return ("signature", day, {"document": what, "organisation": name})


def voice(person: str, organisation: str) -> Fact:
    return ("representation", D, {"person": person, "organisation": organisation})


ALL = {"personality": True, "non_profit": True, "in_region": True}
KINDS = [org("co"), org("gov", "government"), org("uni", "academia"), org("odd", None)]
BOARD = [*KINDS, body("b", "board")]
CHAIR, MANAGER = {"role": "chair"}, {"role": "manager"}
CHARTER = [document("charter"), member("a", founder=True), member("b", founder=True), member("c")]

CASES = [
    ("nothing recorded", "legal-body", {}, [], None),
    ("all three", "legal-body", {}, [legal(**ALL)], 1),
    ("one no decides", "legal-body", {}, [legal(personality=True, non_profit=False)], 0),
    ("one unknown leaves it open", "legal-body", {}, [legal(personality=True, non_profit=True)], None),
    ("dissolved", "legal-body", {}, [legal(**ALL, **FORMER)], 0),
    ("of the form", "legal-body", {"form": "civil-association"}, [legal(**ALL, form="civil-association")], 1),
    ("of another form", "legal-body", {"form": "civil-association"}, [legal(**ALL, form="company")], 0),
    ("of an unknown form", "legal-body", {"form": "civil-association"}, [legal(**ALL)], None),
    ("personality alone", "legal-personality", {}, [legal(personality=True)], 1),
    ("no seats", "private-seat-share", {}, BOARD, None),
    ("private half", "private-seat-share", {}, [*BOARD, seat("p", "b", "co"), seat("q", "b", "gov")], "1/2"),
    ("for whom is unknown", "private-seat-share", {}, [*BOARD, seat("p", "b", "co"), seat("q")], ("1/2", 1)),
    ("other bodies", "private-seat-share", {"body": "assembly"}, [*BOARD, seat("p", "b", "co")], None),
    ("seat given up", "private-seat-share", {}, [*BOARD, seat("p", "b", "co"), seat("q", "b", "gov", **FORMER)], 1),
    ("government third", "government-seat-share", {},
     [*BOARD, seat("p", "b", "co"), seat("q", "b", "gov"), seat("r", "b", "uni")], "1/3"),
    ("nobody leads", "government-leads", {}, [*BOARD, seat("p", "b", "gov")], None),
    ("a firm chairs", "government-leads", {}, [*BOARD, seat("p", "b", "co", **CHAIR)], 0),
    ("government chairs", "government-leads", {}, [*BOARD, seat("p", "b", "gov", **CHAIR)], 1),
    ("whoever chairs", "government-leads", {}, [*BOARD, seat("p", "b", "odd", **CHAIR)], None),
    ("chair fine, manager unclear", "government-leads", {},
     [*BOARD, seat("p", "b", "co", **CHAIR), seat("q", "b", **MANAGER)], (0, None)),
    ("government manages", "government-leads", {},
     [*BOARD, body("m", "management"), seat("p", "b", "co", **CHAIR), seat("q", "m", "gov", **MANAGER)], 1),
    ("manager on its own payroll, with a seat", "government-leads", {},
     [*BOARD, seat("p", "b", "co", **CHAIR), body("m", "management"), seat("s", "m", None, role="manager"),
      staff("s", manager=True)], 0),
    ("staff of its own", "government-leads", {}, [staff("s", manager=True)], 0),
    ("staff lent by government", "government-leads", {}, [*KINDS, staff("s", manager=True), voice("s", "gov")], 1),
    ("no board", "knowledge-seat", {}, [], None),
    ("a board without seats", "knowledge-seat", {}, BOARD, None),
    ("a university votes", "knowledge-seat", {}, [*BOARD, seat("p", "b", "uni"), seat("q", "b", "co")], 1),
    ("a university listens", "knowledge-seat", {}, [*BOARD, seat("p", "b", "uni", vote=False)], 0),
    ("no university", "knowledge-seat", {}, [*BOARD, seat("p", "b", "co")], 0),
    ("perhaps a university", "knowledge-seat", {}, [*BOARD, seat("p", "b", "co"), seat("q", "b", "odd")], None),
    ("one board of two", "knowledge-seat", {},
     [*BOARD, body("b2", "board"), seat("p", "b", "uni"), seat("q", "b2", "co")], 0),
    ("boards", "bodies", {"body": "board"}, [*BOARD, body("c")], 1),
    ("committees", "working-committees", {}, [body("c"), body("d"), body("e", **FORMER), body("b", "board")], 2),
    ("all dissolved", "working-committees", {}, [body("e", **FORMER)], 0),
    ("one chaired", "committees-chaired", {},
     [body("c"), body("d"), seat("p", "c", **CHAIR), seat("q", "d")], "1/2"),
    ("seats unknown", "committees-chaired", {}, [body("c"), body("d"), seat("p", "c", **CHAIR)], ("1/2", 1)),
    ("tied", "committees-tied", {}, [body("c", objective="o"), body("d"), ("objective", D, {"id": "o", "title": "o"})],
     "1/2"),
    ("no objectives yet", "committees-tied", {}, [body("c")], (0, 1)),
    ("nobody leads anything", "key-person-risk", {}, [body("c")], None),
    ("two of three", "key-person-risk", {},
     [body("c"), body("d"), body("e"), seat("p", "c", **CHAIR), seat("p", "d", **CHAIR), seat("q", "e", **CHAIR)], 1),
    ("half is not over half", "key-person-risk", {},
     [body("c"), body("d"), seat("p", "c", **CHAIR), seat("q", "d", **CHAIR)], 0),
    ("may lead the other too", "key-person-risk", {}, [body("c"), body("d"), seat("p", "c", **CHAIR)], None),
    ("no manager known", "manager-appointed", {}, [], None),
    ("a seat", "manager-appointed", {}, [*BOARD, seat("p", "b", **MANAGER)], 1),
    ("on the payroll", "manager-appointed", {}, [staff("s", manager=True)], 1),
    ("staff, but no manager", "manager-appointed", {}, [staff("s")], 0),
    ("left", "manager-appointed", {}, [staff("s", manager=True, **FORMER)], 0),
    ("full time", "manager-full-time", {}, [staff("s", manager=True)], 1),
    ("half time", "manager-full-time", {}, [staff("s", 0.5, manager=True)], 0),
    ("a tenth and two", "management-fte", {}, [staff("s", 0.1), staff("t", 0.2)], "3/10"),
    ("nobody any more", "management-fte", {}, [staff("s", 0.1, **FORMER)], 0),
    ("French mean pôle", "fte-per-100-members", {},
     [*(staff(f"s{i}") for i in range(11)), *(member(f"m{i}") for i in range(187))], "1100/187"),
    ("staff unknown", "fte-per-100-members", {}, [member("a")], (0, None)),
    ("no members", "fte-per-100-members", {}, [staff("s")], None),
    ("purpose", "purpose-adopted", {}, [document("purpose-statement")], 1),
    ("other papers say nothing", "purpose-adopted", {}, [document("statutes")], None),
    ("out of force", "purpose-adopted", {}, [document("purpose-statement", **FORMER)], 0),
    ("statutes", "document-in-force", {"kind": "statutes"}, [document("statutes")], 1),
    ("hosting", "host-agreement", {}, [document("hosting-agreement")], 1),
    ("no signature on record", "founders-signed", {}, CHARTER, (0, 1)),
    ("half of the founders", "founders-signed", {}, [*CHARTER, signed("a")], "1/2"),
    ("signed later", "founders-signed", {}, [*CHARTER, signed("a"), signed("b", day="2024-06-02")], "1/2"),
    ("another paper", "founders-signed", {"kind": "statutes"}, [*CHARTER, signed("a")], (0, 1)),
    ("no founders", "founders-signed", {}, [document("charter"), member("c")], None),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "parameters", "facts", "gives"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_governance(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


@pytest.mark.parametrize(
    ("host", "facts", "gives"),
    [
        ("chamber", [staff("s"), staff("t"), voice("s", "chamber")], "1/2"),
        ("chamber", [staff("s")], 0),
        (None, [staff("s")], (0, 1)),
        ("chamber", [], None),
    ],
)
def test_host_staff_share(check: Any, host: str | None, facts: list[Fact], gives: Any) -> None:
    initiative = ("initiative", D, {"id": "one", "name": "One", "country": "CO", "host": host})
    check("host-staff-share", {}, [initiative, *facts], ON, gives)


@pytest.mark.parametrize(
    ("metric", "parameters", "accepted"),
    [
        ("legal-body", {"form": "club"}, "civil-association"),
        ("document-in-force", {"kind": "poem"}, "statutes"),
        ("label-valid", {"level": "platinum"}, "bronze, silver, gold"),
        ("dues-collected", {"size": "huge"}, "sme"),
    ],
)
def test_an_unknown_word_is_refused_with_the_accepted_ones(
    registry: Any, metric: str, parameters: Any, accepted: str
) -> None:
    with pytest.raises(ClusterflowError, match=accepted):
        registry.measure(metric, ON, **parameters)
