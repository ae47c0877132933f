"""A text for a channel's limit: what is cut ends with a link, and what must be read stays in."""

from __future__ import annotations

from collections.abc import Callable, Collection

CUT = "…"


def fitted(text: str, fits: Callable[[str], bool], link: str, keep: Collection[str] = ()) -> str:
    """As many of the text's first lines as fit, with the link after them; the whole text where it fits.

    Args:
        fits: whether the channel takes a text of this length.
        link: where the whole can be read.
        keep: whatever line holds one of these stays in: a one-time code is of no use behind a link.
    """
    if fits(text):
        return text
    lines = text.splitlines()
    kept = [any(sign in line for sign in keep) for line in lines]

    def first(count: int) -> str:
        chosen = [line for place, line in enumerate(lines) if place < count or kept[place]]
        return "\n".join(chosen).rstrip() + f"\n\n{CUT} {link}"

    if not fits(first(0)):
        return _clipped("\n".join(line for line, must in zip(lines, kept, strict=True) if must), fits, link)
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(first(middle)) else (low, middle)
    if low == 0 and not any(kept):
        return _clipped(text, fits, link)
    return first(low)


def _clipped(text: str, fits: Callable[[str], bool], link: str) -> str:
    """Cut within a line, at a word where there is one: the last resort."""
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(f"{text[:middle]}{CUT} {link}") else (low, middle)
    words = text[:low].rpartition(" ")[0] or text[:low]
    return f"{words}{CUT} {link}"
