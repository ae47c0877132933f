"""Writes XML as a stream, and well formed whatever the texts are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ODD = re.compile(r"[&<>\"\t\n\r\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_PLAIN = re.compile(r"[\w .:+/-]*", re.ASCII)
"""Texts that need no escaping, the usual case."""
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def legal(words: str) -> str:
    """The text without characters that XML forbids."""
    return _ILLEGAL.sub("\ufffd", words)


def escaped(words: str) -> str:
    """Escape a text or attribute. Terminal and bidirectional controls become character references."""
    if _PLAIN.fullmatch(words):
        return words
    return _ODD.sub(lambda sign: _NAMED.get(sign[0]) or f"&#{ord(sign[0])};", legal(words))


class Xml:
    """An XML document, written element by element."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._within = write, list[str]()
        write('<?xml version="1.0" encoding="UTF-8"?>\n')

    @contextmanager
    def inside(self, tag: str, attributes: Mapping[str, object] | None = None) -> Iterator[None]:
        """An element around everything that is written inside the ``with`` block."""
        self.open(tag, attributes)
        yield
        self.close()

    def open(self, tag: str, attributes: Mapping[str, object] | None = None) -> None:
        """Open an element; ``close`` ends it."""
        self._write(f"{' ' * len(self._within)}<{tag}{_attributes(attributes)}>\n")
        self._within.append(tag)

    def close(self) -> None:
        tag = self._within.pop()
        self._write(f"{' ' * len(self._within)}</{tag}>\n")

    def element(self, tag: str, attributes: Mapping[str, object] | None = None, text: str | None = None) -> None:
        """Write an element with a text, or an empty element."""
        end = "/>" if text is None else f">{escaped(text)}</{tag}>"
        self._write(f"{' ' * len(self._within)}<{tag}{_attributes(attributes)}{end}\n")


def _attributes(attributes: Mapping[str, object] | None) -> str:
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in (attributes or {}).items())
