"""One grammar for all who send records: lines of a file, payloads of events, and corrections by people."""

from __future__ import annotations

import json

import pytest

from clusterflow.errors import Mistakes, NotPossible
from clusterflow.intake import submissions
from clusterflow.intake.corrections import read_again
from clusterflow.intake.json_lines import lines_of, parsed, read_lines, read_value
from clusterflow.intake.submissions import delivered_file

FLAT = {"record": "membership", "initiative": "one", "organisation": "firm", "from": "2024-01-01"}
APART = {"type": "membership", "initiative": "one", "fields": {"organisation": "firm", "from": "2024-01-01"}}


def test_a_record_may_be_flat_or_have_its_fields_apart() -> None:
    (flat,), (apart,) = read_value(FLAT, "x"), read_value(APART, "x")
    assert flat == apart
    (line,) = read_lines([json.dumps(APART)], "x")
    assert (line.type, line.initiative, line.fields) == (flat.type, flat.initiative, flat.fields)


def test_several_records_have_their_numbers_in_the_messages() -> None:
    found = read_value({"records": [FLAT, APART]}, "event 7")
    assert [s.where for s in found] == ["event 7 record 1", "event 7 record 2"]
    with pytest.raises(Mistakes) as caught:
        read_value({"records": [FLAT, 5, {"initiative": "one"}]}, "event 7")
    assert [m.where for m in caught.value.mistakes] == ["event 7 record 2", "event 7 record 3"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], "no field «record»"),
        ({}, "no field «record»"),
        ({"record": 5}, "no field «record»"),
        ({**FLAT, "initiative": 7}, "initiative: «7» is not accepted"),
        ({**FLAT, "retract": "yes"}, "retract: «yes» is not accepted"),
        ({**FLAT, "source": "a\0b"}, "source: contains a character that is not allowed"),
        ({**FLAT, "source": "a\ud800b"}, "source: contains a character that is not allowed"),
        ({**FLAT, "bad\0key": "x"}, "contains a character that is not allowed"),
        ({**FLAT, "source": 2**63}, "source: is larger than a number can be"),
        ({**FLAT, "source": [[[[[1]]]]]}, "source: is nested too deeply"),
    ],
)
def test_what_no_database_can_keep_is_a_mistake(value: object, expected: str) -> None:
    with pytest.raises(Mistakes, match=expected):
        read_value(value, "x")


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "[" * 100_000, '{"a": 1, "a": 2}', "9" * 10_000, "", "{"])
def test_what_is_no_json_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON|the same field twice"):
        parsed(text)


def test_only_a_line_feed_ends_a_line() -> None:
    text = json.dumps({**FLAT, "source": "a\u2028b\x85c"}, ensure_ascii=False) + "\r\n\n" + json.dumps(FLAT)
    assert [s.where for s in read_lines(lines_of(text), "f")] == ["f:1", "f:3"]


class TestMending:
    def test_other_fields_take_the_place_of_those_that_were_sent(self) -> None:
        for payload in (FLAT, APART):
            (corrected,) = read_again(json.dumps({**payload, "retract": True}), "x", ["organisation=acme", "from="])
            assert (corrected.type, corrected.initiative, corrected.retract) == ("membership", "one", True)
            assert corrected.fields == {"organisation": "acme"}
        (named,) = read_again('{"organisation": "firm"}', "x", ["record=membership", "retract=true"])
        assert (named.type, named.retract) == ("membership", True)

    @pytest.mark.parametrize("payload", ["{", json.dumps({"records": [FLAT]}), f"{json.dumps(FLAT)}\n" * 2, "5"])
    def test_words_are_about_one_record(self, payload: str) -> None:
        with pytest.raises(NotPossible, match="--from FILE"):
            read_again(payload, "x", ["organisation=acme"])

    def test_every_payload_is_read_as_it_was_sent(self) -> None:
        assert len(read_again(f"{json.dumps(FLAT)}\n\n{json.dumps(APART)}\n", "x")) == 2
        assert len(read_again(json.dumps({"records": [FLAT, APART]}), "x")) == 2


def test_after_a_thousand_mistakes_the_rest_is_not_read() -> None:
    delivery = delivered_file("m.jsonl", b"{}\n" * 5000)
    assert len(delivery.mistakes) == 1001
    assert str(delivery.mistakes[-1]) == "m.jsonl:1001: the rest was not read, after 1000 mistakes"


def test_a_file_with_more_records_than_one_transaction_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "MOST_RECORDS", 2)
    (mistake,) = delivered_file("m.jsonl", b'{"record": "label", "initiative": "one"}\n' * 3).mistakes
    assert str(mistake) == "m.jsonl: holds 3 records; accepted: 2 at most. Split it"
