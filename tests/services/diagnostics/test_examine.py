"""The checks are run one after the other, and none of them can spoil the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from clusterflow.errors import ClusterflowError, Mistake, Mistakes
from clusterflow.services.diagnostics.advice import Advice
from clusterflow.services.diagnostics.database import look_at_schema
from clusterflow.services.diagnostics.finding import (
    Check,
    CheckResult,
    Outcome,
    Surroundings,
    ok,
    plain,
    several,
    trouble,
    worst,
)
from clusterflow.services.diagnostics.runner import examine

Office = Callable[..., Surroundings]


def check(name: str, look: Callable[[Surroundings], Iterator[CheckResult]], needs: str | None = None) -> Check:
    return Check(name, plain(name), look, (needs,) if needs else ())


def well(_: Surroundings) -> Iterator[CheckResult]:
    yield ok(plain("a thing"), plain("is there"))


def ill(_: Surroundings) -> Iterator[CheckResult]:
    yield trouble(plain("a thing"), plain("is gone"), Advice(es="compre otra", en="buy another"))


def test_a_check_that_fails_is_trouble_of_its_own_and_the_others_go_on(office: Office) -> None:
    def fails(_: Surroundings) -> Iterator[CheckResult]:
        yield ok(plain("first"))
        raise ZeroDivisionError("by nothing")

    def ends(_: Surroundings) -> Iterator[CheckResult]:
        raise SystemExit(3)

    found = list(examine([check("a", fails), check("b", ends), check("c", well)], office()))
    assert [(f.check, f.outcome) for f in found] == [
        ("a", Outcome.TROUBLE), ("b", Outcome.TROUBLE), ("c", Outcome.OK),
    ]  # fmt: skip
    assert "the check itself failed: ZeroDivisionError: by nothing" in found[0].found
    assert found[0].cure


def test_a_check_that_hangs_is_left_alone(office: Office) -> None:
    def hangs(_: Surroundings) -> Iterator[CheckResult]:
        threading.Event().wait()
        yield ok(plain("never"))

    found = list(examine([check("a", hangs), check("b", well)], office(), patience_seconds=0.1))
    assert [(f.outcome, f.found) for f in found] == [
        (Outcome.TROUBLE, "no answer within 0.4 s"), (Outcome.OK, "is there"),
    ]  # fmt: skip


def test_a_check_that_answers_late_is_slow_and_not_broken(office: Office) -> None:
    def slow(_: Surroundings) -> Iterator[CheckResult]:
        time.sleep(0.7)
        yield ok(plain("a thing"), plain("is there"))

    found = list(examine([check("a", slow), check("b", well, "a")], office(), patience_seconds=0.5))
    assert [(f.outcome, f.found) for f in found] == [
        (Outcome.OK, "is there"), (Outcome.WARNING, "slow: answered after 1 s"), (Outcome.OK, "is there"),
    ]  # fmt: skip


def test_what_a_check_needs_spares_it_where_that_is_broken(office: Office) -> None:
    found = list(examine([check("a", ill), check("b", well, "a"), check("c", well, "b"), check("d", well)], office()))
    assert [(f.check, f.outcome, f.found) for f in found] == [
        ("a", Outcome.TROUBLE, "is gone"),
        ("b", Outcome.NOT_LOOKED_AT, "needs: a"),
        ("c", Outcome.NOT_LOOKED_AT, "needs: b"),
        ("d", Outcome.OK, "is there"),
    ]


def test_errors_that_were_foreseen_speak_for_themselves(office: Office) -> None:
    def foreseen(_: Surroundings) -> Iterator[CheckResult]:
        raise ClusterflowError("the tide is out")

    def mistakes(_: Surroundings) -> Iterator[CheckResult]:
        raise Mistakes([Mistake("file:1", "one"), Mistake("file:2", "two")])

    found = list(examine([check("a", foreseen), check("b", mistakes)], office()))
    assert [f.found for f in found] == ["the tide is out", "file:1: one", "file:2: two"]


def test_no_secret_is_shown_whoever_wrote_it_into_a_message(office: Office) -> None:
    secrets = ("hunter2", "p%40ss", "p@ss", "0123456789abcdef", "pg-pass", "let-me-in")

    def tells(_: Surroundings) -> Iterator[CheckResult]:
        raise OSError(" ".join(secrets))

    surroundings = office(
        mail="mailtos://office:p%40ss@smtp.host",
        intake="s3://key:hunter2@bucket/drop",
        secret="0123456789abcdef",
        database="postgresql+psycopg://office:pg-pass@host/db",
        prefect_auth="office:let-me-in",
    )
    (found,) = examine([check("a", tells)], surroundings)
    assert found.outcome is Outcome.TROUBLE
    assert not [s for s in secrets if s in found.model_dump_json()]
    assert "office" not in secrets


def test_a_finding_is_one_line_in_the_language_of_the_settings(office: Office) -> None:
    def ill_of_two_lines(_: Surroundings) -> Iterator[CheckResult]:
        yield trouble(plain("a"), plain("one\ntwo"))

    spanish = office(language="es")
    found = list(examine([check("a", ill_of_two_lines), check("b", well, "a")], spanish))
    assert [f.found for f in found] == ["one two", "requiere: a"]


def test_the_worst_finding_counts_and_what_was_not_checked_is_no_finding() -> None:
    assert worst([Outcome.OK, Outcome.WARNING, Outcome.TROUBLE, Outcome.NOT_LOOKED_AT]) is Outcome.TROUBLE
    assert worst([Outcome.OK, Outcome.WARNING]) is Outcome.WARNING
    assert worst([Outcome.OK, Outcome.NOT_LOOKED_AT]) is Outcome.OK
    assert worst([Outcome.NOT_LOOKED_AT]) is Outcome.NOT_LOOKED_AT


def test_a_long_list_is_cut() -> None:
    assert several(["a", "b", "c"], 2).en == "a, b and 1 more"
    assert several(["a", "b"], 2).es == "a, b"


def test_what_rooms_below_say_in_english_is_spanish_in_a_spanish_office(office: Office, tmp_path: Path) -> None:
    surroundings = office(language="es", database=f"sqlite:///{tmp_path / 'none.db'}")
    (found,) = examine([Check("database", plain("base de datos"), look_at_schema)], surroundings)
    assert found.found == f"todavía no hay una base de datos en {tmp_path / 'none.db'}"
    assert found.cure == "Ejecute: clusterflow db upgrade"
