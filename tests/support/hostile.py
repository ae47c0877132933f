"""A text that is markup, a script, a formula, a template and a link, and what a browser would execute of a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

HOSTILE = "=1+1'\"></td><script>executed=1</script><img/src=x/onerror=executed=1>{{7*7}}[x](javascript:executed=1)"
"""Where it is executed, the variable ``executed`` exists. It has no blank, so that tests can write it in a command."""


class Markup(HTMLParser):
    """What a browser would execute or load in a page, apart from our own style sheet and pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [tag] if tag in ("script", "iframe", "object", "embed", "base") else []
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name == "srcdoc"]
        addresses = [given[name].strip() for name in ("href", "src", "action", "formaction") if name in given]
        self.found += [f"{tag} {one}" for one in addresses if re.match(r"(?i)(javascript|vbscript|data:text):?", one)]
        self.found += [f"img {one}" for one in addresses if tag == "img" and one == "x"]


def markup(html: str) -> list[str]:
    """The elements, attributes and addresses that a browser would execute."""
    return Markup(html).found
