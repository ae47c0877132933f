"""A progress bar for a file that is read, in a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clusterflow.cli.output import translated

LARGE_BYTES = 2**20
"""A smaller file is read before anybody can see a bar."""

EVERY_BYTES = 2**17


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show how many bytes of how many are read; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    # Start-up time: a command that reads no file in a terminal needs no bar.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task(translated(what), visible=False)
        shown = 0

        def step(read: int, total: int) -> None:
            nonlocal shown
            if total >= LARGE_BYTES and not shown <= read < shown + EVERY_BYTES:
                shown = read
                bar.update(task, completed=read, total=total, visible=True)

        yield step
