"""Runs all benchmarks one after the other: python -m benches [--quick]."""

from __future__ import annotations

from benches import (
    cli,
    decide,
    dossier,
    end_to_end,
    evaluate,
    foresight,
    load,
    notices,
    one_of_many,
    portfolio,
    reminders,
    report,
    review,
    rulebooks,
    scale,
    shards,
    telemetry,
    transitions,
    web,
    workbook,
)
from benches.measuring import quick

if __name__ == "__main__":
    short = quick(__doc__)
    for bench in (
        decide,
        transitions,
        evaluate,
        foresight,
        portfolio,
        review,
        shards,
        rulebooks,
        report,
        reminders,
        dossier,
        cli,
        load,
        notices,
        one_of_many,
        workbook,
        web,
        telemetry,
        end_to_end,
        scale,
    ):
        bench.run(short)
