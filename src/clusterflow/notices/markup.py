"""Markdown that others' text cannot break out of, and what becomes of it where a channel takes no Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A backslash where every dialect of Markdown knows it, a character reference where some do not.
_SIGNS = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_{}[]#"}
    | {sign: f"&#{ord(sign)};" for sign in "|~="}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_BEGINS_A_LIST = re.compile(r"^(\d*)([-+]|[.)](?= |$))")


class Marked(str):
    """Text that is Markdown already, by us or by a translator: it is not escaped again."""

    __slots__ = ()


def escaped(value: object) -> Marked:
    """Text of others on one line, with all that Markdown or HTML would read as markup made harmless.

    Raises:
        TypeError: there is nothing to print.
    """
    if isinstance(value, Marked):
        return value
    if value is None:
        raise TypeError("None is printed: ask with {% if %} first")
    return Marked(_BEGINS_A_LIST.sub(r"\1\\\2", " ".join(str(value).split()).translate(_SIGNS)))


def code(value: object) -> Marked:
    """Text for between backticks or in an indented block, where nothing is markup but the backtick."""
    return Marked(" ".join(str(value).split()).replace("`", "'"))


def link(address: str) -> Marked:
    """An address of ours, to be followed."""
    safe = re.sub(r"[<>\s]", "", address)
    return Marked(f"<{safe}>")


@cache
def _reader() -> MarkdownIt:
    """One for all threads, so its rules are compiled here: left to its first use, a second thread would see half."""
    reader = MarkdownIt("commonmark", {"html": False})
    for ruler in (reader.core.ruler, reader.block.ruler, reader.inline.ruler, reader.inline.ruler2):
        ruler.getRules()
    return reader


def html(markdown: str) -> str:
    """Markdown as HTML; what looks like a tag in it stays text.

    Lines of a command end with a tag, because Apprise joins them where it makes plain text of the HTML.
    """
    return _CODE_BLOCK.sub(_break_lines, "".join(_html_of(part) for part in _independent_parts(markdown)))


@lru_cache(maxsize=1024)
def _html_of(markdown: str) -> str:
    return str(_reader().render(markdown))


_PARAGRAPH = re.compile(r"[^\W\d_*](?:.*[^\s\\])?")
"""A line that begins with a letter: in no reading a list, a heading, a quotation or code."""


_REACHES_FAR = re.compile(r"^ *(```|~~~)|(?<!\\)\[", re.MULTILINE)
"""A fence has paragraphs inside it, and a bracket may be a link whose address stands elsewhere."""


def _independent_parts(markdown: str) -> Iterator[str]:
    """Split Markdown where it is the same to read the parts alone: around paragraphs of one line.

    Notices of a template have most paragraphs in common, so most parts were read before.
    """
    if _REACHES_FAR.search(markdown):
        yield markdown
        return
    rest: list[str] = []
    for block in markdown.split("\n\n"):
        if _PARAGRAPH.fullmatch(block):
            if rest:
                yield "\n\n".join(rest)
                rest.clear()
            yield block
        else:
            rest.append(block)
    if rest:
        yield "\n\n".join(rest)


_CODE_BLOCK = re.compile(r"<pre><code>(.*?)\n?</code></pre>", re.DOTALL)


def _break_lines(block: re.Match[str]) -> str:
    return f"<pre><code>{block[1].replace(chr(10), '<br />')}</code></pre>"


def plain(markdown: str) -> str:
    """Markdown as plain text, as a person would type it: lists with hyphens, addresses bare, commands set in."""
    lines: list[str] = []
    ordinals: list[int | None] = []
    bullet = ""
    for token in _reader().parse(markdown):
        indent = "  " * (len(ordinals) - 1)
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                ordinals.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                ordinals.pop()
                lines += [""] if not ordinals else []
            case "list_item_open":
                number = ordinals[-1]
                bullet = "- " if number is None else f"{number}. "
                ordinals[-1] = None if number is None else number + 1
            case "inline":
                first, *more = _inline(token).split("\n")
                lines += [indent + bullet + first, *(indent + " " * len(bullet) + line for line in more)]
                lines += [] if ordinals else [""]
                bullet = ""
            case "code_block" | "fence":
                lines += [f"{indent}    {line}" for line in token.content.splitlines()] + [""]
            case "hr":
                lines += ["---", ""]
    return "\n".join(lines).strip() + "\n"


def line(markdown: str) -> str:
    """Markdown as one line of plain text: a subject, in which a line break would begin another header."""
    return " ".join(" ".join(_inline(token) for token in _reader().parseInline(markdown)).split())


def _inline(token: Token) -> str:
    text, target = "", ""
    for part in token.children or ():
        match part.type:
            case "softbreak" | "hardbreak":
                text += "\n"
            case "link_open":
                target = "" if part.info == "auto" else str(part.attrs.get("href", ""))
            case "link_close":
                text += f" ({target})" if target else ""
            case _:
                text += part.content
    return text
