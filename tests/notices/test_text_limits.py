"""A text for a channel's limit: whole where it fits; else cut, with a link after it; a code is never cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.notices.text_limits import fitted, in_parts

LINK = "https://prefect.example/v2"
LINES = st.lists(st.text(alphabet="ab ñ", max_size=40), max_size=30)


@given(LINES, st.integers(40, 400))
def test_what_does_not_fit_ends_with_the_link(lines: list[str], limit: int) -> None:
    text = "\n".join(lines)
    found = fitted(text, lambda t: len(t) <= limit, LINK)
    assert len(found) <= limit
    if len(text) <= limit:
        assert found == text
    else:
        assert found.endswith(f"… {LINK}")


@given(LINES, LINES, st.integers(90, 400))
def test_the_line_with_the_code_stays(before: list[str], after: list[str], limit: int) -> None:
    text = "\n".join([*before, "Your code: K7QM-2XWD", *after])
    found = fitted(text, lambda t: len(t) <= limit, LINK, ["K7QM-2XWD"])
    assert "Your code: K7QM-2XWD" in found.splitlines()
    assert len(found) <= limit


@given(LINES, st.integers(90, 400), st.integers(1, 9))
def test_a_text_in_parts_loses_nothing_but_what_the_last_has_no_room_for(
    lines: list[str], limit: int, most: int
) -> None:
    text = "\n".join([*lines, "Your code: K7QM-2XWD"])
    found = in_parts(text, lambda t: len(t) <= limit, most, LINK, ["K7QM-2XWD"])
    assert len(found) <= most
    assert all(len(part) <= limit for part in found)
    assert "Your code: K7QM-2XWD" in found[-1]
    if len(found) == 1:
        assert found == [fitted(text, lambda t: len(t) <= limit, LINK, ["K7QM-2XWD"])]
        return
    numbers, bodies = zip(*(part.split("\n\n", 1) for part in found), strict=True)
    assert list(numbers) == [f"({n}/{len(found)})" for n in range(1, len(found) + 1)]
    if LINK not in bodies[-1]:
        assert " ".join(" ".join(bodies).split()) == " ".join(text.split())


def test_a_line_longer_than_a_part_goes_on_in_the_next() -> None:
    found = in_parts("word " * 30, lambda t: len(t) <= 60, 9, LINK)
    assert found[0] == "(1/3)\n\n" + "word " * 9 + "word"
    assert " ".join(part.partition("\n\n")[2] for part in found).split() == ["word"] * 30


def test_one_long_line_is_cut_at_a_word() -> None:
    found = fitted("word " * 100, lambda t: len(t) <= 60, LINK)
    assert found == f"word word word word word word… {LINK}" or found.startswith("word word")
    assert len(found) <= 60
    assert "wor…" not in found
