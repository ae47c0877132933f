"""How runs end that fail: in words, in the language of the office."""

from __future__ import annotations

from pathlib import Path

import flows
from clusterflow.domain.text import Text
from clusterflow.errors import UnknownName
from clusterflow.prefect.steps import Steps, failed

FLOWS = Path(next(iter(flows.__path__)))


def test_a_run_that_fails_says_why_in_the_language_of_the_office() -> None:
    problem = UnknownName("initiative", "nobody")
    assert failed(problem, "en").message == str(problem)
    assert str(failed(problem, "es").message).startswith("no hay iniciativa con el nombre «nobody»")


def test_no_flow_ends_with_the_text_of_an_error_as_it_was_raised() -> None:
    for file in FLOWS.glob("*.py"):
        assert "message=str(" not in file.read_text(encoding="utf-8"), file


def test_a_step_that_fails_is_named_in_the_language_of_the_office() -> None:
    steps = Steps("es")
    with steps.step(Text(es="enviar los avisos", en="sending the notices")):
        raise UnknownName("initiative", "nobody")
    assert steps.failed[0].startswith("enviar los avisos: no hay iniciativa con el nombre «nobody»")


def test_the_words_of_a_library_stay_as_they_are() -> None:
    steps = Steps("es")
    with steps.step(Text(es="enviar los avisos", en="sending the notices")):
        raise ArithmeticError("a number that nobody foresaw")
    assert steps.failed == ["enviar los avisos: ArithmeticError: a number that nobody foresaw"]
