"""A text for a channel's limit: what is cut ends with a link, if there is one, and what must be read stays in."""

from __future__ import annotations

from collections.abc import Callable, Collection

CUT = "…"

NUMBERED = "(9/9)\n\n"
"""As long as the heading of each of several parts."""


def in_parts(text: str, fits: Callable[[str], bool], most: int, link: str, keep: Collection[str] = ()) -> list[str]:
    """The text in as many numbered parts as it takes, cut between lines; the whole where it fits.

    Args:
        most: how many at most, nine or fewer; then the last ends with the link.
    """
    if most == 1 or fits(text):
        return [fitted(text, fits, link, keep)]

    def part_fits(part: str) -> bool:
        return fits(NUMBERED + part)

    parts, rest = list[str](), text
    while len(parts) < most - 1 and rest and not part_fits(rest):
        head, rest = _head(rest, part_fits)
        parts.append(head)
    if rest:
        parts.append(fitted(rest, part_fits, link, keep))
    return [f"({place}/{len(parts)})\n\n{part}" for place, part in enumerate(parts, 1)]


def _head(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """As many of the first lines as fit, or of the first line what fits, and the rest."""
    lines = text.splitlines(keepends=True)
    low = _most(len(lines), lambda count: fits("".join(lines[:count]).rstrip()))
    if low:
        return "".join(lines[:low]).rstrip(), "".join(lines[low:]).lstrip("\n")
    low = max(_most(len(text), lambda count: fits(text[:count])), 1)
    end = text.rfind(" ", 1, low) if " " in text[1:low] else low
    return text[:end].rstrip(), text[end:].lstrip(" ")


def _most(end: int, fits: Callable[[int], bool]) -> int:
    """The greatest number below the end that fits, by halves; 0 where none does."""
    low, high = 0, end
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def fitted(text: str, fits: Callable[[str], bool], link: str, keep: Collection[str] = ()) -> str:
    """As many of the text's first lines as fit, with the link after them; the whole text where it fits.

    Args:
        fits: whether the channel takes a text of this length.
        link: where the whole can be read; empty if nowhere.
        keep: whatever line holds one of these stays in: a one-time code is of no use behind a link.
    """
    if fits(text):
        return text
    lines = text.splitlines()
    needed = [any(sign in line for sign in keep) for line in lines]

    def first(count: int) -> str:
        chosen = [line for place, line in enumerate(lines) if place < count or needed[place]]
        return "\n".join(chosen).rstrip() + f"\n\n{CUT} {link}".rstrip(" ")

    if not fits(first(0)):
        return _clipped("\n".join(line for line, must in zip(lines, needed, strict=True) if must), fits, link)
    low = _most(len(lines), lambda count: fits(first(count)))
    if low == 0 and not any(needed):
        return _clipped(text, fits, link)
    return first(low)


def _clipped(text: str, fits: Callable[[str], bool], link: str) -> str:
    """Cut within a line, at a word where there is one: the last resort."""
    low = _most(len(text), lambda count: fits(f"{text[:count]}{CUT} {link}".rstrip(" ")))
    words = text[:low].rpartition(" ")[0] or text[:low]
    return f"{words}{CUT} {link}".rstrip(" ")
