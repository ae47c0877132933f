"""A relay that does not fit the other processes takes no work, and continues once it fits again."""

from __future__ import annotations

import asyncio

import pytest
from support.world import World

from clusterflow.prefect import serving


async def test_a_relay_that_does_not_fit_the_others_neither_publishes_nor_sends_nor_records(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, too_early, times_asked, is_fit = set[str](), set[str](), 0, False
    all_done = asyncio.Event()

    async def note(what: str) -> bool:
        (done if is_fit else too_early).add(what)
        if done == {"publish", "send", "record"}:
            all_done.set()
        return True

    def fits() -> bool:
        nonlocal times_asked, is_fit
        times_asked += 1
        is_fit = times_asked > 9
        return is_fit

    async def channels() -> None:
        await note("send")

    for name, replaced in (
        ("publish_round", lambda _: note("publish")),
        ("receive_changes", lambda *_: note("record")),
        ("channels_if_up", channels),
        ("SUBMITTED_SECONDS", 0.001),
        ("PAUSE_SECONDS", 0.001),
    ):
        monkeypatch.setattr(serving, name, replaced)
    relaying = asyncio.create_task(serving.keep_relaying(World(sqlite_url).context, None, fits))
    await asyncio.wait({relaying, asyncio.create_task(all_done.wait())}, return_when=asyncio.FIRST_COMPLETED)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    assert (done, too_early) == ({"publish", "send", "record"}, set())
