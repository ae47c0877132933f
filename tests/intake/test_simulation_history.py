"""A history that a model is tried with: records and decisions, and the place of every mistake."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.terms import DecisionKind, Stance
from clusterflow.errors import Mistake
from clusterflow.intake.simulation_history import read_history

WORDS = st.sampled_from(["go", "ana", "2024-02-01", "strategy", "", "2024-02-31", "«»", "\\u00e1", "á", '"'])
VALUES = WORDS | st.sampled_from([None, True, 7, [], {}, ["ana"], {"go": "go"}])
NAMES = st.sampled_from(["record", "decision", "stage", "by", "on", "until", "fields", "id", "for", "to", "initiative"])
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda d: json.dumps(d, ensure_ascii="by" in d))
LINES = OBJECTS | st.text(max_size=9).map(lambda t: t.replace("\n", "")) | OBJECTS.map(lambda line: line[:-3])


@given(st.lists(LINES, max_size=5))
def test_every_line_is_read_or_reported_with_its_line_and_column(lines: list[str]) -> None:
    history = read_history("\n".join(lines), "h")
    placed = history.placed(history.mistakes)
    for mistake in placed:
        name, number, column = mistake.where.split(" ")[0].split(":")
        assert name == "h"
        assert 1 <= int(column) <= len(history.lines[int(number) - 1]) + 1
        assert "(char " not in mistake.found
    assert len(placed) == len(history.mistakes)
    read = {s.where for s in history.submissions} | {s.where for s in history.decisions}
    written = [f"h:{n}" for n, line in enumerate(history.lines, 1) if line.strip()]
    assert read | {m.where.split(" ")[0] for m in history.mistakes} == set(written)


def test_every_decision_and_stance_can_be_written() -> None:
    for word in [*DecisionKind, *Stance]:
        line = {"decision": word, "stage": "strategy", "by": "ana", "on": "2024-02-01", "for": "eva", "to": "strategy"}
        history = read_history(json.dumps(line), "h")
        assert [(s.decision.decision, s.decision.speaks_for) for s in history.decisions] == [(word, "eva")]


def test_a_mistake_of_no_line_stays_as_it_is_and_comes_first() -> None:
    history = read_history("{}", "h")
    elsewhere = Mistake("--to", "is no day")
    assert history.placed([*history.mistakes, elsewhere])[0] == elsewhere
