"""Runs all benchmarks one after the other: python -m benches [--quick]."""

from __future__ import annotations

from benches import (
    cli,
    decide,
    dossier,
    evaluate,
    ladder,
    loop,
    notices,
    portfolio,
    report,
    transitions,
    web,
    workbook,
)
from benches.measuring import quick

if __name__ == "__main__":
    short = quick(__doc__)
    for bench in (decide, transitions, evaluate, portfolio, report, ladder, dossier, cli, notices, workbook, web, loop):
        bench.run(short)
