"""What is reported about a wrong record: what was found, what is really accepted, each thing once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import STORED
from clusterflow.rules.mistakes import field_mistakes

DAY = {"from": "2024-01-01"}
ORGANISATION = {"id": "a", "name": "A", **DAY}
WAVE = {"topic": "trust", "on": "2024-01-01"}


def mistakes_of(record: str, fields: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        RECORDS[record].model_validate(fields)
    return [str(m).removeprefix("x: ") for m in field_mistakes(caught.value, RECORDS[record], "x")]


ID = "an id: 1 to 64 lower case letters, digits, points, hyphens and underscores, the first a letter or digit"
AMOUNT = "an amount with its ISO 4217 currency, a point before the minor units: «1200.50 MXN»"
COUNTRY = "a two-letter country code of ISO 3166-1, as MX"
LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("record", "fields", "expected"),
    [
        ("organisation", {**ORGANISATION, "employees": -3},
         "employees: «-3» is not accepted; accepted: a whole number ≥ 0 and ≤ 1000000000000000"),
        ("staff", {"person": "p", "fte": -2, **DAY}, "fte: «-2» is not accepted; accepted: a number > 0 and ≤ 1"),
        ("organisation", {**ORGANISATION, "country": "es"}, f"country: «es» is not accepted; accepted: {COUNTRY}"),
        ("organisation", {**ORGANISATION, "country": "XX"},
         f"country: no country has the code «XX»; accepted: {COUNTRY}"),
        ("document", {"id": "d", "kind": "statutes", "title": "D", "sha256": "zz", **DAY},
         "sha256: «zz» is not accepted; accepted: 64 hexadecimal digits, in lower case"),
        ("person", {**ORGANISATION, "email": "foo"},
         "email: «foo» is not accepted; accepted: an e-mail address of at most 254 characters, as ana@firm.example"),
        ("organisation", {**ORGANISATION, "id": "a" * 70}, f"id: «{'a' * 70}» is not accepted; accepted: {ID}"),
        ("organisation", {**ORGANISATION, "name": ""},
         "name: «» is not accepted; accepted: a text of 1 to 200 signs"),
        ("organisation", {**ORGANISATION, "turnover": {"a": 1}},
         f"turnover: «{{\"a\": 1}}» is not accepted; accepted: {AMOUNT}"),
        ("organisation", {**ORGANISATION, "turnover": f"{10**20} EUR"},
         f"turnover: «{10**20} EUR» is larger than the largest possible amount; accepted: {AMOUNT}"),
        ("organisation", {**ORGANISATION, "name": LONG},
         f"name: «{'x' * 80}...» (100,000 characters) is not accepted; accepted: a text of 1 to 200 signs"),
        ("organisation", {**ORGANISATION, "turnover": LONG},
         f"turnover: «{'x' * 80}...» (100,000 characters) is not an amount; accepted: {AMOUNT}"),
        ("learning-series", {"id": "a", "title": "A", "timezone": "Mars/" + LONG, **DAY},
         f"timezone: no time zone is called «Mars/{'x' * 75}...» (100,005 characters); accepted: an IANA name, as "
         "Europe/Madrid"),
        ("organisation", {"id": "a", **DAY},
         "an organisation needs «name»; accepted: a text of 1 to 200 signs"),
        ("survey-wave", {**WAVE, "invited": 10, "answers": 20}, "answers: 20 answers, but only 10 people were invited"),
        ("organisation", {**ORGANISATION, "from": 1704067200},
         "from: «1704067200» is not accepted; accepted: a day as YYYY-MM-DD"),
        ("organisation", {**ORGANISATION, "founded": "1704067200"},
         "founded: «1704067200» is not accepted; accepted: a day as YYYY-MM-DD"),
        ("organisation", {**ORGANISATION, "founded": "2024-13-01"},
         "founded: «2024-13-01» is not accepted; accepted: a day as YYYY-MM-DD"),
    ],
    ids=lambda given: given[:40] if isinstance(given, str) else "",
)  # fmt: skip
def test_a_mistake_says_what_is_accepted(record: str, fields: dict[str, Any], expected: str) -> None:
    assert mistakes_of(record, fields) == [expected]


def test_a_field_that_is_not_known_names_those_that_are_and_the_nearest_apart() -> None:
    (message,) = mistakes_of("organisation", {**ORGANISATION, "contry": "MX"})
    assert message.startswith("an organisation has no field «contry»; accepted: chain_role, country, ")
    assert message.endswith(". The nearest: country")
    (message,) = mistakes_of("organisation", {**ORGANISATION, LONG: "MX"})
    assert len(message) < 400


def test_what_is_kept_stays_readable_when_a_rule_is_added() -> None:
    was = {**WAVE, "on": date(2024, 1, 1), "invited": 10, "answers": 20}
    assert RECORDS["survey-wave"].model_validate(was, context=STORED)
    assert RECORDS["organisation"].model_validate({**ORGANISATION, "country": "XX"}, context=STORED)


@pytest.mark.parametrize("record", sorted(RECORDS))
def test_the_fields_that_are_accepted_are_those_that_people_write(record: str) -> None:
    (message,) = [m for m in mistakes_of(record, {"nonsense": "1"}) if "has no field «nonsense»" in m]
    fields = message.partition("; accepted: ")[2].partition(". The nearest")[0].split(", ")
    assert not {"valid_from", "valid_to", "type"} & set(fields)
    assert {"from", "to"} <= set(fields) or "on" in fields


def test_a_field_that_nobody_can_write_is_no_field() -> None:
    assert any("has no field «valid_to»" in m for m in mistakes_of("meeting", {"valid_to": "2024-01-01"}))


@pytest.mark.parametrize("record", RECORDS)
def test_a_field_is_called_by_the_name_under_which_it_is_written(record: str) -> None:
    fields = {field.alias or name for name, field in RECORDS[record].model_fields.items() if not field.exclude}
    own = {"valid_from", "valid_to"}
    reported = mistakes_of(record, {field: [{}] for field in fields})
    assert {text.partition(":")[0] for text in reported} <= fields
    for values in ({}, dict.fromkeys(own, "2024-01-01"), {"from": "2024-02-01", "to": "2024-01-01"}):
        for text in mistakes_of(record, values):
            assert not any(name in text.replace(f"«{name}»", "") for name in own), text
