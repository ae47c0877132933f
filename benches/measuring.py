"""Shared by all benchmarks: the command line, the measurement of time, and the output of numbers."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles

MS = 1000.0


def quick(about: str | None) -> bool:
    """Read the command line: whether to run only a short trial, whose numbers mean little (the tests do this)."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    return bool(parser.parse_args().quick)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds of wall-clock time the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds(work: Callable[[], object]) -> float:
    """Return how many seconds of the processor the processes took that the work started and waited for."""
    before = os.times()
    work()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def own_processor_seconds(work: Callable[[], object]) -> float:
    """Return how many seconds of the processor this process spent on the work. Others add little to it."""
    start = time.process_time()
    work()
    return time.process_time() - start


def headline(text: str) -> None:
    load = os.getloadavg()[0]
    print(f"\n{text}\n(load of the machine {load:.1f} on {os.cpu_count()} cores)", flush=True)


def spread(label: str, seconds: Sequence[float], target: str = "") -> None:
    """Return one line: the count, the median, and the 99th percentile."""
    p99 = quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
    line = f"  {label:<58} n={len(seconds):<5} p50 {median(seconds) * MS:7.2f} ms   p99 {p99 * MS:7.2f} ms   {target}"
    print(line.rstrip(), flush=True)


def rate(label: str, per_second: float, beside: str = "") -> None:
    print(f"  {label:<58} {per_second:8.0f} /s   {beside}".rstrip(), flush=True)
