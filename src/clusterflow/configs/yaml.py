"""Reads YAML 1.2 into plain Python values, with the line and column of each.

It reads ruamel's node tree instead of finished objects: the nodes know their lines, and keep both of two equal keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from clusterflow.errors import Mistake, Mistakes

Steps = tuple[str | int, ...]
"""The path to a value from the top of the file: ``("stages", 0, "gate", "milestone")``."""


class Place(NamedTuple):
    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The content of a file, the place of each part, and what could not be read as YAML."""

    file: str
    value: Any = None
    places: dict[Steps, Place] = field(default_factory=dict)
    keys: dict[Steps, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def where(self, steps: Steps, key: bool = False) -> str:
        """Return ``file:line:column`` of a value (or of its key). If the value is missing, return the place of its
        parent.
        """
        if key and steps in self.keys:
            return self._at(self.keys[steps])
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self._at(self.places.get(steps, Place(1, 1)))

    def _at(self, place: Place) -> str:
        return f"{self.file}:{place.line}:{place.column}"


def read(path: Path) -> Document:
    """Read one file.

    Raises:
        Mistakes: the file cannot be read at all. Lesser mistakes are left in ``Document.mistakes``, so that they are
            reported together with those of the content.
    """
    file = str(path)
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        raise Mistakes([Mistake(file, "the file does not exist")]) from None
    except OSError as error:
        raise Mistakes([Mistake(file, f"cannot be read: {error.strerror or error}")]) from None
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        found = f"the byte {written[error.start]:#04x} is not UTF-8"
        raise Mistakes([Mistake(f"{file}:{line}:1", found, "", "Save the file as UTF-8")]) from None
    return parse(text, file)


def parse(text: str, file: str) -> Document:
    """Read a text in the same way as ``read`` reads a file."""
    document = Document(file)
    node = _composed(text, file)
    if node is None:
        raise Mistakes([Mistake(f"{file}:1:1", "the file is empty")])
    document.value = _Walk(document).value(node, ())
    return document


def _composed(text: str, file: str) -> Node | None:
    try:
        return _compose(text, pure=False)
    except (YAMLError, RecursionError):
        pass
    # libyaml, if it is installed, is eight times as fast but words its errors differently. The messages for people must
    # not depend on what is installed.
    try:
        return _compose(text, pure=True)
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        found = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        raise Mistakes([Mistake(f"{file}:{line}:{column}", found)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise Mistakes([Mistake(f"{file}:{place}", f"this is not YAML: {' '.join(reason.split())}")]) from None
    except RecursionError:
        raise Mistakes([Mistake(f"{file}:1:1", "lists and mappings are nested too deeply to be read")]) from None
    except YAMLError as error:
        raise Mistakes([Mistake(f"{file}:1:1", f"this is not YAML: {' '.join(str(error).split())}")]) from None


def _compose(text: str, pure: bool) -> Node | None:
    node: Node | None = YAML(typ="safe", pure=pure).compose(text)
    return node


_TAG = "tag:yaml.org,2002:"


def _integer(text: str) -> int:
    digits = text.replace("_", "").lower()
    return int(digits, 0) if re.match(r"[-+]?0[xob]", digits) else int(digits)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _integer,
    "float": lambda text: float(re.sub(r"\.(inf|nan)$", r"\1", text.replace("_", "").lower())),
    "str": str,
    "timestamp": str,  # no file here holds a timestamp; a version like 2025-01-31 is a text
}


class _Walk:
    """Walks down the node tree once. A node met twice is an alias."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.met: set[int] = set()

    def value(self, node: Node, steps: Steps, before: Node | None = None) -> Any:
        """The value of a node. ``before`` is its key, where it has one."""
        place = _place(node, before)
        self.document.places[steps] = place
        if id(node) in self.met:
            # An alias may contain itself, or expand to millions of nodes; and it would point at another line.
            self._mistake(place, "a value is used again by its anchor", "every value written out")
            return None
        self.met.add(id(node))
        match node:
            case MappingNode():
                return self._mapping(node, steps)
            case SequenceNode():
                self._plain(node, "seq")
                return [self.value(child, (*steps, index)) for index, child in enumerate(node.value)]
            case ScalarNode():
                return self._scalar(node)
        raise AssertionError("YAML has mappings, lists and scalars")

    def _mapping(self, node: MappingNode, steps: Steps) -> dict[str, Any]:
        self._plain(node, "map")
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = _place(key_node)
            if not isinstance(key_node, ScalarNode):
                self._mistake(place, "a key is a list or a mapping", "a word")
                continue
            key = key_node.value
            if key in found:
                first = self.document.keys[*steps, key]
                self._mistake(place, f"the key «{key}» is listed twice, first on line {first.line}", "every key once")
                continue
            self.document.keys[*steps, key] = place
            found[key] = self.value(value_node, (*steps, key), key_node)
        return found

    def _scalar(self, node: ScalarNode) -> Any:
        kind = _kind(node)
        try:
            return _SCALARS[kind](node.value)
        except KeyError:
            self._tag(node)
        except ValueError:
            self._mistake(_place(node), f"«{node.value}» is tagged as {kind} but is not")
        return node.value

    def _plain(self, node: Node, kind: str) -> None:
        if _kind(node) != kind:
            self._tag(node)

    def _tag(self, node: Node) -> None:
        tag = str(node.tag).replace(_TAG, "!!")
        self._mistake(_place(node), f"the tag {tag} is not known here", "values without tags")

    def _mistake(self, place: Place, found: str, accepted: str = "") -> None:
        where = f"{self.document.file}:{place.line}:{place.column}"
        self.document.mistakes.append(Mistake(where, found, accepted))


def _kind(node: Node) -> str:
    return str(node.tag).removeprefix(_TAG)


def _place(node: Node, before: Node | None = None) -> Place:
    if before is not None and isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index:
        # Readers disagree on the place of an empty value. It belongs behind the colon of its key.
        return Place(before.end_mark.line + 1, before.end_mark.column + 2)
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
