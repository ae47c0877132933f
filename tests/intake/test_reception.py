"""What other systems hand in is recorded once, or refused with every mistake and mended by somebody."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterflow.domain.records import RECORDS
from clusterflow.domain.refused_submission import RefusalState
from clusterflow.engine import transaction
from clusterflow.engine.submissions import DeliveryResult
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.intake.submissions import delivered_event, delivered_file
from clusterflow.services import ledger, outbox
from clusterflow.services.intake.submissions import Reception

from .conftest import Gate


def membership(organisation: str = "firm", **more: object) -> dict[str, Any]:
    return {"record": "membership", "initiative": "one", "organisation": organisation, "from": "2024-01-01", **more}


def organisation(name: str) -> dict[str, Any]:
    return {"record": "organisation", "id": name, "name": name.title(), "from": "2020-01-01"}


def refused_of(became: DeliveryResult | str) -> int:
    assert isinstance(became, DeliveryResult)
    assert became.refused is not None
    return became.refused


class TestEvents:
    def test_an_event_is_recorded_once_however_often_it_comes(self, gate: Gate) -> None:
        for _ in range(3):
            became = gate.hand_in(("e1", membership()), ("e1", membership()))["e1"]
            assert isinstance(became, DeliveryResult)
            assert became.recorded is not None
            assert (became.recorded.entered, became.recorded.initiatives) == (1, ("one",))
        assert gate.memberships() == ["event:e1"]
        assert gate.reception.new_events(["e1", "e2"]) == {"e2"}
        assert ledger.entries(gate.context, "one")[-1].actor == "intake"

    def test_several_records_are_taken_together_or_not_at_all(self, gate: Gate) -> None:
        good = {"records": [organisation("acme"), membership("acme")]}
        bad = {"records": [organisation("other"), membership("othr"), {"record": "membership"}]}
        became = gate.hand_in(("good", good), ("bad", bad))
        assert isinstance(became["good"], DeliveryResult)
        assert became["good"].refused is None
        refusal = gate.reception.refusal(refused_of(became["bad"]))
        assert [str(m) for m in refusal.mistakes] == [
            "event bad record 2: no organisation is called «othr». The nearest: other",
            "event bad record 3: a membership belongs to an initiative; accepted: initiative=ID",
        ]
        assert len(gate.memberships()) == 1

    def test_the_order_within_a_round_does_not_matter(self, gate: Gate) -> None:
        seat = {"record": "seat", "initiative": "one", "body": "club", "person": "zoe", "from": "2024-01-01"}
        body = {"record": "body", "initiative": "one", "id": "club", "kind": "committee", "name": "Club"}
        became = gate.hand_in(
            ("1", seat),
            ("2", membership("late")),
            ("3", {**body, "from": "2024-01-01"}),
            ("4", {"record": "person", "id": "zoe", "name": "Zoe", "from": "2024-01-01"}),
            ("5", organisation("late")),
        )
        assert all(isinstance(b, DeliveryResult) and b.refused is None for b in became.values())
        assert len(became) == 5

    @pytest.mark.parametrize(
        ("payload", "expected"),
        [
            ({}, "no field «record»"),
            ({"records": []}, "holds no record"),
            (membership("frim"), "no organisation is called «frim». The nearest: firm"),
            (membership(comitment="x"), "The nearest: commitment"),
            (membership(source="a\0b"), "contains a character that is not allowed"),
            ({"record": "observation", "numerator": 10**30}, "larger than a number can be"),
        ],
    )
    def test_a_bad_record_is_kept_with_its_mistakes(self, gate: Gate, payload: dict[str, Any], expected: str) -> None:
        number = refused_of(gate.hand_in(("bad", payload))["bad"])
        refusal = gate.reception.refusal(number)
        assert expected in " ".join(map(str, refusal.mistakes))
        assert (refusal.source, refusal.address, refusal.state) == ("event:bad", "event bad", RefusalState.WAITING)
        assert json.loads(refusal.payload) == payload
        assert refusal.received_at == gate.now
        assert gate.reception.new_events(["bad"]) == set()
        assert [r.id for r in gate.reception.refusals()] == [number]

    def test_one_that_cannot_be_read_keeps_no_other_out(self, gate: Gate) -> None:
        events = [("a", {"record": "membership"}), ("b", membership()), ("c", {"nonsense": [[[[[[1]]]]]]})]
        became = gate.hand_in(*events)
        assert [isinstance(b, DeliveryResult) and b.refused is None for _, b in sorted(became.items())] == [
            False,
            True,
            False,
        ]

    def test_a_clock_that_went_back_refuses_and_says_why(self, gate: Gate) -> None:
        gate.hand_in(("now", membership()))
        gate.at("2023-12-01")
        refusal = gate.reception.refusal(refused_of(gate.hand_in(("past", membership(tier="gold")))["past"]))
        assert "already has entries" in refusal.mistakes[0].found

    def test_two_rounds_at_once_record_once(self, gate: Gate) -> None:
        events = [(f"e{i}", {"records": [organisation(f"org-{i}"), membership(f"org-{i}")]}) for i in range(8)]
        events += [(f"bad{i}", membership(f"nobody-{i}")) for i in range(4)]
        problems: list[Exception] = []

        def round_() -> None:
            try:
                list(Reception(gate.context).take_in([delivered_event(*e) for e in events]))
            except Exception as problem:
                problems.append(problem)

        threads = [threading.Thread(target=round_) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert sorted(gate.memberships()) == [f"event:e{i}" for i in range(8)]
        assert sorted(r.source for r in gate.reception.refusals()) == [f"event:bad{i}" for i in range(4)]
        assert ledger.first_break(gate.context, "one") is None


class TestMending:
    def test_other_fields_or_a_mended_mendedrecord_it(self, gate: Gate) -> None:
        number = refused_of(gate.hand_in(("bad", membership("frim")))["bad"])
        with pytest.raises(Mistakes, match="«fimr»\\. The nearest: firm"):
            gate.reception.retry(number, ["organisation=fimr"])
        assert gate.reception.retry(number, ["organisation=firm"], actor="ana").entered == 1
        settled = gate.reception.refusal(number)
        assert (settled.state, settled.settled_by, settled.settled_at) == (RefusalState.MENDED, "ana", gate.now)
        assert ledger.entries(gate.context, "one")[-1].actor == "ana"
        for again in (lambda: gate.reception.retry(number), lambda: gate.reception.drop(number, "late")):
            with pytest.raises(NotPossible, match=f"#{number} was already mended by ana on 2024-01-10"):
                again()

        mended = f"{json.dumps(organisation('acme'))}\n{json.dumps(membership('acme'))}\n"
        other = refused_of(gate.hand_in(("worse", {"what": 1}))["worse"])
        with pytest.raises(Mistakes, match=r"mended\.jsonl:1"):
            gate.reception.retry(other, text="{", where="mended.jsonl")
        with pytest.raises(Mistakes, match="holds no record"):
            gate.reception.retry(other, text="\n", where="mended.jsonl")
        assert gate.reception.retry(other, text=mended, where="mended.jsonl").entered == 2
        assert gate.reception.refusals() == []
        assert len(gate.reception.refusals(None)) == 2

    def test_the_same_is_tried_again_once_what_was_missing_is_there(self, gate: Gate) -> None:
        number = refused_of(gate.hand_in(("bad", membership("acme")))["bad"])
        gate.record("organisation id=acme name=Acme from=2020-01-01")
        assert gate.reception.retry(number).entered == 1

        content = json.dumps(membership("late")).encode()
        [(_, became)] = gate.reception.take_in([delivered_file("late.jsonl", content)])
        number = refused_of(became)
        gate.record("organisation id=late name=Late from=2020-01-01")
        [(_, became)] = gate.reception.take_in([delivered_file("again.jsonl", content)])
        assert isinstance(became, DeliveryResult)
        assert became.recorded is not None
        assert gate.reception.refusal(number).state is RefusalState.MENDED
        assert len(gate.memberships()) == 2

    def test_one_is_dropped_with_a_reason(self, gate: Gate) -> None:
        number = refused_of(gate.hand_in(("bad", membership("frim")))["bad"])
        with pytest.raises(Mistakes, match="--reason"):
            gate.reception.drop(number, "  ")
        gate.reception.drop(number, "a test of the form", "ana")
        settled = gate.reception.refusal(number)
        assert (settled.state, settled.reason) == (RefusalState.DROPPED, "a test of the form")
        with pytest.raises(UnknownName, match="no refused submission is called «99»"):
            gate.reception.drop(99, "x")
        with pytest.raises(UnknownName):
            gate.reception.retry(99)

    def test_two_menders_at_once_record_once(self, gate: Gate) -> None:
        number = refused_of(gate.hand_in(("bad", membership("frim")))["bad"])
        answers: list[object] = []

        def mend() -> None:
            try:
                answers.append(gate.reception.retry(number, ["organisation=firm"]))
            except Exception as problem:
                answers.append(problem)

        threads = [threading.Thread(target=mend) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(a).__name__ for a in answers) == ["NotPossible"] * 3 + ["Recorded"]
        assert len(gate.memberships()) == 1


class TestTelling:
    def test_what_was_refused_waits_to_be_told(self, gate: Gate) -> None:
        events = outbox.backlog(gate.context).events
        gate.hand_in(("bad", membership("frim")), ("worse", {}))
        backlog = outbox.backlog(gate.context)
        assert (backlog.refused, backlog.events) == (2, events + 2)
        first, second = gate.reception.untold()
        gate.reception.told([first.id])
        assert [r.id for r in gate.reception.untold()] == [second.id]
        gate.reception.drop(second.id, "no")
        assert [r.id for r in gate.reception.untold()] == [second.id], "it was refused all the same"
        assert outbox.backlog(gate.context).refused == 1

    def test_the_mark_of_what_was_heard_moves_forward_only(self, gate: Gate) -> None:
        assert gate.reception.heard_until() is None
        for day, expected in (("2024-02-01", "2024-02-01"), ("2024-01-01", "2024-02-01"), ("2024-03-01", "2024-03-01")):
            gate.reception.heard(gate.at(day).now)
            assert str(gate.reception.heard_until())[:10] == expected


def test_nothing_is_kept_of_a_command_that_died(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal and the answer under its key are one transaction."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_keep_answer", dies)
        for payload in (membership("frim"), membership()):
            with pytest.raises(KeyboardInterrupt):
                gate.hand_in(("e", payload))
    assert gate.reception.refusals(None) == []
    assert gate.memberships() == []
    became = gate.hand_in(("e", membership("frim")))["e"]
    assert refused_of(became) == gate.reception.refusals()[0].id


@pytest.mark.parametrize(
    ("content", "expected", "line"),
    [
        (b"\n\xff\xfe", "f.jsonl:2: no UTF-8 text", 2),
        (b'{"record": "x"}\n\xff\n', "f.jsonl:2: no UTF-8 text", 1),
        (b"", "holds no record", None),
        (b'\n{"record": "x"}\nnonsense\n', "f.jsonl:3: no JSON", 2),
        (b'{"record": "x", "a": "\0"}', "no JSON: Invalid control character", 1),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(
    gate: Gate, content: bytes, expected: str, line: int | None
) -> None:
    [(_, became)] = gate.reception.take_in([delivered_file("f.jsonl", content)])
    refusal = gate.reception.refusal(refused_of(became))
    assert expected in " ".join(map(str, refusal.mistakes))
    assert refusal.line == line


STRANGE = ["membership", "one", "firm", "2024-01-01", 2**63, -(2**63), "9" * 30, "1e400 EUR", "\ud800", "a\0"]
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(STRANGE)
VALUES = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["minor", "currency", "x"]), inner),
    max_leaves=4,
)
OWN = {name: sorted({f.alias or n for n, f in cls.model_fields.items()}) for name, cls in RECORDS.items()}
FIELDS = sorted({"type", "record", "fields", "records", "retract"}.union(*OWN.values()))
PLAIN = ("from", "to", "on", "source")


@settings(max_examples=150)
@given(st.sampled_from(sorted(RECORDS)), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6), st.data())
def test_whatever_is_sent_is_recorded_or_refused(
    gate: Gate, record: str, odd: dict[str, Any], data: st.DataObject
) -> None:
    usual = {name: data.draw(VALUES) for name in OWN[record] if name not in PLAIN}
    usual |= {"record": record, "initiative": "one", "from": "2024-01-01"}
    for payload in (odd, usual, {"records": [odd, usual]}):
        became = gate.hand_in((uuid4().hex, payload))
        assert all(isinstance(b, DeliveryResult) for b in became.values())
