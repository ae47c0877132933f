"""What other systems submit is recorded once, or refused with every mistake until somebody corrects it."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.intake import IntakeWorld

from clusterflow.domain.records import RECORDS
from clusterflow.domain.refused_submission import RefusalState
from clusterflow.engine import transaction
from clusterflow.engine.submissions import DeliveryResult
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.intake.submissions import delivered_event, delivered_file
from clusterflow.services import ledger, outbox
from clusterflow.services.intake import submissions


def membership(organisation: str = "firm", **more: object) -> dict[str, Any]:
    return {"record": "membership", "initiative": "one", "organisation": organisation, "from": "2024-01-01", **more}


def organisation(name: str) -> dict[str, Any]:
    return {"record": "organisation", "id": name, "name": name.title(), "from": "2020-01-01"}


def refused_of(became: DeliveryResult | str) -> int:
    assert isinstance(became, DeliveryResult)
    assert became.refused is not None
    return became.refused


class TestEvents:
    def test_an_event_is_recorded_once_however_often_it_comes(self, world: IntakeWorld) -> None:
        for _ in range(3):
            became = world.submit(("e1", membership()), ("e1", membership()))["e1"]
            assert isinstance(became, DeliveryResult)
            assert became.recorded is not None
            assert (became.recorded.entered, became.recorded.initiatives) == (1, ("one",))
        assert world.memberships() == ["event:e1"]
        assert submissions.unprocessed_event_ids(world.context, ["e1", "e2"]) == {"e2"}
        assert ledger.entries(world.context, "one")[-1].actor == "intake"

    def test_several_records_are_taken_together_or_not_at_all(self, world: IntakeWorld) -> None:
        good = {"records": [organisation("acme"), membership("acme")]}
        bad = {"records": [organisation("other"), membership("othr"), {"record": "membership"}]}
        became = world.submit(("good", good), ("bad", bad))
        assert isinstance(became["good"], DeliveryResult)
        assert became["good"].refused is None
        refusal = submissions.refusal(world.context, refused_of(became["bad"]))
        assert [str(m) for m in refusal.mistakes] == [
            "event bad record 2: no organisation is called «othr». The nearest: other",
            "event bad record 3: a membership belongs to an initiative; accepted: initiative=ID",
        ]
        assert len(world.memberships()) == 1

    def test_the_order_within_a_round_does_not_matter(self, world: IntakeWorld) -> None:
        seat = {"record": "seat", "initiative": "one", "body": "club", "person": "zoe", "from": "2024-01-01"}
        body = {"record": "body", "initiative": "one", "id": "club", "kind": "committee", "name": "Club"}
        became = world.submit(
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
    def test_a_refused_record_is_stored_with_its_mistakes(
        self, world: IntakeWorld, payload: dict[str, Any], expected: str
    ) -> None:
        number = refused_of(world.submit(("bad", payload))["bad"])
        refusal = submissions.refusal(world.context, number)
        assert expected in " ".join(map(str, refusal.mistakes))
        assert (refusal.source, refusal.address, refusal.state) == ("event:bad", "event bad", RefusalState.WAITING)
        assert json.loads(refusal.payload) == payload
        assert refusal.received_at == world.now
        assert submissions.unprocessed_event_ids(world.context, ["bad"]) == set()
        assert [r.id for r in submissions.refusals(world.context)] == [number]

    def test_one_that_cannot_be_read_keeps_no_other_out(self, world: IntakeWorld) -> None:
        events = [("a", {"record": "membership"}), ("b", membership()), ("c", {"nonsense": [[[[[[1]]]]]]})]
        became = world.submit(*events)
        assert [isinstance(b, DeliveryResult) and b.refused is None for _, b in sorted(became.items())] == [
            False,
            True,
            False,
        ]

    def test_a_clock_that_went_back_refuses_and_says_why(self, world: IntakeWorld) -> None:
        world.submit(("now", membership()))
        world.at("2023-12-01")
        refusal = submissions.refusal(
            world.context, refused_of(world.submit(("past", membership(tier="gold")))["past"])
        )
        assert "already has entries" in refusal.mistakes[0].found

    def test_two_rounds_at_once_record_once(self, world: IntakeWorld) -> None:
        events = [(f"e{i}", {"records": [organisation(f"org-{i}"), membership(f"org-{i}")]}) for i in range(8)]
        events += [(f"bad{i}", membership(f"nobody-{i}")) for i in range(4)]
        problems: list[Exception] = []

        def round_() -> None:
            try:
                list(submissions.receive(world.context, [delivered_event(*e) for e in events]))
            except Exception as problem:
                problems.append(problem)

        threads = [threading.Thread(target=round_) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert sorted(world.memberships()) == [f"event:e{i}" for i in range(8)]
        assert sorted(r.source for r in submissions.refusals(world.context)) == [f"event:bad{i}" for i in range(4)]
        assert ledger.first_break(world.context, "one") is None


class TestMending:
    def test_other_fields_or_a_mended_mendedrecord_it(self, world: IntakeWorld) -> None:
        number = refused_of(world.submit(("bad", membership("frim")))["bad"])
        with pytest.raises(Mistakes, match="«fimr»\\. The nearest: firm"):
            submissions.retry(world.context, number, ["organisation=fimr"])
        assert submissions.retry(world.context, number, ["organisation=firm"], actor="ana").entered == 1
        settled = submissions.refusal(world.context, number)
        assert (settled.state, settled.settled_by, settled.settled_at) == (RefusalState.MENDED, "ana", world.now)
        assert ledger.entries(world.context, "one")[-1].actor == "ana"
        for again in (
            lambda: submissions.retry(world.context, number),
            lambda: submissions.drop(world.context, number, "late"),
        ):
            with pytest.raises(NotPossible, match=f"#{number} was already mended by ana on 2024-01-10"):
                again()

        mended = f"{json.dumps(organisation('acme'))}\n{json.dumps(membership('acme'))}\n"
        other = refused_of(world.submit(("worse", {"what": 1}))["worse"])
        with pytest.raises(Mistakes, match=r"mended\.jsonl:1"):
            submissions.retry(world.context, other, text="{", where="mended.jsonl")
        with pytest.raises(Mistakes, match="holds no record"):
            submissions.retry(world.context, other, text="\n", where="mended.jsonl")
        assert submissions.retry(world.context, other, text=mended, where="mended.jsonl").entered == 2
        assert submissions.refusals(world.context) == []
        assert len(submissions.refusals(world.context, None)) == 2

    def test_the_same_is_tried_again_once_what_was_missing_is_there(self, world: IntakeWorld) -> None:
        number = refused_of(world.submit(("bad", membership("acme")))["bad"])
        world.record("organisation id=acme name=Acme from=2020-01-01")
        assert submissions.retry(world.context, number).entered == 1

        content = json.dumps(membership("late")).encode()
        [(_, became)] = submissions.receive(world.context, [delivered_file("late.jsonl", content)])
        number = refused_of(became)
        world.record("organisation id=late name=Late from=2020-01-01")
        [(_, became)] = submissions.receive(world.context, [delivered_file("again.jsonl", content)])
        assert isinstance(became, DeliveryResult)
        assert became.recorded is not None
        assert submissions.refusal(world.context, number).state is RefusalState.MENDED
        assert len(world.memberships()) == 2

    def test_one_is_dropped_with_a_reason(self, world: IntakeWorld) -> None:
        number = refused_of(world.submit(("bad", membership("frim")))["bad"])
        with pytest.raises(Mistakes, match="--reason"):
            submissions.drop(world.context, number, "  ")
        submissions.drop(world.context, number, "a test of the form", "ana")
        settled = submissions.refusal(world.context, number)
        assert (settled.state, settled.reason) == (RefusalState.DROPPED, "a test of the form")
        with pytest.raises(UnknownName, match="no refused submission is called «99»"):
            submissions.drop(world.context, 99, "x")
        with pytest.raises(UnknownName):
            submissions.retry(world.context, 99)

    def test_two_menders_at_once_record_once(self, world: IntakeWorld) -> None:
        number = refused_of(world.submit(("bad", membership("frim")))["bad"])
        answers: list[object] = []

        def mend() -> None:
            try:
                answers.append(submissions.retry(world.context, number, ["organisation=firm"]))
            except Exception as problem:
                answers.append(problem)

        threads = [threading.Thread(target=mend) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(a).__name__ for a in answers) == ["NotPossible"] * 3 + ["RecordResult"]
        assert len(world.memberships()) == 1


class TestTelling:
    def test_what_was_refused_waits_to_be_reported(self, world: IntakeWorld) -> None:
        events = outbox.backlog(world.context).events
        world.submit(("bad", membership("frim")), ("worse", {}))
        backlog = outbox.backlog(world.context)
        # Two reports to the sender, and an entry in the ledger of the initiative that one of them names.
        assert (backlog.refused, backlog.events) == (2, events + 3)
        first, second = submissions.unreported_refusals(world.context)
        submissions.mark_reported(world.context, [first.id])
        assert [r.id for r in submissions.unreported_refusals(world.context)] == [second.id]
        submissions.drop(world.context, second.id, "no")
        assert [r.id for r in submissions.unreported_refusals(world.context)] == [second.id], (
            "it was refused all the same"
        )
        assert outbox.backlog(world.context).refused == 1

    def test_the_mark_of_what_was_heard_moves_forward_only(self, world: IntakeWorld) -> None:
        assert submissions.event_cursor(world.context) is None
        for day, expected in (("2024-02-01", "2024-02-01"), ("2024-01-01", "2024-02-01"), ("2024-03-01", "2024-03-01")):
            submissions.advance_event_cursor(world.context, world.at(day).now)
            assert str(submissions.event_cursor(world.context))[:10] == expected


def test_nothing_is_kept_of_a_command_that_died(world: IntakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal and the answer under its key are one transaction."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_keep_answer", dies)
        for payload in (membership("frim"), membership()):
            with pytest.raises(KeyboardInterrupt):
                world.submit(("e", payload))
    assert submissions.refusals(world.context, None) == []
    assert world.memberships() == []
    became = world.submit(("e", membership("frim")))["e"]
    assert refused_of(became) == submissions.refusals(world.context)[0].id


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
    world: IntakeWorld, content: bytes, expected: str, line: int | None
) -> None:
    [(_, became)] = submissions.receive(world.context, [delivered_file("f.jsonl", content)])
    refusal = submissions.refusal(world.context, refused_of(became))
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
    world: IntakeWorld, record: str, odd: dict[str, Any], data: st.DataObject
) -> None:
    usual = {name: data.draw(VALUES) for name in OWN[record] if name not in PLAIN}
    usual |= {"record": record, "initiative": "one", "from": "2024-01-01"}
    for payload in (odd, usual, {"records": [odd, usual]}):
        became = world.submit((uuid4().hex, payload))
        assert all(isinstance(b, DeliveryResult) for b in became.values())
