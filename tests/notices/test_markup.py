"""Markdown read by many threads."""

from __future__ import annotations

from functools import partial

from support.threads import at_once

from clusterflow.notices import markup

TEXT = "Dear Mona,\n\n- one \\*star\\*\n- **two**\n\n    a command\n\nA [link](https://prefect.example).\n"


def test_the_first_letters_are_read_whole_whoever_else_reads_for_the_first_time() -> None:
    whole = (markup.html(TEXT), markup.plain(TEXT), markup.line(TEXT))
    for _ in range(40):
        markup._reader.cache_clear()
        for read, text in zip((markup.html, markup.plain, markup.line), whole, strict=True):
            assert set(at_once(partial(read, TEXT))) == {text}
