"""Each benchmark runs and prints its rival beside itself. The numbers are read by people and never asserted."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.patience import PATIENCE_SECONDS
from support.quick_bench import run_quickly

ROOT = Path(__file__).resolve().parents[2]

RIVALS = {
    "decide": "rival: one compare-and-set",
    "transitions": "floor: compare-and-set",
    "evaluate": "rival: counting the rows",
    "foresight": "rival: each day evaluated",
    "portfolio": "rival: evaluating one",
    "review": "times the rival",
    "shards": "rival: one worker takes",
    "rulebooks": "rival: the metrics alone, in hand-written SQL",
    "report": "rival: the board asked for one by one",
    "dossier": "rival: a process that imports matplotlib, draws nothing",
    "reminders": "rival: the invoices alone, without an index",
    "load": "rival: a bare insert of the same rows",
    "one_of_many": "rival: the same among 3",
    "notices": "rival: smtplib over one connection",
    "workbook": "rival: openpyxl, which only reads the cells",
    "web": "rival: its SQL alone",
    "telemetry": "rival: record, telemetry off",
    "scale": "rival: the same facts in bare tables",
    "end_to_end": "rival: a flow run for each fact",
    "cli": "comparison: python -c 'import sqlalchemy, pydantic'",
}


@pytest.mark.parametrize("bench", RIVALS)
def test_a_benchmark_prints_its_rival_beside_itself(bench: str, tmp_path: Path) -> None:
    output, several_results = tmp_path / "output", 3 * PATIENCE_SECONDS
    code = run_quickly(bench, output, several_results)
    text = output.read_text(encoding="utf-8")
    assert code == 0, text
    assert RIVALS[bench] in text


def test_every_benchmark_is_among_those_that_run_together() -> None:
    scripts = {p.stem for p in (ROOT / "benches").glob("*.py") if 'if __name__ == "__main__":' in p.read_text()}
    assert scripts - {"__main__"} == set(RIVALS)
