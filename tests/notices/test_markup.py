"""Markdown read by many threads."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from support.threads import at_once

from clusterflow.notices import markup

TEXT = "Dear Mona,\n\n- one \\*star\\*\n- **two**\n\n    a command\n\nA [link](https://prefect.example).\n"


def test_the_first_letters_are_read_whole_whoever_else_reads_for_the_first_time() -> None:
    whole = (markup.html(TEXT), markup.plain(TEXT), markup.line(TEXT))
    for _ in range(40):
        markup._reader.cache_clear()
        for read, text in zip((markup.html, markup.plain, markup.line), whole, strict=True):
            assert set(at_once(partial(read, TEXT))) == {text}


BLOCKS = st.sampled_from(
    [
        "Dear Mona,", "It waits.", "Sí **so** it is", "two\nlines", "- one", "- one\n- two", "1. first", "    code",
        "  indented", "# heading", "> quoted", "---", "===", "**bold** first", "_it_", "a\\", "a  ", "[x]: http://x",
        "see [x]", "`code`", "```\nfence", "```", "<http://a.example>", "a <http://a.example> b", "&amp;", "", "é",
        "x\n---", "ends with `", "[a](http://b)", "* * *", "+ plus", "10) ten",
    ]
)  # fmt: skip


@given(st.lists(BLOCKS, max_size=8), st.sampled_from(["\n\n", "\n\n\n", "\n"]))
def test_a_letter_that_is_read_in_parts_is_the_one_that_is_read_whole(blocks: list[str], between: str) -> None:
    text = between.join(blocks)
    whole = markup._CODE_BLOCK.sub(markup._break_lines, str(markup._reader().render(text)))
    assert markup.html(text) == whole
