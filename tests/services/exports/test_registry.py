"""What the registry gives away is what it takes in again, whatever people called things."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from support.fresh import Fresh

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY, Ref
from clusterflow.engine.record import Submission
from clusterflow.errors import ClusterflowError
from clusterflow.intake.json_lines import lines_of, read_lines
from clusterflow.reports.registry_tables import cell, head_of, json_line, plain
from clusterflow.rules.mistakes import bare_type
from clusterflow.services import registry as registry_service
from clusterflow.services.context import Context
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.files import several
from clusterflow.settings import Settings
from clusterflow.store import registry, tables
from clusterflow.store.database import read_connection

Two = tuple[Fresh, Fresh]
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
DAYS = ["2023-05-01", "2024-03-01"]
IDS = ["x", "y"]
INITIATIVES = ["one", "two"]
ODD = ["=1+1", "'", "@x", "-3", "\tx", 'a "b", c\r\nd', "ñ\u2028\u202e", "＝x", "🦙", "x" * 200]
SPECIAL: dict[str, list[Any]] = {
    "document.sha256": [None, "0" * 64],
    "person.email": [None, "=x@firm.example"],
    "channel.address": [None, "=x", "+5281"],
    "country": [None, "MX"],
    "initiative.country": ["MX"],
    "language": ["es"],
    "timezone": ["UTC", "America/Monterrey"],
    "time": [None, "09:30"],
    "subdivision": [None, "MX-NLE"],
    "base": ["EUR", "USD"],
    "quote": ["MXN"],
    "rulebook": ["esca-gold"],  # others are refused
    "dues-adoption.scheme": ["galicia-sport"],  # as here
    "label.rulebook": [None, "esca-gold"],
    "rule": ["indicator-01", "indicator-02"],
    "cut-off.bound": [">= 60 %"],
    "exchange-rate.source": ["Banco de México"],
    "latitude": [None, 25.67],
    "longitude": [None, -100.31],
    "lasts_minutes": [None, 60],
    "tax_id": [None, "=RFC", "RFC"],
    "year": [None, 2024],
    "instalment": [None, 1],
    "instalments": [None, 2],
    "fte": [0.5, 1],
    "label.grace_until": [None],  # it must come after the label's last day
    "survey-wave.mean_milli": [None, 3000],
    "survey-wave.invited": [5],
    "survey-wave.answers": [3, 5],
    "reading.value": [0.5, -1e300, float("inf")],
}


def pool(cls: type[Record], name: str) -> st.SearchStrategy[Any]:
    """Few values, so that facts collide; those that can be any text are odd ones."""
    field = cls.model_fields[name]
    special = SPECIAL.get(f"{cls.type}.{name}", SPECIAL.get(name))
    if special is not None:
        return st.sampled_from(special)
    kinds = (bare_type(field.annotation), *get_args(field.annotation))
    maybe = [None] if type(None) in kinds else []
    if f"{name}_minor" in tables.REGISTRY_TABLES[cls.type].c:
        return st.sampled_from([*maybe, "-5.00 EUR", "7 CLP"])
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return st.sampled_from([*maybe, *list(kind)[:2]])
    if bool in kinds:
        return st.sampled_from([*maybe, True, False])
    if date in kinds:
        return st.sampled_from([*maybe, *DAYS])
    if int in kinds or float in kinds:
        return st.sampled_from([*maybe, 1, 3])
    slug = any(getattr(m, "pattern", None) for k in (field, *kinds) for m in _metadata(k))
    return st.sampled_from([*maybe, *(IDS if slug else ODD)])


def _metadata(kind: Any) -> list[Any]:
    found = list(getattr(kind, "metadata", None) or getattr(kind, "__metadata__", ()))
    return [*found, *(m for m in found if isinstance(m, Ref))]


def facts_of(cls: type[Record], **fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A line of a record type as somebody might write it."""
    names = [n for n in cls.model_fields if n not in fixed and not cls.model_fields[n].exclude and n != "valid_to"]
    fields = {n: pool(cls, n) for n in names if n != "valid_from"}
    day = cls.model_fields["valid_from"].alias or "valid_from"
    about: dict[str, Any] = {"record": st.just(cls.type), day: st.sampled_from(DAYS)}
    if cls.of_initiative:
        about["initiative"] = st.sampled_from(INITIATIVES)
    if day == "from":
        about["to"] = st.sampled_from([None, "2024-05-01"])
    return st.fixed_dictionaries({**about, **fields, **{n: st.just(v) for n, v in fixed.items()}})


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Facts under few names; all that a fact may name is there, and some of it is withdrawn again."""
    named = [c for c in RECORDS.values() if c.key == ("id",)]
    firsts = []
    for cls in [RECORDS["initiative"], *(c for c in named if c.type != "initiative")]:
        for name in INITIATIVES if cls.type == "initiative" else IDS:
            first = draw(facts_of(cls, id=name))
            where = INITIATIVES if cls.of_initiative else [None]
            firsts += [{**first, **({"initiative": one} if one else {})} for one in where]
    more = draw(st.lists(st.one_of([facts_of(c) for c in RECORDS.values() if c.type != "initiative"]), max_size=20))
    taken_back = draw(st.lists(st.sampled_from(firsts + more), max_size=6))
    return [*firsts, *more, *({**line, "retract": True} for line in taken_back)]


CHECKED = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def context_on(engine: Engine) -> Context:
    return Context(Settings(), engine, lambda: NOW)


def answers_of(engine: Engine) -> list[str]:
    """The registry as JSON lines."""
    lines: list[str] = []
    Exports(engine).registry(lines.append)
    return lines


def holding(engine: Engine) -> set[str]:
    with read_connection(engine) as connection:
        return {json_line(c, r) for cls in RECORDS.values() for c, r in registry.iterate_facts(connection, cls)}


def record(context: Context, lines: list[dict[str, Any]]) -> None:
    """The facts together; then what is withdrawn, one by one: what was withdrawn already is refused, and left."""
    lines_written = []
    for line in lines:
        fields = {n: v for n, v in line.items() if n not in ("record", "initiative", "retract") and v is not None}
        lines_written.append(
            Submission(line["record"], fields, "here", line.get("initiative"), line.get("retract", False), True)
        )
    registry_service.record(context, [s for s in lines_written if not s.retract])
    for one in lines_written:
        with contextlib.suppress(ClusterflowError):
            registry_service.record(context, [one] if one.retract else [])


@CHECKED
@given(lines=histories())
def test_what_is_taken_away_is_taken_in_again(on_sqlite: Two, lines: list[dict[str, Any]]) -> None:
    takes_in_again(*on_sqlite, lines)


@settings(CHECKED, max_examples=2)
@given(lines=histories())
def test_what_is_taken_away_is_taken_in_again_on_postgresql(on_postgresql: Two, lines: list[dict[str, Any]]) -> None:
    takes_in_again(*on_postgresql, lines)


BASE = [
    {"record": "initiative", "id": "one", "name": "One", "country": "MX", "from": "2023-01-01"},
    {"record": "organisation", "id": "x", "name": "X", "from": "2023-01-01"},
]
ON = {"initiative": "one", "amount": "7 CLP", "on": "2023-05-01"}
BILL = {**ON, "record": "invoice", "id": "x", "organisation": "x", "due": "2023-06-01"}
PAID = {**ON, "record": "payment", "invoice": "x"}


@pytest.mark.parametrize(
    "lines",
    [
        [{**BILL, "due": "1900-01-01"}],
        [{**BILL, "amount": "-7 CLP"}],
        [BILL, {**PAID, "id": "x"}, {**PAID, "id": "y"}],
        [BILL, {**PAID, "id": "x"}, {**PAID, "id": "y"}, {**BILL, "retract": True}],
        [BILL, {**PAID, "id": "x", "amount": "-7 CLP"}, {**PAID, "id": "x", "on": "2024-03-01"}, {**PAID, "id": "y"}],
    ],
    ids=["an early day", "a negative amount", "paid twice", "paid twice, then withdrawn", "a repayment corrected"],
)
def test_values_that_were_confirmed_once_are_taken_in_again(on_sqlite: Two, lines: list[dict[str, Any]]) -> None:
    takes_in_again(*on_sqlite, [*BASE, *lines])


def takes_in_again(here: Fresh, there: Fresh, lines: list[dict[str, Any]]) -> None:
    here.again(), there.again()
    record(context_on(here.engine), lines)
    text = "".join(answers_of(here.engine))
    registry_service.record(context_on(there.engine), read_lines(lines_of(text), "registry.jsonl"))
    assert holding(there.engine) == holding(here.engine)
    assert {*answers_of(there.engine)} == {*answers_of(here.engine)}
    again = registry_service.record(context_on(here.engine), read_lines(lines_of(text), "registry.jsonl"))
    if '"retract": true' not in text:
        assert (again.entered, again.corrected, again.retracted) == (0, 0, 0), "the same twice changes nothing"


@CHECKED
@given(lines=histories())
def test_tables_say_the_same_and_no_cell_is_a_formula(on_sqlite: Two, lines: list[dict[str, Any]]) -> None:
    here, _ = on_sqlite
    here.again()
    record(context_on(here.engine), lines)
    found, files = set[str](), dict[str, io.StringIO]()

    @contextlib.contextmanager
    def into(name: str) -> Iterator[io.StringIO]:
        files[name] = io.StringIO(newline="")
        yield files[name]

    Exports(here.engine).tables(into)
    assert set(files) == {f"{name}.csv" for name in RECORDS}
    for name, cls in RECORDS.items():
        head, *rows = csv.reader(io.StringIO(files[f"{name}.csv"].getvalue().removeprefix("\ufeff"), newline=""))
        assert head == head_of(cls)
        for row in rows:
            assert not any(c.startswith(("=", "@", "+", "\t", "\r", "＝")) for c in row)
            cells = {column: plain(c) for column, c in zip(head, row, strict=True)}
            chain = cells.pop("initiative", None) or REGISTRY
            found.add(json_line(chain, cls.model_validate({n: v for n, v in cells.items() if v is not None})))
    assert found == holding(here.engine)


@pytest.mark.parametrize("text", [*ODD, "", "''", "'=1", "plain", "+", "\n"])
def test_a_cell_can_be_read_back_and_is_harmless(text: str) -> None:
    assert plain(cell(text)) == text
    assert cell(text)[0] not in "=+-@\t\r\n＝"


def test_a_number_is_no_text() -> None:
    assert [cell(v) for v in (-3, 0.5, True, None, date(2024, 1, 2))] == ["-3", "0.5", "true", "", "2024-01-02"]
    assert plain("") is None


def test_an_empty_registry_is_an_empty_file_and_heads_alone(on_sqlite: Two, tmp_path: Path) -> None:
    here, _ = on_sqlite
    here.again()
    assert answers_of(here.engine) == []
    with several(tmp_path / "all.zip") as into:
        Exports(here.engine).tables(into)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("payment.csv").decode() == "\ufeffinitiative,id,invoice,amount,on,source\r\n"


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), several(tmp_path / "half.zip") as into, into("one.csv") as file:
        file.write("\ud800")
    assert list(tmp_path.iterdir()) == []
    for target, expected in (
        (tmp_path / "there.zip", "is already there; --replace"),
        (tmp_path / "full", "is not empty; --replace"),
        (tmp_path / "there.zip" / "deeper", "cannot be written: "),
        (tmp_path / "missing" / "x.zip", "cannot be written: "),
        (tmp_path / f"{'x' * 300}.zip", "cannot be written: "),
    ):
        (tmp_path / "there.zip").write_text("before")
        (tmp_path / "full").mkdir(exist_ok=True)
        (tmp_path / "full" / "something").touch()
        with pytest.raises(ClusterflowError, match=expected), several(target):
            pass
    assert (tmp_path / "there.zip").read_text() == "before"
