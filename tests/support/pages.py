"""An HTML page as a program reads it: its outline, tables and links. Nothing is rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only browser tests have one
    from playwright.async_api import Page

VOID = {"meta", "br", "img", "link", "input", "hr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Table:
    caption: str = ""
    heads: list[str] = field(default_factory=list)
    scopes: list[str | None] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class PageRead(HTMLParser):
    """The content of a page. It fails if an element is closed that is not open."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.headings: list[tuple[int, str]] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.tables: list[Table] = []
        self.figures: list[list[str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], self._open

    @property
    def text(self) -> str:
        """Return the text without pictures and styles; blanks are not changed."""
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag in HEADINGS:
            self.headings.append((int(tag[1]), ""))
        elif tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and "tbody" in self._open:
            self.tables[-1].rows.append([])
        elif tag in ("th", "td"):
            table = self.tables[-1]
            if tag == "th":
                table.scopes.append(given.get("scope"))
            (table.heads if "thead" in self._open else table.rows[-1]).append("")
        elif tag == "figure":
            self.figures.append([])
        if "figure" in self._open:
            self.figures[-1].append(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1:] == [tag], f"</{tag}> within {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if {"svg", "style", "title"} & set(self._open):
            return
        self.texts.append(data)
        for tag in HEADINGS:
            if tag in self._open:
                level, before = self.headings[-1]
                self.headings[-1] = (level, before + data)
        if "caption" in self._open:
            self.tables[-1].caption += data
        elif {"th", "td"} & set(self._open):
            table = self.tables[-1]
            cells = table.heads if "thead" in self._open else table.rows[-1]
            cells[-1] += data

    def outline(self) -> str:
        """Return headings and tables as plain text, for golden files."""
        lines = [f"{'#' * level} {' '.join(text.split())}" for level, text in self.headings]
        for table in self.tables:
            lines += ["", f"[{' '.join(table.caption.split())}]"]
            lines += [" | ".join(" ".join(cell.split()) for cell in row) for row in (table.heads, *table.rows)]
        return "\n".join(lines) + "\n"


async def fits(page: Page) -> bool:
    """Whether the page and its tables of words are no wider than the screen."""
    widest = (
        "Math.max(...['html', 'table.cards'].flatMap(x => [...document.querySelectorAll(x)]).map(x => x.scrollWidth))"
    )
    return bool(await page.evaluate(f"{widest} <= innerWidth"))


_BROKEN_WORDS = """() => {
  const found = [];
  for (const cell of document.querySelectorAll("th, td")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      // A line may break after a hyphen or a slash.
      for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{M}\\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(word[0]);
      }
    }
  }
  return found;
}"""


async def broken_words(page: Page) -> list[str]:
    """Return the words in the tables of a page that a line break divides."""
    found: list[str] = await page.evaluate(_BROKEN_WORDS)
    return found


_CUT_LABELS = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  const outside = r => Math.min(r.left - box.left, box.right - r.right, r.top - box.top, box.bottom - r.bottom) < -1;
  return [...svg.querySelectorAll("text")].filter(t => outside(t.getBoundingClientRect())).map(t => t.textContent);
})"""


async def cut_labels(page: Page) -> list[str]:
    """Return the texts in the pictures of a page that reach beyond their picture."""
    found: list[str] = await page.evaluate(_CUT_LABELS)
    return found
